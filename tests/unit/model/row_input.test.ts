import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DataTypes, NotNullConstraintError, ORM, ValidationError } from "../../../mod.ts";
import { MemoryDriver } from "../../../drivers/memory.ts";
import { describe, test } from "../../support/runner.ts";

function define() {
  const orm = new ORM({ driver: new MemoryDriver() });
  let made = 0;
  return orm.define("app", "rows", {
    id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    name: { type: DataTypes.TEXT, notNull: true },
    kind: { type: DataTypes.TEXT, notNull: true, values: ["a", "b"], default: "a" },
    serial: { type: DataTypes.INTEGER, default: () => ++made },
    data: { type: DataTypes.JSON },
    when: { type: DataTypes.DATETIME },
    day: { type: DataTypes.DATE },
    bytes: { type: DataTypes.BLOB },
  });
}

describe("create", () => {
  test("fills defaults, calls function defaults for each row, and leaves the rest null", () => {
    const Row = define();
    const [first, second] = Row.bulkCreate([{ name: "x" }, { name: "y", kind: "b", serial: undefined }]);
    assertEquals(first, {
      id: 1,
      name: "x",
      kind: "a",
      serial: 1,
      data: null,
      when: null,
      day: null,
      bytes: null,
    });
    assertEquals([second?.kind, second?.serial], ["b", 2]);
  });

  test("refuses an unknown column, also one that comes from JSON", () => {
    const Row = define();
    for (
      const text of [
        '{"name":"x","nmae":1}',
        '{"name":"x","__proto__":{"admin":true}}',
        '{"name":"x","toString":"y"}',
      ]
    ) {
      const error = assertThrows(() => Row.create(JSON.parse(text)), ValidationError);
      assertEquals(error.code, "UNKNOWN_COLUMN");
    }
    assertEquals(Row.count(), 0);
    assertEquals(({} as { admin?: boolean }).admin, undefined);
  });

  test("leaves a column called like a member of every object null when it is not given", () => {
    using orm = new ORM({ driver: new MemoryDriver() });
    const Odd = orm.define("app", "odd", {
      id: { type: DataTypes.INTEGER, primaryKey: true },
      toString: { type: DataTypes.TEXT },
      valueOf: { type: DataTypes.JSON },
    });
    const data: Record<string, unknown> = { id: 1 };
    const row = Odd.create(data as never) as Record<string, unknown>;
    assertEquals([row["toString"], row["valueOf"]], [null, null]);
    assertEquals(Odd.count({ toString: null } as never), 1);
  });

  test("refuses null, and nothing, where the column does", () => {
    const Row = define();
    for (const data of [{}, { name: null }, { name: undefined }]) {
      const error = assertThrows(
        () => Row.create(data as unknown as { name: string }),
        NotNullConstraintError,
      );
      assertEquals([error.code, error.table, error.columns], ["NOT_NULL_CONSTRAINT", "rows", ["name"]]);
    }
    assertThrows(() => Row.updateAll({ name: null as unknown as string }), NotNullConstraintError);
  });

  test("refuses values of the wrong kind, naming table, column and value", () => {
    const Row = define();
    const wrong: [string, unknown][] = [
      ["name", 5],
      ["name", "a\0b"],
      ["name", "\ud800"],
      ["kind", "c"],
      ["serial", 1.5],
      ["serial", 2 ** 53],
      ["serial", NaN],
      ["serial", "1"],
      ["serial", 1n],
      ["when", new Date(NaN)],
      ["when", "2020-02-30T00:00:00Z"],
      ["when", "2020-01-01T00:00:00"],
      ["when", "2020-01-01T00:00:00.0001Z"],
      ["when", 8.64e15],
      ["day", "2020-02-30"],
      ["day", new Date(1)],
      ["bytes", [1, 2]],
      ["data", () => 1],
      ["data", { at: new Date() }],
      ["data", { deep: [{ x: undefined }] }],
      ["data", { n: 1n }],
      ["data", NaN],
      ["data", new Map()],
      ["data", JSON.parse('{"__proto__":1}')],
    ];
    for (const [column, given] of wrong) {
      const error = assertThrows(
        () => Row.create({ name: "x", [column]: given } as { name: string }),
        ValidationError,
      );
      assertEquals([error.code, error.table, error.columns], ["INVALID_VALUE", "rows", [column]]);
    }
    const circle: Record<string, unknown> = {};
    circle["self"] = circle;
    assertThrows(() => Row.create({ name: "x", data: circle as never }), ValidationError);
    assertEquals(Row.count(), 0);
  });

  test("accepts dates as text and epoch milliseconds, in one normal form", () => {
    const Row = define();
    const time = Date.UTC(2020, 1, 29, 12, 30, 15, 5);
    for (const when of [new Date(time), time, "2020-02-29T12:30:15.005Z", "2020-02-29T14:30:15.005+02:00"]) {
      assertEquals(Row.create({ name: "x", when }).when, new Date(time));
    }
    for (const day of ["2020-02-29", new Date(Date.UTC(2020, 1, 29))]) {
      assertEquals(Row.create({ name: "x", day }).day, new Date(Date.UTC(2020, 1, 29)));
    }
  });

  test("shares nothing with what was given", () => {
    const Row = define();
    const data = { list: [1] };
    const bytes = Uint8Array.of(1);
    const made = Row.create({ name: "x", data, bytes });
    assert(made.data as unknown !== data);
    data.list.push(2);
    bytes[0] = 9;
    assertEquals(Row.findById(made.id)?.data, { list: [1] });
    assertEquals(made.bytes, Uint8Array.of(1));
  });

  test("keeps -0 as 0", () => {
    const Row = define();
    assertEquals(Object.is(Row.create({ name: "x", serial: -0 }).serial, 0), true);
    assertEquals(Object.is(Row.create({ name: "x", data: -0 }).data, 0), true);
  });
});

describe("update", () => {
  test("refuses a condition that is empty or always true", () => {
    const Row = define();
    Row.create({ name: "x" });
    const always = [{}, undefined, null, { $and: [] }, { $not: { $or: [] } }, { id: { $notIn: [] } }, {
      $or: [{ id: 1 }, {}],
    }];
    for (const where of always) {
      for (
        const call of [() => Row.update({ name: "y" }, where as never), () => Row.delete(where as never)]
      ) {
        const error = assertThrows(call, ValidationError);
        assertEquals(error.code, "EMPTY_WHERE");
      }
    }
    assertEquals(Row.findAll({ select: ["name"] }), [{ name: "x" }]);
  });

  test("leaves undefined columns as they are, and counts the rows when nothing is given", () => {
    const Row = define();
    Row.bulkCreate([{ name: "x" }, { name: "y" }]);
    assertEquals(Row.update({ name: "z", kind: undefined }, { id: 1 }), 1);
    assertEquals(Row.update({}, { kind: "a" }), 2);
    assertEquals(Row.findAll({ select: ["name", "kind"] }), [{ name: "z", kind: "a" }, {
      name: "y",
      kind: "a",
    }]);
  });

  test("refuses undefined anywhere in a condition", () => {
    const Row = define();
    const wheres = [
      { id: undefined },
      { id: { $eq: undefined } },
      { id: { $in: [1, undefined] } },
      { $or: [undefined] },
      {
        $and: [{ id: 1 }, { name: undefined }],
      },
      { id: { $between: [1, undefined] } },
      { "data.x": undefined },
      { $not: undefined },
      { id: { $not: undefined } },
    ];
    for (const where of wheres) {
      assertThrows(() => Row.findAll({ where: where as never }), ValidationError);
      assertThrows(() => Row.delete(where as never), ValidationError);
    }
  });

  test("refuses operators and options nobody knows, saying so", () => {
    const Row = define();
    const calls: [() => unknown, string][] = [
      [() => Row.findAll({ where: { name: { $regex: "x" } as never } }), "$regex"],
      [() => Row.findAll({ where: { $nor: [] } as never }), "$nor"],
      [() => Row.findAll({ where: { nmae: 1 } as never }), "nmae"],
      [() => Row.findAll({ where: new Map() as never }), "plain object"],
      [() => Row.findAll({ where: [] as never }), "plain object"],
      [() => Row.findAll({ where: "1=1" as never }), "is an object"],
      [() => Row.findAll({ wehre: {} } as never), "wehre"],
      [() => Row.findAll({ limit: -1 }), "limit"],
      [() => Row.findAll({ limit: 1.5 }), "limit"],
      [() => Row.findAll({ limit: "1; DROP TABLE rows" as never }), "limit"],
      [() => Row.findAll({ offset: -1 }), "offset"],
      [() => Row.findAll({ select: [] }), "select"],
      [() => Row.findAll({ select: ["name", "name"] }), "twice"],
      [() => Row.findAll({ orderBy: [["name", "ASC; DROP TABLE rows" as never]] }), "direction"],
      [() => Row.findAll({ orderBy: [["data", "ASC"]] }), "no order"],
      [() => Row.findAll({ where: { data: { $gt: 1 } as never } }), "no order"],
      [() => Row.findAll({ where: { name: { $like: "a\\" } } }), "backslash"],
    ];
    for (const [call, text] of calls) assertStringIncludes(assertThrows(call, ValidationError).message, text);
  });
});
