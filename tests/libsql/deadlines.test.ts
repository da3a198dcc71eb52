import { assert, assertEquals } from "@std/assert";
import { DataTypes, ORM, type RinariError } from "../../mod.ts";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { FaultProxy } from "../support/libsql/fault_proxy.ts";
import { noServer, withServer } from "../support/libsql/server.ts";
import { describe, test } from "../support/runner.ts";

const NOTE = {
  id: { type: DataTypes.INTEGER, primaryKey: true },
  text: { type: DataTypes.TEXT, notNull: true },
} as const;

/** How long a request may take: whatever settles before it has not waited for one. */
const REQUEST = 60_000;
/** What is far below it, and no machine is too slow for. */
const SOON = 10_000;

type Notes = ReturnType<typeof open>;

function open(url: string) {
  const orm = new ORM({ driver: new LibSQLDriver({ url, requestTimeout: REQUEST }) });
  return { orm, Note: orm.define("app", "notes", NOTE) };
}

async function errorOf(work: Promise<unknown>): Promise<RinariError> {
  return await work.then(() => {
    throw new Error("It did not fail");
  }, (error) => error);
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("ORM.transaction on a server", () => {
  if (noServer !== null) return test.skip("ends at its deadline", noServer);
  for (const reach of ["http", "ws"] as const) {
    const withProxy = (work: (proxy: FaultProxy, notes: Notes, direct: Notes) => Promise<void>) =>
      withServer(async (server) => {
        const proxy = await FaultProxy.start(server.url);
        const notes = open(`${reach}://${proxy.host}`);
        const direct = open(server.url);
        try {
          await notes.Note.create({ id: 1, text: "before" });
          await work(proxy, notes, direct);
        } finally {
          proxy.disarm();
          proxy.drop();
          await notes.orm.disconnect();
          await direct.orm.disconnect();
          await proxy.stop();
        }
      });

    test(
      `${reach}: settles soon after \`timeout\` though the server does not answer, and the store goes on`,
      () =>
        withProxy(async (proxy, { orm, Note }) => {
          const begun = Date.now();
          const rollback = await errorOf(orm.transaction(async () => {
            await Note.create({ id: 3, text: "undone" });
            proxy.arm("hanging", 0);
            await sleep(400);
          }, { timeout: 300 }));
          proxy.disarm();
          assertEquals([rollback.code, rollback.outcome], ["TRANSACTION_TIMEOUT", undefined]);

          const statement = await errorOf(orm.transaction(async () => {
            await Note.update({ text: "inside" }, { id: 1 });
            proxy.arm("hanging", 0);
            await Note.create({ id: 2, text: "never answered" });
          }, { timeout: 300 }));
          proxy.disarm();
          assertEquals([statement.code, statement.outcome], ["TRANSACTION_TIMEOUT", undefined]);
          assert(Date.now() - begun < SOON, `it took ${Date.now() - begun} ms`);
          // The server still holds what it was not told to undo.
          assertEquals((await Note.findAll()).map(({ id }) => id), [1]);
          assert(Date.now() - begun < REQUEST);
        }),
      { timeout: 90_000 },
    );

    test(
      `${reach}: does not know what became of a commit that is not answered`,
      () =>
        withProxy(async (proxy, { orm, Note }, direct) => {
          const begun = Date.now();
          const error = await errorOf(orm.transaction(async () => {
            await Note.create({ id: 2, text: "perhaps" });
            proxy.arm("hanging", 0);
          }, { timeout: 300 }));
          proxy.disarm();
          proxy.drop();
          assertEquals([error.code, error.outcome, error.retryable], [
            "TRANSACTION_TIMEOUT",
            "unknown",
            false,
          ]);
          assert(Date.now() - begun < SOON, `it took ${Date.now() - begun} ms`);
          assertEquals((await direct.Note.findAll()).map(({ id }) => id), [1, 2]);
        }),
      { timeout: 90_000 },
    );

    test(
      `${reach}: a connection lost at the end of a savepoint is told as that, and the whole is run again`,
      () =>
        withProxy(async (proxy, { orm, Note }) => {
          for (const end of ["released", "rolled back"]) {
            for (const retries of [0, 5]) {
              await Note.deleteAll();
              let runs = 0;
              const work = orm.transaction(async () => {
                runs++;
                await Note.create({ id: 1, text: "outer" });
                await orm.transaction(async () => {
                  await Note.create({ id: 2, text: "inner" });
                  if (runs === 1) proxy.arm("unsent", 0);
                  if (end === "rolled back") throw new Error("inner");
                }).catch((error: Error) => {
                  if (error.message !== "inner" && end === "rolled back") throw error;
                });
                await Note.create({ id: 3, text: "after" });
              }, { retries });
              if (retries === 0) {
                const error = await errorOf(work);
                assertEquals([error.code, error.retryable], ["CONNECTION_LOST", true], end);
                assert(error.cause instanceof Error, end);
              } else {
                await work;
                assertEquals(runs, 2, end);
                const ids = (await Note.findAll()).map(({ id }) => id);
                assertEquals(ids, end === "released" ? [1, 2, 3] : [1, 3], end);
              }
            }
          }
        }),
      { timeout: 90_000 },
    );
  }
});
