import { assertEquals, assertThrows } from "@std/assert";
import { MemoryDriver } from "../../drivers/memory.ts";
import { DataTypes, ORM, ValidationError } from "../../mod.ts";
import { NaiveDriver } from "../support/naive_driver.ts";
import { describe, test } from "../support/runner.ts";

const SCHEMA = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  text: { type: DataTypes.TEXT },
  data: { type: DataTypes.JSON },
} as const;

function messageOf(call: () => unknown): string {
  return assertThrows(call, ValidationError).message;
}

describe("messages", () => {
  test("of a limit name it and what to do", () => {
    const limits = { valueBytes: 4, rowBytes: 20, batchRows: 2 };
    const Note = new ORM({ driver: new NaiveDriver({ capabilities: { limits } }) }).define(
      "app",
      "notes",
      SCHEMA,
    );
    assertEquals(
      messageOf(() => Note.bulkCreate([{}, {}, {}])),
      "Cannot write to `notes`: the call has 3 items, and driver naive takes at most 2 (batchRows); make several calls of fewer items",
    );
    assertEquals(
      messageOf(() => Note.create({ text: "ééé" })),
      "Cannot write to `notes`: column `text` has 6 bytes, and driver naive takes at most 4 (valueBytes); use a shorter value, " +
        "or keep it elsewhere",
    );
    const small = new NaiveDriver({ capabilities: { limits: { rowBytes: 20 } } });
    assertEquals(
      messageOf(() =>
        new ORM({ driver: small }).define("app", "notes", SCHEMA).create({ id: 1, text: "abcdefg" })
      ),
      "Cannot write to `notes`: a row has 23 bytes, and driver naive takes at most 20 (rowBytes); keep large values in several " +
        "rows or elsewhere",
    );
  });

  test("of a JSON path give the reason that is its own", () => {
    const Note = new ORM({ driver: new MemoryDriver() }).define("app", "notes", SCHEMA);
    assertEquals(
      messageOf(() => Note.count({ "data.__proto__": 1 })),
      'Cannot use path "data.__proto__" of `notes`: a member called `__proto__` is never stored',
    );
    assertEquals(
      messageOf(() => Note.count({ "data.": 1 })),
      'Cannot use path "data." of `notes`: a step is empty, or holds a quote, backslash, control character or lone surrogate',
    );
  });

  test("of a grouping say that it cannot aggregate, whatever is wrong with it", () => {
    const Note = new ORM({ driver: new MemoryDriver() }).define("app", "notes", SCHEMA);
    const groups = { by: ["text"], aggregates: { n: { count: "*" } } } as const;
    const wrong: readonly object[] = [
      { limit: -1 },
      { offset: 0.5 },
      { orderBy: "n" },
      { orderBy: [["n", "UP"]] },
      { order: [] },
    ];
    for (const options of wrong) {
      const message = messageOf(() => Note.groupBy({ ...groups, ...options }));
      assertEquals(message.slice(0, message.indexOf(":")), "Cannot aggregate `notes`");
    }
  });

  test("of a model that is not defined say how it comes to be", () => {
    const orm = new ORM({ driver: new MemoryDriver() });
    assertEquals(
      messageOf(() => orm.model("app", "notes")),
      "Cannot find a model of table `notes` in `app`: none is defined; call orm.define first",
    );
  });
});
