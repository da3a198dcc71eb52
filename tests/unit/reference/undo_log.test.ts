import { assertEquals, assertThrows } from "@std/assert";
import type { TableSchema } from "../../../src/contract/mod.ts";
import { ConnectionError, UniqueConstraintError, ValidationError } from "../../../src/errors/mod.ts";
import { Database, type DatabaseProvider, ReferenceDriver, UndoLog } from "../../../src/reference/mod.ts";
import { describe, test } from "../../support/runner.ts";

const item: TableSchema = {
  id: { type: "INTEGER", primaryKey: true, autoIncrement: true },
  name: { type: "TEXT", unique: true },
};

/** A driver that counts how often its database is stored, and can be told to fail at it. */
function storing() {
  const state = { stored: 0, fails: false };
  const log = new UndoLog(() => {
    if (state.fails) throw new ConnectionError("Cannot store");
    state.stored++;
  });
  const database = new Database("test", "app", log);
  const provider: DatabaseProvider = {
    name: "test",
    version: "1.0.0",
    log,
    configure: () => null,
    database: () => database,
    readonly: () => false,
    close: () => undefined,
  };
  const driver = new ReferenceDriver(provider);
  driver.connect({});
  driver.createTable("app", "items", item);
  state.stored = 0;
  return { state, driver, log };
}

const names = (driver: ReferenceDriver): unknown[] =>
  driver.findAll<{ name: string }>("app", "items", {}).map(({ name }) => name);

describe("UndoLog stores", () => {
  test("once for a call, however many rows it changes", () => {
    const { state, driver } = storing();
    driver.bulkInsert("app", "items", Array.from({ length: 1000 }, (_, i) => ({ name: `n${i}` })));
    assertEquals(state.stored, 1);
    driver.bulkUpdate("app", "items", [{ where: { id: 1 }, data: { name: "x" } }, {
      where: { id: 2 },
      data: { name: "y" },
    }]);
    assertEquals(state.stored, 2);
    driver.delete("app", "items", { id: { $gt: 3 } });
    assertEquals(state.stored, 3);
    driver.createIndex("app", "items", "by_name", { columns: ["name"] });
    driver.dropIndex("app", "items", "by_name");
    driver.dropTable("app", "items");
    assertEquals(state.stored, 6);
    const indexes = [{ name: "a", columns: ["name"] }, { name: "b", columns: ["name", "id"], unique: true }];
    driver.createTableWithIndexes("app", "more", item, indexes);
    driver.createTableWithIndexes("app", "more", item, indexes);
    assertEquals(state.stored, 7);
    const wrong = [{ name: "c", columns: ["nothing"] }];
    assertThrows(() => driver.createTableWithIndexes("app", "last", item, wrong), ValidationError);
    assertEquals([state.stored, driver.tableExists("app", "last")], [7, false]);
  });

  test("once for a transaction, at its end", () => {
    const { state, driver } = storing();
    driver.transaction(() => {
      driver.insert("app", "items", { name: "a" });
      driver.transaction(() => driver.insert("app", "items", { name: "b" }));
      assertThrows(() =>
        driver.transaction(() => {
          driver.insert("app", "items", { name: "c" });
          throw new Error("undo");
        })
      );
      assertEquals(state.stored, 0);
    });
    assertEquals(state.stored, 1);
    assertEquals(names(driver), ["a", "b"]);
  });

  test("nothing where nothing changed", () => {
    const { state, driver } = storing();
    driver.insert("app", "items", { name: "a" });
    state.stored = 0;
    driver.createTable("app", "items", item);
    driver.bulkInsert("app", "items", []);
    assertEquals(driver.update("app", "items", { name: "z" }, { id: 9 }), 0);
    assertEquals(driver.delete("app", "items", { id: 9 }), 0);
    assertThrows(() => driver.insert("app", "items", { name: "a" }), UniqueConstraintError);
    driver.dropTable("app", "absent");
    driver.dropIndex("app", "items", "absent");
    assertEquals(driver.transaction(() => driver.count("app", "items")), 1);
    assertThrows(() =>
      driver.transaction(() => {
        driver.insert("app", "items", { name: "b" });
        throw new Error("undo");
      })
    );
    assertEquals(state.stored, 0);
  });

  test("or takes everything back when that fails", () => {
    const { state, driver, log } = storing();
    driver.insert("app", "items", { name: "a" });
    state.fails = true;
    assertThrows(() => driver.insert("app", "items", { name: "b" }), ConnectionError);
    assertThrows(() => driver.update("app", "items", { name: "b" }, { id: 1 }), ConnectionError);
    assertThrows(() => driver.createTable("app", "more", item), ConnectionError);
    assertThrows(() =>
      driver.transaction(() => {
        driver.insert("app", "items", { name: "b" });
        driver.transaction(() => driver.delete("app", "items", { id: 1 }));
      }), ConnectionError);
    assertEquals([log.depth, names(driver), driver.tableExists("app", "more")], [0, ["a"], false]);
    state.fails = false;
    assertEquals(driver.insert("app", "items", { name: "b" }), { id: 2, name: "b" });
  });
});

describe("UndoLog.unrecorded", () => {
  test("keeps what was read in when the transaction it was read in is undone", () => {
    const { state, driver, log } = storing();
    const open = driver.begin();
    driver.insert("app", "items", { name: "a" });
    log.unrecorded(() => driver.createIndex("app", "items", "by_name", { columns: ["name"] }));
    open.rollback();
    assertEquals([names(driver), state.stored], [[], 0]);
    driver.dropIndex("app", "items", "by_name");
    assertEquals(state.stored, 1);
  });
});
