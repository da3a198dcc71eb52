/**
 * Compares Rinari with hand-written code that does the same work on the same engine:
 * `npm run bench -- --runtime bun`, `bun run bench/main.ts`, `deno run -A bench/main.ts`.
 *
 * @module
 */
import process from "node:process";
import { parseArgs } from "node:util";
import { cases } from "./cases.ts";
import { enginesHere } from "./engines.ts";
import { checkEqual, loop, measureCase } from "./measure.ts";
import { openContestants } from "./contestants.ts";
import { printTable, type Result, writeTable } from "./report.ts";

const HELP = `Usage: npm run bench -- [options]

  --runtime <name>  bun, deno or node (only with npm run bench; default bun)
  --driver <name>   only this driver
  --case <text>     only the operations whose name contains the text
  --rounds <count>  rounds of each operation; default 41
  --ms <count>      milliseconds of each turn; default 8
  --relaxed         with durability "relaxed", so that writes do not wait for the disk
  --memory          in memory instead of in a file: the disk and its locks take no time
  --peers           compare drizzle-orm and kysely too, on bun:sqlite
  --loop <count>    run the operations of Rinari for so many seconds without measuring, for a profiler
  --write           put the table into bench/README.md`;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (options === null) return 2;
  const { driver, rounds, ms, seconds, peers, write } = options;
  const chosen = cases.filter(({ name }) => name.includes(options.text));
  for (const engine of enginesHere.filter(({ name }) => driver === undefined || name === driver)) {
    using contestants = await openContestants(engine, options, peers);
    const results: Result[] = [];
    for (const one of chosen) {
      await checkEqual(one, contestants);
      if (seconds > 0) await loop(one, contestants.rinari, seconds);
      else results.push(await measureCase(one, contestants, { rounds, ms }));
    }
    if (seconds > 0) continue;
    printTable(engine.name, options, results);
    if (write) writeTable(engine.name, results);
  }
  return 0;
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        driver: { type: "string" },
        case: { type: "string", default: "" },
        rounds: { type: "string", default: "41" },
        ms: { type: "string", default: "8" },
        loop: { type: "string", default: "0" },
        relaxed: { type: "boolean", default: false },
        memory: { type: "boolean", default: false },
        peers: { type: "boolean", default: false },
        write: { type: "boolean", default: false },
      },
    });
    const { driver, case: text, relaxed, memory, peers, write } = values;
    const [rounds, ms, seconds] = [Number(values.rounds), Number(values.ms), Number(values.loop)] as const;
    if (!(rounds >= 1) || !(ms >= 1) || !(seconds >= 0)) {
      throw new TypeError("--rounds, --ms and --loop need numbers");
    }
    return { driver, text, rounds, ms, seconds, relaxed, memory, peers, write };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${HELP}`);
    return null;
  }
}
