import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { join } from "node:path";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import {
  type AsyncDriver,
  DataTypes,
  ORM,
  RinariError,
  type SyncDriver,
  UnsupportedError,
  ValidationError,
} from "../../mod.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import {
  openRaw,
  type RawDatabase,
  type SqliteDriverCase,
  sqliteDrivers,
} from "../unit/sql/sqlite_drivers.ts";

const { BOOLEAN, DATETIME, INTEGER, REAL, TEXT } = DataTypes;

const drivers = [
  ...sqliteDrivers,
  { name: "LibSQLDriver", make: (options: object) => new LibSQLDriver(options as never) },
];

const DDL =
  `CREATE TABLE items (item_id INTEGER PRIMARY KEY AUTOINCREMENT, price REAL NOT NULL, amount INTEGER NOT NULL DEFAULT (1 + 1),
    made_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, note TEXT DEFAULT 'none', total REAL AS (price * amount),
    loud TEXT GENERATED ALWAYS AS (upper(note)) STORED);
  CREATE TABLE tokens (token TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(4)))), used BOOLEAN DEFAULT 0);`;

function shop<D extends SyncDriver | AsyncDriver>(driver: D) {
  const orm = new ORM({ driver, naming: "snake_case" });
  const Item = orm.define("app", "items", {
    itemId: { type: INTEGER, primaryKey: true, autoIncrement: true },
    price: { type: REAL, notNull: true },
    amount: { type: INTEGER, notNull: true, default: "store" },
    madeAt: { type: DATETIME, notNull: true, default: "store", stored: "sql" },
    note: { type: TEXT, default: "store" },
    total: { type: REAL, generated: "always" },
    loud: { type: TEXT, generated: "always" },
  });
  const Token = orm.define("app", "tokens", {
    token: { type: TEXT, primaryKey: true, default: "store" },
    used: { type: BOOLEAN, default: "store" },
  });
  return { orm, Item, Token };
}

for (const { name: driver, make } of drivers) {
  const shopOf = (of: AsyncDriver) => shop(of);
  const withShop = (
    work: (made: ReturnType<typeof shopOf>, raw: RawDatabase) => Promise<void>,
    ddl: string = DDL,
  ): Promise<void> =>
    withTempDir(async (dir) => {
      const path = join(dir, "app.db");
      const raw = openRaw(path);
      raw.exec(ddl);
      const made = shopOf(make({ databases: { app: path } }) as AsyncDriver);
      try {
        await work(made, raw);
      } finally {
        await made.orm.disconnect();
        raw.close();
      }
    });
  const code = async (work: () => unknown): Promise<string> =>
    (await assertRejects(async () => await work(), RinariError)).code;

  describe(`${driver}: what the store gives a column`, () => {
    test("comes back with the row that gives none", () =>
      withShop(async ({ Item, Token }, raw) => {
        const { madeAt, ...item } = await Item.create({ price: 2.5 });
        assertEquals(item, { itemId: 1, price: 2.5, amount: 2, note: "none", total: 5, loud: "NONE" });
        assertEquals(Math.abs(madeAt.getTime() - Date.now()) < 60_000, true);
        assertEquals(await Item.create({ price: 1, amount: 3, note: null, madeAt: 0 }), {
          itemId: 2,
          price: 1,
          amount: 3,
          madeAt: new Date(0),
          note: null,
          total: 3,
          loud: null,
        });
        const rows = await Item.bulkCreate([{ price: 1 }, { price: 1, amount: 4 }, { itemId: 9, price: 2 }]);
        assertEquals(rows.map(({ itemId, total }) => [itemId, total]), [[3, 2], [4, 4], [9, 4]]);
        assertEquals(raw.all("SELECT count(*) AS n FROM items WHERE made_at IS NOT NULL"), [{ n: 5 }]);
        const token = await Token.create({});
        assertEquals([token.token.length, token.used], [8, false]);
        assertEquals(await Token.findById(token.token), token);
      }));

    test("is read, filtered, ordered and grouped by, and new after a change", () =>
      withShop(async ({ Item }) => {
        await Item.bulkCreate([{ price: 1 }, { price: 3 }, { price: 2, note: "x" }]);
        assertEquals(
          await Item.findAll({
            where: { total: { $gt: 2 } },
            orderBy: [["total", "DESC"]],
            select: ["total", "loud"],
          }),
          [{ total: 6, loud: "NONE" }, { total: 4, loud: "X" }],
        );
        assertEquals(await Item.sum("total"), 12);
        assertEquals((await Item.groupBy({ by: ["loud"] })).length, 2);
        assertEquals((await Item.updateById(1, { amount: 10 })).total, 10);
        const [changed] = await Item.update({ price: (i) => i.price.plus(1) }, { itemId: 2 }, {
          returning: true,
        });
        assertEquals(changed?.total, 8);
        const upserted = await Item.upsert({ itemId: 3, price: 5 });
        assertEquals([upserted.total, upserted.note], [10, "x"]);
        assertEquals((await Item.upsert({ itemId: 7, price: 5 })).amount, 2);
        const { row, created } = await Item.findOrCreate({ itemId: 8, price: 1 });
        assertEquals([row.total, created], [2, true]);
      }));

    test("is never written where the store computes it", () =>
      withShop(async ({ Item }) => {
        await Item.create({ price: 1 });
        const writes = [
          () => Item.create({ price: 1, total: 3 } as never),
          () => Item.create({ price: 1, total: null } as never),
          () => Item.bulkCreate([{ price: 1, loud: "x" } as never]),
          () => Item.update({ total: 3 } as never, { itemId: 1 }),
          () => Item.updateById(1, { loud: null } as never),
          () => Item.update({ total: () => 3 } as never, { itemId: 1 }),
        ];
        for (const write of writes) assertEquals(await code(write), "GENERATED_VALUE");
        assertEquals(await Item.count(), 1);
      }));

    test("errors of such rows name their column", () =>
      withShop(async ({ Item, Token }) => {
        await Token.create({ token: "a" });
        const error = await assertRejects(async () => await Token.create({ token: "a" }), RinariError);
        assertEquals([error.code, error.columns], ["UNIQUE_CONSTRAINT", ["token"]]);
        assertEquals(
          await code(() => Item.create({ price: 1, amount: null } as never)),
          "NOT_NULL_CONSTRAINT",
        );
        assertEquals(await code(() => Item.bulkCreate([{ price: 1 }, {} as never])), "NOT_NULL_CONSTRAINT");
        assertEquals(await Item.count(), 0);
      }));

    test("has to be what the table says, and an error has the word to write", () =>
      withTempDir(async (dir) => {
        const path = join(dir, "app.db");
        const raw = openRaw(path);
        raw.exec("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER, c INTEGER AS (a))");
        raw.close();
        const orm = new ORM({ driver: make({ databases: { app: path } }) as AsyncDriver });
        const id = { type: INTEGER, primaryKey: true } as const;
        orm.define("app", "t", {
          id,
          a: { type: INTEGER, generated: "always" },
          b: { type: INTEGER, default: "store" },
          c: { type: INTEGER },
        });
        const error = await assertRejects(async () => await orm.ready(), ValidationError);
        assertStringIncludes(error.message, "`a` is not computed by the store: leave `generated` away");
        assertStringIncludes(error.message, "`b` has no default in the store: leave");
        assertStringIncludes(error.message, '`c` is computed by the store: write `generated: "always"`');
        const other = new ORM({ driver: make({ databases: { app: join(dir, "new.db") } }) as AsyncDriver });
        other.define("app", "t", { id, a: { type: INTEGER, generated: "always" } });
        const made = await assertRejects(async () => await other.ready(), ValidationError);
        assertStringIncludes(made.message, "Cannot make table `t`: the store is to give `a` their values");
        await orm.disconnect();
        await other.disconnect();
      }));
  });
}

describe("what the store gives a column", () => {
  test("is refused where no store gives any", () => {
    const orm = new ORM({ driver: new MemoryDriver() });
    const id = { type: INTEGER, primaryKey: true } as const;
    for (const column of [{ type: TEXT, default: "store" }, { type: TEXT, generated: "always" }] as const) {
      const error = assertThrows(() => orm.define("app", "t", { id, column }), UnsupportedError);
      assertEquals([error.driver, error.columns], ["memory", ["column"]]);
    }
    const Plain = orm.define("app", "t", { id, column: { type: TEXT, default: () => "store" } });
    assertEquals(Plain.create({ id: 1 }).column, "store");
  });

  test("takes nothing beside it that would give it one", () => {
    const { make } = sqliteDrivers[0] as SqliteDriverCase;
    const orm = new ORM({ driver: make({ databases: { app: ":memory:" } }) });
    const id = { type: INTEGER, primaryKey: true } as const;
    for (const more of [{ default: 1 }, { touch: 1 }, { primaryKey: true }]) {
      const n = { type: INTEGER, generated: "always", ...more };
      assertThrows(() => orm.define("app", "t", { id, n } as never), ValidationError, "takes no");
    }
    orm.disconnect();
  });

  test("is in the types what can be written", () => {
    const { make } = sqliteDrivers[0] as SqliteDriverCase;
    const { orm, Item } = shop(make({ databases: { app: ":memory:" } }));
    const never = (): void => {
      // @ts-expect-error: only the store computes it.
      Item.create({ price: 1, total: 2 });
      // @ts-expect-error: only the store computes it.
      Item.updateAll({ loud: "x" });
      // @ts-expect-error: it takes no null.
      Item.create({ price: 1, amount: null });
      orm.define("app", "others", {
        id: { type: INTEGER, primaryKey: true },
        // @ts-expect-error: no number.
        n: { type: INTEGER, default: "shop" },
      });
    };
    assertEquals(typeof never, "function");
    orm.disconnect();
  });
});
