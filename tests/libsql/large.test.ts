import { assertEquals, assertRejects } from "@std/assert";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { DataTypes, ORM, RinariError } from "../../mod.ts";
import { noServer, withServer } from "../support/libsql/server.ts";
import { describe, test } from "../support/runner.ts";

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
          await orm.disconnect();
        }),
      { timeout: 60_000 },
    );
  }
});
