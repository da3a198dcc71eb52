import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { type AsyncDriver, toAsyncDriver } from "../../mod.ts";
import type { AtlasOptions } from "./options.ts";
import { type Runtime, runtime } from "./runtime.ts";

/** A driver the atlas can run on. */
interface DriverChoice {
  /** Where it runs. */
  readonly runtimes: readonly Runtime[];
  /** The name of the database's file; null when it is kept in memory. */
  readonly file: string | null;
  /** How many rows are stored in one transaction. */
  readonly rows: number;
  /** Whether it also reaches servers, by `--url`. */
  readonly remote?: boolean;
  /** Opens the database. */
  open(place: Place): Promise<OpenDriver>;
}

/** Where the database is. */
interface Place {
  /** The path of its file. */
  readonly path: string;
  /** The url of a server instead, or null. */
  readonly url: string | null;
  /** What the server wants to see. */
  readonly authToken: string | undefined;
}

/** A driver that is ready for an ORM. */
export interface OpenDriver {
  /** The driver. A sync one has been given an async face, so that the atlas is written once: with `await`. */
  readonly driver: AsyncDriver;
  /** Closes what the driver does not close itself. */
  close?(): void;
}

const EVERYWHERE: readonly Runtime[] = ["bun", "deno", "node"];
const ROWS = 5_000;

/** The drivers by their names. Only the modules of the one that is opened are loaded. */
export const DRIVERS = {
  "memory": { runtimes: EVERYWHERE, file: null, rows: ROWS, open: openMemory },
  "bun-sqlite": { runtimes: ["bun"], file: "atlas.sqlite", rows: ROWS, open: openBunSQLite },
  "node-sqlite": { runtimes: EVERYWHERE, file: "atlas.sqlite", rows: ROWS, open: openNodeSQLite },
  "libsql": { runtimes: EVERYWHERE, file: "atlas.sqlite", rows: ROWS, remote: true, open: openLibSQL },
  // A commit of Deno KV makes 1,000 changes at most, and a city is four of them: its row and three index entries.
  "deno-kv": { runtimes: EVERYWHERE, file: "atlas.db", rows: 240, open: openDenoKV },
} as const satisfies Readonly<Record<string, DriverChoice>>;

/** The name of a driver. */
export type DriverName = keyof typeof DRIVERS;

/** Opens the driver that was asked for; with `--fresh`, on a database without the tables of an earlier start. */
export async function openDriver({ driver, path, url, authToken, fresh }: AtlasOptions): Promise<OpenDriver> {
  if (path !== null) {
    mkdirSync(dirname(path), { recursive: true });
    if (fresh) { for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true }); }
  }
  const opened = await DRIVERS[driver].open({ path: path ?? "", url, authToken });
  if (fresh && url !== null) await removeTables(opened.driver);
  return opened;
}

/** Cities and borders refer to countries, so that they go first. */
async function removeTables(driver: AsyncDriver): Promise<void> {
  await driver.connect({});
  for (const table of ["cities", "borders", "countries", "loads", "starts"]) {
    await driver.dropTable("atlas", table);
  }
}

async function openMemory(): Promise<OpenDriver> {
  const { MemoryDriver } = await import("../../drivers/memory.ts");
  return { driver: toAsyncDriver(new MemoryDriver()) };
}

async function openBunSQLite({ path }: Place): Promise<OpenDriver> {
  const { BunSQLiteDriver } = await import("../../drivers/bun_sqlite.ts");
  return { driver: toAsyncDriver(new BunSQLiteDriver({ databases: { atlas: path } })) };
}

async function openNodeSQLite({ path }: Place): Promise<OpenDriver> {
  const { NodeSQLiteDriver } = await import("../../drivers/node_sqlite.ts");
  return { driver: toAsyncDriver(new NodeSQLiteDriver({ databases: { atlas: path } })) };
}

async function openLibSQL({ path, url, authToken }: Place): Promise<OpenDriver> {
  const { LibSQLDriver } = await import("../../drivers/libsql.ts");
  return { driver: new LibSQLDriver(url === null ? { databases: { atlas: path } } : { url, authToken }) };
}

async function openDenoKV({ path }: Place): Promise<OpenDriver> {
  const { DenoKVDriver } = await import("../../drivers/deno_kv.ts");
  if (runtime === "deno") return { driver: new DenoKVDriver({ path }) };
  const { openKv } = await import("@deno/kv");
  // The driver stores bytes only, so that no encoding of values is needed; that of Bun would be refused.
  const kv = await openKv(path, { encodeV8: onlyBytes, decodeV8: onlyBytes });
  return { driver: new DenoKVDriver({ kv, remote: false }), close: () => kv.close() };
}

function onlyBytes(): never {
  throw new TypeError("Only bytes are stored");
}
