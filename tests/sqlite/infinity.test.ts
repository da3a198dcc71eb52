import { assertEquals, assertRejects } from "@std/assert";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { type AsyncDriver, CorruptValueError, DataTypes, ORM, toAsyncDriver } from "../../mod.ts";
import { describe, test } from "../support/runner.ts";
import { sqliteDrivers } from "../unit/sql/sqlite_drivers.ts";

const databases = { app: ":memory:" };
const drivers: readonly (readonly [name: string, make: () => AsyncDriver])[] = [
  ...sqliteDrivers.map(({ name, make }) => [name, () => toAsyncDriver(make({ databases }))] as const),
  ["LibSQLDriver", () => new LibSQLDriver({ databases })],
];

const SCHEMA = {
  id: { type: DataTypes.INTEGER, primaryKey: true },
  size: { type: DataTypes.REAL },
} as const;

describe("an infinity that someone else has stored is no number of ours:", () => {
  for (const [name, make] of drivers) {
    for (
      const [kind, table] of [
        ["adopted", "CREATE TABLE sizes (id INTEGER PRIMARY KEY NOT NULL, size REAL)"],
        [
          "own",
          null,
        ],
      ] as const
    ) {
      test(`${name}, ${kind} table`, async () => {
        const orm = new ORM({ driver: make() });
        const sql = orm.sql("app");
        if (table !== null) await sql([table] as unknown as TemplateStringsArray).run();
        const Size = orm.define("app", "sizes", SCHEMA);
        await Size.bulkCreate(Array.from({ length: 8 }, (_, i) => ({ id: i + 1, size: i })));
        await sql`UPDATE sizes SET size = 9e999 WHERE id = 5`.run();
        await sql`UPDATE sizes SET size = -9e999 WHERE id = 6`.run();
        for (const id of [5, 6]) {
          const error = await assertRejects(() => Size.findById(id), CorruptValueError);
          assertEquals([error.code, error.columns], ["CORRUPT_VALUE", ["size"]]);
        }
        await assertRejects(() => Size.findAll(), CorruptValueError);
        await assertRejects(async () => {
          for await (const _ of Size.iterate());
        }, CorruptValueError);
        let pages = 0;
        await assertRejects(async () => {
          let after: string | null | undefined;
          do {
            const page = await Size.paginate({ orderBy: [["size", "ASC"]], size: 2, after });
            after = page.next;
          } while (after !== null && ++pages < 20);
        }, CorruptValueError);
        assertEquals(await Size.findById(7), { id: 7, size: 6 });
        await orm.disconnect();
      });
    }
  }
});
