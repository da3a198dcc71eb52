import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  DataTypes,
  ORM,
  toAsyncDriver,
  UniqueConstraintError,
  UnsupportedError,
  ValidationError,
} from "../../../mod.ts";
import { MemoryDriver } from "../../../drivers/memory.ts";
import { NaiveDriver } from "../../support/naive_driver.ts";
import { describe, test } from "../../support/runner.ts";

const SCHEMA = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  text: { type: DataTypes.TEXT },
  done: { type: DataTypes.BOOLEAN, notNull: true, default: false },
} as const;

describe("capabilities", () => {
  test("limits are checked before anything is written, and named", () => {
    const limits = { valueBytes: 4, rowBytes: 20, batchRows: 2 };
    const driver = new NaiveDriver({ capabilities: { limits } });
    const Note = new ORM({ driver }).define("app", "notes", SCHEMA);
    Note.bulkCreate([{ text: "éé" }, { text: null }]);
    const calls = [
      () => Note.create({ text: "ééé" }),
      () => Note.bulkCreate([{ text: "a" }, { text: "ééé" }]),
      () => Note.bulkCreate([{}, {}, {}]),
      () => Note.update({ text: "12345" }, { id: 1 }),
      () => Note.upsert({ id: 1, text: "12345" }),
      () => Note.bulkUpdate([{ where: { id: 1 }, data: { text: "12345" } }]),
    ];
    for (const call of calls) assertEquals(assertThrows(call, ValidationError).code, "LIMIT_EXCEEDED");
    assertEquals(Note.findAll({ select: ["text"] }), [{ text: "éé" }, { text: null }]);
  });

  test("a partial index is refused where the driver has none, unless it is unique", () => {
    const Note = new ORM({ driver: new NaiveDriver() }).define("app", "notes", SCHEMA);
    assertThrows(
      () => Note.createIndex("open", { columns: ["text"], where: { done: false } }),
      UnsupportedError,
    );
    Note.createIndex("one_open", { columns: ["text"], unique: true, where: { done: false } });
    Note.bulkCreate([{ text: "a", done: true }, { text: "a", done: true }, { text: "a" }]);
    assertThrows(() => Note.create({ text: "a" }), UniqueConstraintError);
    assertEquals(Note.count(), 3);
  });
});

describe("toAsyncDriver", () => {
  test("undoes a failed transaction of a driver that offers no begin", async () => {
    const Note = new ORM({ driver: toAsyncDriver(new NaiveDriver()) }).define("app", "notes", SCHEMA);
    await Note.create({ text: "kept" });
    await assertRejects(() =>
      Note.transaction(async () => {
        await Note.create({ text: "undone" });
        await Note.updateAll({ text: "changed" });
        await Promise.resolve();
        throw new Error("undo");
      })
    );
    assertEquals((await Note.findAll()).map(({ text }) => text), ["kept"]);
  });
});

describe("Model.drop", () => {
  test("makes the table anew, and keeps its indexes when it is undone", () => {
    for (const driver of [new MemoryDriver(), new NaiveDriver()]) {
      const orm = new ORM({ driver });
      const Note = orm.define("app", "notes", SCHEMA, { indexes: [{ columns: ["text"], unique: true }] });
      Note.create({ text: "a" });
      Note.drop();
      assertEquals(Note.count(), 0);
      Note.create({ text: "a" });
      assertThrows(() => Note.create({ text: "a" }), UniqueConstraintError);
    }
  });
});
