import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { JSONFileDriver } from "../../drivers/json_file.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { DataTypes, ORM, ValidationError } from "../../mod.ts";
import { migrate, plan } from "../../src/migration/mod.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { stores } from "./stores.ts";

const id = { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true } as const;
const text = { type: DataTypes.TEXT } as const;

interface NoteModel {
  create(row: object): unknown;
  findAll(): readonly unknown[];
}

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

describe("migrate: backup", () => {
  test("of a JSON file is a copy beside it, made before anything is changed", () =>
    withTempDir((dir) => {
      const at = (folder: string) => new JSONFileDriver({ databases: { app: join(folder, "app.json") } });
      const opened = (driver: JSONFileDriver, columns: object) => {
        const orm = new ORM({ driver });
        return { orm, Note: orm.define("app", "notes", { id, ...columns } as never) as unknown as NoteModel };
      };
      const v1 = opened(at(dir), { text });
      migrate(v1.orm, "app", { backup: true });
      v1.Note.create({ text: "a" });
      v1.orm.disconnect();
      const v2 = opened(at(dir), { text, more: text });
      const { backup } = migrate(v2.orm, "app", { backup: true });
      assertEquals(migrate(v2.orm, "app", { backup: true }).backup, null);
      v2.Note.create({ text: "b" });
      v2.orm.disconnect();
      assertEquals(readdirSync(dir).filter((file) => file.includes("before")).length, 1);
      const copy = opened(new JSONFileDriver({ databases: { app: backup as string } }), { text });
      assertEquals(copy.Note.findAll(), [{ id: 1, text: "a" }]);
      copy.orm.disconnect();
    }));
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
