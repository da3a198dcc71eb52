import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DataTypes, NotNullConstraintError, ORM, RinariError, ValidationError } from "../../../mod.ts";
import { MemoryDriver } from "../../../drivers/memory.ts";
import { describe, test } from "../../support/runner.ts";

function define() {
  const orm = new ORM({ driver: new MemoryDriver() });
  return orm.define("app", "rows", {
    id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    name: { type: DataTypes.TEXT, notNull: true },
    age: { type: DataTypes.INTEGER },
    at: { type: DataTypes.DATETIME },
  }, { indexes: [{ columns: ["age"], unique: true, where: { at: { $ne: null } } }] });
}

describe("The error of a row", () => {
  test("tells all columns that are wrong", () => {
    const Row = define();
    const error = assertThrows(
      () => Row.create({ name: 5, age: 1.5, at: "soon" } as never),
      ValidationError,
    );
    assertEquals([error.code, error.columns], ["INVALID_VALUE", ["name", "age", "at"]]);
    for (const part of ["`name`", "`age`", "`at`", "safe integer"]) assertStringIncludes(error.message, part);
    const missing = assertThrows(() => Row.create({ age: "x" } as never), NotNullConstraintError);
    assertEquals(missing.columns, ["name", "age"]);
    assertEquals(assertThrows(() => Row.create({ name: "a", age: 1.5 }), RinariError).columns, ["age"]);
  });

  test("of bulkCreate tells which row it is", () => {
    const Row = define();
    const error = assertThrows(
      () => Row.bulkCreate([{ name: "a" }, { name: "b", age: 0.5 }]),
      ValidationError,
    );
    assertEquals([error.row, error.columns, error.code], [1, ["age"], "INVALID_VALUE"]);
    assertStringIncludes(error.message, "row 1");
    const unknown = assertThrows(() => Row.bulkCreate([{ name: "a", nmae: 1 } as never]), RinariError);
    assertEquals([unknown.row, unknown.code], [0, "UNKNOWN_COLUMN"]);
    assertEquals(assertThrows(() => Row.create({ name: 1 } as never), RinariError).row, undefined);
    assertEquals(Row.count(), 0);
  });

  test("says that three digits of a second are the limit, and that an index is partial", () => {
    const Row = define();
    const at = "2024-01-01T00:00:00.123456Z";
    assertStringIncludes(
      assertThrows(() => Row.create({ name: "a", at }), RinariError).message,
      "three digits",
    );
    // An index that somebody else made: what it is unique among is not known.
    const driver = new MemoryDriver();
    const orm = new ORM({ driver });
    const Other = orm.define("app", "others", {
      id: { type: DataTypes.INTEGER, primaryKey: true },
      age: { type: DataTypes.INTEGER },
    });
    assertEquals(Other.count(), 0);
    driver.createIndex("app", "others", "adults", {
      columns: ["age"],
      unique: true,
      where: { id: { $gt: 1 } },
    });
    for (const conflict of ["adults", ["age"] as const]) {
      const error = assertThrows(() => Other.upsert({ id: 2, age: 1 }, { conflict }), RinariError);
      assertEquals(error.code, "INVALID_CONFLICT");
      assertStringIncludes(error.message, "is partial");
    }
  });
});

test("a default that is an object is no longer the one that was given", () => {
  using orm = new ORM({ driver: new MemoryDriver() });
  const settings = { theme: "light", tags: ["a"] };
  const at = new Date(0);
  const User = orm.define("app", "users", {
    id: { type: DataTypes.INTEGER, primaryKey: true },
    settings: { type: DataTypes.JSON, default: settings },
    at: { type: DataTypes.DATETIME, default: at },
  });
  settings.theme = "dark";
  settings.tags.push("b");
  at.setTime(1);
  assertEquals(User.create({ id: 1 }), { id: 1, settings: { theme: "light", tags: ["a"] }, at: new Date(0) });
});
