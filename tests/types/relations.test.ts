import { assertEquals } from "@std/assert";
import {
  belongsTo,
  DataTypes,
  hasMany,
  hasOne,
  type Model,
  ORM,
  type Page,
  toAsyncDriver,
} from "../../mod.ts";
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
    indexes: [{ columns: ["name"] }],
    relations: {
      books: () => hasMany(Book, "authorId"),
      edited: () => hasMany(Book, "editorId"),
      profile: () => hasOne(Profile, "authorId"),
      friends: () => hasMany(Author, { through: Friend, from: "a", to: "b" }),
    },
  });
  const Book = orm.define("library", "books", {
    id,
    title: text,
    price: { type: DataTypes.REAL },
    facts: { type: DataTypes.JSON },
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
    authorId: { ...to("authors"), notNull: true, unique: true },
  }, { relations: { author: () => belongsTo(Author, "authorId") } });
  const Tag = orm.define("library", "tags", { id, name: { ...text, unique: true } }, {
    relations: { books: () => hasMany(Book, { through: BookTag, from: "tagId", to: "bookId" }) },
  });
  const BookTag = orm.define("library", "book_tags", {
    bookId: { ...to("books"), primaryKey: true },
    tagId: { ...to("tags"), primaryKey: true },
    addedBy: { type: DataTypes.TEXT },
  });
  const Friend = orm.define("library", "friends", {
    a: { ...to("authors"), primaryKey: true },
    b: { ...to("authors"), primaryKey: true },
  });
  return { orm, Author, Book, Profile, Tag, BookTag, Friend };
}

interface AuthorRow {
  id: number;
  name: string;
}

test("types: with gives rows of relations, one or many, and null only where there may be none", () => {
  const { Author, Book } = library();
  const authors = Author.findAll({ with: { books: true, profile: true } });
  expectType(authors).toBe<{
    id: number;
    name: string;
    books: (typeof Book.$row)[];
    profile: { id: number; bio: string; authorId: number } | null;
  }[]>();
  const book = Book.findOne({ with: { author: true, editor: true } });
  expectType(book?.author).toBe<AuthorRow | undefined>();
  expectType(book?.editor).toBe<AuthorRow | null | undefined>();
  const some = Book.findOne({ with: { author: { where: { name: "Mary" } } } });
  expectType(some?.author).toBe<AuthorRow | null | undefined>();
  const byKey = Book.findById(1, { select: ["title"], with: { author: { select: ["name"] } } });
  expectType(byKey).toBe<{ title: string; author: { name: string } } | null>();
  const page = Book.paginate({ size: 2, select: ["id"], with: { tags: { select: ["name"] } } });
  expectType(page).toBe<Page<{ id: number; tags: { name: string }[] }>>();
  for (const row of Author.iterate({ with: { books: { select: ["id"] } } })) {
    expectType(row.books).toBe<{ id: number }[]>();
  }
  assertEquals([authors, book, some, byKey, page.rows], [[], null, null, null, []]);
});

test("types: with nests, with selections and options for each relation", () => {
  const { Author } = library();
  const found = Author.findAll({
    select: ["name"],
    with: {
      books: {
        select: ["title"],
        where: { price: { $gt: 1 }, "facts.pages": { $gt: 100 } },
        orderBy: [["price", "DESC"]],
        limit: 3,
        with: { editor: { select: ["name"], with: { profile: true } }, tags: true },
      },
    },
  });
  expectType(found).toBe<{
    name: string;
    books: {
      title: string;
      editor: { name: string; profile: { id: number; bio: string; authorId: number } | null } | null;
      tags: { id: number; name: string }[];
    }[];
  }[]>();
});

test("types: aggregates are numbers, or what the column has, by their names", () => {
  const { Author } = library();
  const found = Author.findAll({
    with: { edited: { select: ["title"] } },
    aggregates: {
      bookCount: { of: "books", count: "*" },
      dearest: { of: "books", max: "price", where: { editorId: null } },
      firstTitle: { of: "edited", min: "title" },
    },
    orderBy: [["name", "ASC"]],
  });
  expectType(found).toBe<{
    id: number;
    name: string;
    edited: { title: string }[];
    bookCount: number;
    dearest: number | null;
    firstTitle: string | null;
  }[]>();
  const nested = Author.findOne({
    select: ["id"],
    with: {
      books: {
        select: ["id"],
        aggregates: { tagCount: { of: "tags", count: "*" } },
      },
    },
  });
  expectType(nested).toBe<{ id: number; books: { id: number; tagCount: number }[] } | null>();
});

test("types: an order names aggregates, and columns of the one row of a relation", () => {
  const { Author, Book } = library();
  const found = Author.findAll({
    select: ["name"],
    aggregates: { bookCount: { of: "books", count: "*" }, dearest: { of: "books", max: "price" } },
    orderBy: [["bookCount", "DESC"], ["dearest", "ASC NULLS LAST"], ["profile.bio", "ASC"], ["name", "ASC"]],
    limit: 3,
  });
  expectType(found).toBe<{ name: string; bookCount: number; dearest: number | null }[]>();
  const book = Book.findOne({
    with: { editor: true },
    orderBy: [["author.name", "ASC"], [(b) => b.title.lower(), "DESC"]],
  });
  expectType(book?.editor).toBe<AuthorRow | null | undefined>();
  const refused = () => {
    // @ts-expect-error: no such aggregate
    Author.findAll({ aggregates: { n: { of: "books", count: "*" } }, orderBy: [["m", "ASC"]] });
    // @ts-expect-error: no such column
    Book.findAll({ orderBy: [["author.nam", "ASC"]] });
    // @ts-expect-error: no such relation
    Book.findAll({ orderBy: [["writer.name", "ASC"]] });
    // @ts-expect-error: several rows
    Author.findAll({ orderBy: [["books.title", "ASC"]] });
    // @ts-expect-error: a page goes on by its columns
    Book.paginate({ orderBy: [["author.name", "ASC"]] });
  };
  assertEquals([found, book, typeof refused], [[], null, "function"]);
});

test("types: whatever is misspelt is refused where it stands, beside what is right", () => {
  const { orm, Author, Book, BookTag, Tag } = library();
  const refused = () => {
    // @ts-expect-error: no such relation
    Author.findAll({ with: { books: true, boks: true } });
    // @ts-expect-error: no such option
    Author.findAll({ with: { books: { limit: 3, wher: {} } } });
    // @ts-expect-error: no limit where there is one row
    Book.findAll({ with: { author: { select: ["name"], limit: 3 } } });
    // @ts-expect-error: neither is there an order
    Book.findAll({ with: { author: { select: ["name"], orderBy: [["name", "ASC"]] } } });
    // @ts-expect-error: no such column
    Author.findAll({ with: { books: { select: ["title", "titel"] } } });
    // @ts-expect-error: no such column
    Author.findAll({ with: { books: { where: { title: "x", titel: "x" } } } });
    // @ts-expect-error: no such column in a nested condition
    Author.findAll({ with: { books: { where: { $or: [{ title: "x", titel: "x" }] } } } });
    // @ts-expect-error: no such column under a relation
    Author.findAll({ with: { books: { where: { tags: { $some: { name: "x", nam: "x" } } } } } });
    // @ts-expect-error: no such operator
    Author.findAll({ with: { books: { where: { price: { $gt: 1, $gtt: 2 } } } } });
    // @ts-expect-error: no such operator of a relation
    Author.findAll({ with: { books: { where: { tags: { $some: {}, $any: {} } } } } });
    // @ts-expect-error: another type
    Author.findAll({ with: { books: { where: { title: 5, price: 1 } } } });
    // @ts-expect-error: no such relation of a relation
    Author.findAll({ with: { books: { with: { editor: true, edtor: true } } } });
    // @ts-expect-error: no such column in an order
    Author.findAll({ with: { books: { orderBy: [["titel", "ASC"]], limit: 1 } } });
    // @ts-expect-error: one operation in an aggregate
    Author.findAll({ aggregates: { n: { of: "books", count: "*", max: "price" } } });
    // @ts-expect-error: no such column
    Author.findAll({ aggregates: { n: { of: "books", max: "prise" } } });
    // @ts-expect-error: the sum of a text
    Author.findAll({ aggregates: { n: { of: "books", sum: "title" } } });
    // @ts-expect-error: no such relation
    Author.findAll({ aggregates: { a: { of: "books", count: "*" }, n: { of: "boks", count: "*" } } });
    // @ts-expect-error: no such member
    Author.findAll({ aggregates: { n: { of: "books", count: "*", limit: 1 } } });
    // @ts-expect-error: no such column in an aggregate's condition
    Author.findAll({ aggregates: { n: { of: "books", count: "*", where: { title: "x", titel: "x" } } } });
    // @ts-expect-error: the name of a column
    Author.findAll({ aggregates: { name: { of: "books", count: "*" } } });
    // @ts-expect-error: the name of a relation
    Author.findAll({ aggregates: { edited: { of: "books", count: "*" } } });
    // @ts-expect-error: an order by no aggregate
    Author.findAll({ aggregates: { n: { of: "books", count: "*" } }, orderBy: [["m", "ASC"]] });
    // @ts-expect-error: an order by several rows
    Author.findAll({ orderBy: [["books.title", "ASC"]] });
    // @ts-expect-error: an order by no column of the one row
    Book.findAll({ orderBy: [["author.nam", "ASC"]] });
    // @ts-expect-error: pages have the order of columns
    Book.paginate({ orderBy: [["author.name", "ASC"]] });
    // @ts-expect-error: one row is a condition of its own
    Book.count({ author: { $some: { name: "x" } } });
    // @ts-expect-error: of several rows it has to be said which
    Author.count({ books: { title: "x" } });
    // @ts-expect-error: several rows are none or some
    Author.count({ books: null });
    // @ts-expect-error: no such column under a relation
    Author.count({ books: { $some: { titel: "x" } } });
    // @ts-expect-error: no such column
    orm.define("library", "a", { id }, { relations: { books: () => hasMany(Book, "autorId") } });
    orm.define("library", "b", { id }, {
      // @ts-expect-error: no such column of the table between
      relations: { tags: () => hasMany(Tag, { through: BookTag, from: "id", to: "tagId" }) },
    });
    const C = orm.define("library", "c", { id }, { relations: { book: () => belongsTo(Book, "bookId") } });
    // @ts-expect-error: the table has no such column
    C.findAll({ with: { book: true } });
    // @ts-expect-error: what was not selected
    Author.findOne({ with: { books: { select: ["id"] } } })?.books[0]?.title;
    // @ts-expect-error: what was not read
    Author.findOne({ with: { books: true } })?.profile;
    // @ts-expect-error: findById takes no condition
    Author.findById(1, { with: { books: true }, where: { id: 1 } });
  };
  assertEquals(typeof refused, "function");
});

test("types: with works with an async driver, in prepared queries and in generic code", async () => {
  await using orm = new ORM({ driver: toAsyncDriver(new MemoryDriver()) });
  const Node = orm.define("library", "nodes", { id, parentId: to("nodes") }, {
    relations: { parent: () => belongsTo(Node, "parentId"), children: () => hasMany(Node, "parentId") },
  });
  const found = Node.findAll({ with: { parent: true, children: { with: { children: true } } } });
  type Plain = { id: number; parentId: number | null };
  expectType(found).toBe<
    Promise<
      {
        id: number;
        parentId: number | null;
        parent: Plain | null;
        children: { id: number; parentId: number | null; children: Plain[] }[];
      }[]
    >
  >();
  assertEquals(await found, []);
  const { Book } = library();
  const cheap = Book.prepare((given: { price: number; name: string }) => ({
    where: { price: { $lt: given.price }, title: given.name },
    with: { author: { select: ["name"] } },
  }));
  expectType(cheap.findOne({ price: 3, name: "x" })?.author).toBe<{ name: string } | undefined>();
  const first = <Row extends object>(model: Model<Row, object, number, "sync">): Row | null =>
    model.findOne();
  assertEquals(first(Book as unknown as Model<typeof Book.$row, object, number, "sync">), null);
});
