import { ForeignKeyConstraintError, UniqueConstraintError, ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure, expectTrue } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import { aggregatesSuite } from "./aggregates_suite.ts";
import { crudSuite } from "./crud_suite.ts";
import { indexesSuite } from "./indexes_suite.ts";
import { iterateSuite } from "./iterate_suite.ts";
import { relate } from "./library.ts";
import { paginateSuite } from "./paginate_suite.ts";
import { prepareSuite } from "./prepare_suite.ts";
import { referencesSuite } from "./references_suite.ts";
import { returningSuite } from "./returning_suite.ts";
import { upsertSuite } from "./upsert_suite.ts";

/** Those of many rows say nothing more of names, and some stores take fewer at once. */
const MANY_ROWS: readonly string[] = [
  "bulkCreate: 3,000 rows at once",
  "iterate: may be left before its end, and the store can then be written",
  "iterate: rows may be changed and removed while it runs",
];

/** Names of columns that are other ones in the store. */
export const namesSuite: readonly TestCase[] = [
  promise("names: a column has any name in the store, and a row its own", stores),
  promise("names: two models of a table with different names see the same rows", twoModels),
  promise(
    "names: JSON paths, order, groups and functions of the row go to the columns of the store",
    queries,
  ),
  promise("names: what is computed may be called as a column of the store is", aliases),
  promise("names: snake_case names tables, columns, references and indexes", snakeCase),
  promise("names: errors say what the model calls a column, and what the store does", errors),
  promise("names: what could not be told apart is refused", refusals),
  ...apart([
    ...crudSuite,
    ...upsertSuite,
    ...aggregatesSuite,
    ...indexesSuite,
    ...referencesSuite,
    ...iterateSuite,
    ...paginateSuite,
    ...prepareSuite,
    ...returningSuite,
  ]),
];

/** Tests of tables, run once more where every column has another name in the store. */
function apart(suite: readonly TestCase[]): TestCase[] {
  return suite.filter(({ name }) => !MANY_ROWS.includes(name)).map((each) => ({
    name: `names apart: ${each.name}`,
    requires: each.requires,
    run: (world) => {
      world.storeNames = (name) => `The ${name}.of "it"`;
      return each.run(world);
    },
  }));
}

const schema = {
  id: { type: "INTEGER", primaryKey: true, column: "Product ID" },
  name: { type: "TEXT", unique: true, column: 'na"me' },
  unitPrice: { type: "REAL", column: "Unit Price" },
  made: { type: "DATE", column: "made.on" },
  info: { type: "JSON", column: "info.json" },
} as const;

const tea = { id: 1, name: "tea", unitPrice: 2.5, made: new Date("2020-01-02"), info: { of: { leaf: 1 } } };
const salt = { id: 2, name: "salt", unitPrice: 1, made: null, info: null };

function products(world: World): Promise<TestModel> {
  return world.filled("products", schema, [tea, salt]);
}

async function stores(world: World): Promise<void> {
  const Product = await products(world);
  expectEqual(await Product.findAll(), [tea, salt]);
  expectEqual(await Product.findById(1), tea);
  expectEqual(await Product.findAll({ select: ["made", "name"], where: { unitPrice: { $gt: 1 } } }), [
    { made: tea.made, name: "tea" },
  ]);
  expectEqual(await Product.update({ unitPrice: 3 }, { made: "2020-01-02" }), 1);
  expectEqual(await Product.sum("unitPrice"), 4);
  expectEqual(await Product.delete({ name: "salt" }), 1);
  expectEqual(await Product.findAll(), [{ ...tea, unitPrice: 3 }]);
}

async function twoModels(world: World): Promise<void> {
  await products(world);
  const Same = world.define("products", {
    key: { type: "INTEGER", primaryKey: true, column: "Product ID" },
    label: { type: "TEXT", unique: true, column: 'na"me' },
    price: { type: "REAL", column: "Unit Price" },
    since: { type: "DATE", column: "made.on" },
    more: { type: "JSON", column: "info.json" },
  }, { orm: world.newORM() });
  expectEqual(await Same.findAll({ select: ["key", "label"], orderBy: [["label", "ASC"]] }), [
    { key: 2, label: "salt" },
    { key: 1, label: "tea" },
  ]);
}

async function queries(world: World): Promise<void> {
  const Product = await products(world);
  expectEqual(await Product.count({ "info.of.leaf": 1 }), 1);
  expectEqual(await Product.count({ $not: { "info.of": { $eq: null } } }), 1);
  expectEqual((await Product.findAll({ orderBy: [["unitPrice", "ASC"]], select: ["id"] })).length, 2);
  expectEqual(await Product.findOne({ orderBy: [["unitPrice", "ASC"]], select: ["id"] }), { id: 2 });
  expectEqual(
    await Product.groupBy({ by: ["made"], aggregates: { n: { count: "*" }, top: { max: "unitPrice" } } }),
    [{ made: null, n: 1, top: 1 }, { made: tea.made, n: 1, top: 2.5 }],
  );
  const cheap = (o: Record<string, { times(by: number): { lt(than: number): unknown } }>): unknown =>
    o["unitPrice"]?.times(2).lt(4);
  expectEqual(await Product.count(cheap), 1);
  const byName = (o: Record<string, { lower(): unknown }>): unknown => o["name"]?.lower();
  expectEqual(await Product.findOne({ orderBy: [[byName, "DESC"]], select: ["id"] }), { id: 1 });
  expectEqual(await Product.bulkUpdate([{ where: { made: null }, data: { made: "2021-01-01" } }]), 1);
  expectEqual(await Product.count({ made: { $gte: "2021-01-01" } }), 1);
}

async function aliases(world: World): Promise<void> {
  const Product = await products(world);
  expectEqual(
    await Product.groupBy({
      by: ["unitPrice"],
      aggregates: { "Unit Price": { count: "*" }, "Product ID": { min: "id" } },
      where: { id: 1 },
    }),
    [{ unitPrice: 2.5, "Unit Price": 1, "Product ID": 1 }],
  );
}

async function snakeCase(world: World): Promise<void> {
  const orm = world.newORM({ naming: "snake_case" });
  const key = { type: "INTEGER", primaryKey: true };
  const Author: TestModel = world.define("bookAuthors", { authorKey: key, fullName: { type: "TEXT" } }, {
    orm,
    relations: { books: relate.hasMany(() => Book, "authorId") },
  });
  const Book: TestModel = world.define("books", {
    id: key,
    authorId: { type: "INTEGER", references: { table: "bookAuthors", column: "authorKey" } },
    ISBNCode: { type: "TEXT", column: "ISBN" },
  }, { orm, indexes: [{ columns: ["authorId"] }] });
  await Author.create({ authorKey: 1, fullName: "Mary" });
  await Book.create({ id: 1, authorId: 1, ISBNCode: "x" });
  expectEqual(await Book.findAll({ where: { authorId: 1 } }), [{ id: 1, authorId: 1, ISBNCode: "x" }]);
  expectEqual(
    await Author.findAll({
      with: { books: { select: ["ISBNCode"] } },
      aggregates: { n: { of: "books", count: "*" } },
    }),
    [{ authorKey: 1, fullName: "Mary", books: [{ ISBNCode: "x" }], n: 1 }],
  );
  await expectFailure(() => Book.create({ id: 2, authorId: 9 }), {
    error: ForeignKeyConstraintError,
    table: "books",
  });
  await Book.dropIndex("authorId_index");
  const Plain = world.define("book_authors", {
    author_key: key,
    full_name: { type: "TEXT" },
  }, { orm: world.newORM() });
  expectEqual(await Plain.findAll(), [{ author_key: 1, full_name: "Mary" }]);
}

async function errors(world: World): Promise<void> {
  const Product = await products(world);
  const error = await expectFailure(() => Product.create({ ...salt, id: 3 }), {
    error: UniqueConstraintError,
    table: "products",
    columns: ["name"],
  });
  expectTrue(error.message.includes('`name` (`na"me` in the store)'), `names both: ${error.message}`);
}

async function refusals(world: World): Promise<void> {
  const key = { type: "INTEGER", primaryKey: true };
  const refused = (schema: unknown): Promise<Error> =>
    expectFailure(() => world.define("refused", schema), { error: ValidationError });
  await refused({ id: key, a: { type: "TEXT", column: "ID" } });
  await refused({ id: key, a: { type: "TEXT", column: "b" }, b: { type: "TEXT" } });
  await refused({ id: key, a: { type: "TEXT", column: "" } });
  await refused({ id: key, a: { type: "TEXT", column: 1 } });
  await refused({ id: key, a: { type: "TEXT", column: "$a" } });
  await refused({ id: key, a: { type: "TEXT", column: "__proto__" } });
  await refused({ id: key, "a.b": { type: "TEXT" } });
  await refused({ id: key, a: { type: "JSON", column: "x" }, b: { type: "TEXT", column: "x.y" } });
}
