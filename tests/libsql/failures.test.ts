import { assert, assertEquals } from "@std/assert";
import { DataTypes, ORM, type RinariError } from "../../mod.ts";
import { LibSQLDriver, type LibSQLOptions } from "../../drivers/libsql.ts";
import { createClient } from "@libsql/client";
import { FaultProxy } from "../support/libsql/fault_proxy.ts";
import { noServer, type Server, withServer } from "../support/libsql/server.ts";
import { describe, test } from "../support/runner.ts";

const NOTE = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  text: { type: DataTypes.TEXT, notNull: true },
} as const;

function open(options: LibSQLOptions, retries = 0) {
  const driver = new LibSQLDriver(options);
  const orm = new ORM({ driver, transactions: { retries } });
  return { orm, Note: orm.define("app", "notes", NOTE) };
}

async function errorOf(work: Promise<unknown>): Promise<RinariError> {
  return await work.then(() => {
    throw new Error("It did not fail");
  }, (error) => error);
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const urlOf = { http: (server: Server) => server.url, ws: (server: Server) => server.wsURL };

/** A fetch that loses the answer to the next request when it is told to. */
function losing(): { fetch: typeof fetch; lose: boolean } {
  const state = {
    lose: false,
    fetch: (async (...args: Parameters<typeof fetch>) => {
      const response = await fetch(...args);
      if (!state.lose) return response;
      state.lose = false;
      await response.arrayBuffer();
      throw new TypeError("fetch failed");
    }) as typeof fetch,
  };
  return state;
}

describe("LibSQLDriver", () => {
  if (noServer !== null) return test.skip("survives failures of servers", noServer);
  for (const reach of ["http", "ws"] as const) {
    test(`${reach}: what is under way at disconnect ends, and a write that may be stored says so`, () =>
      withServer(async (server) => {
        const Notes = () => open({ url: urlOf[reach](server) });
        const first = Notes();
        await first.Note.count();
        for (let round = 0; round < 24; round++) {
          const { orm, Note } = Notes();
          await Note.count();
          const ids = [1, 2, 3, 4].map((each) => 10 * round + each);
          const [a, b, c, d] = ids as [number, number, number, number];
          const text = "under way";
          const writes = [
            Note.create({ id: a, text }),
            Note.bulkCreate([{ id: b, text }, { id: c, text }]),
            orm.transaction(() => Note.create({ id: d, text })),
          ];
          const work = [...writes, Note.findAll(), Note.groupBy({ by: ["text"], aggregates: {} })];
          const ended = Promise.allSettled(work);
          await sleep(round % 8 / 2);
          await orm.disconnect();
          const results = (await ended).map((each) => each.status === "rejected" ? each.reason : null);
          await sleep(20);
          const stored = new Set((await first.Note.findAll()).map(({ id }) => id));
          for (const [i, error] of results.entries()) {
            if (error === null) continue;
            assertEquals(error.name.endsWith("Error") && typeof error.code, "string", String(error.stack));
            const own = [[a], [b, c], [d]][i] ?? [];
            if (own.some((id) => stored.has(id))) assertEquals(error.outcome, "unknown", error.message);
          }
        }
        await first.orm.disconnect();
      }));

    test(`${reach}: a server killed inside a transaction, and started again`, () =>
      withServer(async (server) => {
        const { orm, Note } = open({ url: urlOf[reach](server) });
        await Note.create({ text: "before" });
        const error = await errorOf(orm.transaction(async () => {
          await Note.create({ text: "inside" });
          await server.kill();
          await Note.create({ text: "too late" });
        }));
        assertEquals([error.name, error.retryable, error.outcome], ["ConnectionError", true, undefined]);
        const down = await errorOf(Note.count());
        assertEquals([down.name, down.retryable], ["ConnectionError", true]);
        // Bun's web socket does not tell why it could not connect.
        if (reach === "http") assertEquals(down.code, "UNREACHABLE");
        await server.run();
        assertEquals(await Note.count(), 1);
        await Note.create({ text: "after" });
        assertEquals(await Note.count(), 2);
        await orm.disconnect();
      }));

    test(`${reach}: a callback is run again when its server was started anew`, () =>
      withServer(async (server) => {
        const { orm, Note } = open({ url: urlOf[reach](server) }, 5);
        await Note.create({ text: "before" });
        let runs = 0;
        await orm.transaction(async () => {
          await Note.create({ text: `run ${++runs}` });
          if (runs === 1) {
            await server.kill();
            await server.run();
          }
          await Note.create({ text: "second" });
        });
        assertEquals((await Note.findAll()).map(({ text }) => text), ["before", "run 2", "second"]);
        await orm.disconnect();
      }));

    test(`${reach}: a server that does not answer is left after the deadline`, () =>
      withServer(async (server) => {
        const { orm, Note } = open({ url: urlOf[reach](server), requestTimeout: 500 });
        await Note.create({ text: "before" });
        await server.pause();
        const read = await errorOf(Note.count());
        const write = await errorOf(Note.create({ text: "perhaps" }));
        server.resume();
        assertEquals([read.name, read.retryable], ["TimeoutError", true]);
        assertEquals([write.name, write.retryable, write.outcome], ["TimeoutError", false, "unknown"]);
        await sleep(50);
        assert(await Note.count() >= 1);
        await orm.disconnect();
      }));
  }

  test("a server without a connection left is told apart", () =>
    withServer(async (server) => {
      const { orm, Note } = open({ url: server.url });
      await Note.count();
      const errors: RinariError[] = [];
      await orm.transaction(async () => {
        await Note.create({ text: "held" });
        const outside = open({ url: server.url, busyTimeout: 0 });
        errors.push(await errorOf(outside.Note.count()));
        await outside.orm.disconnect();
      });
      assertEquals([errors[0]?.name, errors[0]?.code, errors[0]?.retryable], [
        "ConnectionError",
        "OVERLOADED",
        true,
      ]);
      assertEquals(await Note.count(), 1);
      await orm.disconnect();
    }, { maxConnections: 1 }));

  // At once, because each of them waits for seconds.
  test("what took too long is refused as a whole: transactions over http and ws, and an idle stream", () =>
    Promise.all([tooLong("http"), tooLong("ws"), idle()]));

  test("a lost answer to a commit or a write is reported as unknown, and not tried again", () =>
    withServer(async (server) => {
      const lossy = losing();
      const { orm, Note } = open({ url: server.url, fetch: lossy.fetch }, 5);
      await Note.count();
      let runs = 0;
      const commit = await errorOf(orm.transaction(async () => {
        await Note.create({ text: `run ${++runs}` });
        lossy.lose = true;
      }));
      assertEquals([commit.name, commit.outcome, commit.retryable, runs], [
        "ConnectionError",
        "unknown",
        false,
        1,
      ]);
      lossy.lose = true;
      const write = await errorOf(Note.create({ text: "written" }));
      assertEquals([write.outcome, write.retryable], ["unknown", false]);
      lossy.lose = true;
      const bulk = await errorOf(Note.bulkCreate([{ text: "a" }, { text: "b" }]));
      assertEquals([bulk.outcome, bulk.retryable], ["unknown", false]);
      assertEquals((await Note.findAll()).map(({ text }) => text), ["run 1", "written", "a", "b"]);
      await orm.disconnect();
    }));

  test("an expired transaction is no lost commit, unless its request may have been sent twice", () =>
    withServer(async (server) => {
      // As a proxy may that gets no answer.
      const twice = (async ({ url, headers, body: given }: Request) => {
        const body = await new Response(given).arrayBuffer();
        const send = () => fetch(new Request(url, { method: "POST", headers, body }));
        const response = await send();
        if (!new TextDecoder().decode(body).includes("COMMIT")) return response;
        await response.arrayBuffer();
        return await send();
      }) as typeof fetch;
      const { orm, Note } = open({ url: server.url, fetch: twice }, 5);
      await Note.count();
      let runs = 0;
      const error = await errorOf(orm.transaction(() => Note.create({ text: `run ${++runs}` })));
      assertEquals([error.code, error.outcome, error.retryable, runs], [
        "CONNECTION_LOST",
        "unknown",
        false,
        1,
      ]);
      assertEquals(await Note.count(), 1);
      await orm.disconnect();

      const proxy = await FaultProxy.start(server.url);
      const own = open({ client: createClient({ url: `http://${proxy.host}`, intMode: "bigint" }) }, 5);
      await own.Note.deleteAll();
      const lost = await errorOf(own.orm.transaction(async () => {
        await own.Note.create({ text: `run ${++runs}` });
        proxy.arm("unanswered", 0);
      }));
      assertEquals([lost.code, lost.outcome, lost.retryable, runs], ["CONNECTION_LOST", "unknown", false, 2]);
      assertEquals(await own.Note.count(), 1);
      await own.orm.disconnect();
      await proxy.stop();
    }));
});

/** A transaction that holds the database for longer than the server allows while another waits. */
function tooLong(reach: "http" | "ws"): Promise<void> {
  return withServer(async (server) => {
    const { orm, Note } = open({ url: urlOf[reach](server) });
    await Note.count();
    let begun: (() => void) | undefined;
    const started = new Promise<void>((resolve) => begun = resolve);
    const slow = errorOf(orm.transaction(async () => {
      await Note.create({ text: "half" });
      begun?.();
      await sleep(5_500);
      await Note.create({ text: "other half" }).catch(() => undefined);
      await Note.create({ text: "more" });
    }));
    await started;
    await Note.create({ text: "someone else" });
    const error = await slow;
    assertEquals(error.code, "TRANSACTION_FAILED");
    assertEquals([(error.cause as RinariError).code, error.retryable], ["TRANSACTION_EXPIRED", true]);
    assertEquals((await Note.findAll()).map(({ text }) => text), ["someone else"]);
    await orm.disconnect();
  });
}

/** A transaction that the server has closed because nothing was asked for too long. */
function idle(): Promise<void> {
  return withServer(async (server) => {
    const { orm, Note } = open({ url: server.url });
    await Note.count();
    const error = await errorOf(orm.transaction(async () => {
      await Note.create({ text: "half" });
      await sleep(11_500);
    }));
    assertEquals([error.name, error.code, error.retryable], ["ConflictError", "TRANSACTION_EXPIRED", true]);
    assertEquals(await Note.count(), 0);
    await orm.disconnect();
  });
}
