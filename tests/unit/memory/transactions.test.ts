import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ForeignKeyConstraintError, TransactionError } from "../../../src/errors/mod.ts";
import { describe, test } from "../../support/runner.ts";
import { failure, key, rowsOf, withTables } from "./support.ts";

const made = () => {
  const driver = withTables({ t: { id: key, n: { type: "INTEGER", unique: true }, j: { type: "JSON" } } });
  driver.bulkInsert("app", "t", [{ n: 1, j: { a: 1 } }, { n: 2, j: { a: 2 } }]);
  return driver;
};
const numbers = (driver: ReturnType<typeof made>) => rowsOf(driver, "t").map(({ n }) => n);

describe("MemoryDriver.transaction", () => {
  test("keeps its work and gives what the callback returned", () => {
    const driver = made();
    assertEquals(driver.transaction(() => driver.insert("app", "t", { n: 3 })), { id: 3, n: 3, j: null });
    assertEquals(numbers(driver), [1, 2, 3]);
  });

  test("undoes its work and passes on what was thrown", () => {
    const driver = made();
    const before = rowsOf(driver, "t");
    const thrown = { any: "value" };
    let caught: unknown;
    try {
      driver.transaction(() => {
        driver.insert("app", "t", { n: 3 });
        driver.update("app", "t", { n: 9, j: [] }, { n: 1 });
        driver.delete("app", "t", { n: 2 });
        driver.insert("app", "t", { id: 2, n: 2, j: "other" });
        assertEquals(numbers(driver), [9, 2, 3]);
        throw thrown;
      });
    } catch (error) {
      caught = error;
    }
    assertEquals(caught === thrown, true);
    assertEquals(rowsOf(driver, "t"), before);
    assertEquals(driver.insert("app", "t", {}), { id: 3, n: null, j: null });
  });

  test("inside another is a savepoint", () => {
    const driver = made();
    driver.transaction(() => {
      driver.insert("app", "t", { n: 3 });
      assertThrows(() =>
        driver.transaction(() => {
          driver.insert("app", "t", { n: 4 });
          driver.transaction(() => driver.insert("app", "t", { n: 5 }));
          throw new Error("inner");
        })
      );
      driver.transaction(() => driver.insert("app", "t", { n: 6 }));
    });
    assertEquals(numbers(driver), [1, 2, 3, 6]);
    assertThrows(() =>
      driver.transaction(() => {
        driver.transaction(() => driver.insert("app", "t", { n: 7 }));
        throw new Error("outer");
      })
    );
    assertEquals(numbers(driver), [1, 2, 3, 6]);
  });

  test("goes on after a statement that failed", () => {
    const driver = made();
    driver.transaction(() => {
      driver.insert("app", "t", { n: 3 });
      assertEquals(
        failure(() => driver.bulkInsert("app", "t", [{ n: 4 }, { n: 1 }])).code,
        "UNIQUE_CONSTRAINT",
      );
      driver.insert("app", "t", { n: 5 });
    });
    assertEquals(numbers(driver), [1, 2, 3, 5]);
  });

  test("refuses an async callback and undoes what it did so far", async () => {
    const driver = made();
    const callback = async () => {
      driver.insert("app", "t", { n: 3 });
      await Promise.resolve();
      throw new Error("not to be reported as unhandled");
    };
    const error = assertThrows(() => driver.transaction(callback), TransactionError);
    assertEquals([error.code, error.driver], ["ASYNC_CALLBACK", "memory"]);
    assertStringIncludes(error.message, "toAsyncDriver");
    assertEquals(numbers(driver), [1, 2]);
    await new Promise((done) => setTimeout(done, 5));
    assertEquals(numbers(driver), [1, 2]);
  });

  test("spans the databases of the driver", () => {
    const driver = made();
    driver.createTable("other", "t", { id: key });
    assertThrows(() =>
      driver.transaction(() => {
        driver.insert("other", "t", {});
        driver.delete("app", "t", {});
        throw new Error("undo");
      })
    );
    assertEquals([driver.count("app", "t"), driver.count("other", "t")], [2, 0]);
  });
});

describe("MemoryDriver.begin", () => {
  test("opens a transaction that is ended by hand, once, the innermost first", () => {
    const driver = made();
    const outer = driver.begin();
    const inner = driver.begin();
    driver.insert("app", "t", { n: 3 });
    assertEquals(failure(() => outer.commit()).code, "TRANSACTION_ENDED");
    inner.commit();
    assertEquals(failure(() => inner.commit()).code, "TRANSACTION_ENDED");
    inner.rollback();
    assertEquals(numbers(driver), [1, 2, 3]);
    outer.rollback();
    outer.rollback();
    assertEquals(numbers(driver), [1, 2]);
  });

  test("rolled back takes the levels inside along", () => {
    const driver = made();
    const outer = driver.begin();
    const inner = driver.begin();
    driver.insert("app", "t", { n: 3 });
    outer.rollback();
    assertEquals(numbers(driver), [1, 2]);
    assertEquals(failure(() => inner.commit()).code, "TRANSACTION_ENDED");
  });
});

describe("MemoryDriver cascades in a transaction", () => {
  test("are undone with it", () => {
    const up = {
      type: "INTEGER",
      references: { table: "t", column: "id", onDelete: "CASCADE", onUpdate: "CASCADE" },
    } as const;
    const driver = withTables({ t: { id: key, up } });
    driver.bulkInsert("app", "t", [{ up: null }, { up: 1 }, { up: 2 }]);
    const before = rowsOf(driver, "t");
    const open = driver.begin();
    driver.update("app", "t", { id: 10 }, { id: 1 });
    driver.delete("app", "t", { id: 10 });
    assertEquals(driver.count("app", "t"), 0);
    open.rollback();
    assertEquals(rowsOf(driver, "t"), before);
    assertThrows(() => driver.insert("app", "t", { up: 10 }), ForeignKeyConstraintError);
    assertEquals(driver.delete("app", "t", { id: 1 }), 1);
    assertEquals(driver.count("app", "t"), 0);
  });
});
