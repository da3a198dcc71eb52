import { assertEquals } from "@std/assert";
import { belongsTo, DataTypes, now, ORM, toAsyncDriver } from "../../mod.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { expectType } from "../support/expect_type.ts";
import { test } from "../support/runner.ts";

const SCHEMA = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  text: { type: DataTypes.TEXT, notNull: true },
  changed: { type: DataTypes.DATETIME, notNull: true, touch: now },
  version: { type: DataTypes.INTEGER, notNull: true, version: true },
} as const;

interface Doc {
  id: number;
  text: string;
  changed: Date;
  version: number;
}

test("types: touch and version are not asked for by create, and never null in rows", () => {
  using orm = new ORM({ driver: new MemoryDriver() });
  const Note = orm.define("app", "notes", SCHEMA);
  const note = Note.create({ text: "a" });
  expectType(note).toBe<Doc>();
  assertEquals(note.version, 1);
  // @ts-expect-error: the text is
  assertEquals(typeof (() => Note.create({})), "function");
});

test("types: touch takes what default takes, and version is true", () => {
  const refused = (orm: ORM<MemoryDriver>) => {
    const id = { type: DataTypes.INTEGER, primaryKey: true } as const;
    // @ts-expect-error: no date
    orm.define("app", "a", { id, at: { type: DataTypes.DATETIME, touch: true } });
    // @ts-expect-error: no text
    orm.define("app", "b", { id, by: { type: DataTypes.TEXT, touch: 5 } });
    // @ts-expect-error: misspelt
    orm.define("app", "c", { id, at: { type: DataTypes.DATETIME, onUpdate: now } });
    // @ts-expect-error: true
    orm.define("app", "d", { id, n: { type: DataTypes.INTEGER, notNull: true, version: 1 } });
  };
  assertEquals(typeof refused, "function");
});

test("types: updateById and patch give rows, patch takes a part of a row", async () => {
  const orm = new ORM({ driver: toAsyncDriver(new MemoryDriver()) });
  const Note = orm.define("app", "notes", SCHEMA);
  await Note.create({ text: "a" });
  const note = Note.updateById(1, { text: (n) => n.text.concat("b") });
  expectType(note).toBe<Promise<Doc>>();
  const next = await Note.patch({ id: 1, version: (await note).version }, { text: "c" });
  expectType(next).toBe<Doc>();
  assertEquals([(await note).text, next.text, next.version], ["ab", "c", 3]);
  const refused = () => {
    // @ts-expect-error: no column
    Note.patch({ id: 1, nothing: 1 }, { text: "c" });
    // @ts-expect-error: no text
    Note.patch({ id: 1 }, { text: 5 });
    // @ts-expect-error: no key
    Note.updateById({ where: {} }, { text: "c" });
  };
  assertEquals(typeof refused, "function");
});

test("types: create of a scope asks for no column that its condition fixes, and deleteAs takes values, now and functions", () => {
  using orm = new ORM({ driver: new MemoryDriver() });
  const Post = orm.define("app", "posts", {
    id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    tenant: { type: DataTypes.INTEGER, notNull: true },
    text: { type: DataTypes.TEXT, notNull: true },
    deletedAt: { type: DataTypes.DATETIME },
  });
  const Live = Post.scope({ deletedAt: null }, { deleteAs: { deletedAt: now, text: (p) => p.text.lower() } });
  const tenant: number = 7;
  const Mine = Live.scope({ tenant });
  const post = Mine.create({ text: "A" });
  expectType(post).toBe<{ id: number; tenant: number; text: string; deletedAt: Date | null }>();
  Mine.delete({ id: post.id });
  assertEquals([Mine.count(), Post.findOne()?.text, post.tenant], [0, "a", 7]);
  const refused = () => {
    // @ts-expect-error: the text is still asked for
    Mine.create({});
    // @ts-expect-error: a condition that is no equality fixes nothing
    Post.scope({ tenant: { $gt: 1 } }).create({ text: "A" });
    // @ts-expect-error: no number
    Post.scope({ tenant: "x" });
    // @ts-expect-error: no column
    Post.scope({ deletedAt: null }, { deleteAs: { removedAt: now } });
  };
  assertEquals(typeof refused, "function");
});

test("types: a relation to a scope may lead to nothing, though its column refuses null", () => {
  using orm = new ORM({ driver: new MemoryDriver() });
  const Author = orm.define("app", "authors", {
    id: { type: DataTypes.INTEGER, primaryKey: true },
    gone: { type: DataTypes.BOOLEAN, notNull: true, default: false },
  });
  const Live = Author.scope({ gone: false });
  const Book = orm.define("app", "books", {
    id: { type: DataTypes.INTEGER, primaryKey: true },
    authorId: { type: DataTypes.INTEGER, notNull: true, references: { table: "authors", column: "id" } },
  }, { relations: { author: () => belongsTo(Author, "authorId"), live: () => belongsTo(Live, "authorId") } });
  Author.create({ id: 1, gone: true });
  Book.create({ id: 1, authorId: 1 });
  const book = Book.findOrFail({ with: { author: true, live: true } });
  expectType(book.author).toBe<{ id: number; gone: boolean }>();
  expectType(book.live).toBe<{ id: number; gone: boolean } | null>();
  assertEquals([book.author.id, book.live], [1, null]);
});
