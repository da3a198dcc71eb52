import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DataTypes, ORM, ValidationError } from "../../../mod.ts";
import { MemoryDriver } from "../../../drivers/memory.ts";
import { NodeSQLiteDriver } from "../../../drivers/node_sqlite.ts";
import { describe, test } from "../../support/runner.ts";

const id = { type: DataTypes.INTEGER, primaryKey: true } as const;

function schemaOf(validate: (value: unknown) => unknown) {
  return { "~standard": { version: 1, vendor: "test", validate } };
}

const MISTAKES: Readonly<Record<string, [column: object, says: string]>> = {
  "a misspelt member": [{ type: "TEXT", notnull: true }, "notnull"],
  "a flag that is no boolean": [{ type: "TEXT", notNull: "true" }, "`notNull`"],
  "a default of another type": [{ type: "INTEGER", default: "x" }, "safe integer"],
  "a default that is none of the values": [{ type: "TEXT", values: ["a"], default: "b" }, "one of"],
  "a default the validator refuses": [
    { type: "TEXT", default: "b", validate: schemaOf(() => ({ issues: [{ message: "too short" }] })) },
    "too short",
  ],
  "null as the default of a column that refuses it": [{ type: "TEXT", notNull: true, default: null }, "null"],
  "a default of what the store assigns": [
    { type: "INTEGER", primaryKey: true, autoIncrement: true, default: 5 },
    "autoIncrement",
  ],
  "values of a type that has no `values`": [{ type: "BOOLEAN", values: [true] }, "`values`"],
  "values that do not fit": [{ type: "TEXT", values: [5] }, "a string"],
  "a validator that is a function": [{ type: "TEXT", validate: () => true }, "Standard Schema"],
  "a validator that is null": [{ type: "TEXT", validate: null }, "Standard Schema"],
  "a reference without its column": [{ type: "INTEGER", references: { table: "items" } }, "`references`"],
  "a reference that is a text": [{ type: "INTEGER", references: "items.id" }, "`references`"],
  "a misspelt member of a reference": [
    { type: "INTEGER", references: { table: "items", column: "id", ondelete: "CASCADE" } },
    "ondelete",
  ],
};

describe("orm.define", () => {
  for (const [name, [column, says]] of Object.entries(MISTAKES)) {
    test(`refuses ${name}, and says so`, () => {
      const orm = new ORM({ driver: new MemoryDriver() });
      const isKey = "primaryKey" in column;
      const schema = isKey ? { extra: column } : { id, extra: column };
      const error = assertThrows(() => orm.define("app", "items", schema as never), ValidationError);
      assertEquals([error.code, error.table, error.columns], ["INVALID_SCHEMA", "items", ["extra"]]);
      assertStringIncludes(error.message, "Cannot define column `extra` of `items`: ");
      assertStringIncludes(error.message, says);
      assertEquals(orm.hasModel("app", "items"), false);
    });
  }

  test("refuses unknown options, and indexes with unknown members", () => {
    const orm = new ORM({ driver: new MemoryDriver() });
    const columns = ["id"];
    const mistakes: readonly [options: unknown, says: string][] = [
      [{ index: [{ columns }] }, "index"],
      [{ indexes: { columns } }, "`indexes`"],
      [{ indexes: [{ columns, uniq: true }] }, "uniq"],
      [{ indexes: [{ columns, unique: "yes" }] }, "`unique`"],
      [{ indexes: [null] }, "an object"],
      [{ indexes: ["id"] }, "an object"],
      [[], "plain object"],
    ];
    for (const [options, says] of mistakes) {
      const error = assertThrows(
        () => orm.define("app", "items", { id }, options as never),
        ValidationError,
        says,
      );
      assertEquals(error.table, "items");
    }
    const Item = orm.define("app", "items", { id });
    for (const options of [null, undefined, 5, { columns, uniq: true }, { columns, unique: 1 }]) {
      const error = assertThrows(() => Item.createIndex("i", options as never), ValidationError);
      assertEquals([error.code, error.table], ["INVALID_INDEX", "items"]);
    }
  });

  test("a default passes through its validator, also in the table the store makes", () => {
    for (const driver of [new MemoryDriver(), new NodeSQLiteDriver({ databases: { app: ":memory:" } })]) {
      const orm = new ORM({ driver });
      const validate = schemaOf((value) => ({ value: Number(value) }));
      const schema = { id, size: { type: "INTEGER", notNull: true, default: "5", validate } };
      const Item = orm.define("app", "items", schema as never);
      assertEquals(Item.create({ id: 1 } as never), { id: 1, size: 5 } as never);
      orm.disconnect();
    }
  });
});

describe("new ORM", () => {
  test("refuses options that are none, and says which there are", () => {
    const driver = new MemoryDriver();
    for (
      const options of [undefined, null, driver, { driver, strictOperator: true }, {
        driver,
        strictOperators: "yes",
      }]
    ) {
      const error = assertThrows(() => new ORM(options as never), ValidationError, "Cannot make an ORM: ");
      assertEquals(error.code, "INVALID_OPTIONS");
    }
  });
});
