import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Contestant } from "./contestant.ts";
import type { Engine } from "./engines.ts";
import { rinari } from "./rinari.ts";

/** Those that are compared, each on a database file of its own. */
export interface Contestants {
  readonly byHand: Contestant;
  readonly rinari: Contestant;
  [Symbol.dispose](): void;
}

/** How the databases are kept. */
export interface Storage {
  /** In memory instead of in files, so that the disk and its locks take no time. */
  readonly memory: boolean;
  /** With durability "relaxed". */
  readonly relaxed: boolean;
}

/** Makes one database, copies it, so that tables, indexes and rows are the same to the byte, and opens both. */
export async function openContestants(engine: Engine, { memory, relaxed }: Storage): Promise<Contestants> {
  const folder = mkdtempSync(join(tmpdir(), "rinari-bench-"));
  const [mine, theirs] = [join(folder, "rinari.sqlite"), join(folder, "by_hand.sqlite")] as const;
  const first = rinari(await engine.driver(mine, relaxed));
  first.fill();
  first.close();
  copyFileSync(mine, theirs);
  const byHand = await engine.byHand(theirs, { memory, relaxed });
  const withRinari = rinari(await engine.driver(memory ? ":memory:" : mine, relaxed));
  if (memory) withRinari.fill();
  return {
    byHand,
    rinari: withRinari,
    [Symbol.dispose]() {
      byHand.close();
      withRinari.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
