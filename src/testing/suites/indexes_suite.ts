import { UniqueConstraintError, ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { declares, has, promise, promiseIf, type TestCase } from "../test_case.ts";
import type { TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import { JOINED_VALUES } from "./joined_values.ts";
import { ORDERED_VALUES, type OrderedValues } from "./ordered_values.ts";

/** Unique columns, and indexes of one column, several, or some of the rows. */
export const indexesSuite: readonly TestCase[] = [
  ...ORDERED_VALUES.map((kind) =>
    promise(
      `unique: equal values are refused, unequal ones are not, of ${kind.name}`,
      (world) => unique(world, kind),
    )
  ),
  promise("unique: any number of rows may have null", nulls),
  promise("unique index: rows equal in all its columns are refused, unless one is null", composite),
  promise("unique index: values of its columns are never taken for one another", joined),
  promise("unique index: only the rows that satisfy its condition are compared", partial),
  promise("unique index: an update that makes two rows equal is refused", updates),
  promise("unique index: is made with the table when it is declared", declared),
  promise("unique index: is of its table, whatever indexes of its name others have", apart),
  promise("createIndex: rows that are equal already are refused", violated),
  promise("createIndex: the same index may be made again, another of its name not", again),
  promise("createIndex: an index that makes no sense is refused", nonsense),
  promise("createIndex: an index that is not unique changes no result", plain),
  promise("createIndex: rows are found in order, whatever their texts begin with", hostileTexts),
  promiseIf(declares("partialIndexes"), "createIndex: an index of some rows changes no result", plainPartial),
  promiseIf(
    declares("partialIndexes"),
    "createIndex: an index of the rows with one value serves searches for several pairs with it",
    pairs,
  ),
  promiseIf(
    has("indexes"),
    "indexes: a new table has one of each column that refers, unless it has another or is told to have none",
    referring,
  ),
  promise("dropIndex: what the index refused is allowed again", drops),
];

const key = { type: "INTEGER", primaryKey: true } as const;
const schema = {
  id: key,
  a: { type: "TEXT" },
  b: { type: "INTEGER" },
  on: { type: "BOOLEAN" },
  data: { type: "JSON" },
} as const;

async function referring(world: World): Promise<void> {
  const { database } = world;
  const refers = { type: "INTEGER", references: { table: "authors", column: "id" } } as const;
  const without = { ...refers, index: false };
  const Author = world.define("authors", { id: key });
  const Book = world.define("books", {
    id: key,
    author: refers,
    editor: without,
    owner: { ...refers, unique: true },
    reader: refers,
  }, { indexes: [{ columns: ["reader", "id"] }] });
  const Page = world.define("pages", { id: key, author: without });
  await Author.create({ id: 1 });
  await Book.create({ id: 1, author: 1, editor: 1, owner: 1, reader: 1 });
  await Page.create({ id: 1, author: 1 });
  // A table that is there is left as it is.
  const orm = world.newORM();
  world.define("authors", { id: key }, { orm });
  const Same = world.define("pages", { id: key, author: refers }, { orm });
  expectEqual(await Same.count({ author: 1 }), 1);
  const driver = await world.direct();
  const indexes = async (table: string): Promise<string[]> =>
    (await driver.indexes?.(database, table) ?? []).map(({ name }) => name).sort();
  const finds = world.capabilities.findsReferring === true;
  expectEqual(await indexes("books"), finds ? ["reader_id_index"] : ["author_index", "reader_id_index"]);
  expectEqual(await indexes("pages"), []);
}

const refused = (...columns: string[]) =>
  ({ error: UniqueConstraintError, code: "UNIQUE_CONSTRAINT", table: "items", columns }) as const;

function items(world: World): TestModel {
  return world.define("items", schema);
}

async function unique(world: World, { column, values }: OrderedValues): Promise<void> {
  const Item = world.define("items", { id: key, value: { ...column, unique: true } });
  await world.fill(Item, values.map((value, id) => ({ id, value })));
  for (const value of values) {
    await expectFailure(() => Item.create({ id: 1000, value }), refused("value"));
    expectEqual(await Item.count({ value }), 1);
  }
  await expectFailure(() => Item.update({ value: values[0] }, { id: 1 }), refused("value"));
  expectEqual(await Item.findAll(), values.map((value, id) => ({ id, value })));
}

async function nulls(world: World): Promise<void> {
  const Item = world.define("items", { id: key, value: { type: "TEXT", unique: true } });
  await Item.bulkCreate([{ id: 1 }, { id: 2 }, { id: 3, value: "" }]);
  await Item.update({ value: null }, { id: 3 });
  await Item.create({ id: 4, value: "" });
  expectEqual(await Item.count({ value: null }), 3);
}

async function composite(world: World): Promise<void> {
  const Item = items(world);
  await Item.createIndex("both", { columns: ["a", "b"], unique: true });
  await Item.bulkCreate([{ id: 1, a: "x", b: 1 }, { id: 2, a: "x", b: 2 }, { id: 3, a: "y", b: 1 }]);
  await expectFailure(() => Item.create({ id: 4, a: "x", b: 1 }), refused("a", "b"));
  await Item.bulkCreate([{ id: 4, a: "x" }, { id: 5, a: "x" }, { id: 6, b: 1 }, { id: 7 }, { id: 8 }]);
  expectEqual(await Item.create({ id: 9, a: "X", b: 1 }), { id: 9, a: "X", b: 1, on: null, data: null });
  expectEqual(await Item.count(), 9);
}

async function joined(world: World): Promise<void> {
  const Item = world.define("items", { id: key, a: { type: "TEXT" }, b: { type: "TEXT" } });
  await Item.createIndex("both", { columns: ["a", "b"], unique: true });
  await world.fill(Item, JOINED_VALUES.map((values, id) => ({ id, ...values })));
  expectEqual(await Item.count(), JOINED_VALUES.length);
  await expectFailure(() => Item.create({ id: 1000, ...JOINED_VALUES.at(-1) }), refused("a", "b"));
}

async function partial(world: World): Promise<void> {
  const Item = items(world);
  await Item.createIndex("active", { columns: ["a"], unique: true, where: { on: true } });
  await Item.bulkCreate([
    { id: 1, a: "x", on: true },
    { id: 2, a: "x", on: false },
    { id: 3, a: "x" },
    { id: 4, a: "y", on: true },
  ]);
  await expectFailure(() => Item.create({ id: 5, a: "x", on: true }), refused("a"));
  await expectFailure(() => Item.update({ on: true }, { id: 2 }), refused("a"));
  await expectFailure(() => Item.update({ a: "x" }, { id: 4 }), refused("a"));
  expectEqual(await Item.update({ on: false }, { id: 1 }), 1);
  expectEqual(await Item.update({ on: true }, { id: 2 }), 1);
  await expectFailure(() => Item.updateAll({ on: true }), refused("a"));
  expectEqual(await Item.count({ on: true }), 2);
  await Item.createIndex("small", {
    columns: ["b"],
    unique: true,
    where: { $and: [{ b: { $gt: 0 } }, { b: { $lt: 100 } }, { a: { $ne: null } }] },
  });
  await Item.bulkCreate([{ id: 6, a: "p", b: 0 }, { id: 7, a: "q", b: 0 }, { id: 8, a: "r", b: 50 }, {
    id: 9,
    b: 50,
  }]);
  await expectFailure(() => Item.create({ id: 10, a: "s", b: 50 }), refused("b"));
  await expectFailure(() => Item.update({ a: "t" }, { id: 9 }), refused("b"));
}

async function updates(world: World): Promise<void> {
  const Item = items(world);
  await Item.createIndex("both", { columns: ["a", "b"], unique: true });
  await Item.bulkCreate([{ id: 1, a: "x", b: 1 }, { id: 2, a: "x", b: 2 }, { id: 3, a: "y", b: null }]);
  await expectFailure(() => Item.update({ b: 1 }, { id: 2 }), refused("a", "b"));
  await expectFailure(() => Item.update({ b: 5 }, { a: "x" }), refused("a", "b"));
  expectEqual(await Item.update({ b: 1 }, { id: 1 }), 1);
  expectEqual(await Item.update({ b: 1 }, { id: 3 }), 1);
  await expectFailure(() => Item.update({ a: "x" }, { id: 3 }), refused("a", "b"));
  expectEqual(await Item.findAll({ select: ["a", "b"] }), [{ a: "x", b: 1 }, { a: "x", b: 2 }, {
    a: "y",
    b: 1,
  }]);
}

async function declared(world: World): Promise<void> {
  const indexes = [
    { columns: ["a", "b"], unique: true },
    { columns: ["b"] },
    { name: "a of on", columns: ["a"], unique: true, where: { on: true } },
  ];
  const Item = world.define("items", schema, { indexes });
  await Item.create({ id: 1, a: "x", b: 1, on: true });
  await expectFailure(() => Item.create({ id: 2, a: "x", b: 1 }), refused("a", "b"));
  await expectFailure(() => Item.create({ id: 2, a: "x", on: true }), refused("a"));
  await Item.dropIndex("a_b_unique");
  await Item.create({ id: 2, a: "x", b: 1 });
  expectEqual(await Item.count(), 2);
}

async function apart(world: World): Promise<void> {
  const indexes = [{ name: "one", columns: ["a"], unique: true }];
  const tables = ["items", "others", "items_one", "items.one"];
  const models = tables.map((table) => world.define(table, schema, { indexes }));
  for (const Item of models) await Item.create({ id: 1, a: "x" });
  for (const [i, Item] of models.entries()) {
    await expectFailure(() => Item.create({ id: 2, a: "x" }), {
      ...refused("a"),
      table: tables[i] as string,
    });
  }
  const [First, Second, ...others] = models as [TestModel, TestModel, ...TestModel[]];
  await First.dropIndex("one");
  await Second.drop();
  await First.create({ id: 2, a: "x" });
  for (const Item of others) {
    await expectFailure(() => Item.create({ id: 2, a: "x" }), { error: UniqueConstraintError });
  }
}

async function violated(world: World): Promise<void> {
  const Item = items(world);
  await Item.bulkCreate([{ id: 1, a: "x", b: 1 }, { id: 2, a: "x", b: 2 }, { id: 3 }, { id: 4 }]);
  await expectFailure(() => Item.createIndex("a", { columns: ["a"], unique: true }), refused("a"));
  await Item.create({ id: 5, a: "x", b: 3 });
  await Item.createIndex("b", { columns: ["b"], unique: true });
  await expectFailure(() => Item.create({ id: 6, b: 3 }), refused("b"));
}

async function again(world: World): Promise<void> {
  const Item = items(world);
  await Item.createIndex("one", { columns: ["a"], unique: true });
  await Item.createIndex("one", { columns: ["a"], unique: true });
  const mismatch = { error: ValidationError, code: "INDEX_MISMATCH", table: "items" };
  await expectFailure(() => Item.createIndex("one", { columns: ["a"] }), mismatch);
  await expectFailure(() => Item.createIndex("one", { columns: ["b"], unique: true }), mismatch);
  await expectFailure(() => Item.createIndex("one", { columns: ["a", "b"], unique: true }), mismatch);
  await expectFailure(
    () => Item.createIndex("one", { columns: ["a"], unique: true, where: { on: true } }),
    mismatch,
  );
  await Item.create({ id: 1, a: "x" });
  await expectFailure(() => Item.create({ id: 2, a: "x" }), refused("a"));
}

async function nonsense(world: World): Promise<void> {
  const Item = items(world);
  const invalid = { error: ValidationError, table: "items" };
  const bad: unknown[] = [
    { columns: [] },
    { columns: ["a", "a"] },
    { columns: ["nothing"] },
    { columns: ["a; --"] },
    { columns: ["data"] },
    { columns: "a" },
    { columns: ["a"], unique: true, where: { nothing: 1 } },
    { columns: ["a"], unique: true, where: { $not: { data: { $in: [{ x: 1 }] } } } },
    { columns: ["a"], unique: true, where: { data: { $has: 1 } } },
    { columns: ["a"], unique: true, where: { b: "text" } },
    { columns: ["a"], unique: true, where: { b: undefined } },
  ];
  for (const options of bad) await expectFailure(() => Item.createIndex("bad", options), invalid);
  for (const name of ["", "$a", "__proto__", "a\0b", "\ud800", "x".repeat(300)]) {
    await expectFailure(() => Item.createIndex(name, { columns: ["a"] }), {
      error: ValidationError,
      code: "INVALID_NAME",
    });
    await expectFailure(() => Item.dropIndex(name), { error: ValidationError, code: "INVALID_NAME" });
  }
  await Item.createIndex("bad", { columns: ["a"] });
}

async function plain(world: World): Promise<void> {
  const Item = items(world);
  await world.fill(Item, rowsWithTies());
  const before = await searches(Item);
  await Item.createIndex("a", { columns: ["a"] });
  await Item.createIndex("b and a", { columns: ["b", "a"] });
  await Item.createIndex("`quoted\" 'name; --", { columns: ["on", "id"] });
  expectEqual(await searches(Item), before);
}

async function plainPartial(world: World): Promise<void> {
  const Item = items(world);
  await world.fill(Item, rowsWithTies());
  const before = await searches(Item);
  await Item.createIndex("some", { columns: ["b"], where: { a: { $ne: null }, on: true } });
  await Item.createIndex("texts", {
    columns: ["a"],
    where: { a: { $in: ["a", "it's", null] }, b: { $gt: 1 } },
  });
  expectEqual(await searches(Item), before);
}

/** SQLite has been seen to refuse these: see `indexTerm` of its dialect. */
async function pairs(world: World): Promise<void> {
  const wheres = [
    { a: "a" },
    { a: { $in: ["a"] } },
    { $not: { a: { $ne: "a" } } },
    { $not: { $or: [{ a: { $ne: "a" } }, { on: { $ne: true } }] } },
    { a: "a", $and: [{ on: true }, { $and: [{ b: { $gt: -1 } }] }] },
  ];
  const Item = items(world);
  for (const where of wheres) {
    await Item.createIndex("pairs", { columns: ["b", "on"], where });
    await Item.bulkCreate([
      { id: 1, a: "a", b: 1, on: true },
      { id: 2, a: "a", b: 2, on: true },
      { id: 3, a: "a", b: 3, on: true },
      { id: 4, a: "b", b: 1, on: true },
    ]);
    const either = { $or: [{ a: "a", b: 1, on: true }, { a: "a", b: 2, on: true }] };
    expectEqual(await Item.count(either), 2);
    expectEqual(await Item.findAll({ where: either, select: ["b"], orderBy: [["b", "ASC"]] }), [{ b: 1 }, {
      b: 2,
    }]);
    expectEqual(
      await Item.update({ b: 5 }, { $or: [{ a: "a", b: 3, on: true }, { a: "a", b: 9, on: true }] }),
      1,
    );
    expectEqual(await Item.delete(either), 2);
    expectEqual(await Item.findAll({ select: ["id"], orderBy: [["id", "ASC"]] }), [{ id: 3 }, { id: 4 }]);
    await Item.deleteAll();
    await Item.dropIndex("pairs");
  }
}

function rowsWithTies() {
  const texts = [null, "a", "A", "b", "it's", "é"];
  return Array.from({ length: 60 }, (_, id) => ({
    id,
    a: texts[id % 6],
    b: id % 7 === 0 ? null : id % 5,
    on: id % 4 === 0 ? null : id % 3 === 0,
  }));
}

async function searches(Item: TestModel): Promise<unknown[]> {
  const wheres = [
    { a: "a" },
    { a: null },
    { a: { $ne: "a" } },
    { b: { $gt: 2 } },
    { b: { $not: { $gt: 2 } }, on: true },
    { a: { $like: "a%" }, b: { $lte: 3 } },
    { a: { $startsWith: "a" } },
    { $or: [{ a: "it's" }, { b: 1 }] },
    { on: { $ne: true }, a: { $in: ["a", null] } },
  ];
  const found: unknown[] = [];
  for (const where of wheres) {
    found.push(await Item.findAll({ where, orderBy: [["b", "DESC"], ["a", "ASC"]] }));
    found.push(await Item.count(where));
  }
  return found;
}

async function drops(world: World): Promise<void> {
  const Item = items(world);
  await Item.createIndex("one", { columns: ["a"], unique: true });
  await Item.create({ id: 1, a: "x" });
  await Item.dropIndex("one");
  await Item.dropIndex("one");
  await Item.dropIndex("never made");
  await Item.create({ id: 2, a: "x" });
  await expectFailure(() => Item.createIndex("one", { columns: ["a"], unique: true }), refused("a"));
  await Item.delete({ id: 2 });
  await Item.createIndex("one", { columns: ["a"], unique: true });
  await expectFailure(() => Item.create({ id: 2, a: "x" }), refused("a"));
}

/** By code point: what stores have been seen to leave out or to take for an end, and the characters around it. */
const HOSTILE_TEXTS = [
  "",
  " x",
  "'",
  "\u200bx",
  "\u2028",
  "\ufefd",
  "\ufefe",
  "\ufefex",
  "\ufeff",
  "\ufeffx",
  "\uff00",
  "\u{10ffff}",
];

async function hostileTexts(world: World): Promise<void> {
  const Item = world.define("items", {
    id: { type: "TEXT", primaryKey: true },
    n: { type: "INTEGER" },
    u: { type: "TEXT", unique: true },
  });
  await Item.createIndex("n_u", { columns: ["n", "u"] });
  await Item.bulkCreate(HOSTILE_TEXTS.map((id) => ({ id, n: 1, u: id })));
  const ids = (rows: readonly Record<string, unknown>[]) => rows.map(({ id }) => id);
  expectEqual(ids(await Item.findAll({ where: { n: 1 }, orderBy: [["u", "ASC"]] })), HOSTILE_TEXTS);
  expectEqual(
    ids(await Item.findAll({ where: { u: { $gte: "\ufefe" } }, orderBy: [["id", "ASC"]] })),
    HOSTILE_TEXTS.slice(6),
  );
  expectEqual(ids(await Item.findAll({ where: { u: { $startsWith: "\ufeff" } }, orderBy: [["u", "ASC"]] })), [
    "\ufeff",
    "\ufeffx",
  ]);
  for (const id of HOSTILE_TEXTS) {
    expectEqual(await Item.findOne({ where: { u: id } }), { id, n: 1, u: id });
    expectEqual(await Item.update({ n: 2 }, { id }), 1);
  }
  expectEqual(await Item.delete({ n: 2 }), HOSTILE_TEXTS.length);
  expectEqual(await Item.count(), 0);
}
