import { ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure, expectTrue } from "../assertions.ts";
import { collect } from "../collect.ts";
import { take } from "../steps.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { Row, TestModel, TestPage } from "../test_model.ts";
import type { World } from "../world.ts";
import { key, library, relate } from "./library.ts";
import { nestedWrites } from "./nested_writes.ts";
import { relatedFilters } from "./related_filters.ts";
import { relatedLists } from "./related_lists.ts";
import { relatedOrders } from "./related_order.ts";
import { relatedGraphs } from "./related_graphs.ts";
import { relatedNumbers } from "./related_numbers.ts";
import { relationMistakes } from "./relation_mistakes.ts";

/** Rows that come with rows. */
export const relationsSuite: readonly TestCase[] = [
  promise("with: gives the rows of every kind of relation, and none where there is none", kinds),
  promise("with: nests to any depth, and gives a row that belongs to several once", nested),
  promise("with: where says which rows come with each, and changes nothing else", wheres),
  promise("with: orders the rows of each, and ties by the key", orders),
  promise("with: limit and offset count for each", limits),
  promise("with: select gives exactly these columns, whatever joins the rows", selects),
  promise("with: comes with one row as with all of them", oneRow),
  promise("with: comes with every row of iterate, and of pages", pages),
  promise("with: comes with the rows of a prepared query, whose parameters stand anywhere", prepared),
  promise("with: sees what a transaction has written", inTransaction),
  promise("with: joins by keys of every type", keyTypes),
  promise("with: comes with 1,200 rows", many),
  promise("with: names of relations and aggregates may hold any character that names may", names),
  ...relatedNumbers,
  ...relationMistakes,
  ...relatedGraphs,
  ...relatedFilters,
  ...relatedLists,
  ...relatedOrders,
  ...nestedWrites,
];

const titles = (rows: unknown): unknown[] => (rows as Row[]).map(({ title }) => title);
const ids = (rows: unknown): unknown[] => (rows as Row[]).map(({ id }) => id);

async function kinds(world: World): Promise<void> {
  const { Author, Book, Profile, Tag } = await library(world);
  const authors = await Author.findAll({
    with: { books: true, edited: true, profile: true, friends: true, friendOf: true },
  });
  expectEqual(authors.map(({ id, books, edited }) => [id, ids(books), ids(edited)]), [
    [1, [1, 2, 3], []],
    [2, [4], [3, 4]],
    [3, [], []],
    [4, [5], [1]],
  ]);
  expectEqual(authors.map(({ profile }) => profile), [
    { id: 1, bio: "of London", authorId: 1 },
    { id: 2, bio: "of numbers", authorId: 2 },
    null,
    null,
  ]);
  expectEqual(authors.map(({ friends }) => ids(friends)), [[2, 4], [2], [], [1]]);
  expectEqual(authors.map(({ friendOf }) => ids(friendOf)), [[4], [1, 2], [], [1]]);
  const books = await Book.findAll({
    with: { author: true, editor: true, prequel: true, sequels: true, tags: true },
  });
  expectEqual(books.map(({ author }) => (author as Row)["name"]), ["Mary", "Mary", "Mary", "Ada", "Percy"]);
  expectEqual(books.map(({ editor }) => (editor as Row | null)?.["id"] ?? null), [4, null, 2, 2, null]);
  expectEqual(books.map(({ prequel }) => (prequel as Row | null)?.["id"] ?? null), [null, null, 2, null, 2]);
  expectEqual(books.map(({ sequels }) => ids(sequels)), [[], [3, 5], [], [], []]);
  expectEqual(books.map(({ tags }) => ids(tags)), [[1, 2], [2], [], [], []]);
  expectEqual((await Profile.findAll({ with: { author: true } })).map(({ author }) => author), [
    { id: 1, name: "Mary", born: new Date("1797-08-30") },
    { id: 2, name: "Ada", born: new Date("1815-12-10") },
    null,
  ]);
  expectEqual(await Tag.findAll({ where: { id: 3 }, with: { books: true } }), [{
    id: 3,
    name: "unused",
    books: [],
  }]);
  expectEqual(await Tag.findAll({ where: { id: 9 }, with: { books: true } }), []);
}

async function nested(world: World): Promise<void> {
  const { Author, Book } = await library(world);
  const [mary] = await Author.findAll({
    where: { id: 1 },
    with: {
      books: { with: { tags: { with: { books: { with: { author: { with: { profile: true } } } } } } } },
    },
  });
  const [frankenstein] = mary?.["books"] as Row[];
  const novel = (frankenstein?.["tags"] as Row[])[1] as Row;
  expectEqual(titles(novel["books"]), ["Frankenstein", "Valperga"]);
  const { author } = (novel["books"] as Row[])[1] as { author: Row };
  expectEqual(author["profile"], { id: 1, bio: "of London", authorId: 1 });
  const books = await Book.findAll({ with: { author: { with: { books: { with: { author: true } } } } } });
  const authors = books.map((book) => book["author"] as Row);
  expectTrue(authors[0] === authors[1], "a row that several rows refer to is one object");
  expectEqual(authors.map(({ books }) => ids(books)), [[1, 2, 3], [1, 2, 3], [1, 2, 3], [4], [5]]);
}

async function wheres(world: World): Promise<void> {
  const { Author, Book } = await library(world);
  const where = { price: { $gte: 9 }, $or: [{ title: { $startsWith: "F" } }, { price: { $gt: 10 } }] };
  const found = await Author.findAll({ with: { books: { where } } });
  expectEqual(found.map(({ books }) => titles(books)), [["Frankenstein", "Valperga"], [], [], []]);
  expectEqual(
    (await Author.findAll({ where: { name: "Ada" }, with: { books: { where: { price: null } } } }))
      .map(({ books }) => titles(books)),
    [["Notes"]],
  );
  const named = await Book.findAll({
    with: { author: { where: { name: "Ada" } }, tags: { where: { id: 1 } } },
  });
  expectEqual(named.map(({ author }) => (author as Row | null)?.["name"] ?? null), [
    null,
    null,
    null,
    "Ada",
    null,
  ]);
  expectEqual(named.map(({ tags }) => ids(tags)), [[1], [], [], [], []]);
}

async function orders(world: World): Promise<void> {
  const { Author, Book } = await library(world);
  const byPrice = async (direction: string) => {
    const [mary] = await Author.findAll({
      where: { id: 1 },
      with: { books: { orderBy: [["price", direction]] } },
    });
    return ids(mary?.["books"]);
  };
  expectEqual(await byPrice("ASC"), [1, 3, 2]);
  expectEqual(await byPrice("DESC"), [2, 3, 1]);
  const tagged = await Book.findAll({ with: { tags: { orderBy: [["name", "DESC"]] } } });
  expectEqual(tagged.map(({ tags }) => ids(tags)), [[2, 1], [2], [], [], []]);
  const [two] = await Book.findAll({
    where: { id: 2 },
    with: { sequels: { orderBy: [["sequelTo", "DESC"], ["id", "DESC"]] } },
  });
  expectEqual(ids(two?.["sequels"]), [5, 3]);
}

async function limits(world: World): Promise<void> {
  const { Author, Book, Tag } = await library(world);
  const books = async (options: object) =>
    (await Author.findAll({ with: { books: options } })).map((author) => ids(author["books"]));
  expectEqual(await books({ limit: 2 }), [[1, 2], [4], [], [5]]);
  expectEqual(await books({ limit: 2, orderBy: [["id", "DESC"]] }), [[3, 2], [4], [], [5]]);
  expectEqual(await books({ limit: 1, offset: 1, orderBy: [["price", "DESC"]] }), [[3], [], [], []]);
  expectEqual(await books({ offset: 2 }), [[3], [], [], []]);
  expectEqual(await books({ limit: 0 }), [[], [], [], []]);
  expectEqual(await books({ limit: 9, where: { price: 9 } }), [[1, 3], [], [], []]);
  expectEqual(await books({ limit: 1, where: { price: 9 }, orderBy: [["title", "DESC"]] }), [
    [3],
    [],
    [],
    [],
  ]);
  const tags = await Book.findAll({ with: { tags: { limit: 1, with: { books: { limit: 1, offset: 1 } } } } });
  expectEqual(tags.map((book) => (book["tags"] as Row[]).map((tag) => [tag["id"], ids(tag["books"])])), [
    [[1, []]],
    [[2, [2]]],
    [],
    [],
    [],
  ]);
  expectEqual((await Tag.findAll({ with: { books: { limit: 0 } } })).map(({ books }) => books), [[], [], []]);
  const found = await Author.findAll({
    limit: 1,
    offset: 1,
    with: { books: { limit: 1, select: ["title"] } },
  });
  expectEqual(found.map(({ books }) => books), [[{ title: "Notes" }]]);
}

async function selects(world: World): Promise<void> {
  const { Author, Book, Tag } = await library(world);
  expectEqual(
    await Author.findAll({
      where: { id: 1 },
      select: ["name"],
      with: {
        books: {
          select: ["title"],
          limit: 1,
          with: { author: { select: ["born"] }, tags: { select: ["name"] } },
        },
        profile: { select: ["bio"] },
      },
    }),
    [{
      name: "Mary",
      books: [{
        title: "Frankenstein",
        author: { born: new Date("1797-08-30") },
        tags: [{ name: "gothic" }, { name: "novel" }],
      }],
      profile: { bio: "of London" },
    }],
  );
  const [row] = await Book.findAll({
    where: { id: 1 },
    select: ["authorId", "title"],
    with: { author: true },
  });
  expectEqual(Object.keys(row as Row).toSorted(), ["author", "authorId", "title"]);
  expectEqual(
    await Tag.findAll({ where: { id: 3 }, select: ["name"], with: { books: { select: ["id"] } } }),
    [
      { name: "unused", books: [] },
    ],
  );
}

async function oneRow(world: World): Promise<void> {
  const { Author } = await library(world);
  const options = {
    select: ["name"],
    with: { books: { select: ["title"], limit: 1 } },
    aggregates: { n: { of: "books", count: "*" } },
  };
  const ada = { name: "Ada", books: [{ title: "Notes" }], n: 1 };
  expectEqual(await Author.findOne({ ...options, where: { name: "Ada" } }), ada);
  expectEqual(await Author.findOne({ ...options, where: { name: "Eve" } }), null);
  expectEqual(await Author.findOrFail({ ...options, where: { id: 2 } }), ada);
  expectEqual(await Author.findById(2, options), ada);
  expectEqual(await Author.findById(9, options), null);
  expectEqual(await Author.findByIdOrFail(2, options), ada);
  expectEqual(await Author.findById(3, { with: { books: true, profile: true } }), {
    id: 3,
    name: "Nobody",
    born: null,
    books: [],
    profile: null,
  });
  expectEqual(await Author.findById(2, { select: ["name"] }), { name: "Ada" });
  const refused = { error: ValidationError, code: "INVALID_OPTIONS", table: "authors" };
  await expectFailure(() => Author.findById(2, { where: { id: 1 } }), refused);
  await expectFailure(() => Author.findById(2, { limit: 1 }), refused);
  await expectFailure(() => Author.findById(2, null), refused);
  await expectFailure(() => Author.findOne({ limit: 1, with: { books: true } }), refused);
}

async function pages(world: World): Promise<void> {
  const { Book } = await library(world);
  const options = {
    select: ["title"],
    orderBy: [["price", "DESC"]],
    with: { author: { select: ["name"] }, tags: { select: ["name"], limit: 1 } },
  };
  const all = await Book.findAll(options);
  expectEqual(all[0], { title: "Valperga", author: { name: "Mary" }, tags: [{ name: "novel" }] });
  expectEqual(await collect(Book.iterate(options), 5), all);
  expectEqual(await collect(Book.iterate({ ...options, limit: 3, offset: 1 }), 3), all.slice(1, 4));
  const rows: Row[] = [];
  let page: TestPage = await Book.paginate({ ...options, size: 2 });
  for (; page.next !== null; page = await Book.paginate({ ...options, size: 2, after: page.next })) {
    rows.push(...page.rows);
    expectTrue(rows.length <= all.length, "pages come twice, or never end");
  }
  expectEqual([...rows, ...page.rows], all);
}

async function prepared(world: World): Promise<void> {
  const { Author } = await library(world);
  const query = Author.prepare((given) => ({
    where: { id: { $in: given["ids"] } },
    with: {
      books: {
        where: { price: given["price"], title: { $in: given["titles"] } },
        offset: given["skip"],
        with: { tags: { where: { name: given["tag"] } } },
      },
    },
    aggregates: { n: { of: "books", count: "*", where: { price: { $lt: given["most"] } } } },
  }));
  const run = async (params: object) =>
    (await query.findAll({
      ids: [1, 2],
      titles: ["Frankenstein", "The Last Man", "Notes"],
      skip: 0,
      ...params,
    }))
      .map(({ id, n, books }) => [id, n, (books as Row[]).map((book) => [book["id"], ids(book["tags"])])]);
  expectEqual(await run({ price: 9, tag: "gothic", most: 10 }), [[1, 2, [[1, [1]], [3, []]]], [2, 0, []]]);
  expectEqual(await run({ price: null, tag: "gothic", most: 100 }), [[1, 3, []], [2, 0, [[4, []]]]]);
  expectEqual(await run({ price: 9, tag: "novel", most: 1, skip: 1 }), [[1, 0, [[3, []]]], [2, 0, []]]);
  const one = await query.findOne({ ids: [4], titles: [], skip: 0, price: 1, tag: "x", most: 6 });
  expectEqual(one, { id: 4, name: "Percy", born: new Date("1792-08-04"), books: [], n: 1 });
}

async function inTransaction(world: World): Promise<void> {
  const { Author, Book } = await library(world);
  await world.transaction(function* () {
    yield* take(Book.create({ id: 6, title: "Matilda", authorId: 1 }));
    yield* take(Book.delete({ id: 1 }));
    const mary = yield* take(
      Author.findById(1, { with: { books: true }, aggregates: { n: { of: "books", count: "*" } } }),
    );
    expectEqual([ids(mary?.["books"]), mary?.["n"]], [[2, 3, 6], 3]);
  });
  expectEqual(ids((await Author.findById(1, { with: { books: true } }))?.["books"]), [2, 3, 6]);
}

async function keyTypes(world: World): Promise<void> {
  const columns: readonly (readonly [string, object, readonly unknown[]])[] = [
    ["text", { type: "TEXT" }, ["a", "A", "é'`\"", "\u{1F600}", ""]],
    ["date", { type: "DATE" }, [new Date("2024-02-29"), new Date("1969-12-31")]],
    ["time", { type: "DATETIME" }, [new Date(0), new Date(1), new Date(-1)]],
    ["big", { type: "INTEGER", bigint: true }, [2n ** 53n, 2n ** 53n + 1n, -(2n ** 63n), 0n, 7n]],
    ["bytes", { type: "BLOB" }, [Uint8Array.of(1), Uint8Array.of(1, 0), new Uint8Array()]],
    ["real", { type: "REAL" }, [0, 0.5, -1e300, 9007199254740993]],
    ["boolean", { type: "BOOLEAN" }, [true, false]],
  ];
  for (const [name, column, values] of columns) {
    const [parents, children] = [`${name}_parents`, `${name}_children`];
    const Parent: TestModel = world.define(parents, { id: key, code: { ...column, unique: true } }, {
      relations: { children: relate.hasMany(() => Child, "code") },
    });
    const Child: TestModel = world.define(children, {
      id: key,
      code: { ...column, references: { table: parents, column: "code" } },
    }, { relations: { parent: relate.belongsTo(() => Parent, "code") } });
    await Parent.bulkCreate([...values, null].map((code, id) => ({ id, code })));
    await Child.bulkCreate([...values, null, ...values].map((code, id) => ({ id, code })));
    const found = await Parent.findAll({
      with: { children: { select: ["id"] } },
      aggregates: { n: { of: "children", count: "*" } },
    });
    const both = values.map((_, id) => [{ id }, { id: id + values.length + 1 }]);
    expectEqual(found.map((parent) => parent["children"]), [...both, []], name);
    expectEqual(found.map(({ n }) => n), [...values.map(() => 2), 0], name);
    const back = await Child.findAll({ select: ["id"], with: { parent: { select: ["id"] } } });
    const parents_ = values.map((_, id) => ({ id }));
    expectEqual(back.map(({ parent }) => parent), [...parents_, null, ...parents_], name);
  }
}

async function many(world: World): Promise<void> {
  const Parent: TestModel = world.define("parents", { id: key, n: { type: "INTEGER" } }, {
    relations: { children: relate.hasMany(() => Child, "parent") },
  });
  const Child: TestModel = world.define("children", {
    id: key,
    parent: { type: "INTEGER", references: { table: "parents", column: "id" } },
  }, { relations: { parent_: relate.belongsTo(() => Parent, "parent") } });
  const count = 1_200;
  await world.fill(Parent, Array.from({ length: count }, (_, id) => ({ id, n: id % 7 })));
  await world.fill(Child, Array.from({ length: count * 2 }, (_, id) => ({ id, parent: (id * 7) % count })));
  const found = await Parent.findAll({
    with: { children: { select: ["id"], limit: 1, orderBy: [["id", "DESC"]] } },
  });
  expectEqual(found.length, count);
  expectTrue(
    found.every(({ id, children }) => {
      const [child] = children as { id: number }[];
      return child !== undefined && child.id >= count && (child.id * 7) % count === id;
    }),
    "each parent has its last child",
  );
  const rows = await collect(Child.iterate({ with: { parent_: true } }), count * 2);
  expectTrue(
    rows.every(({ parent, parent_ }) => (parent_ as Row)["id"] === parent),
    "each child has its parent",
  );
}

async function names(world: World): Promise<void> {
  const odd = ["constructor", "hasOwnProperty", "a`b", 'c"d', "e'f", "toString", "ä\u{1F600}"];
  const relations = Object.fromEntries(odd.map((name) => [name, relate.hasMany(() => Child, "parent")]));
  const Parent: TestModel = world.define("parents", { id: key }, { relations });
  const Child: TestModel = world.define("children", {
    id: key,
    parent: { type: "INTEGER", references: { table: "parents", column: "id" } },
  });
  await Parent.bulkCreate([{ id: 1 }, { id: 2 }]);
  await Child.bulkCreate([{ id: 1, parent: 1 }, { id: 2, parent: 1 }]);
  for (const name of odd) {
    const aggregates = { [`${name}#`]: { of: name, max: "id" } };
    const found = await Parent.findAll({ with: { [name]: { select: ["id"] } }, aggregates });
    expectEqual(found.map((row) => [row[name], row[`${name}#`]]), [[[{ id: 1 }, { id: 2 }], 2], [[], null]]);
  }
  const refused = { error: ValidationError, table: "parents" };
  await expectFailure(() => Parent.findAll({ with: JSON.parse('{"__proto__":true}') }), refused);
  await expectFailure(() => Parent.findAll({ with: { valueOf: true } }), refused);
}
