import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { type AsyncDriver, DataTypes, ORM, RinariError } from "../../mod.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { type FileOptions, openRaw, type RawDatabase, sqliteDrivers } from "../unit/sql/sqlite_drivers.ts";
import { OWNERS } from "./owners.ts";

const { BOOLEAN, DATETIME, INTEGER, JSON, REAL, TEXT } = DataTypes;
const ID = { type: INTEGER, primaryKey: true } as const;

interface DriverCase {
  readonly name: string;
  make(options: FileOptions): unknown;
}

const drivers: readonly DriverCase[] = [
  ...sqliteDrivers,
  { name: "LibSQLDriver", make: (options) => new LibSQLDriver(options as never) },
];

for (const { name: driver, make } of drivers) {
  /** Gives work a file that others have made, and an ORM on it. */
  const withFile = (
    sql: string,
    work: (orm: ORM<AsyncDriver>, raw: RawDatabase) => Promise<void>,
    options: { readonly naming?: "snake_case" } = {},
  ): Promise<void> =>
    withTempDir(async (dir) => {
      const path = join(dir, "app.db");
      const raw = openRaw(path);
      raw.exec(sql);
      const before = raw.all("SELECT type, name, sql FROM sqlite_schema ORDER BY name");
      const orm = new ORM({ driver: make({ databases: { app: path } }) as AsyncDriver, ...options });
      try {
        await work(orm, raw);
      } finally {
        await orm.disconnect();
      }
      const after = raw.all("SELECT type, name, sql FROM sqlite_schema ORDER BY name");
      raw.close();
      assertEquals(after, before, "nothing of the schema is changed");
    });
  const refusal = async (orm: ORM<AsyncDriver>): Promise<string> => {
    const error = await assertRejects(async () => await orm.ready(), RinariError);
    assertEquals(error.code, "SCHEMA_MISMATCH");
    return error.message;
  };

  describe(`${driver}: a database of others`, () => {
    for (const { owner, ddl, rows, naming, define, read, create, theirs } of OWNERS) {
      test(`made by ${owner} opens, is read, written and paged through, and is read by its owner`, () =>
        withFile(ddl + rows, async (orm, raw) => {
          const Model = define(orm);
          assertEquals(await Model.findAll(), read);
          for (const row of create) await Model.create(row);
          assertEquals(raw.all(theirs.sql), theirs.rows);
          const orderBy = [[Object.keys(create[0] as object)[0], "ASC"]] as never;
          const seen: unknown[] = [];
          let after: string | null = null;
          do {
            const page: { rows: unknown[]; next: string | null } = await Model.paginate({
              size: 2,
              orderBy,
              after,
            });
            seen.push(...page.rows);
            after = page.next;
          } while (after !== null);
          assertEquals(seen.length, read.length + create.length);
        }, naming === undefined ? {} : { naming }));
    }

    test("may have columns, indexes, checks, triggers and references that the model does not name", () =>
      withFile(
        `CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, n INT DEFAULT 7 NOT NULL, other TEXT,
           made TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, elsewhere INTEGER REFERENCES log (id), twice INT AS (n * 2),
           CHECK (n > 0));
         CREATE UNIQUE INDEX others ON items (other); CREATE TABLE log (id INTEGER PRIMARY KEY, at TEXT);
         CREATE TRIGGER noted AFTER INSERT ON items BEGIN INSERT INTO log (at) VALUES ('x'); END;`,
        async (orm, raw) => {
          const Item = orm.define("app", "items", {
            id: { ...ID, autoIncrement: true },
            name: { type: TEXT, notNull: true },
          });
          assertEquals(await Item.create({ name: "a" }), { id: 1, name: "a" });
          assertEquals(await Item.bulkCreate([{ name: "b" }, { name: "c" }]), [{ id: 2, name: "b" }, {
            id: 3,
            name: "c",
          }]);
          assertEquals(
            raw.all("SELECT n, twice FROM items WHERE made IS NOT NULL"),
            Array(3).fill({ n: 7, twice: 14 }),
          );
        },
      ));

    test("names the columns that no row can be stored without", () =>
      withFile("CREATE TABLE items (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b TEXT);", async (orm) => {
        orm.define("app", "items", { id: ID });
        const message = await refusal(orm);
        assertStringIncludes(
          message,
          "column `a` is in the store and not in the schema, and takes no null: add it",
        );
        assertEquals(message.includes("`b`"), false);
        assertEquals(message.includes("migrate"), false);
      }));

    test("says only what has to be done", () =>
      withFile(
        "CREATE TABLE items (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b NUMERIC, c TEXT COLLATE NOCASE);",
        async (orm) => {
          orm.define("app", "items", { id: ID, a: { type: TEXT }, b: { type: TEXT }, c: { type: TEXT } });
          const message = await refusal(orm);
          assertStringIncludes(message, "column `a` is not null in the store and nullable in the schema");
          assertStringIncludes(message, "column `b` is NUMERIC in the store and TEXT in the schema");
          assertStringIncludes(
            message,
            "column `c` has the collation NOCASE, which compares text another way",
          );
        },
      ));

    test("may have a collation where the model does not look", () =>
      withFile("CREATE TABLE items (id INTEGER PRIMARY KEY, c TEXT COLLATE NOCASE);", async (orm) => {
        const Item = orm.define("app", "items", { id: ID });
        assertEquals(await Item.create({ id: 1 }), { id: 1 });
      }));

    test("keeps values of any declared type as they are", () =>
      withFile(
        `CREATE TABLE items (id INTEGER PRIMARY KEY, whole BIGINT, tiny TINYINT, price DECIMAL(10,2), ratio FLOAT, ok BOOL,
           at TIMESTAMP, free, info JSON, bytes BLOB);`,
        async (orm, raw) => {
          const Item = orm.define("app", "items", {
            id: ID,
            whole: { type: INTEGER, bigint: true },
            tiny: { type: BOOLEAN },
            price: { type: REAL },
            ratio: { type: REAL },
            ok: { type: BOOLEAN },
            at: { type: DATETIME },
            free: { type: TEXT },
            info: { type: JSON },
            bytes: { type: DataTypes.BLOB },
          });
          const row = {
            id: 1,
            whole: 2n ** 62n,
            tiny: true,
            price: 2.5,
            ratio: 3,
            ok: false,
            at: new Date("2024-02-29T12:34:56.789Z"),
            free: "0012",
            info: 5,
            bytes: new Uint8Array([1, 2]),
          };
          assertEquals(await Item.create(row), row);
          assertEquals(await Item.findAll({ where: { free: "0012", price: { $gt: 2 }, ok: false } }), [row]);
          assertEquals(raw.all("SELECT typeof(free) AS t, typeof(ok) AS o FROM items"), [{
            t: "text",
            o: "integer",
          }]);
        },
      ));

    test("is refused value by value where the owner has stored something else", () =>
      withFile(
        `CREATE TABLE items (id TEXT PRIMARY KEY, n INTEGER); INSERT INTO items VALUES ('a', 'many'), (NULL, 1);`,
        async (orm) => {
          const Item = orm.define("app", "items", {
            id: { type: TEXT, primaryKey: true },
            n: { type: INTEGER },
          });
          for (const [where, column] of [[{ id: "a" }, "n"], [{ n: 1 }, "id"]] as const) {
            const error = await assertRejects(
              async () => await Item.findAll({ where: where as never }),
              RinariError,
            );
            assertEquals([error.code, error.columns], ["CORRUPT_VALUE", [column]]);
          }
        },
      ));

    test("has a key though no column is one: its number of the row", () =>
      withFile("CREATE TABLE items (name TEXT); INSERT INTO items VALUES ('a');", async (orm) => {
        const Item = orm.define("app", "items", {
          id: { ...ID, autoIncrement: true, column: "rowid" },
          name: { type: TEXT },
        });
        assertEquals(await Item.create({ name: "b" }), { id: 2, name: "b" });
        assertEquals(await Item.findAll({ where: { id: { $lte: 2 } } }), [{ id: 1, name: "a" }, {
          id: 2,
          name: "b",
        }]);
        assertEquals(await Item.update({ name: "c" }, { id: 1 }), 1);
      }));

    test("is asked in SQL by hand with its names, and answers with those of the model", () =>
      withFile(
        'CREATE TABLE order_items (id INTEGER PRIMARY KEY, unit_price REAL, "Ships On" DATE);',
        async (orm) => {
          const Item = orm.define("app", "orderItems", {
            id: { ...ID, autoIncrement: true },
            unitPrice: { type: REAL },
            shipped: { type: DataTypes.DATE, column: "Ships On" },
          });
          await Item.create({ unitPrice: 2, shipped: "2024-02-29" });
          const sql = orm.sql("app");
          const row = { id: 1, unitPrice: 2, shipped: new Date("2024-02-29") };
          assertEquals(await sql`SELECT * FROM ${Item} WHERE unit_price > ${1}`.all(Item), [row]);
          assertEquals(await sql`SELECT *, 1 AS one FROM ${Item}`.first(Item, { one: "BOOLEAN" }), {
            ...row,
            one: true,
          });
          assertEquals(await sql`SELECT unit_price FROM ${Item}`.first(), { unit_price: 2 });
        },
        { naming: "snake_case" },
      ));

    test("numbers rows as its owner does", () =>
      withFile(
        `CREATE TABLE kept (id INTEGER PRIMARY KEY AUTOINCREMENT); CREATE TABLE filled (id INTEGER PRIMARY KEY);`,
        async (orm) => {
          for (const [table, next] of [["kept", 2], ["filled", 1]] as const) {
            const Item = orm.define("app", table, { id: { ...ID, autoIncrement: true } });
            await Item.create({});
            await Item.deleteAll();
            assertEquals(await Item.create({}), { id: next });
          }
        },
      ));
  });
}
