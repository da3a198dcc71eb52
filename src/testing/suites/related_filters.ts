import { ValidationError } from "../../errors/mod.ts";
import { every, is, none, some } from "../../query/operators.ts";
import { expectEqual, expectFailure, expectTrue } from "../assertions.ts";
import { collect } from "../collect.ts";
import { take } from "../steps.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { Row, TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import { defineLibrary, key, library, relate } from "./library.ts";
import { type Edge, type Edges, type Random, randomGraph, randomNumbers } from "./related_graphs.ts";

/** Conditions on the rows that relations lead to. */
export const relatedFilters: readonly TestCase[] = [
  promise("where: $some, $every and $none look at the rows of a relation", many),
  promise("where: a condition on the one row of a relation, and null for none", one),
  promise("where: conditions on related rows nest, join and negate exactly", joined),
  promise("where: a condition on related rows in every method that takes one", methods),
  promise("where: update and delete by related rows, also of the same table", changes),
  promise("where: a condition on related rows inside with and aggregates", inside),
  promise("where: a prepared query takes parameters in conditions on related rows", prepared),
  promise("where: related rows are found by keys of every type, and null is none", keyTypes),
  promise("where: what makes no sense on a relation is refused, and never dropped", mistakes),
  promise("where: conditions that are always true on related rows change nothing", alwaysTrue),
  promise("where: through a relation to a scope no row outside of it is seen", scoped),
  promise("where: strict operators take conditions on relations made by functions", strict),
  ...[1, 2, 3].map((seed) =>
    promise(
      `where: random conditions on a random graph (${seed}) find what loops do`,
      (world) => graph(world, seed),
    )
  ),
];

const ids = (rows: readonly Row[]): unknown[] => rows.map(({ id }) => id);

async function finds(model: TestModel, where: unknown, expected: readonly number[]): Promise<void> {
  expectEqual(ids(await model.findAll({ where, select: ["id"] })), expected, JSON.stringify(where));
}

async function many(world: World): Promise<void> {
  const { Author, Book, Tag } = await library(world);
  await finds(Author, { books: { $some: {} } }, [1, 2, 4]);
  await finds(Author, { books: { $none: {} } }, [3]);
  await finds(Author, { books: { $every: {} } }, [1, 2, 3, 4]);
  await finds(Author, { books: { $some: { price: { $gt: 10 } } } }, [1]);
  await finds(Author, { books: { $none: { price: { $gt: 10 } } } }, [2, 3, 4]);
  await finds(Author, { books: { $every: { price: { $gte: 9 } } } }, [1, 3]);
  await finds(Author, { books: { $every: { price: null } } }, [2, 3]);
  await finds(Author, { books: { $some: { price: 9, title: "Valperga" } } }, []);
  await finds(Author, {
    $and: [{ books: { $some: { price: 9 } } }, { books: { $some: { title: "Valperga" } } }],
  }, [1]);
  await finds(Author, { books: { $some: { price: 9 }, $none: { title: "Valperga" } } }, []);
  await finds(Author, { edited: { $none: {} } }, [1, 3]);
  await finds(Book, { tags: { $some: { name: "novel" } } }, [1, 2]);
  await finds(Book, { tags: { $none: {} } }, [3, 4, 5]);
  await finds(Book, { tags: { $every: { name: "novel" } } }, [2, 3, 4, 5]);
  await finds(Book, { sequels: { $some: { price: 5 } } }, [2]);
  await finds(Tag, { books: { $some: {} } }, [1, 2]);
  await finds(Author, { friends: { $some: { name: "Ada" } } }, [1, 2]);
  await finds(Author, { friendOf: { $some: { name: "Mary" } } }, [2, 4]);
}

async function one(world: World): Promise<void> {
  const { Author, Book, Profile } = await library(world);
  await finds(Book, { author: { name: "Mary" } }, [1, 2, 3]);
  await finds(Book, { editor: null }, [2, 5]);
  await finds(Book, { $not: { editor: null } }, [1, 3, 4]);
  await finds(Book, { editor: { name: { $ne: "Ada" } } }, [1]);
  await finds(Book, { $not: { editor: { name: "Ada" } } }, [1, 2, 5]);
  await finds(Book, { prequel: { title: "Valperga" } }, [3, 5]);
  await finds(Book, { author: null }, []);
  await finds(Author, { profile: null }, [3, 4]);
  await finds(Author, { $not: { profile: null } }, [1, 2]);
  await finds(Author, { profile: { bio: { $like: "of l%" } } }, [1]);
  await finds(Profile, { author: null }, [3]);
  await finds(Profile, { author: { books: { $some: { title: "Notes" } } } }, [2]);
}

async function joined(world: World): Promise<void> {
  const { Author, Book } = await library(world);
  await finds(Author, { books: { $some: { tags: { $some: { name: "gothic" } } } } }, [1]);
  await finds(Author, { books: { $some: { tags: { $none: {} }, editor: { name: "Ada" } } } }, [1, 2]);
  await finds(Author, { $not: { books: { $some: { editor: { name: "Ada" } } } } }, [3, 4]);
  await finds(Author, { $or: [{ profile: null }, { books: { $some: { title: "Notes" } } }] }, [2, 3, 4]);
  await finds(Author, { name: { $ne: "Mary" }, books: { $some: {} } }, [2, 4]);
  await finds(Book, {
    $or: [{ author: { name: "Percy" } }, { $and: [{ editor: null }, { $not: { price: 5 } }] }],
  }, [2, 5]);
  await finds(Book, { author: { books: { $every: { price: 5 } } } }, [5]);
  await finds(Book, { author: { $or: [{ name: "Ada" }, { profile: null }] } }, [4, 5]);
}

async function methods(world: World): Promise<void> {
  const { Author, Book } = await library(world);
  const where = { books: { $some: { price: 9 } } };
  expectEqual(await Author.count(where), 1);
  expectEqual(await Author.exists(where), true);
  expectEqual(await Author.exists({ books: { $some: { price: 99 } } }), false);
  expectEqual((await Author.findOne({ where }))?.["id"], 1);
  expectEqual((await Author.findOrFail({ where }))["id"], 1);
  expectEqual(await Author.min("name", { books: { $some: {} } }), "Ada");
  expectEqual(await Book.sum("price", { author: { name: "Mary" } }), 30.5);
  expectEqual(
    await Book.groupBy({
      by: ["authorId"],
      aggregates: { n: { count: "*" } },
      where: { editor: { name: { $ne: "x" } } },
    }),
    [{ authorId: 1, n: 2 }, { authorId: 2, n: 1 }],
  );
  expectEqual(ids(await collect(Book.iterate({ where: { author: { name: "Mary" } } }), 9)), [1, 2, 3]);
  const page = await Book.paginate({ where: { author: { name: "Mary" } }, size: 2 });
  expectEqual(ids(page.rows), [1, 2]);
  const next = await Book.paginate({ where: { author: { name: "Mary" } }, size: 2, after: page.next });
  expectEqual(ids(next.rows), [3]);
  expectTrue(
    (await Book.explain({ where: { author: { name: "Mary" } } }) as { steps: unknown[] }).steps.length > 0,
    "explain tells how it would run",
  );
  expectEqual(
    ids(await Book.findAll({ where: { author: { name: "Mary" } }, limit: 1, offset: 1 })),
    [2],
  );
}

async function changes(world: World): Promise<void> {
  const { Author, Book } = await library(world);
  expectEqual(await Book.update({ price: 1 }, { editor: { name: "Ada" } }), 2);
  expectEqual((await Book.findAll()).map(({ price }) => price), [9, 12.5, 1, 1, 5]);
  expectEqual(await Book.update({ price: 2 }, { sequels: { $some: { price: 1 } } }), 1);
  expectEqual((await Book.findAll()).map(({ price }) => price), [9, 2, 1, 1, 5]);
  const changed = await Book.update({ price: 3 }, { editor: { name: "Percy" } }, { returning: true });
  expectEqual((changed as unknown as Row[]).map(({ id, price }) => [id, price]), [[1, 3]]);
  // Each sees what the one before has changed.
  expectEqual(
    await Book.bulkUpdate([
      { where: { id: 2 }, data: { price: 70 } },
      { where: { prequel: { price: 70 } }, data: { price: 71 } },
    ]),
    3,
  );
  expectEqual((await Book.findAll()).map(({ price }) => price), [3, 70, 71, 1, 71]);
  await world.transaction(function* () {
    yield* take(Book.update({ price: 0 }, { author: { name: "Ada" } }));
    expectEqual(yield* take(Book.count({ author: { books: { $some: { price: 0 } } } })), 1);
  });
  expectEqual(await Author.delete({ books: { $none: {} } }), 1);
  await finds(Author, { id: { $gt: 0 } }, [1, 2, 4]);
  expectEqual(await Book.delete({ prequel: { title: "Valperga" } }), 2);
  await finds(Book, { id: { $gt: 0 } }, [1, 2, 4]);
}

async function inside(world: World): Promise<void> {
  const { Author } = await library(world);
  const found = await Author.findAll({
    where: { books: { $some: {} } },
    with: { books: { where: { tags: { $some: { name: "novel" } } }, select: ["id"] } },
    aggregates: {
      reviewed: { of: "books", count: "*", where: { $not: { editor: null } } },
      tagged: { of: "books", sum: "price", where: { tags: { $some: {} } } },
    },
  });
  expectEqual(found.map(({ id, books, reviewed, tagged }) => [id, ids(books as Row[]), reviewed, tagged]), [
    [1, [1, 2], 2, 21.5],
    [2, [], 1, 0],
    [4, [], 0, 0],
  ]);
}

async function prepared(world: World): Promise<void> {
  const { Author } = await library(world);
  const query = Author.prepare((given) => ({
    where: {
      books: { $some: { price: given["price"], tags: { $none: { name: { $in: given["tags"] } } } } },
    },
  }));
  expectEqual(ids(await query.findAll({ price: 9, tags: ["x"] })), [1]);
  expectEqual(ids(await query.findAll({ price: 5, tags: [] })), [4]);
  expectEqual(ids(await query.findAll({ price: null, tags: ["novel"] })), [2]);
  expectEqual(ids(await query.findAll({ price: 12.5, tags: ["novel"] })), []);
}

async function keyTypes(world: World): Promise<void> {
  const columns: readonly (readonly [string, object, readonly unknown[]])[] = [
    ["text", { type: "TEXT" }, ["a", "A", "é'`\"", ""]],
    ["time", { type: "DATETIME" }, [new Date(0), new Date(1), new Date(-1)]],
    ["big", { type: "INTEGER", bigint: true }, [2n ** 53n, 2n ** 53n + 1n, -(2n ** 63n)]],
    ["bytes", { type: "BLOB" }, [Uint8Array.of(1), Uint8Array.of(1, 0), new Uint8Array()]],
    ["boolean", { type: "BOOLEAN" }, [true, false]],
  ];
  for (const [name, column, values] of columns) {
    const [parents, children] = [`${name}_parents`, `${name}_children`];
    const Parent: TestModel = world.define(parents, { id: key, code: { ...column, unique: true } }, {
      relations: { children: relate.hasMany(() => Child, "code") },
    });
    const Child: TestModel = world.define(children, {
      id: key,
      n: { type: "INTEGER" },
      code: { ...column, references: { table: parents, column: "code" } },
    }, { relations: { parent: relate.belongsTo(() => Parent, "code") } });
    await Parent.bulkCreate([...values, null].map((code, id) => ({ id, code })));
    await Child.bulkCreate([...values.slice(1), null].map((code, n) => ({ id: n, n, code })));
    const rest = values.slice(1).map((_, i) => i + 1);
    await finds(Parent, { children: { $some: {} } }, rest);
    await finds(Parent, { children: { $none: {} } }, [0, values.length]);
    await finds(Parent, { children: { $some: { n: 0 } } }, [1]);
    await finds(Child, { parent: { id: { $gte: 0 } } }, rest.map((id) => id - 1));
    await finds(Child, { $not: { parent: { id: 1 } } }, rest);
  }
}

async function mistakes(world: World): Promise<void> {
  const { Author, Book } = await library(world);
  const refused = { error: ValidationError, code: "INVALID_WHERE" };
  const several: readonly unknown[] = [
    null,
    undefined,
    {},
    5,
    "x",
    [],
    { title: "x" },
    { $any: {} },
    { $some: undefined },
    { $some: null },
    { $some: 5 },
    { $some: [] },
    { $some: {}, title: "x" },
    { $not: {} },
    { $some: { title: undefined } },
    is({ title: "x" }),
  ];
  for (const each of several) await expectFailure(() => Author.findAll({ where: { books: each } }), refused);
  const single: readonly unknown[] = [
    undefined,
    {},
    5,
    "x",
    [],
    { $some: {} },
    { $none: {} },
    { name: undefined },
    some({}),
    is({}),
    is(undefined),
  ];
  for (const each of single) await expectFailure(() => Book.findAll({ where: { author: each } }), refused);
  await expectFailure(() => Author.findAll({ where: { name: some({}) } }), refused);
  const unknown = { error: ValidationError, code: "UNKNOWN_COLUMN" };
  await expectFailure(() => Author.findAll({ where: { books: { $some: { titel: "x" } } } }), unknown);
  await expectFailure(() => Author.delete({ boks: { $some: {} } }), unknown);
  await expectFailure(() => Book.update({ price: 1 }, { author: { nam: "x" } }), unknown);
  await expectFailure(
    () => Author.findAll({ where: JSON.parse('{ "__proto__": { "$some": {} } }') }),
    unknown,
  );
  const error = await expectFailure(() => Author.count({ boks: { $some: {} } }), unknown);
  expectTrue(
    /`name`.*`books`, `edited`, `profile`/.test(error.message),
    "it lists the columns and the relations there are",
  );
  const index = { error: ValidationError };
  await expectFailure(
    () => Book.createIndex("by_author", { columns: ["title"], where: { author: { name: "x" } } }),
    index,
  );
  let deep: object = { name: "Mary" };
  for (let depth = 0; depth < 60; depth++) deep = { books: { $some: { author: deep } } };
  await expectFailure(() => Author.findAll({ where: deep }), refused);
  expectEqual(await Author.count(), 4);
}

async function alwaysTrue(world: World): Promise<void> {
  const { Author } = await library(world);
  const empty = { error: ValidationError, code: "EMPTY_WHERE" };
  const wheres: readonly object[] = [
    { books: { $every: {} } },
    { books: { $every: { $or: [{}, { title: "x" }] } } },
    { books: { $none: { $or: [] } } },
    { $not: { books: { $some: { id: { $in: [] } } } } },
    { $or: [{ name: "Mary" }, { books: { $every: {} } }] },
  ];
  for (const where of wheres) {
    await expectFailure(() => Author.delete(where), empty);
    await expectFailure(() => Author.update({ name: "x" }, where), empty);
    expectEqual(await Author.count(where), 4, JSON.stringify(where));
  }
  expectEqual(await Author.count({ name: { $ne: "x" } }), 4);
}

async function scoped(world: World): Promise<void> {
  const Parent: TestModel = world.define("parents", { id: key }, {
    relations: {
      live: relate.hasMany(() => Live, "parent"),
      joined: relate.through(() => Live, () => Joint, "parent", "child"),
    },
  });
  const Child: TestModel = world.define("children", {
    id: key,
    n: { type: "INTEGER" },
    dead: { type: "BOOLEAN", notNull: true, default: false },
    parent: { type: "INTEGER", references: { table: "parents", column: "id" } },
  }, { relations: { previous: relate.belongsTo(() => First, "parent") } });
  const Joint: TestModel = world.define("joints", {
    parent: { type: "INTEGER", primaryKey: true, references: { table: "parents", column: "id" } },
    child: { type: "INTEGER", primaryKey: true, references: { table: "children", column: "id" } },
  });
  const Live = Child.scope({ dead: false }).scope({ n: { $lt: 9 } });
  const First = Parent.scope({ id: 1 });
  await Parent.bulkCreate([1, 2, 3, 4].map((id) => ({ id })));
  await Child.bulkCreate([
    { id: 1, n: 1, parent: 1 },
    { id: 2, n: 2, parent: 2, dead: true },
    { id: 3, n: 9, parent: 3 },
    { id: 4, n: 4, parent: 1 },
    { id: 5, n: 5 },
  ]);
  await Joint.bulkCreate([{ parent: 1, child: 2 }, { parent: 2, child: 1 }, { parent: 3, child: 3 }]);
  await finds(Parent, { live: { $some: {} } }, [1]);
  await finds(Parent, { live: { $none: {} } }, [2, 3, 4]);
  await finds(Parent, { live: { $every: { n: 1 } } }, [2, 3, 4]);
  await finds(Parent, { joined: { $some: {} } }, [2]);
  await finds(Parent, { id: { $gt: 1 }, live: { $none: { n: 4 } } }, [2, 3, 4]);
  await finds(Child, { previous: null }, [2, 3, 5]);
  await finds(Live, { previous: { live: { $some: { n: 4 } } } }, [1, 4]);
  expectEqual(await Live.update({ n: 8 }, { previous: { id: 1 } }), 2);
  expectEqual(await Child.count({ n: 8 }), 2);
  await expectFailure(() => Child.scope({ previous: null }), {
    error: ValidationError,
    code: "INVALID_WHERE",
  });
}

async function strict(world: World): Promise<void> {
  await library(world);
  const orm = world.newORM({ strictOperators: true });
  const { Author, Book } = defineLibrary(world, orm);
  const refused = { error: ValidationError, code: "INVALID_WHERE" };
  await expectFailure(() => Author.findAll({ where: { books: { $some: {} } } }), refused);
  await expectFailure(() => Book.findAll({ where: { author: { name: "Mary" } } }), refused);
  await expectFailure(() => Author.findAll({ where: { books: some({ price: { $gt: 1 } }) } }), refused);
  await expectFailure(() => Author.findAll({ where: { books: some({ tags: { $some: {} } }) } }), refused);
  await finds(Author, { books: some({ price: 9, tags: none({}) }) }, [1]);
  await finds(Author, { books: every({ price: null }) }, [2, 3]);
  await finds(Book, { author: is({ name: "Ada" }) }, [4]);
  await finds(Book, { editor: null }, [2, 5]);
  await finds(Book, { editor: is(null) }, [2, 5]);
}

type Where = Readonly<Record<string, unknown>>;
type Test = (row: Row) => boolean;

async function graph(world: World, seed: number): Promise<void> {
  const random = randomNumbers(seed + 100);
  const { models, rows, edges } = await randomGraph(world, random);
  for (let round = 0; round < 15; round++) {
    const table = random(2) === 0 ? "a" : "b";
    const [where, test] = randomWhere(random, edges, table, 3);
    const model = models[table];
    const found = rows[table].filter(test);
    const told = JSON.stringify(where);
    expectEqual(ids(await model.findAll({ where })), ids(found), told);
    expectEqual(await model.count({ $not: where }), rows[table].length - found.length, told);
  }
}

function randomWhere(random: Random, edges: Edges, table: "a" | "b", depth: number): [Where, Test] {
  const inner = (to: "a" | "b" = table): [Where, Test] => randomWhere(random, edges, to, depth - 1);
  const kind = depth === 0 ? 0 : random(8);
  if (kind === 0) {
    const n = random(4) === 0 ? null : random(3);
    return [{ n }, (row) => row["n"] === n];
  }
  if (kind === 1) {
    const [where, test] = inner();
    return [{ $not: where }, (row) => !test(row)];
  }
  if (kind === 2 || kind === 3) {
    const [[a, testA], [b, testB]] = [inner(), inner()];
    return kind === 2
      ? [{ $and: [a, b] }, (row) => testA(row) && testB(row)]
      : [{ $or: [a, b] }, (row) => testA(row) || testB(row)];
  }
  const names = Object.keys(edges[table]);
  const name = names[random(names.length)] as string;
  const { many, to, find } = edges[table][name] as Edge;
  if (!many && random(3) === 0) return [{ [name]: null }, (row) => find(row).length === 0];
  const [where, test] = many && random(4) === 0 ? [{}, () => true] as [Where, Test] : inner(to);
  if (!many) return [{ [name]: where }, (row) => find(row).some(test)];
  switch (random(3)) {
    case 0:
      return [{ [name]: { $some: where } }, (row) => find(row).some(test)];
    case 1:
      return [{ [name]: { $every: where } }, (row) => find(row).every(test)];
    default:
      return [{ [name]: { $none: where } }, (row) => !find(row).some(test)];
  }
}
