import { assertEquals } from "@std/assert";
import { desc, eq, gt, sql } from "drizzle-orm";
import { blob, integer, numeric, real, sqliteTable, sqliteView, text } from "drizzle-orm/sqlite-core";
import { drizzle } from "drizzle-orm/sqlite-proxy";
import { join } from "node:path";
import process from "node:process";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { type AsyncDriver, belongsTo, DataTypes, hasMany, ORM } from "../../mod.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { sqliteDrivers } from "../unit/sql/sqlite_drivers.ts";

const { BLOB, BOOLEAN, DATETIME, INTEGER, JSON, REAL, TEXT } = DataTypes;

/** The tables as a program with drizzle has them, and as its migrations make them. */
const authors = sqliteTable("authors", {
  id: integer().primaryKey({ autoIncrement: true }),
  fullName: text("full_name").notNull().unique(),
  active: integer({ mode: "boolean" }).notNull().default(true),
  born: integer({ mode: "timestamp" }),
  seenAt: integer("seen_at", { mode: "timestamp_ms" }),
  joinedAt: text("joined_at").notNull().default(sql`CURRENT_TIMESTAMP`),
  prefs: text({ mode: "json" }),
  score: real(),
  balance: numeric(),
  avatar: blob({ mode: "buffer" }),
  initials: text().generatedAlwaysAs(sql`substr(full_name, 1, 1)`),
});
const books = sqliteTable("books", {
  isbn: text().primaryKey(),
  authorId: integer("author_id").notNull().references(() => authors.id, { onDelete: "cascade" }),
  price: real().notNull(),
});
const totals = sqliteView("totals", { authorId: integer("author_id"), total: real() }).existing();

const DDL =
  "CREATE TABLE `authors` (`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL, `full_name` text NOT NULL, " +
  "`active` integer DEFAULT true NOT NULL, `born` integer, `seen_at` integer, `joined_at` text DEFAULT CURRENT_TIMESTAMP NOT NULL, " +
  "`prefs` text, `score` real, `balance` numeric, `avatar` blob, " +
  "`initials` text GENERATED ALWAYS AS (substr(full_name, 1, 1)) VIRTUAL);" +
  "CREATE UNIQUE INDEX `authors_full_name_unique` ON `authors` (`full_name`);" +
  "CREATE TABLE `books` (`isbn` text PRIMARY KEY NOT NULL, `author_id` integer NOT NULL, `price` real NOT NULL, " +
  "FOREIGN KEY (`author_id`) REFERENCES `authors`(`id`) ON UPDATE no action ON DELETE cascade);" +
  "CREATE VIEW `totals` AS select `author_id`, sum(`price`) as `total` from `books` group by `author_id`;";

interface Client {
  exec(sql: string): void;
  prepare(sql: string): {
    all(...params: readonly unknown[]): Record<string, unknown>[];
    setReturnArrays?(on: boolean): void;
  };
  close(): void;
}

/** drizzle on the same file. */
function owner(path: string) {
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite") as unknown as {
    DatabaseSync: new (path: string) => Client;
  };
  const client = new DatabaseSync(path);
  client.exec("PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000");
  const db = drizzle((statement, params, method) => {
    const rows = client.prepare(statement).all(...params).map((row) => Object.values(row));
    return Promise.resolve({ rows: method === "get" ? rows[0] as unknown[] : rows });
  });
  return { client, db };
}

function models(driver: AsyncDriver) {
  const orm = new ORM({ driver, naming: "snake_case" });
  const Author = orm.define("app", "authors", {
    id: { type: INTEGER, primaryKey: true, autoIncrement: true },
    fullName: { type: TEXT, notNull: true, unique: true },
    active: { type: BOOLEAN, notNull: true, default: "store" },
    born: { type: DATETIME, stored: "seconds" },
    seenAt: { type: DATETIME, stored: "milliseconds" },
    joinedAt: { type: DATETIME, notNull: true, stored: "sql", default: "store" },
    prefs: { type: JSON },
    score: { type: REAL },
    balance: { type: REAL },
    avatar: { type: BLOB },
    initials: { type: TEXT, generated: "always" },
  }, { relations: { books: () => hasMany(Book, "authorId"), totals: () => hasMany(Total, "authorId") } });
  const Book = orm.define("app", "books", {
    isbn: { type: TEXT, primaryKey: true },
    authorId: {
      type: INTEGER,
      notNull: true,
      references: { table: "authors", column: "id", onDelete: "CASCADE" },
    },
    price: { type: REAL, notNull: true },
  }, { relations: { author: () => belongsTo(Author, "authorId") } });
  const Total = orm.view("app", "totals", {
    authorId: { type: INTEGER, primaryKey: true, references: { table: "authors", column: "id" } },
    total: { type: REAL, notNull: true },
  });
  return { orm, Author, Book, Total };
}

const drivers = [
  ...sqliteDrivers,
  { name: "LibSQLDriver", make: (options: object) => new LibSQLDriver(options as never) },
];

for (const { name: driver, make } of drivers) {
  const withBoth = (
    work: (here: ReturnType<typeof models>, db: ReturnType<typeof owner>["db"]) => Promise<void>,
  ): Promise<void> =>
    withTempDir(async (dir) => {
      const path = join(dir, "app.db");
      const { client, db } = owner(path);
      client.exec(DDL);
      const schema = () => client.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY name").all();
      const before = schema();
      const here = models(make({ databases: { app: path } }) as AsyncDriver);
      try {
        await work(here, db);
        assertEquals(schema(), before, "nothing of the schema is changed");
      } finally {
        await here.orm.disconnect();
        client.close();
      }
    });

  describe(`${driver} beside drizzle`, () => {
    test("reads what drizzle has written", () =>
      withBoth(async ({ Author, Total }, db) => {
        const [ada] = await db.insert(authors).values({
          fullName: "Ada",
          active: false,
          born: new Date("1985-12-10T00:00:00Z"),
          seenAt: new Date("2024-02-29T12:34:56.789Z"),
          joinedAt: "2024-01-01 00:00:00",
          prefs: { theme: "dark", tags: [1, null] },
          score: 1.5,
          balance: "12.25",
          avatar: Buffer.from([0, 255]),
        }).returning();
        await db.insert(authors).values({ fullName: "Grace" });
        await db.insert(books).values([{ isbn: "a", authorId: 1, price: 2 }, {
          isbn: "b",
          authorId: 1,
          price: 3,
        }]);
        assertEquals(ada?.initials, "A");
        assertEquals(
          await Author.findOne({
            where: { active: false },
            with: { books: { orderBy: [["price", "DESC"]] } },
          }),
          {
            id: 1,
            fullName: "Ada",
            active: false,
            born: new Date("1985-12-10T00:00:00Z"),
            seenAt: new Date("2024-02-29T12:34:56.789Z"),
            joinedAt: new Date("2024-01-01T00:00:00Z"),
            prefs: { theme: "dark", tags: [1, null] },
            score: 1.5,
            balance: 12.25,
            avatar: new Uint8Array([0, 255]),
            initials: "A",
            books: [{ isbn: "b", authorId: 1, price: 3 }, { isbn: "a", authorId: 1, price: 2 }],
          },
        );
        assertEquals((await Author.findOne({ where: { fullName: "Grace" } }))?.active, true);
        assertEquals(await Author.count({ seenAt: { $gt: new Date("2024-01-01") } }), 1);
        assertEquals(await Total.findAll(), [{ authorId: 1, total: 5 }]);
      }));

    test("writes what drizzle reads", () =>
      withBoth(async ({ Author, Book }, db) => {
        const grace = await Author.create({
          fullName: "Grace",
          born: "1990-01-01T00:00:00Z",
          seenAt: 1_709_210_096_789,
          prefs: { a: [true] },
          score: 2,
          balance: 0.5,
          avatar: new Uint8Array([1]),
        });
        assertEquals([grace.active, grace.initials], [true, "G"]);
        await Author.create({ fullName: "Joan", active: false, joinedAt: "2024-03-01T10:00:00Z" });
        await Book.bulkCreate([{ isbn: "x", authorId: grace.id, price: 7 }]);
        const [read] = await db.select().from(authors).where(eq(authors.fullName, "Grace"));
        assertEquals(read, {
          id: grace.id,
          fullName: "Grace",
          active: true,
          born: new Date("1990-01-01T00:00:00Z"),
          seenAt: new Date(1_709_210_096_789),
          joinedAt: grace.joinedAt.toISOString().slice(0, 19).replace("T", " "),
          prefs: { a: [true] },
          score: 2,
          balance: "0.5",
          avatar: read?.avatar ?? null,
          initials: "G",
        });
        assertEquals([...read?.avatar ?? []], [1]);
        assertEquals(
          await db.select({ joined: authors.joinedAt }).from(authors).where(eq(authors.active, false)),
          [
            { joined: "2024-03-01 10:00:00" },
          ],
        );
        assertEquals(await db.select().from(totals), [{ authorId: grace.id, total: 7 }]);
      }));

    test("goes on where drizzle was, and the other way round", () =>
      withBoth(async ({ Author, Book }, db) => {
        await db.insert(authors).values({ fullName: "one" });
        assertEquals((await Author.create({ fullName: "two" })).id, 2);
        await db.delete(authors).where(eq(authors.id, 2));
        assertEquals((await Author.create({ fullName: "three" })).id, 3);
        await db.update(authors).set({ score: 4 }).where(gt(authors.id, 1));
        await Author.update({ score: (a) => a.score.plus(1) }, { id: 3 });
        const [last] = await db.select({ id: authors.id, score: authors.score }).from(authors)
          .orderBy(desc(authors.id)).limit(1);
        assertEquals(last, { id: 3, score: 5 });
        await Book.create({ isbn: "z", authorId: 3, price: 1 });
        await Author.delete({ id: 3 });
        assertEquals(await db.select().from(books), []);
        await db.insert(authors).values({ fullName: "one" }).onConflictDoUpdate({
          target: authors.fullName,
          set: { active: false },
        });
        assertEquals((await Author.findById(1))?.active, false);
        assertEquals(
          (await Author.upsert({ fullName: "one", active: true }, { conflict: ["fullName"] })).id,
          1,
        );
        const [first] = await db.select({ active: authors.active }).from(authors);
        assertEquals(first, { active: true });
      }));
  });
}
