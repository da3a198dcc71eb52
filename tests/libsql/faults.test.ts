import { assert, assertEquals } from "@std/assert";
import { DataTypes, ORM, RinariError } from "../../mod.ts";
import { LibSQLDriver, type LibSQLOptions } from "../../drivers/libsql.ts";
import { type Fault, FaultProxy, FAULTS } from "../support/libsql/fault_proxy.ts";
import { noServer, Server, withServer } from "../support/libsql/server.ts";
import { describe, test } from "../support/runner.ts";

const NOTE = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  text: { type: DataTypes.TEXT, notNull: true },
  amount: { type: DataTypes.INTEGER, notNull: true },
} as const;

function notes(options: LibSQLOptions) {
  const driver = new LibSQLDriver(options);
  const orm = new ORM({ driver, transactions: { waitTimeout: 60_000, timeout: 60_000 } });
  return { orm, driver, Note: orm.define("app", "notes", NOTE) };
}

type Notes = ReturnType<typeof notes>;
/** A row without its key, which is assigned. */
type Line = readonly [text: string, amount: number];

interface Call {
  /** What is called. */
  readonly name: string;
  run(notes: Notes): Promise<unknown>;
  /** The rows when it was done once; those of before when it is left out. */
  readonly after?: (before: readonly Line[]) => readonly Line[];
  /** It writes, and not rows. */
  readonly writes?: boolean;
}

const SEED: readonly Line[] = [["a", 100], ["b", 50], ["c", 0]];
const change = (text: string, by: number) => (rows: readonly Line[]) =>
  rows.map((row): Line => row[0] === text ? [text, row[1] + by] : row);

/** Takes from one row and gives to another, after reading both. */
async function transfer({ Note }: Notes, amount: number): Promise<void> {
  const from = await Note.findOrFail({ where: { text: "a" } });
  const to = await Note.findOrFail({ where: { text: "b" } });
  await Note.update({ amount: from.amount - amount }, { id: from.id });
  await Note.update({ amount: to.amount + amount }, { id: to.id });
}

const transferred = (rows: readonly Line[]) => change("b", 30)(change("a", -30)(rows));

let made = 0;

/** Every kind of call. */
const CALLS: readonly Call[] = [
  { name: "count", run: ({ Note }) => Note.count() },
  { name: "findAll", run: ({ Note }) => Note.findAll({ where: { amount: { $gt: 10 } } }) },
  {
    name: "iterate",
    run: async ({ Note }) => {
      let rows = 0;
      for await (const _ of Note.iterate()) rows++;
      assertEquals(rows, 3);
    },
  },
  { name: "groupBy", run: ({ Note }) => Note.groupBy({ by: ["text"], aggregates: { n: { count: "*" } } }) },
  {
    name: "create",
    run: ({ Note }) => Note.create({ text: "new", amount: 1 }),
    after: (rows) => [...rows, ["new", 1]],
  },
  {
    name: "bulkCreate",
    run: ({ Note }) => Note.bulkCreate([{ text: "x", amount: 1 }, { text: "y", amount: 2 }]),
    after: (rows) => [...rows, ["x", 1], ["y", 2]],
  },
  {
    name: "update",
    run: ({ Note }) => Note.update({ amount: 101 }, { text: "a" }),
    after: change("a", 1),
  },
  {
    name: "bulkUpdate",
    run: ({ Note }) =>
      Note.bulkUpdate([
        { data: { amount: 101 }, where: { text: "a" } },
        { data: { amount: 51 }, where: { text: "b" } },
      ]),
    after: (rows) => change("a", 1)(change("b", 1)(rows)),
  },
  { name: "delete", run: ({ Note }) => Note.delete({ text: "a" }), after: (rows) => rows.slice(1) },
  {
    name: "upsert",
    run: ({ Note }) => Note.upsert({ id: 1, text: "a", amount: 101 }),
    after: change("a", 1),
  },
  {
    name: "transaction",
    run: (notes) => notes.orm.transaction(() => transfer(notes, 30)),
    after: transferred,
  },
  {
    name: "savepoints",
    run: (notes) =>
      notes.orm.transaction(async () => {
        await notes.orm.transaction(() => notes.Note.update({ amount: 101 }, { text: "a" }));
        await notes.orm.transaction(async () => {
          await notes.Note.create({ text: "undone", amount: 0 });
          throw new Error("undo");
        }).catch((error: Error) => {
          if (error.message !== "undo") throw error;
        });
        await notes.Note.create({ text: "kept", amount: 0 });
      }),
    after: (rows) => [...change("a", 1)(rows), ["kept", 0]],
  },
  {
    name: "a transaction that is undone",
    run: (notes) =>
      notes.orm.transaction(async () => {
        await transfer(notes, 30);
        throw new Error("undo");
      }).catch((error: Error) => {
        if (error.message !== "undo") throw error;
      }),
  },
  {
    name: "bulkCreate in a transaction",
    run: ({ orm, Note }) =>
      orm.transaction(() => Note.bulkCreate([{ text: "x", amount: 1 }, { text: "y", amount: 2 }])),
    after: (rows) => [...rows, ["x", 1], ["y", 2]],
  },
  {
    name: "createIndex",
    writes: true,
    run: ({ Note }) => Note.createIndex(`by_amount_${++made}`, { columns: ["amount"] }),
  },
  {
    name: "first use",
    writes: true,
    run: async ({ orm }) => {
      const Made = orm.define("app", `made_${++made}`, NOTE, { indexes: [{ columns: ["text"] }] });
      await Made.create({ text: "first", amount: 1 });
      assertEquals(await Made.count(), 1);
    },
  },
];

/** How many databases are worked on at once: what a lost connection has locked is free after five seconds. */
const WORKERS = { http: 24, ws: 4 };

interface Job {
  readonly fault: Fault;
  readonly call: Call;
  /** Which of its messages fails. */
  readonly at: number;
}

describe("LibSQLDriver", () => {
  if (noServer !== null) return test.skip("fails one message after another", noServer);

  test(
    "http: whichever message fails, what is called is done once or not at all, and says which",
    () =>
      withServer(async (server) => {
        const names = Array.from({ length: WORKERS.http }, (_, i) => `n${i}`);
        for (const name of names) await server.createNamespace(name);
        await failEach(names.map((name) => ({ server, options: { namespace: () => name } })), "http");
      }, { namespaces: true }),
    { timeout: 300_000 },
  );

  test("ws: whichever message fails, what is called is done once or not at all, and says which", async () => {
    // A namespace is chosen by the name of the host there, and these have none.
    const servers = await Promise.all(Array.from({ length: WORKERS.ws }, () => Server.start()));
    try {
      await failEach(servers.map((server) => ({ server, options: {} })), "ws");
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
    }
  }, { timeout: 300_000 });
});

/** Lets each message of each call fail in turn. */
async function failEach(places: readonly Place[], scheme: "http" | "ws"): Promise<void> {
  const benches = await Promise.all(places.map((place) => Bench.open(place, scheme)));
  const jobs: Job[] = [];
  for (const call of CALLS) {
    const messages = await (benches[0] as Bench).messagesOf(call);
    for (const fault of FAULTS) {
      for (let at = 0; at < messages; at++) jobs.push({ fault, call, at });
    }
  }
  await Promise.all(benches.map(async (bench) => {
    for (let job = jobs.pop(); job !== undefined; job = jobs.pop()) await bench.run(job);
    await bench.close();
  }));
}

interface Place {
  readonly server: Server;
  readonly options: LibSQLOptions;
}

/** A database that is reached directly, and through a proxy that lets messages fail. */
class Bench {
  readonly #proxy: FaultProxy;
  readonly #direct: Notes;
  readonly #options: LibSQLOptions;

  private constructor(proxy: FaultProxy, direct: Notes, options: LibSQLOptions) {
    this.#proxy = proxy;
    this.#direct = direct;
    this.#options = options;
  }

  static async open({ server, options }: Place, scheme: "http" | "ws"): Promise<Bench> {
    const proxy = await FaultProxy.start(server.url);
    const direct = notes({ ...options, url: server.url });
    return new Bench(proxy, direct, { ...options, url: `${scheme}://${proxy.host}` });
  }

  /** How many messages a call sends. */
  async messagesOf(call: Call): Promise<number> {
    const through = await this.#begin(30_000);
    this.#proxy.arm("unsent", Infinity);
    await call.run(through);
    const { messages } = this.#proxy;
    await through.orm.disconnect();
    return messages;
  }

  /** Lets one message of a call fail, and looks at what was said and what was stored. */
  async run({ fault, call, at }: Job): Promise<void> {
    const hangs = fault === "hanging";
    const through = await this.#begin(hangs ? 500 : 30_000);
    this.#proxy.arm(fault, at);
    const error: unknown = await call.run(through).then(() => null, (error) => error);
    this.#proxy.disarm();
    const what = `${call.name}, message ${at} ${fault}: ${error === null ? "done" : error}`;
    const lines = (await this.#direct.Note.findAll()).map(({ text, amount }): Line => [text, amount]);
    const once = call.after?.(SEED) ?? SEED;
    if (error === null) assertEquals(lines, once, what);
    else {
      assert(error instanceof RinariError && (this.#proxy.fired || hangs), what);
      const unknown = error.outcome === "unknown";
      if (!unknown || JSON.stringify(lines) !== JSON.stringify(once)) assertEquals(lines, SEED, what);
      assert(!(unknown && error.retryable), what);
      // A search can always be made again.
      if (call.after === undefined && call.writes !== true) assert(!unknown && error.retryable, what);
    }
    await through.orm.disconnect();
  }

  async close(): Promise<void> {
    await this.#direct.orm.disconnect();
    await this.#proxy.stop();
  }

  async #begin(requestTimeout: number): Promise<Notes> {
    const { Note } = this.#direct;
    await Note.deleteAll();
    await Note.bulkCreate(SEED.map(([text, amount], i) => ({ id: i + 1, text, amount })));
    const through = notes({ ...this.#options, requestTimeout });
    // What is prepared once is prepared, and there is a connection that can die. A machine with other work may be late.
    while (await through.Note.count().catch(() => null) === null) { /* Again. */ }
    return through;
  }
}
