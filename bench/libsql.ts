/**
 * Compares Rinari on libSQL with `@libsql/client` alone, decoding the same values, on a file and over http:
 * `npm run bench:libsql`, `node bench/libsql.ts`; `--write` puts the tables into bench/README.md.
 *
 * @module
 */
import { createClient } from "@libsql/client";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { LibSQLDriver } from "../drivers/libsql.ts";
import { ORM } from "../mod.ts";
import { noServer, Server } from "../tests/support/libsql/server.ts";
import { EVENTS, eventSchema, makeEvents } from "./events.ts";
import { printTable, type Result, writeTable } from "./report.ts";

type Raw = ReturnType<typeof createClient>;
type Work = (n: number) => Promise<unknown>;

const ROUNDS = 41;
/** Rounds that do not count: the runtime compiles meanwhile. */
const WARM_UP = 3;

interface Pair {
  readonly name: string;
  /** Calls of each in a round. */
  readonly calls: number;
  readonly raw: Work;
  readonly rinari: Work;
}

/** A row as a hand-written program decodes it. */
function decode(row: Record<string, unknown>): Record<string, unknown> {
  return {
    ...row,
    id: Number(row["id"]),
    open: row["open"] === 1n,
    at: new Date(row["at"] as string),
    place: JSON.parse(row["place"] as string),
  };
}

function pairs(raw: Raw, driver: LibSQLDriver, distant: boolean) {
  const orm = new ORM({ driver });
  const Event = orm.define("bench", "events", eventSchema, { indexes: [{ columns: ["kind", "score"] }] });
  const columns = Object.keys(eventSchema).map((name) => `\`${name}\``).join(", ");
  const calls = distant ? 20 : 100;
  const list: Pair[] = [
    {
      name: "find by key",
      calls,
      raw: async (n) => {
        const sql = `SELECT ${columns} FROM events WHERE id = ?`;
        const { rows } = await raw.execute({ sql, args: [BigInt(1 + n % EVENTS)] });
        return decode(rows[0] as never);
      },
      rinari: (n) => Event.findById(1 + n % EVENTS),
    },
    {
      name: "filtered page of 20",
      calls,
      raw: async (n) => {
        const sql =
          `SELECT ${columns} FROM events WHERE kind = ? AND score >= ? ORDER BY score DESC, id LIMIT 20`;
        const { rows } = await raw.execute({ sql, args: ["concert", n % 50] });
        return rows.map((row) => decode(row as never));
      },
      rinari: (n) =>
        Event.findAll({
          where: { kind: "concert", score: { $gte: n % 50 } },
          orderBy: [["score", "DESC"]],
          limit: 20,
        }),
    },
    {
      name: "1,000 rows",
      calls: 2,
      raw: async () => {
        const { rows } = await raw.execute(`SELECT ${columns} FROM events ORDER BY id LIMIT 1000`);
        return rows.map((row) => decode(row as never));
      },
      rinari: () => Event.findAll({ limit: 1_000 }),
    },
    {
      name: "update by key",
      calls,
      raw: (n) =>
        raw.execute({
          sql: "UPDATE events SET score = ? WHERE id = ?",
          args: [n % 100, BigInt(1 + n % EVENTS)],
        }),
      rinari: (n) => Event.update({ score: n % 100 }, { id: 1 + n % EVENTS }),
    },
  ];
  return { orm, Event, list };
}

async function compare(title: string, raw: Raw, driver: LibSQLDriver, distant: boolean): Promise<void> {
  const { orm, Event, list } = pairs(raw, driver, distant);
  await orm.ready();
  for (let at = 0; at < EVENTS; at += 2_500) await Event.bulkCreate(makeEvents(2_500));
  const results: Result[] = [];
  for (const pair of list) results.push(await measured(pair));
  printTable(title, { memory: false, relaxed: !distant }, results);
  if (write) writeTable(title, results);
  await orm.disconnect();
  raw.close();
}

/** Measures in rounds; in each, the two have their calls in turn, so that noise of the disk meets both alike. */
async function measured({ name, calls, raw, rinari }: Pair): Promise<Result> {
  const rounds: [number, number][] = [];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const times: [number[], number[]] = [[], []];
    for (let call = 0; call < calls; call++) {
      const n = round * 13 + call * 7_919 + 1_000;
      for (const who of call % 2 === 0 ? [0, 1] as const : [1, 0] as const) {
        const started = performance.now();
        await (who === 0 ? raw : rinari)(n);
        times[who].push((performance.now() - started) * 1e6);
      }
    }
    if (round >= 0) rounds.push([median(times[0]), median(times[1])]);
  }
  const ratio = median(rounds.map(([client, own]) => own / client));
  const time = median(rounds.map(([, own]) => own));
  return {
    name,
    byHand: median(rounds.map(([client]) => client)),
    others: [{ name: "Rinari", time, ratio }],
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] as number;
}

const write = process.argv.includes("--write");
const folder = mkdtempSync(join(tmpdir(), "rinari-bench-"));
try {
  const path = join(folder, "bench.db");
  const options = { databases: { bench: path }, durability: "relaxed" } as const;
  const raw = createClient({ url: `file:${path}`, intMode: "bigint" });
  await raw.execute("PRAGMA synchronous = NORMAL");
  await compare("libsql-file", raw, new LibSQLDriver(options), false);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (noServer !== null) console.log(`http: skipped, ${noServer}`);
else {
  const server = await Server.start();
  try {
    const raw = createClient({ url: server.url, intMode: "bigint" });
    await compare("libsql-http", raw, new LibSQLDriver({ url: server.url }), true);
  } finally {
    await server.stop();
  }
}
