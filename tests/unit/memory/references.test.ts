import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { ReferenceAction, TableSchema } from "../../../src/contract/mod.ts";
import { ForeignKeyConstraintError } from "../../../src/errors/mod.ts";
import { describe, test } from "../../support/runner.ts";
import { failure, key, rowsOf, withTables } from "./support.ts";

const refused = (table: string, columns: string[]) => ({
  name: "ForeignKeyConstraintError",
  code: "FOREIGN_KEY_CONSTRAINT",
  table,
  columns,
  driver: "memory",
});

const parent: TableSchema = {
  id: { type: "INTEGER", primaryKey: true },
  code: { type: "TEXT", unique: true },
};

function child(onDelete: ReferenceAction, onUpdate: ReferenceAction = onDelete, table = "p"): TableSchema {
  return { id: key, p: { type: "INTEGER", references: { table, column: "id", onDelete, onUpdate } } };
}

function family(onDelete: ReferenceAction, onUpdate: ReferenceAction = onDelete) {
  const driver = withTables({ p: parent, c: child(onDelete, onUpdate) });
  driver.bulkInsert("app", "p", [{ id: 1, code: "a" }, { id: 2, code: "b" }]);
  driver.bulkInsert("app", "c", [{ p: 1 }, { p: 2 }, { p: null }, { p: 1 }]);
  return driver;
}

const referring = (driver: ReturnType<typeof family>) => rowsOf(driver, "c").map(({ id, p }) => [id, p]);

describe("MemoryDriver references of a row written", () => {
  test("must exist, on insert and update", () => {
    const driver = family("NO ACTION");
    assertEquals(failure(() => driver.insert("app", "c", { p: 9 })), refused("c", ["p"]));
    assertEquals(failure(() => driver.update("app", "c", { p: 9 }, { id: 1 })), refused("c", ["p"]));
    assertEquals(driver.update("app", "c", { p: null }, { id: 1 }), 1);
    assertEquals(driver.update("app", "c", { p: 2 }, {}), 4);
  });

  test("are checked row by row in a bulk insert, and a row may refer to itself", () => {
    const tree = {
      id: { type: "INTEGER", primaryKey: true },
      up: { type: "INTEGER", references: { table: "tree", column: "id" } },
    };
    const driver = withTables({ tree: tree as TableSchema });
    driver.bulkInsert("app", "tree", [{ id: 1, up: 1 }, { id: 2, up: 1 }]);
    assertEquals(
      failure(() => driver.bulkInsert("app", "tree", [{ id: 3, up: 4 }, { id: 4, up: 1 }])),
      refused("tree", ["up"]),
    );
    assertEquals(driver.count("app", "tree"), 2);
    assertEquals(driver.update("app", "tree", { id: 9, up: 9 }, { id: 2 }), 1);
  });

  test("may name a unique column, of a table that is made later", () => {
    const driver = withTables({
      c: { id: key, code: { type: "TEXT", references: { table: "p", column: "code" } } },
    });
    driver.insert("app", "c", { code: null });
    const missing = assertThrows(() => driver.insert("app", "c", { code: "a" }), ForeignKeyConstraintError);
    assertStringIncludes(missing.message, "there is no table `p`");
    driver.createTable("app", "p", parent);
    driver.insert("app", "p", { id: 1, code: "a" });
    driver.insert("app", "c", { code: "a" });
  });

  test("to a column that is not unique are refused", () => {
    const driver = withTables({
      p: { id: key, n: { type: "INTEGER" } },
      c: { id: key, n: { type: "INTEGER", references: { table: "p", column: "n" } } },
    });
    driver.insert("app", "p", { n: 1 });
    const error = assertThrows(() => driver.insert("app", "c", { n: 1 }), ForeignKeyConstraintError);
    assertStringIncludes(error.message, "neither its primary key nor unique");
  });

  test("join bigint and integer columns", () => {
    const driver = withTables({ p: { id: { ...key, bigint: true } }, c: child("CASCADE") });
    driver.insert("app", "p", {});
    driver.insert("app", "c", { p: 1 });
    driver.update("app", "p", { id: 7n }, { id: 1n });
    assertEquals(rowsOf(driver, "c"), [{ id: 1, p: 7 }]);
    assertEquals(
      failure(() => driver.update("app", "p", { id: 2n ** 60n }, { id: 7n })).code,
      "OUT_OF_RANGE",
    );
    assertEquals(rowsOf(driver, "p"), [{ id: 7n }]);
  });
});

describe("MemoryDriver references to a row", () => {
  test("CASCADE follows a delete and a change", () => {
    const driver = family("CASCADE");
    assertEquals(driver.update("app", "p", { id: 5 }, { id: 1 }), 1);
    assertEquals(referring(driver), [[1, 5], [2, 2], [3, null], [4, 5]]);
    assertEquals(driver.delete("app", "p", { id: 5 }), 1);
    assertEquals(referring(driver), [[2, 2], [3, null]]);
  });

  test("SET NULL forgets", () => {
    const driver = family("SET NULL");
    driver.update("app", "p", { id: 5 }, { id: 1 });
    assertEquals(referring(driver), [[1, null], [2, 2], [3, null], [4, null]]);
    driver.delete("app", "p", {});
    assertEquals(referring(driver), [[1, null], [2, null], [3, null], [4, null]]);
  });

  test("RESTRICT and NO ACTION refuse, and nothing is changed", () => {
    for (const action of ["RESTRICT", "NO ACTION"] as const) {
      const driver = family(action);
      driver.insert("app", "p", { id: 3 });
      assertEquals(failure(() => driver.delete("app", "p", {})), refused("p", ["id"]));
      assertEquals(failure(() => driver.update("app", "p", { id: 7 }, { id: 2 })), refused("p", ["id"]));
      const error = assertThrows(() => driver.delete("app", "p", { id: 1 }), ForeignKeyConstraintError);
      assertStringIncludes(error.message, "`c`.`p`");
      assertEquals(driver.count("app", "p"), 3);
      assertEquals(driver.delete("app", "p", { id: 3 }), 1);
      assertEquals(driver.update("app", "p", { id: 2, code: "z" }, { id: 2 }), 1, "the key did not change");
    }
  });

  test("on delete and on update act apart", () => {
    const driver = family("CASCADE", "NO ACTION");
    assertEquals(failure(() => driver.update("app", "p", { id: 7 }, { id: 2 })), refused("p", ["id"]));
    driver.delete("app", "p", { id: 2 });
    assertEquals(referring(driver), [[1, 1], [3, null], [4, 1]]);
  });

  test("of a unique column that becomes null cascade null", () => {
    const driver = withTables({
      p: parent,
      c: { id: key, code: { type: "TEXT", references: { table: "p", column: "code", onUpdate: "CASCADE" } } },
    });
    driver.insert("app", "p", { id: 1, code: "a" });
    driver.insert("app", "c", { code: "a" });
    driver.update("app", "p", { code: null }, { id: 1 });
    assertEquals(rowsOf(driver, "c"), [{ id: 1, code: null }]);
  });

  test("are checked at the end of the statement", () => {
    const driver = withTables({
      t: {
        id: { type: "INTEGER", primaryKey: true },
        up: { type: "INTEGER", references: { table: "t", column: "id" } },
      },
    });
    driver.bulkInsert("app", "t", [{ id: 1, up: null }, { id: 2, up: 1 }, { id: 3, up: 2 }]);
    assertEquals(failure(() => driver.delete("app", "t", { id: { $in: [1, 2] } })), refused("t", ["id"]));
    assertEquals(driver.delete("app", "t", {}), 3);
  });

  test("cascade through tables; what is refused deep down refuses the statement", () => {
    const driver = withTables({
      a: { id: key },
      b: child("CASCADE", "CASCADE", "a"),
      c: child("NO ACTION", "CASCADE", "b"),
    });
    driver.insert("app", "a", {});
    driver.insert("app", "b", { p: 1 });
    driver.insert("app", "c", { p: 1 });
    assertEquals(failure(() => driver.delete("app", "a", {})), refused("a", ["id"]));
    assertEquals([driver.count("app", "a"), driver.count("app", "b"), driver.count("app", "c")], [1, 1, 1]);
    driver.delete("app", "c", {});
    assertEquals(driver.delete("app", "a", {}), 1);
    assertEquals(driver.count("app", "b"), 0);
  });
});

describe("MemoryDriver cascades", () => {
  const tree: TableSchema = {
    id: { type: "INTEGER", primaryKey: true },
    up: {
      type: "INTEGER",
      references: { table: "tree", column: "id", onDelete: "CASCADE", onUpdate: "CASCADE" },
    },
  };

  test("go to any depth in a table that refers to itself", () => {
    const driver = withTables({ tree });
    const depth = 20_000;
    driver.bulkInsert(
      "app",
      "tree",
      Array.from({ length: depth }, (_, id) => ({ id, up: id === 0 ? null : id - 1 })),
    );
    assertEquals(driver.delete("app", "tree", { id: 1 }), 1);
    assertEquals(rowsOf(driver, "tree"), [{ id: 0, up: null }]);
  });

  test("reach any number of rows", () => {
    const driver = withTables({ tree });
    driver.bulkInsert("app", "tree", Array.from({ length: 200_000 }, (_, id) => ({ id, up: 0 })));
    driver.update("app", "tree", { id: -1 }, { id: 0 });
    assertEquals(driver.count("app", "tree", { up: -1 }), 200_000);
    assertEquals(driver.delete("app", "tree", { id: -1 }), 1);
    assertEquals(driver.count("app", "tree"), 0);
  });

  test("follow a row that refers to itself", () => {
    const driver = withTables({ tree });
    driver.insert("app", "tree", { id: 1, up: 1 });
    driver.update("app", "tree", { id: 2 }, { id: 1 });
    assertEquals(rowsOf(driver, "tree"), [{ id: 2, up: 2 }]);
    assertEquals(driver.delete("app", "tree", {}), 1);
  });

  test("count every row that matched, also those another one took along", () => {
    const driver = withTables({ tree });
    driver.bulkInsert("app", "tree", [{ id: 1, up: null }, { id: 2, up: 1 }, { id: 3, up: 2 }]);
    assertEquals(driver.delete("app", "tree", { id: { $lte: 2 } }), 2);
    assertEquals(driver.count("app", "tree"), 0);
  });

  test("end in cycles", () => {
    const pair = (table: string): TableSchema => ({
      id: { type: "INTEGER", primaryKey: true },
      other: {
        type: "INTEGER",
        unique: true,
        references: { table, column: "id", onDelete: "CASCADE", onUpdate: "CASCADE" },
      },
    });
    const driver = withTables({ x: pair("y"), y: pair("x") });
    driver.insert("app", "x", { id: 1, other: null });
    driver.insert("app", "y", { id: 2, other: 1 });
    driver.update("app", "x", { other: 2 }, { id: 1 });
    driver.update("app", "x", { id: 5 }, { id: 1 });
    assertEquals(rowsOf(driver, "y"), [{ id: 2, other: 5 }]);
    assertEquals(driver.delete("app", "y", {}), 1);
    assertEquals([driver.count("app", "x"), driver.count("app", "y")], [0, 0]);
  });

  test("that break uniqueness refuse the statement", () => {
    const driver = withTables({
      p: parent,
      c: {
        id: key,
        p: { type: "INTEGER", references: { table: "p", column: "id", onUpdate: "CASCADE" } },
        n: { type: "TEXT" },
      },
    });
    driver.bulkInsert("app", "p", [{ id: 1 }, { id: 2 }]);
    driver.bulkInsert("app", "c", [{ p: 1, n: "x" }, { p: 1, n: "y" }]);
    driver.createIndex("app", "c", "i", { columns: ["p"], unique: true, where: { p: { $gt: 1 } } });
    assertEquals(
      failure(() => driver.update("app", "p", { id: 3 }, { id: 1 })).name,
      "UniqueConstraintError",
    );
    assertEquals(rowsOf(driver, "p").map(({ id }) => id), [1, 2]);
    assertEquals(rowsOf(driver, "c").map(({ p }) => p), [1, 1]);
  });
});
