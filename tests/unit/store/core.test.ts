import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { MemoryDriver } from "../../../drivers/memory.ts";
import * as whole from "../../../mod.ts";
import * as core from "../../../src/core/mod.ts";
import { NaiveDriver } from "../../support/naive_driver.ts";
import { describe, test } from "../../support/runner.ts";

const schema = {
  id: { type: "INTEGER", primaryKey: true, autoIncrement: true },
  name: { type: "TEXT", notNull: true, unique: true },
} as const;

describe("the ORM of @rinari/orm/core", () => {
  test("has every name that @rinari/orm has, and is its ORM but for the driver that it wants whole", () => {
    assertEquals(Object.keys(core).sort(), Object.keys(whole).sort());
    const differing = Object.keys(core).filter((name) => core[name as "ORM"] !== whole[name as "ORM"]);
    assertEquals(differing, ["ORM"]);
    assert(new whole.ORM({ driver: new MemoryDriver() }) instanceof core.ORM);
    assertEquals([core.ORM.name, whole.ORM.name], ["ORM", "ORM"]);
  });

  test("works on a driver that does everything, as one that was completed", () => {
    const driver = new MemoryDriver();
    assert(core.complete(driver) === driver);
    const Note = new core.ORM({ driver }).define("app", "notes", schema);
    assertEquals(Note.create({ name: "milk" }), { id: 1, name: "milk" });
  });

  test("refuses a driver that leaves something to the ORM, and says what to write", () => {
    const error = assertThrows(
      () => new core.ORM({ driver: new NaiveDriver() }),
      core.UnsupportedError,
      "driver naive leaves some of what an ORM does",
    );
    assertStringIncludes(error.message, 'import { complete } from "@rinari/orm/core"');
    assertEquals(error.driver, "naive");
    assertThrows(() => new core.ORM({ driver: {} as MemoryDriver }), core.ValidationError, "is no driver");
    assertThrows(() => new whole.ORM(null as never), core.ValidationError, "it needs options");
    assertThrows(() => new whole.ORM({ driver: null as never }), core.ValidationError, "is no driver");
  });

  test("works on a driver of sixteen methods that is completed, beside one of @rinari/orm", () => {
    const driver = new NaiveDriver();
    const Note = new core.ORM({ driver: core.complete(core.complete(driver)) }).define(
      "app",
      "notes",
      schema,
    );
    const Same = new whole.ORM({ driver }).define("app", "notes", schema);
    assertEquals(Note.create({ name: "milk" }).id, 1);
    assertThrows(() => Same.create({ name: "milk" }), core.UniqueConstraintError);
    assertEquals(Same.findAll({ where: { name: { $like: "m%" } } }), [{ id: 1, name: "milk" }]);
  });
});
