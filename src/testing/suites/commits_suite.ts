import { RinariError, TransactionError } from "../../errors/mod.ts";
import type { ChangeEvent } from "../../types/change.ts";
import { expectEqual, expectFailure, expectThrown, expectTrue, throwing } from "../assertions.ts";
import { take } from "../steps.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import { type LoggedOperation, logOperations } from "../../tracing/log.ts";
import { key, refers } from "./library.ts";

/** What is done and told after commits. */
export const commitsSuite: readonly TestCase[] = [
  promise("afterCommit: runs at once outside of a transaction", atOnce),
  promise("afterCommit: runs in order after the outermost commit, before transaction returns", inOrder),
  promise("afterCommit: is dropped with the savepoint or transaction it was asked in", dropped),
  promise("afterCommit: runs outside of the transaction, and may write and ask again", outside),
  promise("afterCommit: one that throws leaves the commit and the others as they are", failing),
  promise("onChange: tells the tables of each commit that changed rows, and of nothing else", tells),
  promise("onChange: tells of a transaction once, after its commit, and never of what was undone", tellsOnce),
  promise("onChange: tells the tables that foreign keys change", tellsReached),
  promise("logOperations: tells what was done, on how many rows and for how long, and never a value", logs),
  promise("onChange: tells of other ORMs on the driver, until it is stopped", tellsOthers),
];

const note = { id: key, n: { type: "INTEGER" } } as const;

function after(world: World, work: () => unknown): unknown {
  return world.orm.afterCommit(work as () => Promise<unknown>);
}

async function atOnce(world: World): Promise<void> {
  const Note = world.define("notes", note);
  await after(world, () => Note.create({ id: 1 }));
  expectEqual(await Note.count(), 1);
  const error = new Error("mine");
  await expectThrown(
    () =>
      after(world, () => {
        throw error;
      }),
    error,
  );
}

async function inOrder(world: World): Promise<void> {
  const Note = world.define("notes", note);
  const seen: unknown[] = [];
  const result = await world.transaction(function* () {
    after(world, () => seen.push("a"));
    yield* take(Note.create({ id: 1 }));
    yield* take(world.transaction(function* () {
      after(world, () => seen.push("b"));
      yield* take(Note.create({ id: 2 }));
    }));
    after(world, () => seen.push("c"));
    seen.push("end");
    return 7;
  });
  expectEqual(result, 7);
  expectEqual(seen, ["end", "a", "b", "c"]);
}

async function dropped(world: World): Promise<void> {
  const Note = world.define("notes", note);
  const seen: unknown[] = [];
  const error = new Error("mine");
  await world.transaction(function* () {
    after(world, () => seen.push("kept"));
    yield* throwing(() =>
      world.transaction(function* () {
        yield* take(Note.create({ id: 1 }));
        after(world, () => seen.push("undone"));
        yield* take(world.transaction(function* () {
          after(world, () => seen.push("undone within"));
        }));
        throw error;
      }), error);
  });
  expectEqual(seen, ["kept"]);
  await expectThrown(() =>
    world.transaction(function* () {
      after(world, () => seen.push("rolled back"));
      yield* take(Note.create({ id: 2 }));
      throw error;
    }), error);
  expectEqual(seen, ["kept"]);
  expectEqual(await Note.count(), 0);
}

async function outside(world: World): Promise<void> {
  const Note = world.define("notes", note);
  const error = new Error("mine");
  const seen: unknown[] = [];
  await world.transaction(function* () {
    yield* take(Note.create({ id: 1 }));
    after(world, async () => {
      const undone = expectThrown(() =>
        world.transaction(function* () {
          yield* take(Note.create({ id: 2 }));
          throw error;
        }), error);
      const again = after(world, () => seen.push("at once"));
      seen.push("next");
      await undone;
      await again;
      await Note.create({ id: 3 });
      seen.push("last");
    });
  });
  // With a sync driver nothing waits for what is done later.
  for (let i = 0; i < 20 && !seen.includes("last"); i++) await Promise.resolve();
  expectEqual(seen.includes("at once") && seen.includes("last"), true);
  expectEqual((await Note.findAll()).map(({ id }) => id), [1, 3]);
}

async function failing(world: World): Promise<void> {
  const Note = world.define("notes", note);
  const seen: unknown[] = [];
  const cause = new Error("no mail");
  const error = await expectFailure(() =>
    world.transaction(function* () {
      yield* take(Note.create({ id: 1 }));
      after(world, () => {
        throw cause;
      });
      after(world, () => seen.push("second"));
      return "result";
    }), { error: TransactionError, code: "AFTER_COMMIT" }) as TransactionError;
  expectEqual([error.outcome, error.value, error.retryable], ["committed", "result", false]);
  expectTrue(Object.is(error.cause, cause), "the first error is the cause");
  expectEqual(seen, ["second"]);
  expectEqual(await Note.count(), 1);
}

function listen(world: World, seen: ChangeEvent[] = []): ChangeEvent[] {
  world.orm.onChange((event) => seen.push(event));
  return seen;
}

async function told(seen: ChangeEvent[], work: () => unknown): Promise<(readonly string[] | null)[]> {
  seen.length = 0;
  await work();
  expectTrue(seen.every(({ origin }) => origin === "here"), "changes of this program");
  return seen.map(({ tables }) => tables);
}

async function tells(world: World): Promise<void> {
  const Note = world.define("notes", note);
  const seen = listen(world);
  const one = [["notes"]];
  expectEqual(await told(seen, () => Note.findAll()), []);
  expectEqual(await told(seen, () => Note.create({ id: 1 })), one);
  expectEqual(seen[0]?.database, world.database);
  expectEqual(await told(seen, () => Note.bulkCreate([{ id: 2 }, { id: 3 }])), one);
  expectEqual(await told(seen, () => Note.bulkCreate([])), []);
  expectEqual(await told(seen, () => Note.update({ n: 1 }, { id: 1 })), one);
  expectEqual(await told(seen, () => Note.update({ n: 1 }, { id: 9 })), []);
  expectEqual(await told(seen, () => Note.updateAll({ n: 2 })), one);
  expectEqual(await told(seen, () => Note.bulkUpdate([{ where: { id: 1 }, data: { n: 3 } }])), one);
  expectEqual(await told(seen, () => Note.upsert({ id: 1, n: 4 })), one);
  expectEqual(await told(seen, () => Note.updateById(1, { n: 5 })), one);
  expectEqual(await told(seen, () => Note.updateAll({ n: (row: { id: unknown }) => row.id })), one);
  expectEqual(await told(seen, () => Note.update({ n: 6 }, { id: 1 }, { returning: true })), one);
  expectEqual(await told(seen, () => Note.delete({ id: 9 }, { returning: true })), []);
  expectEqual(await told(seen, () => Note.delete({ id: 9 })), []);
  expectEqual(await told(seen, () => Note.delete({ id: 1 })), one);
  expectEqual(await told(seen, () => Note.bulkDelete([2])), one);
  expectEqual(await told(seen, () => Note.delete({ id: 3 }, { returning: true })), one);
  await Note.create({ id: 3 });
  expectEqual(await told(seen, () => Note.deleteAll()), one);
  const reads = async (): Promise<void> => {
    await Note.count();
    await Note.exists();
    await Note.groupBy({ by: ["n"], aggregates: {} });
    await Note.paginate();
    for await (const _ of Note.iterate());
  };
  expectEqual(await told(seen, reads), []);
  await expectFailure(() => Note.create({ n: 1 }), { error: RinariError });
  expectEqual(seen.length, 0);
  expectEqual(await told(seen, () => Note.drop()), [null]);
}

async function tellsOnce(world: World): Promise<void> {
  const Note = world.define("notes", note);
  const Other = world.define("others", note);
  await world.orm.ready();
  const seen = listen(world);
  const error = new Error("mine");
  const change = (Model: TestModel, id: number, undo: boolean) =>
    world.transaction(function* () {
      yield* take(Model.create({ id }));
      expectEqual(seen.length, 0, "nothing is told before the commit");
      if (undo) throw error;
    });
  const committed = await told(seen, () =>
    world.transaction(function* () {
      yield* take(change(Note, 1, false));
      yield* throwing(() => change(Other, 1, true), error);
      yield* take(Note.create({ id: 2 }));
    }));
  expectEqual(committed, [["notes"]]);
  expectEqual(await told(seen, () => expectThrown(() => change(Note, 3, true), error)), []);
  const both = await told(seen, () =>
    world.transaction(function* () {
      yield* take(Note.create({ id: 4 }));
      yield* take(Other.create({ id: 4 }));
      yield* take(Note.findAll());
    }));
  expectEqual(both, [["notes", "others"]]);
}

async function tellsReached(world: World): Promise<void> {
  const Parent = world.define("parents", note);
  const Child = world.define("children", {
    id: key,
    parent: refers("parents", {}, { onDelete: "CASCADE", onUpdate: "SET NULL" }),
  });
  world.define("grandchildren", { id: key, child: refers("children", {}, { onDelete: "SET NULL" }) });
  world.define("cousins", { id: key, parent: refers("parents") });
  await Parent.bulkCreate([{ id: 1 }, { id: 2 }]);
  await Child.create({ id: 1, parent: 1 });
  const seen = listen(world);
  expectEqual(await told(seen, () => Child.update({ parent: 2 }, { id: 1 })), [["children"]]);
  expectEqual(await told(seen, () => Parent.update({ n: 1 }, { id: 1 })), [["parents", "children"]]);
  expectEqual(await told(seen, () => Parent.delete({ id: 2 })), [["parents", "children", "grandchildren"]]);
}

async function tellsOthers(world: World): Promise<void> {
  const Note = world.define("notes", note);
  const Twin = world.define("notes", note, { orm: world.newORM() });
  const seen: ChangeEvent[] = [];
  const stop = world.orm.onChange((event) => seen.push(event));
  expectEqual(await told(seen, () => Twin.create({ id: 1 })), [["notes"]]);
  stop();
  expectEqual(await told(seen, () => Note.create({ id: 2 })), []);
  expectEqual(await Note.count(), 2);
}

async function logs(world: World): Promise<void> {
  const Note = world.define("notes", { ...note, text: { type: "TEXT", unique: true } });
  await world.orm.ready();
  const logged: LoggedOperation[] = [];
  // Other tests of the program may be under way.
  const stop = logOperations((operation) => {
    if (operation.database === world.database && operation.table === "notes") logged.push(operation);
  });
  try {
    await Note.create({ id: 1, text: "secret" });
    await Note.bulkCreate([{ id: 2 }, { id: 3 }]);
    await Note.findAll({ where: { text: { $in: ["secret"] } } });
    await Note.updateAll({ n: 4 });
    await Note.delete({ id: { $gt: 1 } });
    await expectFailure(() => Note.create({ id: 4, text: "secret" }), { error: RinariError });
  } finally {
    stop();
  }
  await Note.findAll();
  const told = logged.map(({ operation, rows, batch, error }) => [operation, rows, batch, error]);
  expectEqual(told, [
    ["insert", 1, undefined, undefined],
    ["insertAll", 2, 2, undefined],
    ["select", 1, undefined, undefined],
    ["update", 3, undefined, undefined],
    ["delete", 2, undefined, undefined],
    ["insert", undefined, undefined, "UNIQUE_CONSTRAINT"],
  ]);
  expectTrue(logged.every(({ duration }) => duration >= 0 && duration < 60_000), "durations in milliseconds");
  expectTrue(logged.every(({ driver }) => driver === world.driverName), "the driver's name");
  expectTrue(!JSON.stringify(logged).includes("secret"), "no value is told");
}
