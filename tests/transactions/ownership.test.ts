import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import {
  type AsyncDriver,
  ConflictError,
  DataTypes,
  ORM,
  TimeoutError,
  toAsyncDriver,
  TransactionError,
  type TransactionOptions,
  UniqueConstraintError,
} from "../../mod.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { test } from "../support/runner.ts";

const SCHEMA = {
  id: { type: DataTypes.INTEGER, primaryKey: true },
  text: { type: DataTypes.TEXT, unique: true },
} as const;

function asyncNotes(
  options: TransactionOptions = {},
  driver: AsyncDriver = toAsyncDriver(new MemoryDriver()),
) {
  const orm = new ORM({ driver, transactions: options });
  return { orm, Note: orm.define("app", "notes", SCHEMA), Other: orm.define("other", "notes", SCHEMA) };
}

function syncNotes() {
  const orm = new ORM({ driver: new MemoryDriver() });
  return { orm, Note: orm.define("app", "notes", SCHEMA), Other: orm.define("other", "notes", SCHEMA) };
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

test("transaction: an operation of another flow waits until the transaction has ended", async () => {
  const { orm, Note } = asyncNotes();
  let seen = -1;
  const begun = Promise.withResolvers<void>();
  const inside = orm.transaction(async () => {
    await Note.create({ id: 1 });
    begun.resolve();
    await sleep(20);
    assertEquals(seen, -1);
    await Note.create({ id: 2 });
  });
  await begun.promise;
  const outside = Note.count().then((count) => seen = count);
  await Promise.all([inside, outside]);
  assertEquals(seen, 2);
});

test("transaction: waiting for work outside of it ends with a TimeoutError that says so", async () => {
  const { orm, Note } = asyncNotes({ waitTimeout: 50 });
  let gate: (() => void) | undefined;
  const opened = new Promise<void>((resolve) => gate = resolve);
  const outside = opened.then(() => Note.count());
  outside.catch(() => undefined);
  const error = await assertRejects(
    () =>
      orm.transaction(async () => {
        await Note.create({ id: 1 });
        gate?.();
        await outside;
      }),
    TimeoutError,
  );
  assertStringIncludes(error.message, "do not wait inside one for work outside of it");
  assert(error.retryable);
  assertEquals(await Note.count(), 0);
});

test("transaction: a callback that never ends is rolled back at its deadline", async () => {
  const { orm, Note } = asyncNotes({ timeout: 40 });
  let late: Promise<unknown> | undefined;
  const error = await assertRejects(
    () =>
      orm.transaction(async () => {
        await Note.create({ id: 1 });
        await new Promise<void>((resolve) => {
          setTimeout(() => {
            late = Note.create({ id: 2 }).catch((error: unknown) => error);
            resolve();
          }, 80);
        });
      }),
    TimeoutError,
  );
  assertEquals(error.code, "TRANSACTION_TIMEOUT");
  assertEquals(await Note.count(), 0);
  await sleep(60);
  assertInstanceOf(await late, TransactionError);
  assertEquals(await Note.count(), 0);
});

test("transaction: what was started and not awaited belongs to it", async () => {
  const { orm, Note } = asyncNotes();
  await orm.transaction(async () => {
    await Note.create({ id: 1 });
    Note.create({ id: 2 });
    orm.transaction(async () => {
      await sleep(5);
      await Note.create({ id: 3 });
    });
  });
  assertEquals(await Note.count(), 3);
});

test("transaction: an operation started after its end is refused", async () => {
  const { orm, Note } = asyncNotes();
  let late: Promise<unknown> | undefined;
  await orm.transaction(async () => {
    await Note.create({ id: 1 });
    setTimeout(() => late = Note.create({ id: 2 }).catch((error: unknown) => error), 5);
  });
  await sleep(20);
  const error = await late;
  assertInstanceOf(error, TransactionError);
  assertEquals(error.code, "TRANSACTION_ENDED");
  assertEquals(await Note.count(), 1);
});

test("transaction: after a failed operation only rollback is possible", async () => {
  const { orm, Note } = asyncNotes();
  await Note.create({ id: 1, text: "a" });
  const error = await assertRejects(
    () =>
      orm.transaction(async () => {
        await Note.create({ id: 2 });
        await Note.create({ id: 3, text: "a" }).catch(() => undefined);
        await Note.create({ id: 4 });
      }),
    TransactionError,
  );
  assertEquals(error.code, "TRANSACTION_FAILED");
  assertInstanceOf(error.cause, UniqueConstraintError);
  assertEquals(await Note.count(), 1);
});

test("transaction: a swallowed failure does not commit", () => {
  const { orm, Note } = syncNotes();
  Note.create({ id: 1, text: "a" });
  const error = assertThrows(() =>
    orm.transaction(() => {
      Note.create({ id: 2 });
      try {
        Note.create({ id: 3, text: "a" });
      } catch {
        // Goes on as if nothing had happened.
      }
    }), TransactionError);
  assertEquals(error.code, "TRANSACTION_FAILED");
  assertEquals(Note.count(), 1);
});

test("transaction: a failure in a nested transaction can be survived", () => {
  const { orm, Note } = syncNotes();
  Note.create({ id: 1, text: "a" });
  orm.transaction(() => {
    Note.create({ id: 2 });
    assertThrows(() =>
      orm.transaction(() => {
        Note.create({ id: 3 });
        Note.create({ id: 4, text: "a" });
      }), UniqueConstraintError);
    Note.create({ id: 5 });
  });
  assertEquals(Note.findAll({ select: ["id"] }).map(({ id }) => id), [1, 2, 5]);
});

test("transaction: a second database is refused", async () => {
  const sync = syncNotes();
  const error = assertThrows(() =>
    sync.orm.transaction(() => {
      sync.Note.create({ id: 1 });
      sync.Other.create({ id: 1 });
    }), TransactionError);
  assertEquals(error.code, "SECOND_DATABASE");
  assertEquals([sync.Note.count(), sync.Other.count()], [0, 0]);
  const later = asyncNotes();
  await assertRejects(() =>
    later.orm.transaction(async () => {
      await later.Note.create({ id: 1 });
      await later.orm.transaction(() => later.Other.create({ id: 1 }));
    }), TransactionError);
  assertEquals(await later.Note.count(), 0);
});

test("transaction: siblings inside one transaction run one after another", async () => {
  const { orm, Note } = asyncNotes();
  await orm.transaction(async () => {
    const kept = (id: number) =>
      orm.transaction(async () => {
        await Note.create({ id });
        await sleep(3);
      });
    const undone = (id: number) =>
      orm.transaction(async () => {
        await Note.create({ id });
        await sleep(1);
        throw new Error("undo");
      }).catch(() => undefined);
    await Promise.all([kept(1), undone(2), kept(3), undone(4), Note.create({ id: 5 })]);
  });
  const ids = (await Note.findAll()).map(({ id }) => id);
  assertEquals(ids, [1, 3, 5]);
});

test("transaction: an async function is refused before it runs on a sync driver", () => {
  const { orm, Note } = syncNotes();
  let ran = false;
  const body = async () => {
    ran = true;
    await Promise.resolve();
  };
  const error = assertThrows(() => orm.transaction(body as unknown as () => void), TransactionError);
  assertEquals(error.code, "ASYNC_CALLBACK");
  assertEquals([ran, Note.count()], [false, 0]);
});

test("transaction: a callback that returns a Promise is rolled back on a sync driver, and what it does later is refused", async () => {
  const { orm, Note } = syncNotes();
  let late: unknown;
  const step = async () => {
    Note.create({ id: 1 });
    await Promise.resolve();
    try {
      Note.create({ id: 2 });
    } catch (error) {
      late = error;
    }
  };
  assertThrows(() => orm.transaction((() => step()) as unknown as () => void), TransactionError);
  await sleep(5);
  assertInstanceOf(late, TransactionError);
  assertEquals(Note.count(), 0);
  Note.create({ id: 3 });
  assertEquals(Note.count(), 1);
});

test("transaction: a conflict runs the whole callback again, a bounded number of times", async () => {
  for (const [failures, retries, expected] of [[2, 5, 1], [3, 2, 0], [1, 0, 0]] as const) {
    let left: number = failures;
    let runs = 0;
    const inner = toAsyncDriver(new MemoryDriver());
    const driver: AsyncDriver = {
      ...inner,
      transaction: (fn) =>
        inner.transaction(async () => {
          const result = await fn();
          if (left-- > 0) {
            throw new ConflictError("Cannot commit: another writer was faster", { retryable: true });
          }
          return result;
        }),
    };
    const { orm, Note } = asyncNotes({ retries }, driver);
    const work = () =>
      orm.transaction(async () => {
        runs++;
        await Note.create({ id: runs });
      });
    if (expected === 1) await work();
    else await assertRejects(work, ConflictError);
    assertEquals(await Note.count(), expected);
    assertEquals(runs, Math.min(failures, retries) + 1);
  }
});

test("transaction: a lost answer to a commit is never run again", async () => {
  let runs = 0;
  const inner = toAsyncDriver(new MemoryDriver());
  const driver: AsyncDriver = {
    ...inner,
    transaction: async (fn) => {
      await inner.transaction(fn);
      throw new ConflictError("Cannot tell whether it is committed", { retryable: true, outcome: "unknown" });
    },
  };
  const { orm, Note } = asyncNotes({}, driver);
  const error = await assertRejects(() =>
    orm.transaction(() => {
      runs++;
      return Note.create({ id: 1 });
    }), ConflictError);
  assertEquals([error.outcome, runs], ["unknown", 1]);
});

test("transaction: two ORMs on one driver know each other's transactions", async () => {
  const driver = toAsyncDriver(new MemoryDriver());
  const first = asyncNotes({}, driver);
  const second = asyncNotes({}, driver);
  let seen = -1;
  const inside = first.orm.transaction(async () => {
    await first.Note.create({ id: 1 });
    await sleep(10);
    await first.Note.create({ id: 2 });
  });
  await sleep(2);
  await Promise.all([inside, second.Note.count().then((count) => seen = count)]);
  assertEquals(seen, 2);
});

test("transaction: a table defined inside one that is undone is made again", () => {
  const { orm } = syncNotes();
  let Late: ReturnType<typeof syncNotes>["Note"] | undefined;
  assertThrows(() =>
    orm.transaction(() => {
      Late = orm.define("app", "late", SCHEMA);
      Late.create({ id: 1 });
      throw new Error("undo");
    })
  );
  assertEquals(Late?.count(), 0);
  Late?.create({ id: 1 });
  assertEquals(Late?.count(), 1);
});
