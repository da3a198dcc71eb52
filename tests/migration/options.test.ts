import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { MemoryDriver } from "../../drivers/memory.ts";
import { DataTypes, ORM, ValidationError } from "../../mod.ts";
import { migrate, plan } from "../../src/migration/mod.ts";
import { describe, test } from "../support/runner.ts";
import { stores } from "./stores.ts";

const id = { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true } as const;
const text = { type: DataTypes.TEXT } as const;

describe("migrate: options:", () => {
  test("that make no sense are refused", async () => {
    const [first] = stores;
    await first?.use(async ({ open }) => {
      const v1 = await open({ notes: { id, text } });
      for (
        const options of [
          { steps: { "1": () => undefined } },
          { steps: { a: 1 } },
          { step: {} },
          { baseline: "x" },
          { backup: "yes" },
          { waitTimeout: -1 },
          { progress: true },
          [],
        ]
      ) {
        const error = await assertRejects(() => v1.migrate(options), ValidationError);
        assertEquals(error.code, "INVALID_OPTIONS");
      }
    });
  });
});

describe("migrate: tables of its own", () => {
  test("are no model's", () => {
    const orm = new ORM({ driver: new MemoryDriver() });
    for (const table of ["rinari_migrations", "Rinari_Progress"]) {
      assertThrows(() => orm.define("app", table, { id }), ValidationError, "the name is kept");
    }
  });
});

describe("migrate: names of the store:", () => {
  test("are what is compared and changed", async () => {
    const path = "app";
    const driver = new MemoryDriver();
    const orm = (columns: object) => {
      const made = new ORM({ driver, naming: "snake_case" });
      made.define(
        path,
        "userNames",
        { id, ...columns } as never,
        { indexes: [{ columns: ["firstName"] }] } as never,
      );
      made.define(path, "petNames", {
        id,
        ownerId: { type: DataTypes.INTEGER, references: { table: "userNames", column: "id" } },
      });
      return made;
    };
    const v1 = orm({ firstName: text });
    migrate(v1, path);
    v1.model(path, "userNames").create({ firstName: "Ada" });
    v1.model(path, "petNames").create({ ownerId: 1 });
    assertEquals(plan(v1, path).changes, []);
    const v2 = orm({ firstName: { ...text, notNull: true }, lastName: text });
    assertEquals(migrate(v2, path).changes.map(({ table }) => table), ["user_names", "user_names"]);
    assertEquals(v2.model(path, "userNames").findAll(), [{ id: 1, firstName: "Ada", lastName: null }]);
    assertEquals(await v2.model(path, "petNames").count(), 1);
    assertEquals(plan(v2, path).changes, []);
  });
});
