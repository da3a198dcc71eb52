import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { TableSchema } from "../../../src/contract/mod.ts";
import { ValidationError } from "../../../src/errors/mod.ts";
import { describe, test } from "../../support/runner.ts";
import { failure, key, rowsOf, withTables } from "./support.ts";

const users: TableSchema = {
  id: key,
  email: { type: "TEXT", unique: true, notNull: true },
  boss: { type: "INTEGER", references: { table: "users", column: "id", onDelete: "SET NULL" } },
  tags: { type: "ARRAY" },
};

describe("MemoryDriver.createTable", () => {
  test("does nothing when the same table exists", () => {
    const driver = withTables({ users });
    driver.insert("app", "users", { email: "a" });
    driver.createTable("app", "users", {
      ...users,
      email: { type: "STRING", unique: true, notNull: true, default: "x" },
    });
    driver.createTable("app", "users", { ...users, tags: { type: "JSON" } });
    assertEquals(driver.count("app", "users"), 1);
  });

  test("names every difference", () => {
    const driver = withTables({ users });
    const differences: [TableSchema, string][] = [
      [
        { ...users, email: { type: "REAL", unique: true, notNull: true } },
        "column `email` is TEXT in the store and REAL in the schema",
      ],
      [
        { ...users, id: { ...key, bigint: true } },
        "column `id` is INTEGER in the store and INTEGER of 64 bit in the schema",
      ],
      [
        { ...users, id: { type: "INTEGER", primaryKey: true } },
        "column `id` is autoIncrement in the store and not autoIncrement in the schema",
      ],
      [
        { ...users, email: { type: "TEXT", unique: true } },
        "column `email` is not null in the store and nullable in the schema",
      ],
      [
        { ...users, email: { type: "TEXT", notNull: true } },
        "column `email` is unique in the store and not unique in the schema",
      ],
      [
        { ...users, boss: { type: "INTEGER" } },
        "column `boss` is a reference to `users`.`id` (on delete SET NULL, on update NO ACTION) in the store and no reference in the schema",
      ],
      [{ ...users, more: { type: "TEXT" } }, "column `more` is in the schema and not in the store"],
      [{ id: key }, "column `tags` is in the store and not in the schema"],
      [
        { ...users, id: { type: "INTEGER" }, email: { type: "TEXT", primaryKey: true } },
        "the primary key is `id` in the store and `email` in the schema",
      ],
    ];
    for (const [schema, difference] of differences) {
      const error = assertThrows(() => driver.createTable("app", "users", schema), ValidationError);
      assertEquals([error.code, error.table, error.driver], ["SCHEMA_MISMATCH", "users", "memory"]);
      assertStringIncludes(
        error.message,
        "Cannot use table `users` of `app`: it exists with a different schema: ",
      );
      assertStringIncludes(error.message, difference);
    }
  });

  test("takes RESTRICT and NO ACTION for the same", () => {
    const reference = (onDelete?: "RESTRICT" | "NO ACTION"): TableSchema => ({
      id: key,
      p: { type: "INTEGER", references: { table: "p", column: "id", ...(onDelete && { onDelete }) } },
    });
    const driver = withTables({ c: reference("RESTRICT") });
    driver.createTable("app", "c", reference("NO ACTION"));
    driver.createTable("app", "c", reference());
  });
});

describe("MemoryDriver.introspect", () => {
  test("tells the columns without what only a model applies", () => {
    const driver = withTables({
      users: { ...users, email: { ...users.email, type: "TEXT", default: () => "x" } },
    });
    assertEquals(driver.introspect("app", "users"), users);
  });
});

describe("MemoryDriver.dropTable", () => {
  test("removes the rows, the indexes and the numbers given", () => {
    const driver = withTables({ users });
    driver.insert("app", "users", { email: "a" });
    driver.createIndex("app", "users", "i", { columns: ["email"] });
    driver.dropTable("app", "users");
    assert(!driver.tableExists("app", "users"));
    driver.createTable("app", "users", users);
    driver.createIndex("app", "users", "i", { columns: ["boss"] });
    assertEquals(driver.insert("app", "users", { email: "a" }), {
      id: 1,
      email: "a",
      boss: null,
      tags: null,
    });
  });

  test("refuses while rows of another table refer to it", () => {
    const driver = withTables({
      p: { id: key },
      c: { id: key, p: { type: "INTEGER", references: { table: "p", column: "id", onDelete: "CASCADE" } } },
    });
    driver.insert("app", "p", {});
    driver.insert("app", "c", { p: 1 });
    assertEquals(failure(() => driver.dropTable("app", "p")), {
      name: "ForeignKeyConstraintError",
      code: "FOREIGN_KEY_CONSTRAINT",
      table: "p",
      columns: ["id"],
      driver: "memory",
    });
    driver.update("app", "c", { p: null }, {});
    driver.dropTable("app", "p");
    assertEquals(failure(() => driver.insert("app", "c", { p: 1 })).name, "ForeignKeyConstraintError");
    assertEquals(driver.count("app", "c"), 1);
  });

  test("does not mind rows that refer to their own table", () => {
    const driver = withTables({ users });
    driver.insert("app", "users", { id: 1, email: "a", boss: 1 });
    driver.dropTable("app", "users");
    assert(!driver.tableExists("app", "users"));
  });
});

describe("MemoryDriver.createIndex", () => {
  const schema: TableSchema = {
    id: key,
    a: { type: "TEXT" },
    b: { type: "INTEGER", bigint: true },
    j: { type: "JSON" },
  };

  test("does nothing for the same definition and refuses another", () => {
    const driver = withTables({ t: schema });
    const options = { columns: ["a", "b"], unique: true, where: { b: { $gt: 5n } } };
    driver.createIndex("app", "t", "i", options);
    driver.createIndex("app", "t", "i", { ...options, where: { b: { $gt: 5 } } });
    for (
      const other of [
        { ...options, columns: ["b", "a"] },
        { ...options, unique: false },
        { ...options, where: { b: { $gt: 6n } } },
        { ...options, where: { b: { $gte: 5n } } },
        { columns: ["a", "b"], unique: true },
      ]
    ) assertEquals(failure(() => driver.createIndex("app", "t", "i", other)).code, "INDEX_MISMATCH");
    driver.dropIndex("app", "t", "i");
    driver.dropIndex("app", "t", "i");
    driver.createIndex("app", "t", "i", { columns: ["a"] });
    assertEquals(
      failure(() => driver.createIndex("app", "t", "none", { columns: [] })).code,
      "INVALID_INDEX",
    );
  });

  test("keeps names apart by table", () => {
    const driver = withTables({ t: schema, u: schema });
    driver.createIndex("app", "t", "i", { columns: ["a"] });
    driver.createIndex("app", "u", "i", { columns: ["b"], unique: true });
  });

  test("is not made when rows violate it", () => {
    const driver = withTables({ t: schema });
    driver.bulkInsert("app", "t", [{ a: "x" }, { a: "x" }]);
    const options = { columns: ["a"], unique: true };
    assertEquals(failure(() => driver.createIndex("app", "t", "i", options)), {
      name: "UniqueConstraintError",
      code: "UNIQUE_CONSTRAINT",
      table: "t",
      columns: ["a"],
      driver: "memory",
    });
    driver.insert("app", "t", { a: "x" });
    driver.createIndex("app", "t", "i", { columns: ["b"] });
  });

  test("that is not unique changes no result", () => {
    const driver = withTables({ t: schema });
    driver.bulkInsert("app", "t", [{ a: "x", b: 1n }, { a: "y", b: 1n }, { a: "x", b: null }]);
    const found = () => rowsOf(driver, "t", { where: { a: "x" } }).map(({ id }) => id);
    driver.createIndex("app", "t", "i", { columns: ["a"] });
    assertEquals(found(), [1, 3]);
    driver.update("app", "t", { a: "x" }, { id: 2 });
    driver.delete("app", "t", { id: 1 });
    assertEquals(found(), [2, 3]);
  });
});

describe("MemoryDriver schema changes in a transaction", () => {
  test("are rolled back", () => {
    const driver = withTables({ users });
    driver.bulkInsert("app", "users", [{ email: "a" }, { email: "b" }]);
    driver.createIndex("app", "users", "one", { columns: ["boss"] });
    driver.createIndex("app", "users", "two", { columns: ["email"] });
    const open = driver.begin();
    driver.delete("app", "users", { id: 1 });
    driver.dropIndex("app", "users", "one");
    driver.update("app", "users", { boss: 2 }, { id: 2 });
    driver.createTable("app", "more", { id: key });
    driver.createIndex("app", "users", "one", { columns: ["email"], unique: true });
    driver.dropTable("app", "users");
    open.rollback();
    assert(!driver.tableExists("app", "more"));
    assertEquals(rowsOf(driver, "users").map(({ id, boss }) => [id, boss]), [[1, null], [2, null]]);
    assertEquals(
      failure(() => driver.createIndex("app", "users", "one", { columns: ["email"] })).code,
      "INDEX_MISMATCH",
    );
    assertEquals(rowsOf(driver, "users", { where: { email: "a" } }).length, 1);
    assertEquals(failure(() => driver.insert("app", "users", { email: "a" })).code, "UNIQUE_CONSTRAINT");
    driver.update("app", "users", { boss: 1 }, { id: 2 });
    assertEquals(rowsOf(driver, "users", { where: { boss: 1 } }).length, 1);
  });
});
