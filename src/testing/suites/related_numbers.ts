import { ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { World } from "../world.ts";
import { library } from "./library.ts";

/** Numbers over the rows of relations. */
export const relatedNumbers: readonly TestCase[] = [
  promise("aggregates: give a number for each row, and that of nothing", numbers),
  promise("aggregates: come with rows of relations, and with conditions", nestedNumbers),
];

async function numbers(world: World): Promise<void> {
  const { Author, Book } = await library(world);
  const authors = await Author.findAll({
    select: ["id"],
    aggregates: {
      n: { of: "books", count: "*" },
      priced: { of: "books", count: "price" },
      prices: { of: "books", countDistinct: "price" },
      total: { of: "books", sum: "price" },
      mean: { of: "books", avg: "price" },
      first: { of: "books", min: "title" },
      dearest: { of: "books", max: "price" },
      edits: { of: "edited", count: "*" },
      oldestFriend: { of: "friends", min: "born" },
      friends_: { of: "friends", count: "*" },
    },
  });
  const nothing = { priced: 0, prices: 0, total: 0, mean: null, dearest: null };
  expectEqual(authors, [
    {
      ...{
        id: 1,
        n: 3,
        priced: 3,
        prices: 2,
        total: 30.5,
        mean: 30.5 / 3,
        first: "Frankenstein",
        dearest: 12.5,
      },
      ...{ edits: 0, oldestFriend: new Date("1792-08-04"), friends_: 2 },
    },
    { id: 2, n: 1, ...nothing, first: "Notes", edits: 2, oldestFriend: new Date("1815-12-10"), friends_: 1 },
    { id: 3, n: 0, ...nothing, first: null, edits: 0, oldestFriend: null, friends_: 0 },
    {
      ...{ id: 4, n: 1, priced: 1, prices: 1, total: 5, mean: 5, first: "Queen Mab", dearest: 5, edits: 1 },
      ...{ oldestFriend: new Date("1797-08-30"), friends_: 1 },
    },
  ]);
  const books = await Book.findAll({
    select: ["id"],
    aggregates: {
      tags_: { of: "tags", count: "*" },
      editor_: { of: "editor", max: "name" },
      name_: { of: "author", min: "name" },
    },
  });
  expectEqual(books.map(({ tags_, editor_, name_ }) => [tags_, editor_, name_]), [
    [2, "Percy", "Mary"],
    [1, null, "Mary"],
    [0, "Ada", "Mary"],
    [0, "Ada", "Ada"],
    [0, null, "Percy"],
  ]);
}

async function nestedNumbers(world: World): Promise<void> {
  const { Author } = await library(world);
  const [mary] = await Author.findAll({
    where: { id: 1 },
    select: ["name"],
    with: {
      books: {
        select: ["title"],
        aggregates: { n: { of: "tags", count: "*", where: { name: { $ne: "novel" } } } },
      },
    },
    aggregates: {
      cheap: { of: "books", count: "*", where: { price: { $lt: 10 } } },
      all: { of: "books", count: "*" },
    },
  });
  expectEqual(mary, {
    name: "Mary",
    books: [{ title: "Frankenstein", n: 1 }, { title: "Valperga", n: 0 }, { title: "The Last Man", n: 0 }],
    cheap: 2,
    all: 3,
  });
  const refused = { error: ValidationError };
  const bad: readonly unknown[] = [
    { n: { of: "boks", count: "*" } },
    { n: { count: "*" } },
    { n: 5 },
    { n: undefined },
    { name: { of: "books", count: "*" } },
    { books: { of: "books", count: "*" } },
    { ["__proto__x".slice(0, 9)]: { of: "books", count: "*" } },
    { $n: { of: "books", count: "*" } },
    5,
    null,
  ];
  for (const aggregates of bad) await expectFailure(() => Author.findAll({ aggregates }), refused);
  const unfit: readonly unknown[] = [
    { n: { of: "books", count: "*", max: "price" } },
    { n: { of: "books" } },
    { n: { of: "books", sum: "title" } },
    { n: { of: "books", max: "prise" } },
    { n: { of: "books", count: "*", where: { prise: 1 } } },
  ];
  for (const aggregates of unfit) {
    await expectFailure(() => Author.findAll({ aggregates }), { error: ValidationError, table: "books" });
  }
}
