import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Contestant } from "./contestant.ts";
import type { Engine } from "./engines.ts";
import { openPeers } from "./peers/open.ts";
import { rinari } from "./rinari.ts";

/** Those that are compared, each on a database of its own. */
export interface Contestants {
  readonly byHand: Contestant;
  readonly rinari: Contestant;
  readonly peers: readonly Contestant[];
  [Symbol.dispose](): void;
}

/** How the databases are kept. */
export interface Storage {
  /** In memory instead of in files, so that the disk and its locks take no time. */
  readonly memory: boolean;
  /** With durability "relaxed". */
  readonly relaxed: boolean;
}

/** Makes one database, copies it, so that tables, indexes and rows are the same to the byte, and opens all copies. */
export async function openContestants(
  engine: Engine,
  storage: Storage,
  withPeers: boolean,
): Promise<Contestants> {
  const { memory, relaxed } = storage;
  const folder = mkdtempSync(join(tmpdir(), "rinari-bench-"));
  const own = join(folder, "rinari.sqlite");
  const first = rinari(await engine.driver(own, relaxed));
  first.fill();
  first.close();
  const copy = (name: string): string => {
    const path = join(folder, `${name}.sqlite`);
    copyFileSync(own, path);
    return path;
  };
  const byHand = await engine.byHand(copy("by_hand"), storage);
  const peers = withPeers && engine.name === "bun-sqlite" ? await openPeers(copy, storage) : [];
  const withRinari = rinari(await engine.driver(memory ? ":memory:" : own, relaxed));
  if (memory) withRinari.fill();
  return {
    byHand,
    rinari: withRinari,
    peers,
    [Symbol.dispose]() {
      for (const contestant of [byHand, withRinari, ...peers]) contestant.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
