import { assertEquals } from "@std/assert";
import { DataTypes, ORM } from "../../mod.ts";
import { openDriver, testKV } from "../deno_kv/open_kv.ts";
import { runFile } from "../support/child.ts";
import { noServer } from "../support/libsql/server.ts";
import { ServerStores } from "../support/libsql/stores.ts";
import { describe, runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { openShop } from "./fixtures/seller.ts";

const STOCK = 100;
const SELLER = new URL("./fixtures/seller.ts", import.meta.url);
const PRODUCT = {
  id: { type: DataTypes.INTEGER, primaryKey: true },
  stock: { type: DataTypes.INTEGER, notNull: true },
} as const;

describe("a guarded decrement, Model.update by a function of the row,", () => {
  for (const driver of ["bun-sqlite", "node-sqlite"]) {
    const title = `is exact from two processes on ${driver}`;
    if (driver === "bun-sqlite" && runtime !== "bun") test.skip(title, "bun:sqlite is only in Bun");
    else {
      test(title, () =>
        withTempDir(async (dir) => {
          const { orm, Product } = openShop(driver, dir);
          Product.create({ id: 1, stock: STOCK, sold: 0 });
          const sellers = await Promise.all([1, 2].map(() => runFile(SELLER, [driver, dir, "80"])));
          const sold = sellers.map(({ stdout, stderr, code }) => {
            assertEquals(code, 0, stderr);
            return Number(stdout);
          });
          assertEquals(sold.reduce((a, b) => a + b), STOCK);
          assertEquals(Product.findByIdOrFail(1), { id: 1, stock: 0, sold: STOCK });
          orm.disconnect();
        }), { timeout: 120_000 });
    }
  }

  const over = "is exact from two clients over http";
  if (noServer) test.skip(over, noServer);
  else {
    test(over, async () => {
      const stores = new ServerStores("http");
      const driver = await stores.driver();
      const drivers = [driver, await stores.reopen(driver)];
      const models = drivers.map((driver) => new ORM({ driver }).define("one", "products", PRODUCT));
      const [first, second] = models as [(typeof models)[0], (typeof models)[0]];
      await first.create({ id: 1, stock: STOCK });
      const take = (Product: typeof first) =>
        Product.update({ stock: (p) => p.stock.minus(1) }, { id: 1, stock: { $gte: 1 } });
      const taken = await Promise.all(
        Array.from({ length: 120 }, (_, i) => take(i % 2 === 0 ? first : second)),
      );
      assertEquals(taken.reduce((a, b) => a + b), STOCK);
      assertEquals((await second.findByIdOrFail(1)).stock, 0);
      for (const each of drivers) await each.disconnect();
      await stores.cleanup(driver);
    }, { timeout: 120_000 });
  }

  testKV("is exact from two flows on Deno KV", async () => {
    const orm = new ORM({ driver: await openDriver(":memory:") });
    const Product = orm.define("shop", "products", PRODUCT);
    await Product.create({ id: 1, stock: STOCK });
    const seller = async () => {
      let sold = 0;
      for (let i = 0; i < 60; i++) {
        sold += await Product.update({ stock: (p) => p.stock.minus(1) }, { id: 1, stock: { $gte: 1 } });
      }
      return sold;
    };
    const sold = await Promise.all([seller(), seller()]);
    assertEquals(sold.reduce((a, b) => a + b), STOCK);
    assertEquals((await Product.findByIdOrFail(1)).stock, 0);
    await orm.disconnect();
  });
});
