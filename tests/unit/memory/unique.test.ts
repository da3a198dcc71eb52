import { assertEquals } from "@std/assert";
import { describe, test } from "../../support/runner.ts";
import { failure, key, rowsOf, withTables } from "./support.ts";

const refused = (table: string, columns: string[]) => ({
  name: "UniqueConstraintError",
  code: "UNIQUE_CONSTRAINT",
  table,
  columns,
  driver: "memory",
});

describe("MemoryDriver uniqueness", () => {
  test("holds for primary keys, single and composite", () => {
    const text = { type: "TEXT", primaryKey: true } as const;
    const driver = withTables({
      one: { id: { type: "INTEGER", primaryKey: true } },
      two: { a: text, b: text },
    });
    driver.insert("app", "one", { id: 1 });
    assertEquals(failure(() => driver.insert("app", "one", { id: 1 })), refused("one", ["id"]));
    driver.bulkInsert("app", "two", [{ a: "x", b: "y" }, { a: "y", b: "x" }, { a: "x,y", b: "" }, {
      a: "x",
      b: ",y",
    }]);
    assertEquals(failure(() => driver.insert("app", "two", { a: "y", b: "x" })), refused("two", ["a", "b"]));
  });

  test("holds by value for every kind of column, and allows any number of nulls", () => {
    const kinds = {
      t: [{ type: "TEXT" }, "x"],
      i: [{ type: "INTEGER" }, 0],
      g: [{ type: "INTEGER", bigint: true }, 2n ** 60n],
      r: [{ type: "REAL" }, 0.1 + 0.2],
      f: [{ type: "BOOLEAN" }, false],
      d: [{ type: "DATETIME" }, new Date(7)],
      b: [{ type: "BLOB" }, new Uint8Array([0, 255])],
    } as const;
    for (const [name, [definition, value]] of Object.entries(kinds)) {
      const driver = withTables({ t: { id: key, [name]: { ...definition, unique: true } } });
      driver.bulkInsert("app", "t", [{ [name]: null }, { [name]: null }, { [name]: value }]);
      const copy = value instanceof Date
        ? new Date(value)
        : value instanceof Uint8Array
        ? value.slice()
        : value;
      assertEquals(failure(() => driver.insert("app", "t", { [name]: copy })), refused("t", [name]));
    }
  });

  test("text is compared exactly", () => {
    const driver = withTables({ t: { id: { type: "TEXT", primaryKey: true } } });
    driver.bulkInsert("app", "t", [{ id: "a" }, { id: "A" }, { id: "a " }, { id: "é" }, { id: "e\u0301" }]);
    assertEquals(driver.count("app", "t"), 5);
  });

  test("is checked after each row of an update, so that a swap is not possible", () => {
    const driver = withTables({ t: { id: key, n: { type: "INTEGER", unique: true } } });
    driver.bulkInsert("app", "t", [{ n: 1 }, { n: 2 }]);
    assertEquals(failure(() => driver.update("app", "t", { n: 3 }, {})), refused("t", ["n"]));
    assertEquals(rowsOf(driver, "t").map(({ n }) => n), [1, 2]);
    assertEquals(driver.update("app", "t", { n: 1 }, { n: 1 }), 1, "a row may keep its own value");
    assertEquals(driver.update("app", "t", { id: 2, n: 2 }, { n: 2 }), 1);
  });

  test("a value is free again after its row changed or went", () => {
    const driver = withTables({ t: { id: key, n: { type: "INTEGER", unique: true } } });
    driver.bulkInsert("app", "t", [{ n: 1 }, { n: 2 }]);
    driver.update("app", "t", { n: 3 }, { n: 1 });
    driver.delete("app", "t", { n: 2 });
    driver.bulkInsert("app", "t", [{ n: 1 }, { n: 2 }]);
    assertEquals(failure(() => driver.insert("app", "t", { n: 3 })), refused("t", ["n"]));
  });

  test("refuses a whole bulk insert", () => {
    const driver = withTables({ t: { id: key, n: { type: "INTEGER", unique: true } } });
    assertEquals(
      failure(() => driver.bulkInsert("app", "t", [{ n: 1 }, { n: 2 }, { n: 1 }])),
      refused("t", ["n"]),
    );
    assertEquals(driver.count("app", "t"), 0);
    assertEquals(driver.insert("app", "t", { n: 1 }), { id: 1, n: 1 });
  });

  test("refuses a whole bulk update, whose parts are made in order", () => {
    const driver = withTables({ t: { id: key, n: { type: "INTEGER", unique: true } } });
    driver.bulkInsert("app", "t", [{ n: 1 }, { n: 2 }]);
    const move = (from: number, to: number) => ({ where: { n: from }, data: { n: to } });
    assertEquals(failure(() => driver.bulkUpdate("app", "t", [move(1, 5), move(2, 5)])), refused("t", ["n"]));
    assertEquals(rowsOf(driver, "t").map(({ n }) => n), [1, 2]);
    assertEquals(driver.bulkUpdate("app", "t", [move(1, 5), move(2, 1), move(5, 2)]), 3);
    assertEquals(rowsOf(driver, "t").map(({ n }) => n), [2, 1]);
  });
});

describe("MemoryDriver unique indexes", () => {
  const schema = { id: key, a: { type: "TEXT" }, b: { type: "TEXT" }, gone: { type: "DATETIME" } } as const;

  test("hold over several columns, none of them null", () => {
    const driver = withTables({ t: schema });
    driver.createIndex("app", "t", "i", { columns: ["a", "b"], unique: true });
    driver.bulkInsert("app", "t", [{ a: "x", b: "1" }, { a: "x", b: "2" }, { a: "x" }, { a: "x" }, {
      b: "1",
    }]);
    assertEquals(failure(() => driver.insert("app", "t", { a: "x", b: "2" })), refused("t", ["a", "b"]));
    assertEquals(
      failure(() => driver.update("app", "t", { b: "1" }, { a: "x", b: "2" })),
      refused("t", ["a", "b"]),
    );
  });

  test("with a condition hold only among the rows that satisfy it", () => {
    const driver = withTables({ t: schema });
    driver.createIndex("app", "t", "i", { columns: ["a"], unique: true, where: { gone: { $eq: null } } });
    driver.bulkInsert("app", "t", [{ a: "x" }, { a: "x", gone: new Date(1) }, { a: "x", gone: new Date(1) }]);
    assertEquals(failure(() => driver.insert("app", "t", { a: "x" })), refused("t", ["a"]));
    assertEquals(failure(() => driver.update("app", "t", { gone: null }, { id: 2 })), refused("t", ["a"]));
    driver.update("app", "t", { gone: new Date(2) }, { id: 1 });
    assertEquals(driver.update("app", "t", { gone: null }, { id: 2 }), 1);
    assertEquals(
      rowsOf(driver, "t", { where: { a: "x" } }).length,
      3,
      "a partial index is no way to all rows",
    );
    driver.dropIndex("app", "t", "i");
    driver.update("app", "t", { gone: null }, {});
  });
});

describe("MemoryDriver not null", () => {
  test("is refused on insert and update", () => {
    const driver = withTables({ t: { id: key, n: { type: "INTEGER", notNull: true }, k: { type: "TEXT" } } });
    const error = {
      name: "NotNullConstraintError",
      code: "NOT_NULL_CONSTRAINT",
      table: "t",
      columns: ["n"],
      driver: "memory",
    };
    assertEquals(failure(() => driver.insert("app", "t", {})), error);
    assertEquals(failure(() => driver.insert("app", "t", { n: null })), error);
    driver.insert("app", "t", { n: 1 });
    assertEquals(failure(() => driver.update("app", "t", { n: null }, {})), error);
    assertEquals(driver.update("app", "t", { n: null }, { id: 9 }), 0);
    const primary = withTables({ t: { id: { type: "TEXT", primaryKey: true } } });
    assertEquals(failure(() => primary.insert("app", "t", {})).name, "NotNullConstraintError");
  });
});

describe("MemoryDriver autoIncrement", () => {
  const insert = (driver: ReturnType<typeof withTables>, data: Record<string, unknown> = {}) =>
    driver.insert<{ id: number | bigint }>("app", "t", data).id;

  test("never gives a number twice", () => {
    const driver = withTables({ t: { id: key } });
    assertEquals([insert(driver), insert(driver)], [1, 2]);
    driver.delete("app", "t", {});
    assertEquals(insert(driver), 3);
    assertEquals([insert(driver, { id: 10 }), insert(driver)], [10, 11]);
    assertEquals([insert(driver, { id: -5 }), insert(driver, { id: 5 }), insert(driver)], [-5, 5, 12]);
  });

  test("goes on after a key that an update moved", () => {
    const driver = withTables({ t: { id: key } });
    insert(driver);
    driver.update("app", "t", { id: 100 }, { id: 1 });
    assertEquals(insert(driver), 101);
  });

  test("takes back numbers with the statement or transaction that took them", () => {
    const driver = withTables({ t: { id: key, n: { type: "INTEGER", unique: true } } });
    insert(driver, { n: 1 });
    failure(() => driver.bulkInsert("app", "t", [{ id: 50 }, { n: 1 }]));
    const open = driver.begin();
    insert(driver, { id: 70 });
    open.rollback();
    assertEquals(insert(driver), 2);
  });

  test("ends at the largest number the column takes", () => {
    const driver = withTables({ t: { id: key } });
    assertEquals(insert(driver, { id: Number.MAX_SAFE_INTEGER - 1 }), Number.MAX_SAFE_INTEGER - 1);
    assertEquals(insert(driver), Number.MAX_SAFE_INTEGER);
    assertEquals(failure(() => insert(driver)), {
      name: "ValidationError",
      code: "OUT_OF_RANGE",
      table: "t",
      columns: ["id"],
      driver: "memory",
    });
    const big = withTables({ t: { id: { ...key, bigint: true } } });
    assertEquals([insert(big), insert(big, { id: 2n ** 63n - 2n }), insert(big)], [
      1n,
      2n ** 63n - 2n,
      2n ** 63n - 1n,
    ]);
    assertEquals(failure(() => insert(big)).code, "OUT_OF_RANGE");
  });
});
