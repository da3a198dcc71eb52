import { assert, assertEquals, assertThrows } from "@std/assert";
import { MemoryDriver } from "../../../drivers/memory.ts";
import { ConnectionError, ValidationError } from "../../../src/errors/mod.ts";
import { describe, test } from "../../support/runner.ts";
import { connected, failure, key, rowsOf, withTables } from "./support.ts";

const thing = {
  id: key,
  t: { type: "TEXT" },
  d: { type: "DATETIME" },
  b: { type: "BLOB" },
  j: { type: "JSON" },
} as const;

describe("MemoryDriver.connect", () => {
  test("must come before operations", () => {
    const driver = new MemoryDriver();
    assertEquals(assertThrows(() => driver.count("app", "t"), ConnectionError).code, "NOT_CONNECTED");
    assertEquals(assertThrows(() => driver.begin(), ConnectionError).code, "NOT_CONNECTED");
    assertEquals(assertThrows(() => driver.transaction(() => 1), ConnectionError).code, "NOT_CONNECTED");
  });

  test("finds the data of an earlier connection, and may be called twice", () => {
    const driver = withTables({ things: thing });
    driver.insert("app", "things", { t: "kept" });
    driver.connect({});
    driver.disconnect();
    driver.disconnect();
    assertEquals(assertThrows(() => rowsOf(driver, "things"), ConnectionError).code, "NOT_CONNECTED");
    driver.connect({});
    assertEquals(driver.count("app", "things"), 1);
  });

  test("with `readonly` refuses writes", () => {
    const driver = withTables({ things: thing });
    driver.disconnect();
    driver.connect({ readonly: true });
    assertEquals(rowsOf(driver, "things"), []);
    for (
      const write of [
        () => driver.insert("app", "things", {}),
        () => driver.delete("app", "things", {}),
        () => driver.createTable("app", "more", thing),
        () => driver.prepare("app", "things", { kind: "delete", where: null }).number([]),
      ]
    ) assertEquals(assertThrows(write, ConnectionError).code, "READ_ONLY");
  });

  test("with `verbose` tells each operation", () => {
    const seen: string[] = [];
    const driver = new MemoryDriver();
    driver.connect({ verbose: (message) => seen.push(message) });
    driver.createTable("app", "things", thing);
    driver.count("app", "things");
    assertEquals(seen, ["memory: createTable app.things", "memory: count app.things"]);
  });
});

describe("MemoryDriver.disconnect", () => {
  test("undoes what an open transaction did", () => {
    const driver = withTables({ things: thing });
    const open = driver.begin();
    driver.insert("app", "things", {});
    driver.disconnect();
    driver.connect({});
    assertEquals(rowsOf(driver, "things"), []);
    open.rollback();
    assertEquals(failure(() => open.commit()).code, "TRANSACTION_ENDED");
  });
});

describe("MemoryDriver databases", () => {
  test("are independent of each other", () => {
    const driver = withTables({ things: thing });
    driver.insert("app", "things", { t: "a" });
    assert(!driver.tableExists("other", "things"));
    driver.createTable("other", "things", thing);
    assertEquals(driver.count("other", "things"), 0);
    assertEquals(driver.insert("other", "things", { t: "b" }), { id: 1, t: "b", d: null, b: null, j: null });
  });
});

describe("MemoryDriver rows", () => {
  const given = () => ({ t: "x", d: new Date(5), b: new Uint8Array([1, 2]), j: { a: [1, { b: 2 }] } });

  test("come out equal to what went in, with absent columns null, in the order of the schema", () => {
    const driver = withTables({ things: thing });
    assertEquals(driver.insert("app", "things", given()), { id: 1, ...given() });
    assertEquals(driver.insert("app", "things", { j: [] }), { id: 2, t: null, d: null, b: null, j: [] });
    assertEquals(Object.keys(driver.insert("app", "things", { j: 1, t: "y", id: 9 })), [
      "id",
      "t",
      "d",
      "b",
      "j",
    ]);
  });

  test("share nothing with what was given or returned", () => {
    const driver = withTables({ things: thing });
    const spoil = (row: ReturnType<typeof given>) => {
      row.t = "spoilt";
      row.d.setTime(0);
      row.b[0] = 99;
      row.j.a.push(3);
    };
    const row = given();
    const returned = driver.insert<ReturnType<typeof given>>("app", "things", row);
    spoil(row);
    spoil(returned);
    const options = { where: { id: 1 } };
    spoil(driver.findOne<ReturnType<typeof given>>("app", "things", options) as ReturnType<typeof given>);
    for (const each of driver.findAll<ReturnType<typeof given>>("app", "things", options)) spoil(each);
    for (const each of driver.iterate<ReturnType<typeof given>>("app", "things", options)) spoil(each);
    const values = { j: { a: [1] }, d: new Date(1) };
    driver.update("app", "things", { t: "x" }, { id: 1 });
    assertEquals(driver.findOne("app", "things", options), { id: 1, ...given() });
    driver.update("app", "things", values, { id: 1 });
    values.j.a.push(2);
    values.d.setTime(2);
    assertEquals(driver.findOne("app", "things", { select: ["j", "d"] }), { j: { a: [1] }, d: new Date(1) });
  });

  test("have only own members, whatever the columns are called", () => {
    const column = { type: "TEXT" } as const;
    const driver = withTables({
      odd: { id: key, constructor: column, toString: column, hasOwnProperty: column } as never,
    });
    assertEquals(driver.insert("app", "odd", { id: 1 }), {
      id: 1,
      constructor: null,
      toString: null,
      hasOwnProperty: null,
    } as never);
    driver.upsert("app", "odd", { id: 1, toString: "s" }, {
      conflict: ["id"],
      set: ["constructor", "toString"],
    });
    assertEquals(driver.count("app", "odd", { constructor: { $eq: null }, toString: { $eq: "s" } }), 1);
  });

  test("of unknown columns are refused", () => {
    const driver = withTables({ things: thing });
    for (
      const call of [
        () => driver.insert("app", "things", { nope: 1 }),
        () => driver.insert("app", "things", JSON.parse('{ "__proto__": 1 }')),
        () => driver.update("app", "things", { nope: 1 }, {}),
        () => driver.count("app", "things", { nope: 1 }),
        () => rowsOf(driver, "things", { orderBy: [["nope", "ASC"]] }),
        () => rowsOf(driver, "things", { select: ["constructor"] }),
        () => driver.createIndex("app", "things", "i", { columns: ["nope"] }),
      ]
    ) {
      driver.insert("app", "things", {});
      assertEquals(assertThrows(call, ValidationError).code, "UNKNOWN_COLUMN");
    }
  });
});

describe("MemoryDriver.findAll", () => {
  const driver = withTables({ n: { a: { type: "INTEGER", primaryKey: true }, t: { type: "TEXT" } } });
  driver.bulkInsert(
    "app",
    "n",
    [[3, "x"], [1, null], [2, "x"], [5, "😀"], [4, "\ue000"]].map(([a, t]) => ({ a, t })),
  );
  const found = (options: Parameters<typeof rowsOf>[2]) => rowsOf(driver, "n", options).map(({ a }) => a);

  test("orders, skips, limits and selects", () => {
    assertEquals(found({}), [1, 2, 3, 4, 5]);
    assertEquals(found({ orderBy: [["t", "ASC"], ["a", "DESC"]] }), [1, 3, 2, 4, 5]);
    assertEquals(found({ orderBy: [["t", "DESC"], ["a", "ASC"]] }), [5, 4, 2, 3, 1]);
    assertEquals(found({ orderBy: [["a", "DESC"]], limit: 2, offset: 1 }), [4, 3]);
    assertEquals(found({ limit: 1, offset: 4 }), [5]);
    assertEquals(found({ limit: 1, orderBy: [["t", "DESC"]] }), [5]);
    assertEquals(found({ limit: 0 }), []);
    assertEquals(found({ offset: 9 }), []);
    assertEquals(rowsOf(driver, "n", { select: ["t", "a"], limit: 1 }), [{ t: null, a: 1 }]);
  });

  test("findOne gives the first, or null", () => {
    assertEquals(driver.findOne("app", "n", { orderBy: [["a", "DESC"]], where: { t: "x" } }), {
      a: 3,
      t: "x",
    });
    assertEquals(driver.findOne("app", "n", { where: { a: 9 } }), null);
    assertEquals(driver.findOne("app", "n", { limit: 0 }), null);
  });
});

describe("MemoryDriver.iterate", () => {
  test("gives the rows there were when it was called, whatever is written meanwhile", () => {
    const driver = withTables({ things: thing });
    driver.bulkInsert("app", "things", [{ t: "a" }, { t: "b" }, { t: "c" }]);
    const seen: unknown[] = [];
    for (
      const row of driver.iterate<{ id: number; t: string }>("app", "things", {
        orderBy: [["id", "DESC"]],
        select: ["id", "t"],
      })
    ) {
      seen.push(row);
      driver.delete("app", "things", { id: 1 });
      driver.update("app", "things", { t: "changed" }, { id: 2 });
      driver.insert("app", "things", {});
    }
    assertEquals(seen, [{ id: 3, t: "c" }, { id: 2, t: "b" }, { id: 1, t: "a" }]);
  });
});

describe("MemoryDriver.aggregate", () => {
  const driver = withTables({ n: { id: key, i: { type: "INTEGER" }, g: { type: "INTEGER", bigint: true } } });
  driver.bulkInsert("app", "n", [{ i: 1 }, { i: null }, { i: 4 }]);

  test("gives numbers", () => {
    const of = (operation: "SUM" | "AVG" | "MIN" | "MAX" | "COUNT", where = {}) =>
      driver.aggregate("app", "n", operation, "i", where);
    assertEquals([of("SUM"), of("AVG"), of("MIN"), of("MAX"), of("COUNT")], [5, 2.5, 1, 4, 2]);
    const nothing = { id: 99 };
    assertEquals(
      [of("SUM", nothing), of("AVG", nothing), of("MIN", nothing), of("MAX", nothing), of("COUNT", nothing)],
      [0, NaN, NaN, NaN, 0],
    );
  });

  test("refuses what is no number", () => {
    assertEquals(failure(() => driver.aggregate("app", "n", "SUM", "g")).code, "UNSUPPORTED");
  });
});

describe("MemoryDriver.group", () => {
  test("aggregates the rows that match by group", () => {
    const driver = withTables({ n: { id: key, t: { type: "TEXT" } } });
    driver.bulkInsert("app", "n", [{ t: "b" }, { t: "a" }, { t: "b" }, { t: null }]);
    const where = { kind: "not", item: { kind: "null", column: "t", path: null } } as const;
    const plan = { by: ["t"], terms: [{ as: "n", operation: "count" }], where, params: [] } as const;
    assertEquals(driver.group("app", "n", plan), [{ t: "a", n: 1 }, { t: "b", n: 2 }]);
  });
});

describe("MemoryDriver.prepare", () => {
  test("runs a plan with the values of each call", () => {
    const driver = withTables({ n: { id: key, t: { type: "TEXT" } } });
    driver.bulkInsert("app", "n", [{ t: "a" }, { t: "b" }, { t: "b" }]);
    const where = { kind: "equal", column: "t", path: null, slot: 0, type: null } as const;
    const select = driver.prepare("app", "n", {
      kind: "select",
      where,
      orderBy: [["id", "DESC"]],
      limit: 1,
      offset: 1,
      select: ["id"],
    });
    assertEquals(select.all(["b", 0]), [{ id: 3 }]);
    assertEquals(select.all(["b", 1]), [{ id: 2 }]);
    assertEquals(driver.prepare("app", "n", { kind: "count", where }).number(["b"]), 2);
    const update = driver.prepare("app", "n", { kind: "update", where, set: [{ column: "t", slot: 1 }] });
    assertEquals(update.number(["a", "c"]), 1);
    assertEquals(driver.prepare("app", "n", { kind: "delete", where }).number(["c"]), 1);
    assertEquals(driver.count("app", "n"), 2);
  });
});

describe("MemoryDriver.upsert", () => {
  const schema = { id: key, email: { type: "TEXT", unique: true }, n: { type: "INTEGER" } } as const;

  test("inserts, or changes the row equal in the conflict columns", () => {
    const driver = withTables({ u: schema });
    const upsert = (data: Record<string, unknown>, set: string[]) =>
      driver.upsert("app", "u", data, { conflict: ["email"], set });
    assertEquals(upsert({ email: "a", n: 1 }, ["n"]), { id: 1, email: "a", n: 1 });
    assertEquals(upsert({ email: "a", n: 2 }, ["n"]), { id: 1, email: "a", n: 2 });
    assertEquals(upsert({ email: "a", n: 3 }, []), { id: 1, email: "a", n: 2 });
    assertEquals(upsert({ email: "b", n: 3 }, ["n"]), { id: 2, email: "b", n: 3 }, "the update took no id");
  });

  test("never meets a null", () => {
    const driver = withTables({ u: schema });
    const options = { conflict: ["email"], set: ["n"] };
    driver.upsert("app", "u", { n: 1 }, options);
    assertEquals(driver.upsert("app", "u", { email: null, n: 2 }, options), { id: 2, email: null, n: 2 });
  });

  test("fails as a whole when another constraint refuses it", () => {
    const driver = withTables({ u: schema });
    driver.bulkInsert("app", "u", [{ email: "a" }, { email: "b" }]);
    assertEquals(
      failure(() =>
        driver.upsert("app", "u", { id: 1, email: "b", n: 5 }, { conflict: ["id"], set: ["n", "email"] })
      ),
      {
        name: "UniqueConstraintError",
        code: "UNIQUE_CONSTRAINT",
        table: "u",
        columns: ["email"],
        driver: "memory",
      },
    );
    assertEquals(rowsOf(driver, "u").map(({ n }) => n), [null, null]);
  });

  test("finds a row by several columns", () => {
    const driver = withTables({
      u: {
        a: { type: "TEXT", primaryKey: true },
        b: { type: "TEXT", primaryKey: true },
        n: { type: "REAL" },
      },
    });
    const options = { conflict: ["b", "a"], set: ["n"] };
    driver.upsert("app", "u", { a: "x", b: "y", n: 1 }, options);
    driver.upsert("app", "u", { a: "y", b: "x", n: 2 }, options);
    driver.upsert("app", "u", { a: "x", b: "y", n: 3 }, options);
    assertEquals(rowsOf(driver, "u"), [{ a: "x", b: "y", n: 3 }, { a: "y", b: "x", n: 2 }]);
  });
});

describe("MemoryDriver.explain", () => {
  test("tells whether an index is used", () => {
    const driver = withTables({ u: { id: key, email: { type: "TEXT", unique: true } } });
    driver.bulkInsert("app", "u", [{ email: "a" }, { email: "b" }]);
    const first = (where: Record<string, unknown>) => driver.explain("app", "u", { where })[0];
    assertEquals(first({ id: 1 }), "look up 1 key in the unique index on `id` of `u`");
    assertEquals(
      first({ $and: [{ email: "a" }, { id: { $gt: 0 } }] }),
      "look up 1 key in the unique index on `email` of `u`",
    );
    assertEquals(first({ email: { $ne: "a" } }), "scan all 2 rows of `u`");
    assertEquals(first({ $or: [{ id: 1 }] }), "scan all 2 rows of `u`");
  });
});

describe("MemoryDriver with an unknown table", () => {
  test("says so in every call", () => {
    const driver = connected();
    const plan = { kind: "count", where: null } as const;
    for (
      const call of [
        () => driver.findOne("app", "x", {}),
        () => driver.findAll("app", "x", {}),
        () => driver.iterate("app", "x", {}),
        () => driver.count("app", "x"),
        () => driver.insert("app", "x", {}),
        () => driver.bulkInsert("app", "x", []),
        () => driver.update("app", "x", {}, {}),
        () => driver.bulkUpdate("app", "x", [{ where: {}, data: {} }]),
        () => driver.upsert("app", "x", {}, { conflict: [], set: [] }),
        () => driver.delete("app", "x", {}),
        () => driver.createIndex("app", "x", "i", { columns: ["a"] }),
        () => driver.dropIndex("app", "x", "i"),
        () => driver.aggregate("app", "x", "COUNT", "a"),
        () => driver.group("app", "x", { by: [], terms: [], where: null, params: [] }),
        () => driver.prepare("app", "x", plan).number([]),
        () => driver.explain("app", "x", {}),
      ]
    ) assertEquals(failure(call).code, "UNKNOWN_TABLE");
    driver.dropTable("app", "x");
    assertEquals(driver.tableExists("app", "x"), false);
    assertEquals(driver.introspect("app", "x"), null);
  });
});
