import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { type as arktype } from "arktype";
import * as v from "valibot";
import { z } from "zod";
import { DataTypes, ORM, type StandardSchema, ValidationError } from "../../../mod.ts";
import { MemoryDriver } from "../../../drivers/memory.ts";
import { expectType } from "../../support/expect_type.ts";
import { describe, test } from "../../support/runner.ts";

describe("validate", () => {
  test("zod checks and types a column", () => {
    using orm = new ORM({ driver: new MemoryDriver() });
    const User = orm.define("app", "users", {
      id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
      email: { type: DataTypes.TEXT, notNull: true, validate: z.email() },
      tags: { type: DataTypes.JSON, notNull: true, validate: z.array(z.string()), default: [] },
      level: { type: DataTypes.INTEGER, notNull: true, validate: z.string().transform(Number) },
    });
    expectType({} as typeof User.$row).toBe<{ id: number; email: string; tags: string[]; level: number }>();
    const user = User.create({ email: "ada@example.org", level: "3", tags: ["a"] });
    assertEquals(user, { id: 1, email: "ada@example.org", tags: ["a"], level: 3 });
    const error = assertThrows(() => User.create({ email: "nobody", level: "3" }), ValidationError);
    assertEquals([error.code, error.table, error.columns], ["INVALID_VALUE", "users", ["email"]]);
    assertThrows(() => User.update({ email: "nobody" }, { id: 1 }), ValidationError);
    assertThrows(() => User.create({ email: "a@example.org", level: "three" }), ValidationError);
    assertEquals(User.count(), 1);
    const refused = () => {
      // @ts-expect-error: the input type of the schema is a string
      User.create({ email: "ada@example.org", level: 3 });
    };
    assertEquals(typeof refused, "function");
  });

  test("valibot checks and types a column", () => {
    using orm = new ORM({ driver: new MemoryDriver() });
    const Point = orm.define("app", "points", {
      id: { type: DataTypes.INTEGER, primaryKey: true },
      at: { type: DataTypes.OBJECT, notNull: true, validate: v.object({ x: v.number(), y: v.number() }) },
    });
    expectType({} as typeof Point.$row).toBe<{ id: number; at: { x: number; y: number } }>();
    assertEquals(Point.create({ id: 1, at: { x: 1, y: 2 } }).at, { x: 1, y: 2 });
    const error = assertThrows(
      () => Point.create({ id: 2, at: { x: 1, y: "2" } as unknown as { x: number; y: number } }),
      ValidationError,
    );
    assertStringIncludes(error.message, "`y`");
  });

  test("arktype checks and types a column", () => {
    using orm = new ORM({ driver: new MemoryDriver() });
    const Song = orm.define("app", "songs", {
      id: { type: DataTypes.INTEGER, primaryKey: true },
      rating: { type: DataTypes.INTEGER, validate: arktype("1 <= number.integer <= 5") },
    });
    expectType({} as typeof Song.$row).toBe<{ id: number; rating: number | null }>();
    assertEquals(Song.create({ id: 1, rating: 5 }).rating, 5);
    assertEquals(Song.create({ id: 2 }).rating, null);
    assertThrows(() => Song.create({ id: 3, rating: 6 }), ValidationError);
  });

  test("a default is validated too", () => {
    using orm = new ORM({ driver: new MemoryDriver() });
    const schema = (nobody: string | (() => string)) => ({
      id: { type: DataTypes.INTEGER, primaryKey: true },
      email: { type: DataTypes.TEXT, validate: z.email(), default: nobody },
    } as const);
    assertThrows(() => orm.define("app", "bad", schema("nobody")), ValidationError, "`default`");
    const Bad = orm.define("app", "bad", schema(() => "nobody"));
    assertThrows(() => Bad.create({ id: 1 }), ValidationError);
  });

  test("a validator that returns no result is refused with what it returned", () => {
    using orm = new ORM({ driver: new MemoryDriver() });
    const results: readonly unknown[] = [null, undefined, true, "ok", { issues: null }, { issues: "bad" }];
    for (const [i, result] of results.entries()) {
      const validate = {
        "~standard": { version: 1, vendor: "test", validate: () => result },
      } as StandardSchema;
      const Odd = orm.define("app", `odd_${i}`, {
        id: { type: DataTypes.INTEGER, primaryKey: true },
        text: { type: DataTypes.TEXT, validate },
      });
      const error = assertThrows(() => Odd.create({ id: 1, text: "a" }), ValidationError);
      assertEquals([error.code, error.columns], ["INVALID_VALUE", ["text"]]);
      assertStringIncludes(error.message, "its validator returned");
      assertEquals(Odd.count(), 0);
    }
  });

  test("an async validator is refused, and nothing is written", () => {
    // Any thenable is one: what a library of its own Promises gives must not be taken for a result.
    const thenable = { then: (next: (result: object) => void) => next({ value: "late" }) } as Promise<never>;
    using orm = new ORM({ driver: new MemoryDriver() });
    for (
      const [name, result] of [["promised", Promise.reject(new Error("late"))], [
        "thenable",
        thenable,
      ]] as const
    ) {
      const slow: StandardSchema<string> = {
        "~standard": { version: 1, vendor: "test", validate: () => result },
      };
      const Slow = orm.define("app", name, {
        id: { type: DataTypes.INTEGER, primaryKey: true },
        text: { type: DataTypes.TEXT, validate: slow },
      });
      const error = assertThrows(() => Slow.create({ id: 1, text: "a" }), ValidationError);
      assertStringIncludes(error.message, "async");
      assertEquals(Slow.count(), 0);
    }
  });
});
