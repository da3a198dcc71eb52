import { live } from "../../live/live.ts";
import { ValidationError } from "../../errors/mod.ts";
import type { View } from "../../model/view.ts";
import type { Mode } from "../../types/mode.ts";
import { expectEqual, expectFailure, expectThrown, expectTrue } from "../assertions.ts";
import { take } from "../steps.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { Row, TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import { key, refers, relate } from "./library.ts";

/** Rows that come again when they have changed. */
export const liveSuite: readonly TestCase[] = [
  promise("live: gives the rows, and again after each commit that changed them", again),
  promise(
    "live: gives nothing for what was rolled back, changes no row of it, or is of another table",
    silent,
  ),
  promise("live: commits meanwhile are answered by one, with the latest rows", coalesces),
  promise("live: watches the tables of relations, and those that foreign keys change", watchesRelated),
  promise("live: watches the tables of lists and of related conditions, and of a scope", watchesConditions),
  promise("live: ends with break, with its signal, and when the ORM is disconnected", ends),
  promise("live: a hundred on one table are all told", many),
];

const note = { id: key, n: { type: "INTEGER" }, at: { type: "DATETIME" } } as const;

function watch(
  world: World,
  model: TestModel,
  options?: object,
  how?: object,
): AsyncIterableIterator<Row[]> {
  const { orm } = world;
  const real = orm.model(model.database, model.table) as unknown as View<Row, unknown, Mode>;
  return live(real, options as never, how as never) as AsyncIterableIterator<Row[]>;
}

const ids = (result: IteratorResult<Row[]>): unknown[] | null =>
  result.done === true ? null : result.value.map(({ id }) => id);

async function again(world: World): Promise<void> {
  const Note = await world.filled("notes", note, [{ id: 1, n: 1 }, { id: 2, n: 5 }]);
  const rows = watch(world, Note, { where: { n: { $gt: 0 } }, orderBy: [["n", "DESC"]], limit: 2 });
  expectEqual(ids(await rows.next()), [2, 1]);
  const second = rows.next();
  await Note.create({ id: 3, n: 9 });
  expectEqual(ids(await second), [3, 2]);
  await Note.update({ n: 0 }, { id: 2 });
  expectEqual(ids(await rows.next()), [3, 1]);
  await world.transaction(function* () {
    yield* take(Note.delete({ id: 3 }));
    yield* take(Note.update({ n: 3 }, { id: 2 }));
  });
  expectEqual(ids(await rows.next()), [2, 1]);
  await rows.return?.();
}

async function silent(world: World): Promise<void> {
  const Note = await world.filled("notes", note, [{ id: 1, at: 5 }]);
  const Other = world.define("others", note);
  await world.orm.ready();
  const rows = watch(world, Note, { where: { id: { $lt: 9 } } });
  expectEqual(ids(await rows.next()), [1]);
  const next = rows.next();
  let given = false;
  next.then(() => given = true);
  await Other.create({ id: 1 });
  await Note.create({ id: 9 });
  await Note.update({ at: 5 }, { id: 1 });
  const error = new Error("mine");
  await expectThrown(() =>
    world.transaction(function* () {
      yield* take(Note.create({ id: 2 }));
      throw error;
    }), error);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expectTrue(!given, "nothing has changed");
  await Note.create({ id: 3 });
  expectEqual(ids(await next), [1, 3]);
  await rows.return?.();
}

async function coalesces(world: World): Promise<void> {
  const Note = world.define("notes", note);
  const rows = watch(world, Note);
  expectEqual(ids(await rows.next()), []);
  for (let id = 1; id <= 20; id++) await Note.create({ id });
  expectEqual(ids(await rows.next())?.length, 20);
  const next = rows.next();
  await Note.deleteAll();
  expectEqual(ids(await next), []);
  await rows.return?.();
}

async function watchesRelated(world: World): Promise<void> {
  const Parent: TestModel = world.define("parents", note, {
    relations: { children: relate.hasMany(() => Child, "parent") },
  });
  const Child: TestModel = world.define("children", {
    id: key,
    parent: refers("parents", {}, { onDelete: "CASCADE" }),
  });
  await Parent.bulkCreate([{ id: 1 }, { id: 2 }]);
  const parents = watch(world, Parent, { with: { children: true } });
  const children = watch(world, Child);
  await parents.next();
  await children.next();
  await Child.create({ id: 1, parent: 1 });
  const { value } = await parents.next();
  expectEqual((value as Row[])[0]?.["children"], [{ id: 1, parent: 1 }]);
  expectEqual(ids(await children.next()), [1]);
  await Parent.delete({ id: 1 });
  expectEqual(ids(await children.next()), []);
  await parents.return?.();
  await children.return?.();
}

async function watchesConditions(world: World): Promise<void> {
  const Parent: TestModel = await world.filled("parents", note, [{ id: 1, n: 1 }, { id: 2 }], {
    relations: { children: relate.hasMany(() => Child, "parent") },
  });
  const Child: TestModel = world.define("children", {
    id: key,
    parent: refers("parents", {}, { onDelete: "CASCADE" }),
  });
  const listed = watch(world, Parent, { where: { id: { $in: Child.pick("parent") } } });
  const related = watch(world, Parent, { where: { children: { $some: {} } } });
  const scoped = live(
    world.orm.model(world.database, "parents").scope({ n: 1 }) as unknown as View<Row, unknown, Mode>,
  );
  expectEqual([ids(await listed.next()), ids(await related.next()), ids(await scoped.next())], [[], [], [1]]);
  const next = [listed.next(), related.next()];
  await Child.create({ id: 1, parent: 2 });
  expectEqual((await Promise.all(next)).map(ids), [[2], [2]]);
  const last = scoped.next();
  await Parent.update({ n: 1 }, { id: 2 });
  expectEqual(ids(await last), [1, 2]);
  for (const each of [listed, related, scoped]) await each.return?.();
}

async function ends(world: World): Promise<void> {
  const Note = world.define("notes", note);
  await world.orm.ready();
  for await (const rows of watch(world, Note)) {
    expectEqual(rows, []);
    break;
  }
  const controller = new AbortController();
  const stopped = watch(world, Note, {}, { signal: controller.signal });
  await stopped.next();
  const waiting = stopped.next();
  controller.abort();
  expectEqual((await waiting).done, true);
  expectEqual((await stopped.next()).done, true);
  expectEqual((await watch(world, Note, {}, { signal: controller.signal }).next()).done, true);
  for (const bad of [{ interval: -1 }, { poll: 0 }, { signal: 5 }]) {
    await expectFailure(() => watch(world, Note, {}, bad), { error: ValidationError });
  }
  await expectFailure(() => watch(world, Note, { where: { nothing: 1 } }).next(), { error: ValidationError });
  const rest = watch(world, Note);
  await rest.next();
  const last = rest.next();
  await world.orm.disconnect();
  expectEqual((await last).done, true);
}

async function many(world: World): Promise<void> {
  const Note = await world.filled("notes", note, [{ id: 1 }]);
  const all = Array.from({ length: 100 }, () => watch(world, Note));
  for (const each of all) expectEqual(ids(await each.next()), [1]);
  const next = all.map((each) => each.next());
  await Note.create({ id: 2 });
  expectEqual((await Promise.all(next)).filter((each) => ids(each)?.length === 2).length, 100);
  for (const each of all) await each.return?.();
}
