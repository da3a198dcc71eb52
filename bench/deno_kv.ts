/**
 * Compares Rinari on Deno KV with calls of the store itself that keep the same indexes by hand:
 * `npm run bench:kv`, `deno run -A --unstable-kv bench/deno_kv.ts`.
 *
 * The ratio is to code that gives what the driver has to give, for this one table (`kv_by_hand.ts`): keys that name the
 * database and the table; rows as bytes, which Bun, Deno and Node read alike; a schema version that commits and searches in an
 * index check; a count that every write changes; transactions that need no handle and have a deadline. The column `bare` is
 * code that does without these, compared with the same floor.
 *
 * @module
 */
import { deepStrictEqual } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import type { KVStore } from "../drivers/deno_kv.ts";
import { bareByHand, byHand } from "./kv_by_hand.ts";
import { cases, type KVCase, type KVContestant, ROWS, userOf } from "./kv_cases.ts";
import { openRinari } from "./kv_rinari.ts";
import { printTable, type Result, writeTable } from "./report.ts";

const HELP = `Usage: deno run -A --unstable-kv bench/deno_kv.ts [options]

  --case <text>     only the operations whose name contains the text
  --rounds <count>  rounds of each operation; default 21
  --calls <count>   calls of each contestant in a round; default 60
  --loop <seconds>  run the operations of Rinari alone, without measuring, for a profiler
  --write           put the table into bench/README.md`;

/** How many milliseconds do not count: the runtime compiles what is called often meanwhile. */
const WARM_UP = 5_000;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  const { Deno } = globalThis as { Deno?: { openKv?: (path: string) => Promise<KVStore> } };
  if (options === null) return 2;
  if (Deno?.openKv === undefined) {
    console.error("Cannot measure: this runtime has no `Deno.openKv`; run under Deno with --unstable-kv");
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), "rinari-bench-"));
  // One store for all: each has keys of its own, and the thread that serves a store is awake for all or for none.
  const kv = await Deno.openKv(join(folder, "bench.db"));
  const rinari = await openRinari(kv);
  const all = [byHand(kv), rinari, bareByHand(kv)];
  try {
    for (const each of all) {
      for (let id = 1; id <= ROWS; id += 40) {
        await each.insertAll(Array.from({ length: 40 }, (_, i) => userOf(id + i)));
      }
    }
    const results: Result[] = [];
    for (const one of cases.filter(({ name }) => name.includes(options.text))) {
      await checkEqual(one, all);
      if (options.seconds > 0) await loop(one, rinari, options.seconds);
      else results.push(await measureCase(one, all, options));
    }
    if (options.seconds > 0) return 0;
    printTable("deno-kv", { memory: false, relaxed: false }, results);
    if (options.write) writeTable("deno-kv", results);
  } finally {
    await rinari[Symbol.asyncDispose]();
    kv.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return 0;
}

/** Refuses to compare work that differs. */
async function checkEqual({ name, input, run }: KVCase, [first, ...others]: KVContestant[]): Promise<void> {
  const given = input();
  const expected = await run(first as KVContestant, given);
  for (const each of others) {
    deepStrictEqual(await run(each, given), expected, `${name}: ${each.name} and the first differ`);
  }
}

/** Measures a case in rounds; in each, all have their calls in turn, so that noise of the disk meets them alike. */
async function measureCase(
  { name, input, run }: KVCase,
  all: readonly KVContestant[],
  { rounds, calls }: { rounds: number; calls: number },
): Promise<Result> {
  const medians: number[][] = all.map(() => []);
  const warm = performance.now() + WARM_UP;
  for (let round = 0; round < rounds;) {
    const times: number[][] = all.map(() => []);
    for (let call = 0; call < calls; call++) {
      const given = input();
      for (let turn = 0; turn < all.length; turn++) {
        const who = (turn + call) % all.length;
        const started = performance.now();
        await run(all[who] as KVContestant, given);
        times[who]?.push((performance.now() - started) * 1e6);
      }
    }
    if (performance.now() < warm) continue;
    times.forEach((each, who) => medians[who]?.push(median(each)));
    round++;
  }
  const [floor = [], ...others] = medians;
  return {
    name,
    byHand: median(floor),
    others: others.map((own, i) => ({
      name: all[i + 1]?.name ?? "",
      time: median(own),
      ratio: median(own.map((time, round) => time / (floor[round] as number))),
    })),
  };
}

/** Runs a case again and again, for a profiler. */
async function loop({ name, input, run }: KVCase, contestant: KVContestant, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1000;
  let calls = 0;
  for (; performance.now() < end; calls++) await run(contestant, input());
  console.log(`${name}: ${(seconds * 1e6 / calls).toFixed(1)} µs`);
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        case: { type: "string", default: "" },
        rounds: { type: "string", default: "21" },
        calls: { type: "string", default: "60" },
        loop: { type: "string", default: "0" },
        write: { type: "boolean", default: false },
      },
    });
    const [rounds, calls, seconds] = [Number(values.rounds), Number(values.calls), Number(values.loop)];
    if (!(rounds >= 1) || !(calls >= 1) || !(seconds >= 0)) {
      throw new TypeError("--rounds, --calls and --loop need numbers");
    }
    return { text: values.case, rounds, calls, seconds, write: values.write };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
    return null;
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}
