import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import process from "node:process";
import { inspect } from "node:util";
import { type AsyncDriver, type ModelColumn, type SyncDriver, toAsyncDriver } from "../../mod.ts";
import { BunSQLiteDriver } from "../../drivers/bun_sqlite.ts";
import { JSONFileDriver } from "../../drivers/json_file.ts";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { NodeSQLiteDriver } from "../../drivers/node_sqlite.ts";
import { inFolders } from "../conformance/stores.ts";
import { readBack } from "../json_file/read_back.ts";
import { noServer } from "../support/libsql/server.ts";
import { type Reach, ServerStores } from "../support/libsql/stores.ts";
import { findPlace, type Place } from "../support/postgres/places.ts";
import { PostgresStores } from "../support/postgres/stores.ts";
import { NaiveDriver, SlowNaiveDriver } from "../support/naive_driver.ts";
import { noKV, openDriver } from "../deno_kv/open_kv.ts";
import { runtime, test } from "../support/runner.ts";
import { torture } from "../support/torture.ts";
import { type Outcome, runScenario } from "./run.ts";
import { type Scenario, scenarios, type Step } from "./scenario.ts";

const SEED = Number(process.env["RINARI_SEED"] ?? Date.now() % 1_000_000);
/** How many queries are asked of each driver in one run. */
const QUERIES = Number(process.env["RINARI_RUNS"] ?? (torture ? 10_000 : 4_000));
const STEPS = 50;

const databases = { app: ":memory:" };
interface Subject {
  /** The part of the queries it is asked. */
  readonly share: number;
  /** The numbers it has assigned stay assigned when a transaction is undone, so that none is left to it. */
  readonly keepsNumbers?: boolean;
  readonly make: () => SyncDriver | AsyncDriver | Promise<AsyncDriver>;
  /** Removes what the driver left. */
  readonly cleanup?: (driver: object) => void | Promise<void>;
  /** Why it cannot be asked here. */
  readonly skip?: string | null;
}

/** The libSQL driver on one kind of server. */
function server(reach: Reach, share: number): Subject {
  const stores = new ServerStores(reach);
  return {
    share,
    make: () => stores.driver("app"),
    cleanup: (driver) => stores.cleanup(driver),
    skip: noServer,
  };
}

/** The PostgreSQL driver on one place. Its sequences, like all of PostgreSQL, give no number back. */
function postgres(place: Place, share: number): Subject {
  const stores = new PostgresStores(place);
  return {
    share,
    keepsNumbers: true,
    make: () => stores.driver(),
    cleanup: (driver) => stores.cleanup(driver),
    skip: place.skip,
  };
}

const libsqlFiles = inFolders((storageDir) => new LibSQLDriver({ storageDir, durability: "relaxed" }));

const jsonFiles = inFolders((storageDir) =>
  readBack(new JSONFileDriver({ storageDir, durability: "relaxed" }))
);

const subjects: Record<string, Subject> = {
  "node-sqlite": { share: 1, make: () => new NodeSQLiteDriver({ databases }) },
  "bun-sqlite": { share: 1, make: () => new BunSQLiteDriver({ databases }) },
  "node-sqlite through toAsyncDriver": {
    share: 0.1,
    make: () => toAsyncDriver(new NodeSQLiteDriver({ databases })),
  },
  "json-file, read back after each call": {
    share: 0.1,
    make: () => jsonFiles.driver() as SyncDriver,
    cleanup: (driver) => jsonFiles.cleanup?.(driver as SyncDriver),
  },
  "libsql in a file": {
    share: 0.1,
    make: () => libsqlFiles.driver() as LibSQLDriver,
    cleanup: (driver) => libsqlFiles.cleanup?.(driver as LibSQLDriver),
  },
  "libsql in memory": { share: 0.1, make: () => new LibSQLDriver({ databases }) },
  "libsql over http": server("http", 0.05),
  "libsql over a web socket": server("ws", 0.05),
  "libsql in a replica": server("replica", 0.02),
  "postgres (PGlite)": postgres(await findPlace("PGlite"), 0.03),
  "postgres (server)": postgres(await findPlace("server"), 0.03),
  "deno-kv": { share: 0.2, make: () => openDriver(":memory:") },
  "a naive driver": { share: 0.2, keepsNumbers: true, make: () => new NaiveDriver() },
  "a slow naive driver": { share: 0.005, keepsNumbers: true, make: () => new SlowNaiveDriver() },
};

for (const [name, subject] of Object.entries(subjects)) {
  const queries = Math.ceil(QUERIES * subject.share);
  const title = `${name} equals memory in ${queries} generated queries`;
  if (typeof subject.skip === "string") test.skip(title, subject.skip);
  else if (name === "bun-sqlite" && runtime !== "bun") test.skip(title, "bun:sqlite exists only in Bun");
  else if (name === "deno-kv" && noKV !== null) test.skip(title, noKV);
  else test(title, () => compare(subject, queries), { timeout: 300_000 });
}

async function compare(
  { make, cleanup, keepsNumbers = false }: Subject,
  queries: number,
): Promise<void> {
  const subject = await make();
  const reference = new MemoryDriver();
  let asked = 0;
  let table = 0;
  const property = fc.asyncProperty(scenarios(Math.min(STEPS, queries)), async (generated) => {
    const scenario = keepsNumbers ? withoutNumbers(generated) : generated;
    const name = `t${table++}`;
    const expected = await runScenario(reference, name, scenario);
    const actual = await runScenario(subject, name, scenario);
    asked += scenario.steps.length;
    expected.forEach((each, i) => assertSame(scenario, i, each, actual[i] as Outcome));
  });
  const { counterexample, errorInstance } = await fc.check(property, {
    seed: SEED,
    numRuns: Math.ceil(queries / STEPS),
    endOnFailure: true,
  });
  if (errorInstance !== null) {
    const [{ schema, indexes }] = counterexample as [Scenario];
    const place = inspect({ schema, indexes }, { depth: 12, breakLength: Infinity });
    throw new Error(`RINARI_SEED=${SEED} shows it again, on ${place}: ${(errorInstance as Error).message}`, {
      cause: errorInstance,
    });
  }
  assert(asked >= queries);
  await subject.disconnect();
  await cleanup?.(subject);
}

function withoutNumbers(scenario: Scenario): Scenario {
  const { id } = scenario.schema;
  return { ...scenario, schema: { ...scenario.schema, id: { ...id as ModelColumn, autoIncrement: false } } };
}

function assertSame(scenario: Scenario, i: number, expected: Outcome, actual: Outcome): void {
  const step: Step | undefined = scenario.steps[i - scenario.rows.length];
  const sums = step?.kind === "aggregate" || step?.kind === "groupBy" || step?.kind === "undone";
  const round = (outcome: Outcome): unknown => sums ? rounded(outcome) : outcome;
  const what = step === undefined
    ? i < scenario.rows.length ? { create: scenario.rows[i] } : "the rows at the end"
    : step;
  assertEquals(round(actual), round(expected), inspect(what, { depth: 12, breakLength: 110 }));
}

/** Sums of fractions depend on the order in which they are added: nine digits are compared. */
function rounded(value: unknown): unknown {
  if (typeof value === "number") return Number(value.toPrecision(9));
  if (Array.isArray(value)) return value.map(rounded);
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, rounded(each)]));
}
