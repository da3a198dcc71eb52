import { assertEquals } from "@std/assert";
import { DataTypes, ORM } from "../../../mod.ts";
import { describe, test } from "../../support/runner.ts";
import { NaiveDriver } from "../../support/naive_driver.ts";

const SCHEMA = { id: { type: DataTypes.INTEGER, primaryKey: true } } as const;

describe("driver.createTable", () => {
  test("comes before the first use of a table, of each ORM and after each connect", () => {
    const driver = new NaiveDriver();
    const methods = (use: () => unknown): string[] => {
      driver.calls.length = 0;
      use();
      // Where a driver enforces nothing, it is asked once what programs before have left to be enforced.
      return driver.calls.filter(({ table }) => table !== "rinari_catalog").map(({ method }) => method);
    };
    const open = () => {
      const orm = new ORM({ driver });
      return { orm, Item: orm.define("app", "items", SCHEMA) };
    };
    const first = open();
    assertEquals(methods(() => first.Item.count()), ["createTable", "count"]);
    assertEquals(methods(() => first.Item.count()), ["count"]);
    const second = open();
    assertEquals(methods(() => second.Item.count()), ["createTable", "count"]);
    first.orm.disconnect();
    const third = open();
    assertEquals(methods(() => third.Item.count()), ["createTable", "count"]);
    // What an ORM on the driver has established before does not hold either.
    assertEquals(methods(() => second.Item.count()), ["createTable", "count"]);
  });
});
