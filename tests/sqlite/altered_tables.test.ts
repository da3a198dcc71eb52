import { assertEquals, assertStringIncludes } from "@std/assert";
import { createClient } from "@libsql/client";
import { join } from "node:path";
import { type AsyncDriver, DataTypes, ORM, RinariError, type SyncDriver } from "../../mod.ts";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { openRaw, sqliteDrivers } from "../unit/sql/sqlite_drivers.ts";

const ID = { type: DataTypes.INTEGER, primaryKey: true } as const;
const TEXT = { type: DataTypes.TEXT } as const;
const DATE = { type: DataTypes.DATE } as const;
const ALL = {
  id: ID,
  name: TEXT,
  day: DATE,
  at: { type: DataTypes.DATETIME },
  on: { type: DataTypes.BOOLEAN },
  big: { type: DataTypes.INTEGER, bigint: true },
  data: { type: DataTypes.JSON },
} as const;
const ROW = {
  id: 1,
  name: "Ada",
  day: new Date("2020-01-02"),
  at: new Date(5),
  on: true,
  big: 7n,
  data: { a: 1 },
} as const;

type Schema = Parameters<ORM<SyncDriver>["define"]>[2];

/** A store that others change by SQL between two openings. */
interface Store {
  open(schema: Schema, indexes?: unknown[], table?: string): ReturnType<ORM<AsyncDriver>["define"]>;
  alter(...sql: string[]): Promise<void>;
}

const stores: readonly (readonly [string, (work: (store: Store) => Promise<void>) => unknown])[] = [
  ...sqliteDrivers.map(({ name, make }) =>
    [name, (work: (store: Store) => Promise<void>) =>
      withTempDir(async (dir) => {
        const path = join(dir, "app.db");
        const orms: ORM<SyncDriver>[] = [];
        await work(storeOf(
          () => make({ databases: { app: path } }),
          orms,
          (sql) => {
            for (const orm of orms.splice(0)) orm.disconnect();
            const raw = openRaw(path);
            for (const each of sql) raw.exec(each);
            raw.close();
            return Promise.resolve();
          },
        ));
        for (const orm of orms) orm.disconnect();
      })] as const
  ),
  ["LibSQLDriver", async (work) => {
    const client = createClient({ url: ":memory:", intMode: "bigint" });
    const orms: ORM<SyncDriver>[] = [];
    await work(storeOf(() => new LibSQLDriver({ client }), orms, async (sql) => {
      for (const orm of orms.splice(0)) await orm.disconnect();
      for (const each of sql) await client.execute(each);
    }));
    for (const orm of orms) await orm.disconnect();
    client.close();
  }],
];

function storeOf(
  driver: () => SyncDriver | AsyncDriver,
  orms: ORM<SyncDriver>[],
  alter: (sql: readonly string[]) => Promise<void>,
): Store {
  return {
    open(schema, indexes = [], table = "users") {
      const orm = new ORM({ driver: driver() as SyncDriver });
      orms.push(orm);
      return orm.define("app", table, schema as never, { indexes } as never) as never;
    },
    alter: (...sql) => alter(sql),
  };
}

async function failure(work: () => unknown): Promise<RinariError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof RinariError) return error;
    throw error;
  }
  throw new Error("Nothing was thrown");
}

async function refusesOtherKinds(
  { open }: Store,
  schema: Record<string, unknown>,
  table?: string,
): Promise<void> {
  for (
    const [name, type] of [["day", "TEXT"], ["at", "TEXT"], ["on", "INTEGER"], ["data", "DATETIME"]] as const
  ) {
    if (!(name in schema)) continue;
    const other = { ...schema, [name]: { type } } as never;
    assertEquals((await failure(() => open(other, [], table).count())).code, "SCHEMA_MISMATCH", name);
  }
}

for (const [name, use] of stores) {
  describe(`${name}: a table that was altered by SQL`, () => {
    test("keeps the kinds of its columns when one is added", () =>
      use(async (store) => {
        const { open, alter } = store;
        await open(ALL).create(ROW as never);
        await alter("ALTER TABLE users ADD COLUMN born TEXT", "UPDATE users SET born = '1815-12-10'");
        const schema = { ...ALL, born: DATE };
        await refusesOtherKinds(store, schema);
        assertEquals(await open(schema).findAll() as unknown, [{ ...ROW, born: new Date("1815-12-10") }]);
      }));

    test("takes the kind that an added column notes", () =>
      use(async ({ open, alter }) => {
        await open(ALL).create(ROW as never);
        await alter("ALTER TABLE users ADD COLUMN `born` /* rinari: date */ TEXT");
        assertEquals((await failure(() => open({ ...ALL, born: TEXT }).count())).code, "SCHEMA_MISMATCH");
        assertEquals(await open({ ...ALL, born: DATE }).findAll() as unknown, [{ ...ROW, born: null }]);
      }));

    test("keeps the kinds when columns are renamed and dropped", () =>
      use(async (store) => {
        const { open, alter } = store;
        await open(ALL).create(ROW as never);
        await alter(
          "ALTER TABLE users RENAME COLUMN name TO full",
          "ALTER TABLE users DROP COLUMN big",
          "ALTER TABLE users ADD COLUMN nick TEXT",
        );
        const { big: _, name: __, ...rest } = ALL;
        const { big: ___, name, ...row } = ROW;
        const schema = { ...rest, full: TEXT, nick: TEXT };
        await refusesOtherKinds(store, schema);
        assertEquals(await open(schema).findAll() as unknown, [{ ...row, full: name, nick: null }]);
      }));

    test("keeps the kinds when it is renamed, as at the end of a rebuild", () =>
      use(async (store) => {
        const { open, alter } = store;
        await open(ALL, [], "rinari_new").create(ROW as never);
        await alter("ALTER TABLE rinari_new RENAME TO users");
        await refusesOtherKinds(store, ALL);
        assertEquals(await open(ALL).findAll() as unknown, [ROW]);
        await alter('ALTER TABLE users RENAME TO "weird `name"" [x]"');
        await refusesOtherKinds(store, ALL, 'weird `name" [x]');
        assertEquals(await open(ALL, [], 'weird `name" [x]').findAll() as unknown, [ROW]);
      }));

    test("keeps its indexes when columns and the table are renamed", () =>
      use(async ({ open, alter }) => {
        const indexes = (name: string, on: string) => [
          { name: "one", columns: [name] },
          {
            name: "two",
            columns: [name, "day"],
            unique: true,
            where: { [on]: true, [name]: { $gt: "it's `x`" } },
          },
        ];
        await open(ALL, indexes("name", "on")).create(ROW as never);
        await alter(
          "ALTER TABLE users RENAME COLUMN name TO full",
          "ALTER TABLE users RENAME COLUMN `on` TO active",
        );
        const { on, name: _, ...rest } = ALL;
        const schema = { ...rest, full: TEXT, active: on };
        assertEquals(await open(schema, indexes("full", "active")).count(), 1);
        const other = indexes("full", "active");
        for (
          const where of [{ active: false, full: { $gt: "it's `x`" } }, {
            active: true,
            full: { $gt: "it's  `x`" },
          }]
        ) {
          const error = await failure(() => open(schema, [{ ...other[1], where }]).count());
          assertEquals(error.code, "INDEX_MISMATCH");
        }
      }));

    test("says the name of an index that differs in the store, and drops it", () =>
      use(async ({ open, alter }) => {
        await open(ALL, [{ columns: ["name"] }]).create(ROW as never);
        await alter(
          "DROP INDEX users__name_index",
          "CREATE INDEX users__name_index ON users (name COLLATE NOCASE)",
        );
        const User = open(ALL, [{ columns: ["name"] }]);
        const { code, message } = await failure(() => User.count());
        assertEquals(code, "INDEX_MISMATCH");
        assertStringIncludes(
          message,
          'another index has that name (`users__name_index` in the store); drop it first with dropIndex("name_index"), or use',
        );
        await User.dropIndex("name_index");
        assertEquals(await User.count(), 1);
        await alter("DROP INDEX users__name_index", "CREATE INDEX users__name_index ON users (name DESC)");
        assertEquals(
          (await failure(() => open(ALL, [{ columns: ["name"] }]).count())).code,
          "INDEX_MISMATCH",
        );
      }));

    test("has the kinds that stand together before its columns, as tables made earlier have them", () =>
      use(async (store) => {
        const { open, alter } = store;
        await alter(
          "CREATE TABLE `users` /* rinari: integer text date */ (`id` INTEGER PRIMARY KEY NOT NULL, `name` TEXT, `day` TEXT) STRICT",
          "ALTER TABLE users ADD COLUMN born TEXT",
        );
        const schema = { id: ID, name: TEXT, day: DATE, born: DATE };
        await refusesOtherKinds(store, schema);
        assertEquals(await open(schema).count(), 0);
      }));

    test("is not believed when it notes what the declared type cannot hold", () =>
      use(async ({ open, alter }) => {
        await alter("CREATE TABLE users (id INTEGER PRIMARY KEY, name /* rinari: integer */ TEXT)");
        assertEquals(
          (await failure(() => open({ id: ID, name: { type: DataTypes.INTEGER } }).count())).code,
          "SCHEMA_MISMATCH",
        );
        assertEquals(await open({ id: ID, name: TEXT }).count(), 0);
      }));
  });
}
