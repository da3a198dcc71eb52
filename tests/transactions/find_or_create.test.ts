import { assertEquals } from "@std/assert";
import { ORM } from "../../mod.ts";
import { NodeSQLiteDriver } from "../../drivers/node_sqlite.ts";
import { runFile } from "../support/child.ts";
import { noServer } from "../support/libsql/server.ts";
import { ServerStores } from "../support/libsql/stores.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { TAG } from "./fixtures/finder.ts";

const FINDER = new URL("./fixtures/finder.ts", import.meta.url);

describe("Model.findOrCreate and Model.upsert with functions", () => {
  test("are exact from two processes", () =>
    withTempDir(async (dir) => {
      const orm = new ORM({ driver: new NodeSQLiteDriver({ storageDir: dir }) });
      const Tag = orm.define("tags", "tags", TAG);
      assertEquals(Tag.count(), 0);
      const ended = await Promise.all([1, 2].map(() => runFile(FINDER, [dir, "30"])));
      const created = ended.map(({ stdout, stderr, code }) => {
        assertEquals(code, 0, stderr);
        return Number(stdout);
      });
      assertEquals(created.reduce((a, b) => a + b), 30);
      assertEquals([Tag.count(), Tag.count({ seen: 3 })], [30, 30]);
      orm.disconnect();
    }), { timeout: 120_000 });

  const over = "are exact from two clients over http";
  if (noServer) test.skip(over, noServer);
  else {
    test(over, async () => {
      const stores = new ServerStores("http");
      const driver = await stores.driver();
      const drivers = [driver, await stores.reopen(driver)];
      const models = drivers.map((each) => new ORM({ driver: each }).define("one", "tags", TAG));
      const [first, second] = models as [(typeof models)[0], (typeof models)[0]];
      await first.count();
      const found = await Promise.all(
        Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? first : second).findOrCreate({ name: "x" })),
      );
      assertEquals(found.filter(({ created }) => created).length, 1);
      const more = Array.from(
        { length: 30 },
        (_, i) =>
          (i % 2 === 0 ? first : second).upsert({ name: `n${i % 3}` }, {
            update: { seen: (old) => old.seen.plus(1) },
          }),
      );
      await Promise.all(more);
      const rows = await second.findAll({ orderBy: [["name", "ASC"]] });
      assertEquals(rows.map(({ name, seen }) => [name, seen]), [["n0", 10], ["n1", 10], ["n2", 10], [
        "x",
        1,
      ]]);
      for (const each of drivers) await each.disconnect();
      await stores.cleanup(driver);
    }, { timeout: 120_000 });
  }
});
