import { assertEquals, assertRejects } from "@std/assert";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { DataTypes, ORM, RinariError, ValidationError } from "../../mod.ts";
import { noServer, withServer } from "../support/libsql/server.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";

const ITEM = { id: { type: DataTypes.INTEGER, primaryKey: true }, text: { type: DataTypes.TEXT } } as const;
const ROWS = 300;

describe("LibSQLDriver: more than a server answers at once", () => {
  if (noServer !== null) return test.skip("is read in smaller pages", noServer);

  for (const protocol of ["http", "ws"] as const) {
    test(
      `is refused by name, and iterated in smaller pages, over ${protocol}`,
      () =>
        withServer(async (server) => {
          const url = protocol === "http" ? server.url : server.wsURL;
          const orm = new ORM({ driver: new LibSQLDriver({ url }) });
          const Item = orm.define("app", "items", ITEM);
          const text = "x".repeat(60_000);
          for (let from = 0; from < ROWS; from += 100) {
            await Item.bulkCreate(Array.from({ length: 100 }, (_, i) => ({ id: from + i, text })));
          }
          const error = await assertRejects(() => Item.findAll(), RinariError, "`iterate`");
          assertEquals([error.code, error.retryable, error.outcome], [
            "RESPONSE_TOO_LARGE",
            false,
            undefined,
          ]);
          const ids: number[] = [];
          for await (const row of Item.iterate({ orderBy: [["id", "DESC"]], limit: ROWS - 1 })) {
            assertEquals(row.text?.length, text.length);
            ids.push(row.id);
          }
          assertEquals(ids, Array.from({ length: ROWS - 1 }, (_, i) => ROWS - 1 - i));
          await orm.transaction(async () => {
            await Item.create({ id: ROWS, text: "before" });
            const failed = await assertRejects(() => orm.transaction(() => Item.findAll()), RinariError);
            assertEquals(failed.code, "RESPONSE_TOO_LARGE");
            await Item.create({ id: ROWS + 1, text: "after" });
          });
          assertEquals(await Item.count({ id: { $gte: ROWS } }), 2);
          await orm.disconnect();
        }),
      { timeout: 60_000 },
    );
  }

  test("is refused before a replica sends it", () =>
    withTempDir((storageDir) =>
      withServer(async (server) => {
        const orm = new ORM({ driver: new LibSQLDriver({ storageDir, syncUrl: server.url }) });
        const Item = orm.define("app", "items", ITEM);
        await Item.create({ id: 1, text: "x".repeat(4_190_000) });
        const refused = [
          () => Item.create({ id: 2, text: "x".repeat(4_200_000) }),
          () => Item.create({ id: 2, text: "\u20ac".repeat(1_400_000) }),
          () => Item.update({ text: "x".repeat(4_200_000) }, { id: 1 }),
          () =>
            Item.bulkCreate(
              Array.from({ length: 100 }, (_, i) => ({ id: 10 + i, text: "x".repeat(60_000) })),
            ),
          () => orm.transaction(() => Item.create({ id: 2, text: "x".repeat(4_200_000) })),
        ];
        for (const work of refused) {
          const error = await assertRejects(work, ValidationError, "4194304");
          assertEquals([error.code, error.outcome], ["TOO_BIG", undefined]);
        }
        await orm.transaction(() => Item.create({ id: 3, text: "small" }));
        assertEquals(await Item.count({ text: "x".repeat(4_200_000) }), 0);
        assertEquals((await Item.findAll({ select: ["id"] })).map(({ id }) => id), [1, 3]);
        await orm.disconnect();
      })
    ));
});
