import { assertEquals } from "@std/assert";
import { DataTypes, ORM, type QueryOptions, toAsyncDriver } from "../../../mod.ts";
import { NaiveDriver } from "../../support/naive_driver.ts";
import { describe, test } from "../../support/runner.ts";

const ROWS = 1_200;
const ITEM = { id: { type: DataTypes.INTEGER, primaryKey: true }, n: { type: DataTypes.INTEGER } } as const;

/** Rows are in the order of their keys, as they were stored, and as many as are asked for. */
class LimitedDriver extends NaiveDriver {
  override findAll<T>(dbName: string, tableName: string, options: QueryOptions): T[] {
    return super.findAll<T>(dbName, tableName, options).slice(0, options.limit);
  }
}

function filled(driver: NaiveDriver = new NaiveDriver()) {
  const Item = new ORM({ driver }).define("app", "items", ITEM);
  Item.bulkCreate(Array.from({ length: ROWS }, (_, id) => ({ id, n: id % 2 })));
  driver.calls.length = 0;
  return { driver, Item };
}

const reads = ({ calls }: NaiveDriver): number => calls.filter(({ method }) => method === "findAll").length;

describe("Model.iterate with a driver that cannot apply a limit", () => {
  test("reads the table once", () => {
    const { driver, Item } = filled();
    assertEquals([...Item.iterate()].map(({ id }) => id), Array.from({ length: ROWS }, (_, id) => id));
    assertEquals(reads(driver), 1);
    const some = [
      ...Item.iterate({ where: { n: { $gt: 0 } }, orderBy: [["id", "DESC"]], limit: 550, offset: 10 }),
    ];
    assertEquals([some.length, some[0]?.id, some.at(-1)?.id], [550, 1_179, 81]);
    assertEquals(reads(driver), 2);
  });

  test("reads it once through an async face", async () => {
    const { driver } = filled();
    const Item = new ORM({ driver: toAsyncDriver(driver) }).define("app", "items", ITEM);
    const ids: number[] = [];
    for await (const { id } of Item.iterate({ orderBy: [["n", "ASC"], ["id", "ASC"]], limit: 700 })) {
      ids.push(id);
    }
    assertEquals([ids.length, ids[0], ids.at(-1)], [700, 0, 199]);
    assertEquals(reads(driver), 1);
  });

  test("reads it twice when it can for the first page only", () => {
    // Without `$gt` the driver cannot begin where the page before ended.
    const { driver, Item } = filled(new LimitedDriver({ capabilities: { orderBy: true, limit: true } }));
    assertEquals([...Item.iterate()].map(({ id }) => id), Array.from({ length: ROWS }, (_, id) => id));
    assertEquals(driver.calls.map(({ given }) => (given[0] as QueryOptions).limit), [500, undefined]);
  });
});
