import { assertEquals, assertThrows } from "@std/assert";
import { DataTypes, omit, ORM, toAsyncDriver, ValidationError } from "../../../mod.ts";
import { MemoryDriver } from "../../../drivers/memory.ts";
import { expectType } from "../../support/expect_type.ts";
import { describe, test } from "../../support/runner.ts";

const schema = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  name: { type: DataTypes.TEXT, notNull: true },
  avatar: { type: DataTypes.BLOB },
  bio: { type: DataTypes.TEXT, column: "about" },
} as const;

describe("omit", () => {
  test("gives the other columns, and rows their types", async () => {
    const User = new ORM({ driver: new MemoryDriver() }).define("app", "users", schema);
    User.create({ name: "Ada", bio: "x" });
    const rows = User.findAll({ select: omit(User, ["avatar", "bio"]) });
    expectType(rows).toBe<{ id: number; name: string }[]>();
    assertEquals(rows, [{ id: 1, name: "Ada" }]);
    const named = User.scope({ name: "Ada" });
    assertEquals(named.findOne({ select: omit(named, ["id", "avatar"]) }), { name: "Ada", bio: "x" });
    assertEquals(omit(User, []), ["id", "name", "avatar", "bio"]);
    const Later = new ORM({ driver: toAsyncDriver(new MemoryDriver()) }).define("app", "users", schema);
    await Later.create({ name: "Grace" });
    const page = await Later.paginate({ select: omit(Later, ["bio"]) });
    expectType(page.rows).toBe<{ id: number; name: string; avatar: Uint8Array | null }[]>();
    assertEquals(page.rows, [{ id: 1, name: "Grace", avatar: null }]);
  });

  test("refuses what is no column or no model, and to leave nothing", () => {
    const User = new ORM({ driver: new MemoryDriver() }).define("app", "users", schema);
    // @ts-expect-error a misspelt column
    assertThrows(() => omit(User, ["avtar"]), ValidationError, "avtar");
    // @ts-expect-error no list
    assertThrows(() => omit(User, "avatar"), ValidationError, "a list");
    // @ts-expect-error no model
    assertThrows(() => omit({}, []), ValidationError, "a model");
    assertThrows(() => omit(User, ["id", "name", "avatar", "bio"]), ValidationError, "no column");
  });
});
