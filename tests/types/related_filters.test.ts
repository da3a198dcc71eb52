import { assertEquals } from "@std/assert";
import { belongsTo, DataTypes, every, gt, hasMany, hasOne, is, none, ORM, some } from "../../mod.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { expectType } from "../support/expect_type.ts";
import { test } from "../support/runner.ts";

const id = { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true } as const;
const text = { type: DataTypes.TEXT, notNull: true } as const;
const to = <const T extends string>(table: T) =>
  ({ type: DataTypes.INTEGER, references: { table, column: "id" } }) as const;

function library() {
  const orm = new ORM({ driver: new MemoryDriver() });
  const Author = orm.define("library", "authors", { id, name: text }, {
    relations: {
      books: () => hasMany(Book, "authorId"),
      profile: () => hasOne(Profile, "authorId"),
    },
  });
  const Book = orm.define("library", "books", {
    id,
    title: text,
    price: { type: DataTypes.REAL },
    authorId: { ...to("authors"), notNull: true },
    editorId: to("authors"),
  }, {
    relations: {
      author: () => belongsTo(Author, "authorId"),
      editor: () => belongsTo(Author, "editorId"),
      tags: () => hasMany(Tag, { through: BookTag, from: "bookId", to: "tagId" }),
    },
  });
  const Profile = orm.define("library", "profiles", {
    id,
    bio: text,
    authorId: { ...to("authors"), unique: true },
  });
  const Tag = orm.define("library", "tags", { id, name: text });
  const BookTag = orm.define("library", "book_tags", {
    bookId: { ...to("books"), primaryKey: true },
    tagId: { ...to("tags"), primaryKey: true },
    addedBy: { type: DataTypes.TEXT },
  });
  return { Author, Book };
}

test("types: a condition on related rows knows their columns and relations, at every depth", () => {
  const { Author, Book } = library();
  assertEquals(
    Author.findAll({
      where: {
        name: "Mary",
        books: { $some: { price: { $gt: 1 }, tags: { $none: { name: { $startsWith: "g" } } } }, $every: {} },
        profile: { bio: "x" },
        $or: [{ profile: null }, { $not: { books: { $none: { editor: null } } } }],
      },
      with: { books: { where: { author: { name: "Mary" }, tags: { $some: {} } } } },
      aggregates: { n: { of: "books", count: "*", where: { editor: { books: { $some: { price: 3 } } } } } },
    }),
    [],
  );
  assertEquals(
    Author.count({ books: some({ price: gt(3), tags: every({ name: "x" }) }), profile: is(null) }),
    0,
  );
  assertEquals(Author.count({ books: none((book) => book.price.gt(3)) }), 0);
  assertEquals(Book.count({ author: is({ name: "Mary" }), editor: (editor) => editor.name.eq("Ada") }), 0);
  assertEquals(Book.update({ price: 0 }, { editor: null }), 0);
  assertEquals(Book.delete({ tags: { $some: { name: "x" } } }), 0);
  assertEquals(
    Book.groupBy({ by: ["authorId"], aggregates: { n: { count: "*" } }, where: { editor: null } }),
    [],
  );
  assertEquals(Book.sum("price", { author: { books: { $some: { price: 1 } } } }), 0);
});

test("types: whatever is misspelt in a condition on related rows is refused where it stands", () => {
  const { Author, Book } = library();
  const never: boolean = false;
  if (!never) return;
  // @ts-expect-error: there is no such relation
  Author.count({ name: "x", boks: { $some: {} } });
  // @ts-expect-error: the related row has no such column
  Author.count({ name: "x", books: { $some: { titel: "x", price: 1 } } });
  // @ts-expect-error: no such operator
  Author.count({ books: { $some: {}, $any: {} } });
  // @ts-expect-error: several rows take an operator
  Author.count({ books: { title: "x" } });
  // @ts-expect-error: several rows are never null
  Author.count({ books: null });
  // @ts-expect-error: one row takes no operator
  Book.count({ author: { $some: { name: "x" } } });
  // @ts-expect-error: of another type
  Book.count({ author: { name: 5 } });
  // @ts-expect-error: two levels down
  Author.count({ books: { $some: { tags: { $some: { nam: "x" } } } } });
  // @ts-expect-error: by a function
  Author.count({ books: some({ titel: "x", price: 1 }) });
  // @ts-expect-error: some is for several rows
  Book.count({ author: some({ name: "x" }) });
  // @ts-expect-error: is is for one row
  Author.count({ books: is({ title: "x" }) });
  // @ts-expect-error: inside with
  Author.findAll({ with: { books: { where: { price: 1, tags: { $some: { nam: "x" } } } } } });
  // @ts-expect-error: inside with, an operator
  Author.findAll({ with: { books: { where: { price: 1, tags: { $any: {} } } } } });
  // @ts-expect-error: inside with, of one row
  Author.findAll({ with: { books: { where: { price: 1, editor: { name: "x", nam: "y" } } } } });
});

test("types: create takes the rows that hang on a new row, and gives them", () => {
  const { Author, Book } = library();
  const mary = Author.create({ name: "Mary" }, {
    with: { books: [{ title: "Frankenstein" }], profile: { bio: "x" } },
  });
  expectType(mary.books).toBe<(typeof Book.$row)[]>();
  expectType(mary.profile).toBe<{ id: number; bio: string; authorId: number | null } | null>();
  const book = Book.create({ title: "x", authorId: mary.id }, { with: { tags: [{ name: "new" }] } });
  expectType(book.tags).toBe<{ id: number; name: string }[]>();
  assertEquals(Book.link(book.id, "tags", [1], { addedBy: "me" }), 0);
  assertEquals(Author.link(mary.id, "books", [1]), 0);
  assertEquals(Book.relink(book.id, "tags", []), 1);
  const never: boolean = false;
  if (!never) return;
  // @ts-expect-error: the column by which it refers is left out
  Author.create({ name: "x" }, { with: { books: [{ title: "x", authorId: 1 }] } });
  // @ts-expect-error: a column that is none
  Author.create({ name: "x" }, { with: { books: [{ titel: "x" }] } });
  // @ts-expect-error: a column that is missing
  Author.create({ name: "x" }, { with: { books: [{ price: 1 }] } });
  // @ts-expect-error: no such relation
  Author.create({ name: "x" }, { with: { boks: [{ title: "x" }] } });
  // @ts-expect-error: a row that is referred to is stored first
  Book.create({ title: "x", authorId: 1 }, { with: { author: { name: "x" } } });
  // @ts-expect-error: one row, no list
  Author.create({ name: "x" }, { with: { profile: [{ bio: "x" }] } });
  // @ts-expect-error: columns of its own still have to be right
  Author.create({ nam: "x" }, { with: { books: [] } });
  // @ts-expect-error: no such relation
  Author.link(1, "boks", [1]);
  // @ts-expect-error: a row that is referred to is set by its column
  Book.link(1, "author", [1]);
  // @ts-expect-error: no such column of the table between
  Book.link(1, "tags", [1], { addedBi: "me" });
  // @ts-expect-error: no table is between
  Author.link(1, "books", [1], { title: "x" });
});
