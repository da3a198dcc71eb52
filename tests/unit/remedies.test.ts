import { assertEquals, assertThrows } from "@std/assert";
import { MemoryDriver } from "../../drivers/memory.ts";
import { DataTypes, type ModelSchema, ORM, ValidationError } from "../../mod.ts";
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

describe("SCHEMA_MISMATCH", () => {
  test("says to call migrate, or which step to paste", () => {
    const driver = new MemoryDriver();
    const key = { type: DataTypes.INTEGER, primaryKey: true } as const;
    const text = { type: DataTypes.TEXT } as const;
    new ORM({ driver }).define("app", "t", { id: key, a: text }).create({ id: 1, a: "x" });
    const remedyOf = (schema: ModelSchema): string => {
      const message = messageOf(() => new ORM({ driver }).define("app", "t", schema as never).count());
      return /; ((?:call|change) .*)$/.exec(message)?.[1] ?? message;
    };
    const migrates = 'call migrate(orm, "app") of @rinari/orm/migrate first, which loses nothing';
    const step = (code: string) =>
      `change the schema, or give migrate of @rinari/orm/migrate a step: ${code}`;
    const cases: [ModelSchema, string][] = [
      [{ id: key, a: text, b: text }, migrates],
      [{ id: key, a: text, b: { ...text, notNull: true, default: "" } }, migrates],
      [{ id: key, a: { ...text, notNull: true, unique: true } }, migrates],
      [{ id: { ...key, autoIncrement: true }, a: text }, migrates],
      [{ id: key }, step('db.dropColumn("t", "a")')],
      [{ id: key, b: text }, step('db.renameColumn("t", "a", "b") or db.dropColumn("t", "a")')],
      [{ id: key, b: { type: "INTEGER" } }, step('db.dropColumn("t", "a")')],
      [
        { id: key, a: { type: "INTEGER", notNull: true } },
        step('db.changeColumn("t", "a", { type: "INTEGER", notNull: true }, (value) => …)'),
      ],
      [
        { id: key, a: text, b: { ...text, notNull: true } },
        step(
          'db.addColumn("t", "b", { type: "TEXT" }), then db.eachRow("t", { id: { type: "INTEGER" }, b: { type: "TEXT" } }, (row) => ({ "b": … }))',
        ),
      ],
      [{ id: { type: "INTEGER" }, a: { ...text, primaryKey: true } }, "change the schema, or copy the rows"],
    ];
    for (const [schema, expected] of cases) {
      assertEquals(remedyOf(schema).slice(0, expected.length), expected);
    }
  });
});
