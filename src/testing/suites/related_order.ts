import { ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure, expectTrue } from "../assertions.ts";
import { collect } from "../collect.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { Row, TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import { key, library, refers, relate } from "./library.ts";
import { randomNumbers } from "./related_graphs.ts";

/** Orders by what relations lead to. */
export const relatedOrders: readonly TestCase[] = [
  promise("order: rows are ordered by aggregates of their relations", aggregates),
  promise("order: rows are ordered by columns of the one row of a relation", paths),
  promise("order: limit, offset, select and with do what they do in any order", pages),
  promise("order: related orders stand in findOne, iterate and prepared queries, and in scopes", everywhere),
  promise("order: random rows in a related order come as a loop sorts them", random),
  promise("order: what makes no sense in a related order is refused", refused),
];

const ids = (rows: readonly Row[]): unknown[] => rows.map(({ id }) => id);
const count = { n: { of: "books", count: "*" } };

async function aggregates(world: World): Promise<void> {
  const { Author, Book } = await library(world);
  const by = async (orderBy: unknown, aggregates: unknown): Promise<unknown[]> =>
    ids(await Author.findAll({ orderBy, aggregates }));
  expectEqual(await by([["n", "DESC"]], count), [1, 4, 2, 3]);
  expectEqual(await by([["n", "ASC"]], count), [3, 2, 4, 1]);
  expectEqual(await by([["n", "DESC"], ["name", "ASC"]], count), [1, 2, 4, 3]);
  const dearest = { top: { of: "books", max: "price" } };
  expectEqual(await by([["top", "ASC"]], dearest), [2, 3, 4, 1]);
  expectEqual(await by([["top", "ASC NULLS LAST"]], dearest), [4, 1, 2, 3]);
  expectEqual(
    await by([["sum", "DESC"], ["n", "ASC"], ["id", "ASC"]], {
      sum: { of: "books", sum: "price" },
      ...count,
    }),
    [
      1,
      4,
      3,
      2,
    ],
  );
  const cheap = { n: { of: "books", count: "*", where: { price: { $lt: 10 } } } };
  expectEqual(await by([["n", "DESC"], ["id", "ASC"]], cheap), [1, 4, 2, 3]);
  expectEqual(
    await Author.findAll({ orderBy: [["n", "DESC"]], aggregates: count, select: ["name"], limit: 2 }),
    [{ name: "Mary", n: 3 }, { name: "Percy", n: 1 }],
  );
  const tags = { n: { of: "tags", count: "*" }, first: { of: "tags", min: "name" } };
  expectEqual(
    ids(await Book.findAll({ orderBy: [["n", "DESC"], ["first", "ASC"], ["id", "DESC"]], aggregates: tags })),
    [1, 2, 5, 4, 3],
  );
}

async function paths(world: World): Promise<void> {
  const { Author, Book, Profile } = await library(world);
  const by = async (model: TestModel, ...orderBy: unknown[]): Promise<unknown[]> =>
    ids(await model.findAll({ orderBy }));
  expectEqual(await by(Book, ["author.name", "ASC"], ["title", "ASC"]), [4, 1, 3, 2, 5]);
  expectEqual(await by(Book, ["author.name", "DESC"]), [5, 3, 2, 1, 4]);
  expectEqual(await by(Book, ["editor.name", "ASC"]), [2, 5, 3, 4, 1]);
  expectEqual(await by(Book, ["editor.name", "ASC NULLS LAST"], ["id", "DESC"]), [4, 3, 1, 5, 2]);
  expectEqual(await by(Book, ["prequel.price", "DESC"], ["author.born", "ASC"]), [5, 3, 1, 2, 4]);
  expectEqual(await by(Author, ["profile.bio", "DESC"], ["name", "ASC"]), [2, 1, 3, 4]);
  expectEqual(await by(Profile, ["author.id", "ASC"]), [3, 1, 2]);
  expectEqual(
    await Book.findAll({
      select: ["title"],
      orderBy: [["author.name", "ASC"], ["author.id", "ASC"], ["title", "ASC"]],
      limit: 1,
    }),
    [{ title: "Notes" }],
  );
}

async function pages(world: World): Promise<void> {
  const { Author, Book } = await library(world);
  const orderBy = [["author.name", "DESC"], ["title", "ASC"]];
  const all = await Book.findAll({ orderBy });
  expectEqual(ids(all), [5, 1, 3, 2, 4]);
  expectEqual(all, await Promise.all(ids(all).map((id) => Book.findById(id))), "rows are whole");
  expectEqual(await Book.findAll({ orderBy, limit: 2, offset: 1 }), all.slice(1, 3));
  expectEqual(await Book.findAll({ orderBy, offset: 4 }), all.slice(4));
  expectEqual(await Book.findAll({ orderBy, offset: 9 }), []);
  expectEqual(await Book.findAll({ orderBy, limit: 0 }), []);
  expectEqual(
    await Book.findAll({ orderBy, where: { author: { name: "Mary" }, price: 9 }, select: ["title"] }),
    [
      { title: "Frankenstein" },
      { title: "The Last Man" },
    ],
  );
  expectEqual(
    await Author.findAll({
      select: ["name"],
      orderBy: [["n", "DESC"]],
      aggregates: { ...count, m: { of: "edited", count: "*" } },
      with: {
        books: { select: ["title"], orderBy: [["title", "DESC"]], limit: 1 },
        profile: { select: ["bio"] },
      },
      limit: 2,
      offset: 1,
    }),
    [
      { name: "Percy", n: 1, m: 1, books: [{ title: "Queen Mab" }], profile: null },
      { name: "Ada", n: 1, m: 2, books: [{ title: "Notes" }], profile: { bio: "of numbers" } },
    ],
  );
  expectEqual(
    await Book.findAll({
      select: ["id"],
      orderBy: [["author.name", "ASC"]],
      with: { author: { select: ["name"] } },
      limit: 1,
    }),
    [{ id: 4, author: { name: "Ada" } }],
  );
  const Pair: TestModel = world.define("pairs", {
    a: { type: "INTEGER", primaryKey: true },
    b: { type: "TEXT", primaryKey: true },
    author: refers("authors"),
  }, { relations: { writer: relate.belongsTo(() => Author, "author") } });
  await Pair.bulkCreate([{ a: 1, b: "x", author: 1 }, { a: 1, b: "y", author: 2 }, { a: 2, b: "x" }]);
  expectEqual(await Pair.findAll({ orderBy: [["writer.name", "DESC"]], select: ["b"], limit: 2 }), [{
    b: "x",
  }, { b: "y" }]);
}

async function everywhere(world: World): Promise<void> {
  const { Author, Book } = await library(world);
  expectEqual((await Author.findOne({ orderBy: [["n", "DESC"]], aggregates: count }))?.["id"], 1);
  expectEqual((await Book.findOrFail({ orderBy: [["author.name", "DESC"]] }))["id"], 5);
  expectEqual(ids(await collect(Book.iterate({ orderBy: [["author.name", "DESC"]] }), 9)), [5, 3, 2, 1, 4]);
  const top = Author.prepare(({ price, most }) => ({
    orderBy: [["n", "DESC"], ["id", "ASC"]],
    aggregates: { n: { of: "books", count: "*", where: { price: { $lt: price } } } },
    limit: most,
  }));
  expectEqual(ids(await top.findAll({ price: 6, most: 2 }) as Row[]), [4, 1]);
  expectEqual(ids(await top.findAll({ price: 10, most: 1 }) as Row[]), [1]);
  expectEqual((await top.findOne({ price: 6, most: 9 }) as Row)["id"], 4);
  const Dear = Book.scope({ price: { $gt: 5 } });
  expectEqual(ids(await Dear.findAll({ orderBy: [["editor.name", "DESC"]], limit: 2 })), [1, 3]);
  const inside = world.orm.transaction(
    () => Book.findAll({ orderBy: [["author.name", "DESC"]], limit: 1 }) as Promise<Row[]>,
  );
  expectEqual(ids(await inside), [5]);
}

async function random(world: World): Promise<void> {
  const below = randomNumbers(7);
  const Parent: TestModel = world.define(
    "parents",
    { id: key, n: { type: "INTEGER" }, t: { type: "TEXT" } },
    {
      relations: { children: relate.hasMany(() => Child, "parent") },
    },
  );
  const Child: TestModel = world.define("children", {
    id: key,
    v: { type: "INTEGER" },
    parent: refers("parents"),
  }, {
    relations: { parent_: relate.belongsTo(() => Parent, "parent") },
  });
  const some = (value: unknown): unknown => below(4) === 0 ? null : value;
  const parents = Array.from(
    { length: 20 },
    (_, i): Row => ({ id: i + 1, n: some(below(4)), t: some("aB"[below(2)]) }),
  );
  const children = Array.from(
    { length: 40 },
    (_, i): Row => ({ id: i + 1, v: some(below(5)), parent: some(1 + below(20)) }),
  );
  await Parent.bulkCreate(parents);
  await Child.bulkCreate(children);
  type Value = number | string | null;
  const compare = (a: Value, b: Value): number =>
    a === b ? 0 : a === null ? -1 : b === null ? 1 : a < b ? -1 : 1;
  const sorted = (rows: readonly Row[], value: (row: Row) => Value, by: number): unknown[] =>
    ids(
      [...rows].sort((a, b) =>
        by * (compare(value(a), value(b)) || compare(a["id"] as number, b["id"] as number))
      ),
    );
  const sum = (row: Row): number =>
    children.filter(({ parent }) => parent === row["id"]).reduce((total, { v }) => total + Number(v), 0);
  const owner = (row: Row): Row | undefined => parents.find(({ id }) => id === row["parent"]);
  for (const [direction, by] of [["ASC", 1], ["DESC", -1]] as const) {
    const aggregates = { s: { of: "children", sum: "v" } };
    const expected = sorted(parents, sum, by);
    expectEqual(ids(await Parent.findAll({ orderBy: [["s", direction]], aggregates })), expected);
    expectEqual(
      ids(await Parent.findAll({ orderBy: [["s", direction]], aggregates, limit: 5, offset: 3 })),
      expected.slice(3, 8),
    );
    for (const name of ["n", "t"]) {
      const value = (row: Row): Value => (owner(row)?.[name] ?? null) as Value;
      const order = sorted(children, value, by);
      expectEqual(ids(await Child.findAll({ orderBy: [[`parent_.${name}`, direction]] })), order);
      expectEqual(
        ids(await Child.findAll({ orderBy: [[`parent_.${name}`, direction]], limit: 7, offset: 2 })),
        order.slice(2, 9),
      );
    }
  }
}

async function refused(world: World): Promise<void> {
  const { Author, Book } = await library(world);
  const invalid = { error: ValidationError, code: "INVALID_OPTIONS" };
  const unknown = { error: ValidationError, code: "UNKNOWN_COLUMN" };
  await expectFailure(() => Book.paginate({ orderBy: [["author.name", "ASC"]] }), invalid);
  await expectFailure(() => Author.paginate({ orderBy: [["n", "ASC"]], aggregates: count }), invalid);
  await expectFailure(() => Author.findAll({ orderBy: [["books.title", "ASC"]] }), invalid);
  const error = await expectFailure(() => Book.findAll({ orderBy: [["authr.name", "ASC"]] }), invalid);
  expectTrue(error.message.includes("`author`, `editor`"), `it lists the relations: ${error.message}`);
  await expectFailure(() => Book.findAll({ orderBy: [["author.nam", "ASC"]] }), unknown);
  await expectFailure(() => Book.findAll({ orderBy: [["author.", "ASC"]] }), unknown);
  await expectFailure(() => Author.findAll({ orderBy: [["n", "ASC"]] }), unknown);
  await expectFailure(() => Author.findAll({ orderBy: [["n", "down"]], aggregates: count }), invalid);
  await expectFailure(
    () => Author.findAll({ orderBy: [["n", "ASC"], ["n", "DESC"]], aggregates: count }),
    invalid,
  );
  await expectFailure(() => Book.findAll({ orderBy: [["__proto__.x", "ASC"]] }), invalid);
  const nested = { books: { orderBy: [["editor.name", "ASC"]] } };
  await expectFailure(() => Author.findAll({ with: nested }), invalid);
}
