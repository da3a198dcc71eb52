import type { AsyncDriver } from "../../contract/mod.ts";
import type { ORM } from "../../orm/orm.ts";
import { belongsTo, hasMany, hasOne } from "../../relations/makers.ts";
import type { Row, TestModel } from "../test_model.ts";
import type { World } from "../world.ts";

/** A relation to a model of a test, whose columns no type knows. */
export const relate = {
  belongsTo: (model: () => TestModel, column: string) => () => belongsTo(model() as never, column),
  hasOne: (model: () => TestModel, column: string) => () => hasOne(model() as never, column as never),
  hasMany: (model: () => TestModel, column: string) => () => hasMany(model() as never, column as never),
  through: (model: () => TestModel, joint: () => TestModel, from: string, to: string) => () =>
    hasMany(model() as never, { through: joint() as never, from: from as never, to: to as never }),
};

/** A key that is given. */
export const key = { type: "INTEGER", primaryKey: true } as const;

/** A column that refers to the key of a table. */
export function refers(table: string, more: object = {}, actions: object = {}): object {
  return { type: "INTEGER", references: { table, column: "id", ...actions }, ...more };
}

/** Authors with their books, profiles, tags of books, and friends of authors. */
export interface Library {
  readonly Author: TestModel;
  readonly Book: TestModel;
  readonly Profile: TestModel;
  readonly Tag: TestModel;
  readonly BookTag: TestModel;
  readonly Friend: TestModel;
}

/** Defines the tables of a library. */
export function defineLibrary(world: World, orm: ORM<AsyncDriver> = world.orm): Library {
  const text = { type: "TEXT", notNull: true };
  const Author: TestModel = world.define("authors", { id: key, name: text, born: { type: "DATE" } }, {
    orm,
    relations: {
      books: relate.hasMany(() => Book, "authorId"),
      edited: relate.hasMany(() => Book, "editorId"),
      profile: relate.hasOne(() => Profile, "authorId"),
      friends: relate.through(() => Author, () => Friend, "a", "b"),
      friendOf: relate.through(() => Author, () => Friend, "b", "a"),
    },
  });
  const Book: TestModel = world.define("books", {
    id: key,
    title: text,
    price: { type: "REAL" },
    authorId: refers("authors", { notNull: true }),
    editorId: refers("authors"),
    sequelTo: refers("books"),
  }, {
    orm,
    relations: {
      author: relate.belongsTo(() => Author, "authorId"),
      editor: relate.belongsTo(() => Author, "editorId"),
      prequel: relate.belongsTo(() => Book, "sequelTo"),
      sequels: relate.hasMany(() => Book, "sequelTo"),
      tags: relate.through(() => Tag, () => BookTag, "bookId", "tagId"),
    },
  });
  const Profile: TestModel = world.define("profiles", {
    id: key,
    bio: text,
    authorId: refers("authors", { unique: true }),
  }, { orm, relations: { author: relate.belongsTo(() => Author, "authorId") } });
  const Tag: TestModel = world.define("tags", { id: key, name: text }, {
    orm,
    relations: { books: relate.through(() => Book, () => BookTag, "tagId", "bookId") },
  });
  const BookTag: TestModel = world.define("book_tags", {
    id: key,
    bookId: refers("books", {}, { onDelete: "CASCADE" }),
    tagId: refers("tags"),
    addedBy: { type: "TEXT" },
  }, { orm });
  const Friend: TestModel = world.define("friends", {
    a: refers("authors", { primaryKey: true }),
    b: refers("authors", { primaryKey: true }),
  }, { orm });
  return { Author, Book, Profile, Tag, BookTag, Friend };
}

/** The rows of a small library, by table. */
export const LIBRARY: Readonly<Record<keyof Library, readonly Row[]>> = {
  Author: [
    { id: 1, name: "Mary", born: "1797-08-30" },
    { id: 2, name: "Ada", born: "1815-12-10" },
    { id: 3, name: "Nobody" },
    { id: 4, name: "Percy", born: "1792-08-04" },
  ],
  Book: [
    { id: 1, title: "Frankenstein", price: 9, authorId: 1, editorId: 4 },
    { id: 2, title: "Valperga", price: 12.5, authorId: 1 },
    { id: 3, title: "The Last Man", price: 9, authorId: 1, editorId: 2, sequelTo: 2 },
    { id: 4, title: "Notes", authorId: 2, editorId: 2 },
    { id: 5, title: "Queen Mab", price: 5, authorId: 4, sequelTo: 2 },
  ],
  Profile: [{ id: 1, bio: "of London", authorId: 1 }, { id: 2, bio: "of numbers", authorId: 2 }, {
    id: 3,
    bio: "of nobody",
  }],
  Tag: [{ id: 1, name: "gothic" }, { id: 2, name: "novel" }, { id: 3, name: "unused" }],
  BookTag: [
    { id: 1, bookId: 1, tagId: 2 },
    { id: 2, bookId: 1, tagId: 1 },
    { id: 3, bookId: 1, tagId: 1, addedBy: "twice" },
    { id: 4, bookId: 2, tagId: 2 },
    { id: 5, bookId: 3, tagId: null },
    { id: 6, bookId: null, tagId: 1 },
  ],
  Friend: [{ a: 1, b: 2 }, { a: 1, b: 4 }, { a: 4, b: 1 }, { a: 2, b: 2 }],
};

/** A small library with its rows. */
export async function library(world: World): Promise<Library> {
  const models = defineLibrary(world);
  for (const [name, rows] of Object.entries(LIBRARY)) await world.fill(models[name as keyof Library], rows);
  return models;
}
