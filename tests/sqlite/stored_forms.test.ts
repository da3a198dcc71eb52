import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { DataTypes, type ModelColumn, ORM, RinariError } from "../../mod.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { openRaw, type RawDatabase, sqliteDrivers } from "../unit/sql/sqlite_drivers.ts";

const ID = { type: DataTypes.INTEGER, primaryKey: true } as const;
const { DATE, DATETIME } = DataTypes;
const time = (text: string): Date => new Date(text);
const AT = time("2024-02-29T12:34:56.070Z");

type Schema = Parameters<ORM<never>["define"]>[2];

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof RinariError) return `${error.code}: ${error.message}`;
    throw error;
  }
  throw new Error("Nothing was thrown");
}

for (const { name, make } of sqliteDrivers) {
  /** Gives work a file that others write, and a model on it that is opened anew for each use. */
  const withFile = (
    work: (
      raw: RawDatabase,
      use: <T>(
        schema: Schema,
        fn: (Item: ReturnType<typeof define>, sql: string[]) => T,
        options?: object,
      ) => T,
    ) => void,
  ) =>
    withTempDir((dir) => {
      const path = join(dir, "app.db");
      const raw = openRaw(path);
      try {
        work(raw, (schema, fn, options = {}) => {
          const sql: string[] = [];
          using orm = new ORM({
            driver: make({ databases: { app: path }, verbose: (each) => sql.push(each) }),
          });
          return fn(define(orm, schema, options), sql);
        });
      } finally {
        raw.close();
      }
    });
  const define = (orm: ORM<ReturnType<typeof make>>, schema: Schema, options: object) =>
    orm.define("app", "items", schema as never, options as never) as unknown as ReturnType<
      ORM<ReturnType<typeof make>>["define"]
    >;
  const plain = (rows: unknown): unknown => rows;

  describe(`${name}: stored forms`, () => {
    test("are what a table of ours holds", () =>
      withFile((raw, use) => {
        const schema: Record<string, ModelColumn> = {
          id: ID,
          iso: { type: DATETIME },
          ms: { type: DATETIME, stored: "milliseconds" },
          s: { type: DATETIME, stored: "seconds" },
          sql: { type: DATETIME, stored: "sql", default: AT },
          whole: { type: DATETIME, stored: "sql" },
          day: { type: DATE },
          day_ms: { type: DATE, stored: "milliseconds" },
          day_s: { type: DATE, stored: "seconds" },
          day_sql: { type: DATE, stored: "sql" },
        };
        const second = time("2024-02-29T12:34:56Z");
        const day = time("2024-02-29");
        const row = { id: 1, iso: AT, ms: AT, s: second, sql: AT, whole: second };
        const days = { day, day_ms: day, day_s: day, day_sql: day };
        assertEquals(plain(use(schema, (Item) => Item.create({ ...row, ...days } as never))), {
          ...row,
          ...days,
        });
        assertEquals(raw.all("SELECT * FROM items"), [{
          id: 1,
          iso: "2024-02-29T12:34:56.070Z",
          ms: 1_709_210_096_070,
          s: 1_709_210_096,
          sql: "2024-02-29 12:34:56.070",
          whole: "2024-02-29 12:34:56",
          day: "2024-02-29",
          day_ms: 1_709_164_800_000,
          day_s: 1_709_164_800,
          day_sql: "2024-02-29 00:00:00",
        }]);
        assertEquals(
          raw.all("SELECT typeof(ms) AS ms, typeof(s) AS s FROM items"),
          [{ ms: "integer", s: "integer" }],
        );
        raw.exec("INSERT INTO items (id) VALUES (2)");
        assertEquals(use(schema, (Item) => Item.findById(2 as never))?.["sql" as never], AT);
        // The table tells its forms: only one that keeps less has to be said.
        const inferred = Object.fromEntries(
          Object.entries(schema).map(([column, { stored: _, ...rest }]) => [column, rest]),
        );
        assertStringIncludes(
          messageOf(() => use(inferred, (Item) => Item.count())),
          "SCHEMA_MISMATCH: Cannot use table `items` of `app`: it exists with a different schema: column `s` is DATETIME in the " +
            'store and DATETIME stored as "iso" in the schema, where it needs `stored: "seconds"`; change',
        );
        const told = { ...inferred, s: schema["s"] } as Schema;
        assertEquals(plain(use(told, (Item) => Item.findOne())), { ...row, ...days });
        for (
          const [column, stored] of [["ms", "seconds"], ["iso", "sql"], ["sql", "iso"], ["day_s", "iso"]]
        ) {
          const other = { ...schema, [column as string]: { ...schema[column as string], stored } } as Schema;
          assertStringIncludes(messageOf(() => use(other, (Item) => Item.count())), "SCHEMA_MISMATCH");
        }
      }));

    test("are found out of a value in a table of others", () =>
      withFile((raw, use) => {
        raw.exec(`
          CREATE TABLE items (id INTEGER PRIMARY KEY, a INTEGER, b DATETIME, c TEXT, d timestamp, e DATE, f INT8);
          INSERT INTO items VALUES
            (1, ${AT.getTime()}, '2024-02-29 12:34:56.070123', '2024-02-29T12:34:56.070+00:00', ${AT.getTime()},
              '2024-02-29', 1709164800);`);
        const schema: Schema = {
          id: ID,
          a: { type: DATETIME },
          b: { type: DATETIME },
          c: { type: DATETIME },
          d: { type: DATETIME },
          e: { type: DATE },
          f: { type: DATE },
        };
        const day = time("2024-02-29");
        const row = { a: AT, b: AT, c: AT, d: AT, e: day, f: day };
        use(schema, (Item) => {
          assertEquals(plain(Item.findAll()), [{ id: 1, ...row }]);
          Item.create({ id: 2, ...row } as never);
          for (const column of "abcdef") {
            const value = (row as Record<string, unknown>)[column];
            assertEquals(Item.count({ [column]: value } as never), 2, column);
            assertEquals(Item.count({ [column]: { $in: [value] } } as never), 2, column);
            assertEquals(Item.count({ [column]: { $ne: value } } as never), 0, column);
            assertEquals(Item.count({ [column]: { $gt: value } } as never), 0, column);
            assertEquals(Item.count({ [column]: { $lte: value } } as never), 2, column);
            assertEquals(
              Item.groupBy({ by: [column], aggregates: { n: { count: "*" } } } as never).length,
              1,
            );
          }
          assertEquals(
            Item.count(((o: Record<string, { eq(x: unknown): unknown }>) => o["a"]?.eq(o["b"])) as never),
            2,
          );
          assertEquals(
            Item.count(((o: Record<string, { eq(x: unknown): unknown }>) => o["c"]?.eq(o["d"])) as never),
            2,
          );
        });
        assertEquals(raw.all("SELECT * FROM items WHERE id = 2"), [{
          id: 2,
          a: AT.getTime(),
          b: "2024-02-29 12:34:56.070000",
          c: "2024-02-29T12:34:56.070+00:00",
          d: AT.getTime(),
          e: "2024-02-29",
          f: 1_709_164_800,
        }]);
      }));

    test("are named by the error where a table of others does not tell", () =>
      withFile((raw, use) => {
        raw.exec("CREATE TABLE items (id INTEGER PRIMARY KEY, at INTEGER)");
        const schema: Schema = { id: ID, at: { type: DATETIME } };
        assertStringIncludes(
          messageOf(() => use(schema, (Item) => Item.count())),
          'column `at` is INTEGER in the store and DATETIME stored as "iso" in the schema, where it needs ' +
            '`stored: "milliseconds"` or `stored: "seconds"`',
        );
        raw.exec("INSERT INTO items VALUES (1, 1709210096)");
        assertStringIncludes(messageOf(() => use(schema, (Item) => Item.count())), "SCHEMA_MISMATCH");
        const seconds: Schema = { id: ID, at: { type: DATETIME, stored: "seconds" } };
        use(seconds, (Item) =>
          assertEquals(plain(Item.findAll()), [{ id: 1, at: time("2024-02-29T12:34:56Z") }]));
      }));

    test("of SQL compare texts of any digits by time, and an index serves that", () =>
      withFile((raw, use) => {
        raw.exec(
          "CREATE TABLE items (id INTEGER PRIMARY KEY, at DATETIME); CREATE INDEX by_at ON items (at)",
        );
        const texts = [
          "12:34:56",
          "12:34:56.0",
          "12:34:56.000123",
          "12:34:56.001",
          "12:34:56.07",
          "12:34:56.070999",
          "12:34:57",
          "12:34:55.999999",
        ];
        texts.forEach((text, id) => raw.exec(`INSERT INTO items VALUES (${id}, '2024-02-29 ${text}')`));
        const schema: Schema = { id: ID, at: { type: DATETIME, stored: "sql" } };
        use(schema, (Item) => {
          const ids = (where: object, options: object = {}) =>
            (Item.findAll({ where, ...options } as never) as unknown as { id: number }[]).map(({ id }) => id);
          const second = time("2024-02-29T12:34:56Z");
          assertEquals(ids({ at: second }), [0, 1, 2]);
          assertEquals(ids({ at: AT }), [4, 5]);
          assertEquals(ids({ at: { $ne: AT } }), [0, 1, 2, 3, 6, 7]);
          assertEquals(ids({ at: { $gt: second } }), [3, 4, 5, 6]);
          assertEquals(ids({ at: { $lte: second } }), [0, 1, 2, 7]);
          assertEquals(ids({ at: { $lt: second } }), [7]);
          assertEquals(ids({ at: { $between: [second, AT] } }), [0, 1, 2, 3, 4, 5]);
          assertEquals(ids({ at: { $in: [second, time("2024-02-29T12:34:57Z")] } }), [0, 1, 2, 6]);
          assertEquals(ids({}, { orderBy: [["at", "ASC"]] }), [7, 0, 1, 2, 3, 4, 5, 6]);
          assertEquals(ids({}, { orderBy: [["at", "DESC"], ["id", "ASC"]] }), [6, 4, 5, 3, 0, 1, 2, 7]);
          assertEquals(Item.groupBy({ by: ["at"], aggregates: { n: { count: "*" } } } as never).length, 5);
          assertStringIncludes(
            Item.explain({ where: { at: AT } } as never).steps.join(),
            "USING COVERING INDEX by_at",
          );
          const found: number[] = [];
          let after: string | null = null;
          do {
            const page = Item.paginate({ size: 2, after, orderBy: [["at", "ASC"]] } as never) as unknown as {
              rows: { id: number }[];
              next: string | null;
            };
            found.push(...page.rows.map(({ id }) => id));
            after = page.next;
          } while (after !== null);
          assertEquals(found, [7, 0, 1, 2, 3, 4, 5, 6]);
        });
      }));

    test("say what a value that has another one needs", () =>
      withFile((raw, use) => {
        raw.exec("CREATE TABLE items (id INTEGER PRIMARY KEY, at TIMESTAMP)");
        const cases = [
          ["iso", "1709210096070", 'declare the column with `stored: "milliseconds"`, else repair the value'],
          ["iso", "1709210096", 'declare the column with `stored: "seconds"`'],
          ["milliseconds", "'2024-02-29 12:34:56'", 'declare the column with `stored: "sql"`'],
          ["sql", "'2024-02-29T12:34:56.000Z'", 'declare the column with `stored: "iso"`'],
          ["sql", "'2024-02-30 12:34:56'", "repair the value: its form is 2026-01-31 09:30:00"],
          ["sql", "'2024-02-29 12:34:56.1234567'", "repair the value"],
          ["seconds", "1709210096.5", "repair the value: its form is 1769851800"],
          ["seconds", "1709210096070000", "repair the value"],
          ["milliseconds", "'soon'", "repair the value"],
          ["iso", "'2024-02-29T12:34:56Z'", "repair the value"],
        ] as const;
        for (const [stored, value, advice] of cases) {
          raw.exec(`DELETE FROM items; INSERT INTO items VALUES (1, ${value})`);
          const message = messageOf(() =>
            use({ id: ID, at: { type: DATETIME, stored } }, (Item) => Item.findAll())
          );
          assertStringIncludes(message, "CORRUPT_VALUE: Cannot read column `at` (DATETIME) of `items`");
          assertStringIncludes(message, advice);
        }
      }));
  });
}
