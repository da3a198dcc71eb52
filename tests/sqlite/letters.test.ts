import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "node:path";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { type AsyncDriver, DataTypes, ORM, RinariError, ValidationError } from "../../mod.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { openRaw, type RawDatabase, sqliteDrivers } from "../unit/sql/sqlite_drivers.ts";

const { BOOLEAN, INTEGER } = DataTypes;
const id = { type: INTEGER, primaryKey: true } as const;

const drivers = [
  ...sqliteDrivers,
  { name: "LibSQLDriver", make: (options: object) => new LibSQLDriver(options as never) },
];

for (const { name: driver, make } of drivers) {
  const withFile = (
    sql: string,
    work: (orm: ORM<AsyncDriver>, raw: RawDatabase) => Promise<void>,
  ): Promise<void> =>
    withTempDir(async (dir) => {
      const path = join(dir, "app.db");
      const raw = openRaw(path);
      raw.exec(sql);
      const orm = new ORM({ driver: make({ databases: { app: path } }) as AsyncDriver });
      try {
        await work(orm, raw);
      } finally {
        await orm.disconnect();
        raw.close();
      }
    });
  const DDL = `CREATE TABLE users (id INTEGER PRIMARY KEY, admin boolean DEFAULT 'f' NOT NULL, gone boolean);
    CREATE UNIQUE INDEX one_admin ON users (admin) WHERE admin = 't';`;
  const define = (orm: ORM<AsyncDriver>, stored?: "letters") => {
    const form = stored === undefined ? {} : { stored };
    return orm.define("app", "users", {
      id,
      admin: { type: BOOLEAN, notNull: true, default: "store", ...form },
      gone: { type: BOOLEAN, ...form },
    });
  };

  describe(`${driver}: booleans that are t and f`, () => {
    test("are read and written so where the values are, without a word in the schema", () =>
      withFile(`${DDL} INSERT INTO users VALUES (1, 't', 'f'), (2, 'f', NULL);`, async (orm, raw) => {
        const User = define(orm);
        assertEquals(await User.findAll({ orderBy: [["id", "ASC"]] }), [
          { id: 1, admin: true, gone: false },
          { id: 2, admin: false, gone: null },
        ]);
        assertEquals(await User.create({ id: 3, gone: true }), { id: 3, admin: false, gone: true });
        await User.update({ gone: true }, { admin: true });
        await User.bulkCreate([{ id: 4, admin: false }, { id: 5, admin: false, gone: false }]);
        assertEquals(raw.all("SELECT admin, gone FROM users WHERE id <> 2 ORDER BY id"), [
          { admin: "t", gone: "t" },
          { admin: "f", gone: "t" },
          { admin: "f", gone: null },
          { admin: "f", gone: "f" },
        ]);
      }));

    test("mean the same in conditions, orders, groups, computed values and pages", () =>
      withFile(DDL, async (orm) => {
        const User = define(orm, "letters");
        await User.bulkCreate([
          { id: 1, admin: true, gone: true },
          { id: 2, admin: false, gone: null },
          { id: 3, admin: false, gone: false },
        ]);
        const ids = async (where: object | ((user: never) => unknown)) =>
          (await User.findAll({ where: where as object, orderBy: [["id", "ASC"]] })).map((user) => user.id);
        assertEquals(await ids({ admin: true }), [1]);
        assertEquals(await ids({ gone: { $ne: true } }), [2, 3]);
        assertEquals(await ids({ gone: { $in: [true, null] } }), [1, 2]);
        assertEquals(await ids({ gone: { $lt: true } }), [3]);
        assertEquals((await User.findAll({ where: (u) => u.admin.eq(u.gone) })).map((u) => u.id), [1, 3]);
        assertEquals((await User.findAll({ where: (u) => u.gone.eq(false) })).map((u) => u.id), [3]);
        assertEquals((await User.findAll({ orderBy: [["gone", "DESC"]] })).map((u) => u.gone), [
          true,
          false,
          null,
        ]);
        assertEquals(await User.max("gone"), true);
        assertEquals(
          await User.groupBy({ by: ["admin"], aggregates: { n: { count: "*" } } }),
          [{ admin: false, n: 2 }, { admin: true, n: 1 }],
        );
        await User.update({ gone: (u) => u.admin }, { id: 2 });
        assertEquals((await User.findById(2))?.gone, false);
        const seen: unknown[] = [];
        for (let after: string | null = null;;) {
          const page: { rows: { id: number }[]; next: string | null } = await User.paginate({
            size: 1,
            orderBy: [["admin", "DESC"], ["id", "ASC"]],
            after,
          });
          seen.push(...page.rows.map((user) => user.id));
          if ((after = page.next) === null) break;
        }
        assertEquals(seen, [1, 2, 3]);
        const error = await assertRejects(async () => await User.create({ id: 4, admin: true }), RinariError);
        assertEquals(error.code, "UNIQUE_CONSTRAINT");
      }));

    test("that are neither, or 0 and 1 beside them, are CORRUPT_VALUE", () =>
      withFile(
        `${DDL} INSERT INTO users VALUES (1, 't', 'f'), (2, 'f', 1), (3, 'yes', 'f');`,
        async (orm) => {
          const User = define(orm);
          for (const [key, column] of [[2, "gone"], [3, "admin"]] as const) {
            const error = await assertRejects(async () => await User.findById(key), RinariError);
            assertEquals([error.code, error.columns], ["CORRUPT_VALUE", [column]]);
          }
        },
      ));

    test("are none of a table that has 0 and 1, nor of one that is made here", () =>
      withFile(`${DDL} INSERT INTO users VALUES (1, 1, 0);`, async (orm) => {
        define(orm, "letters");
        const error = await assertRejects(async () => await orm.ready(), ValidationError);
        assertStringIncludes(error.message, "column `admin` has 0 and 1 in the store: leave `stored` away");
        const Made = orm.define("app", "made", { id, on: { type: BOOLEAN, stored: "letters" } });
        const refused = await assertRejects(async () => await Made.count(), ValidationError);
        assertStringIncludes(refused.message, "which only tables of others have");
      }));
  });
}

test("booleans: `stored` is letters or nothing", () => {
  const orm = new ORM({ driver: new MemoryDriver() });
  assertThrows(
    () => orm.define("app", "t", { id, on: { type: BOOLEAN, stored: "iso" } } as never),
    ValidationError,
  );
  assertThrows(
    () => orm.define("app", "t", { id, at: { type: "DATETIME", stored: "letters" } } as never),
    ValidationError,
  );
});
