import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { RinariError } from "../../../src/errors/mod.ts";
import type { ModelSchema } from "../../../src/schema/model_schema.ts";
import type { Row } from "../../../src/store/any_driver.ts";
import { NaiveDriver } from "../../support/naive_driver.ts";
import { describe, test } from "../../support/runner.ts";
import { FakeDatabase } from "./fake_database.ts";
import { failure, key, type Loose, naive } from "./support.ts";

const everything = {
  id: { type: "INTEGER", primaryKey: true },
  text: { type: "TEXT" },
  whole: { type: "INTEGER" },
  big: { type: "INTEGER", bigint: true },
  real: { type: "REAL" },
  yes: { type: "BOOLEAN" },
  day: { type: "DATE" },
  time: { type: "DATETIME" },
  json: { type: "JSON" },
  list: { type: "ARRAY" },
  object: { type: "OBJECT" },
  bytes: { type: "BLOB" },
} as const;

const FULL: Row = {
  id: 1,
  text: 'Ω "quoted" \u{1F600}',
  whole: -9007199254740991,
  big: -(2n ** 63n),
  real: 0.1,
  yes: false,
  day: new Date("0000-02-29T00:00:00.000Z"),
  time: new Date("9999-12-31T23:59:59.999Z"),
  json: { a: [1, { b: null }], "": "" },
  list: [1, "2", [3]],
  object: {},
  bytes: Uint8Array.from([0, 255, 128]),
};

describe("ComposedStore values", () => {
  test("come out as they went in", () => {
    const { tables: { t } } = naive({ t: everything });
    const empty = Object.fromEntries(Object.keys(FULL).map((name) => [name, name === "id" ? 2 : null]));
    assertEquals(t.insert(FULL), FULL);
    assertEquals(t.insertAll([empty]), [empty]);
    assertEquals(t.select(), [FULL, empty]);
  });

  test("are JSON-safe when the driver declares nothing", () => {
    const { tables: { t }, driver } = naive({ t: everything });
    t.insert(FULL);
    assertEquals(driver.calls.at(-1)?.given[0], {
      ...FULL,
      big: "-9223372036854775808",
      day: "0000-02-29",
      time: "9999-12-31T23:59:59.999Z",
      bytes: "AP+A",
    });
    t.update({ big: 5n, day: "2024-01-02", bytes: Uint8Array.from([]) }, { text: "nothing has it" });
    t.update({ big: 5n, day: "2024-01-02", bytes: Uint8Array.from([]) }, { id: 1 });
    assertEquals(driver.calls.at(-1)?.given, [{ big: "5", day: "2024-01-02", bytes: "" }, { id: 1 }]);
  });

  test("are native where the driver declares so, in copies", () => {
    const driver = new Keeper(["date", "bytes", "bigint"]);
    const t = made(driver, {
      id: key,
      at: { type: "DATETIME" },
      bytes: { type: "BLOB" },
      big: { type: "INTEGER", bigint: true },
    });
    const given = { id: 1, at: new Date(5), bytes: Uint8Array.from([1]), big: 7n };
    const row = t.insertAsIs(given) as Row;
    assertEquals(driver.kept, [given]);
    assert(driver.kept[0]?.at !== row.at);
    assert(driver.kept[0]?.bytes !== row.bytes);
    const [found] = t.select() as Row[];
    assertEquals(found, given);
    assert(found?.at !== driver.kept[0]?.at);
    assert(found?.bytes !== driver.kept[0]?.bytes);
  });

  test("of JSON columns are copied both ways", () => {
    const driver = new Keeper([]);
    const t = made(driver, { id: key, json: { type: "JSON" } });
    const json = { list: [1] };
    t.insertAsIs({ id: 1, json });
    json.list.push(2);
    const [first] = t.select() as Loose[];
    assertEquals(first?.json, { list: [1] });
    (first?.json as typeof json).list.push(3);
    assertEquals((t.select() as Loose[])[0]?.json, { list: [1] });
  });

  test("that a row lacks are null, and what is no column is left out", () => {
    const driver = new Keeper([]);
    const t = made(driver, { id: key, a: { type: "TEXT" }, ["constructor" as string]: { type: "TEXT" } });
    driver.kept.push({ id: 1, _id: "x", b: 2 });
    assertEquals(t.select(), [{ id: 1, a: null, constructor: null }]);
    assertEquals(t.select({ where: { constructor: null }, select: ["constructor"] }), [{
      constructor: null,
    }]);
  });

  test("of the wrong type are refused, naming table and column", () => {
    const wrong: readonly (readonly [string, unknown])[] = [
      ["text", 1],
      ["whole", "1"],
      ["whole", 1.5],
      ["whole", 2 ** 53],
      ["big", 5],
      ["big", "5.0"],
      ["real", "0.5"],
      ["real", NaN],
      ["yes", 1],
      ["day", "2024-01-02T00:00:00.000Z"],
      ["day", new Date(0)],
      ["day", "2024-02-30"],
      ["time", "yesterday"],
      ["time", 5],
      ["json", 5n],
      ["list", {}],
      ["object", []],
      ["bytes", "?"],
      ["bytes", Uint8Array.from([1])],
      ["id", null],
      ["id", undefined],
    ];
    for (const [column, value] of wrong) {
      const driver = new Keeper([]);
      const t = made(driver, everything);
      driver.kept.push({ id: 1, [column]: value });
      assertEquals(failure(() => t.select()), {
        name: "RinariError",
        code: "DRIVER_CONTRACT",
        table: "t",
        columns: [column],
        driver: "keeper",
      });
    }
    const native = new Keeper(["date"]);
    const t = made(native, everything);
    native.kept.push({ id: 1, day: new Date(1) });
    assertEquals(failure(() => t.select()).columns, ["day"]);
  });

  test("say in words what is wrong", () => {
    const driver = new Keeper([]);
    const t = made(driver, everything);
    driver.kept.push({ id: 1, yes: 1 });
    try {
      t.select();
    } catch (error) {
      assert(error instanceof RinariError);
      assertStringIncludes(error.message, "driver keeper returned from `findAll` on `t`");
      assertStringIncludes(error.message, "a boolean is needed of column `yes`, not 1");
    }
  });
});

describe("ComposedStore answers of a driver", () => {
  test("that are no rows or counts are refused", () => {
    const driver = new Keeper([]);
    const t = made(driver, everything);
    const code = (work: () => unknown) => failure(work).code;
    driver.answer = undefined;
    assertEquals(code(() => t.select()), "DRIVER_CONTRACT");
    assertEquals(code(() => t.count()), "DRIVER_CONTRACT");
    driver.answer = [[]];
    assertEquals(code(() => t.select()), "DRIVER_CONTRACT");
    driver.answer = -1;
    assertEquals(code(() => t.count()), "DRIVER_CONTRACT");
    driver.answer = "2";
    assertEquals(code(() => t.count()), "DRIVER_CONTRACT");
  });

  test("to an insert must have the number assigned, and nothing else is taken from them", () => {
    const driver = new Keeper([]);
    const t = made(driver, { id: key, text: { type: "TEXT" } });
    for (const echo of [undefined, null, {}, { text: "a" }, { id: null }, { id: "1" }, { id: 1.5 }]) {
      driver.echo = echo;
      assertEquals(failure(() => t.insert({ text: "a" })), {
        name: "RinariError",
        code: "DRIVER_CONTRACT",
        table: "t",
        columns: ["id"],
        driver: "keeper",
      });
      assertEquals(failure(() => t.insertAll([{ text: "b" }])).code, "DRIVER_CONTRACT");
    }
    driver.echo = { id: 7, text: "something else", more: true };
    assertEquals(t.insert({ text: "a" }), { id: 7, text: "a" });
    driver.echo = undefined;
    assertEquals(t.insert({ id: 8, text: "c" }), { id: 8, text: "c" });
  });

  test("may number a bigint key with a plain number", () => {
    const { tables: { t }, driver } = naive({
      t: { id: { ...key, bigint: true }, next: { type: "INTEGER", bigint: true } },
    });
    assertEquals(t.insert({ next: 2n }), { id: 1n, next: 2n });
    assertEquals(t.insert({ id: 2n ** 60n, next: 3n }), { id: 2n ** 60n, next: 3n });
    assertEquals(driver.stored("app", "t"), [{ id: 1, next: "2" }, { id: "1152921504606846976", next: "3" }]);
    assertEquals(t.update({ next: null }, { id: 1n }), 1);
    assertEquals(t.update({ next: null }, { id: 2n ** 60n }), 1);
    assertEquals(t.select({ where: { next: null }, orderBy: [["id", "DESC"]], select: ["id"] }), [{
      id: 2n ** 60n,
    }, { id: 1n }]);
  });
});

describe("ComposedStore.create", () => {
  test("hands the driver defaults that are JSON-safe, and none that are functions", () => {
    const driver = new NaiveDriver();
    const t = new FakeDatabase(driver).define("t", {
      id: key,
      day: { type: "DATE", default: "2024-01-02" },
      bytes: { type: "BLOB", default: Uint8Array.from([1]) },
      now: { type: "DATETIME", default: () => new Date() },
      none: { type: "TEXT", default: null },
    });
    t.create();
    assertEquals(driver.calls.find(({ table }) => table === "t")?.given[0], {
      id: { type: "INTEGER", primaryKey: true, autoIncrement: true, notNull: true },
      day: { type: "DATE", default: "2024-01-02" },
      bytes: { type: "BLOB", default: "AQ==" },
      now: { type: "DATETIME" },
      none: { type: "TEXT", default: null },
    });
  });
});

/** A driver that keeps the very objects it is given, and can be made to answer nonsense. */
class Keeper extends NaiveDriver {
  override readonly metadata;
  readonly kept: Loose[] = [];
  answer: unknown = this;
  echo: unknown = this;

  constructor(nativeTypes: readonly ("date" | "bytes" | "bigint")[]) {
    super();
    this.metadata = { name: "keeper", version: "1.0.0", capabilities: { nativeTypes } };
  }

  override findAll<T>(): T[] {
    return (this.answer === this ? this.kept : this.answer) as T[];
  }

  override count(): number {
    return (this.answer === this ? this.kept.length : this.answer) as number;
  }

  override insert<T>(_dbName: string, _tableName: string, data: Loose): T {
    if (this.echo === this) this.kept.push(data);
    return (this.echo === this ? data : this.echo) as T;
  }

  override bulkInsert<T>(_dbName: string, _tableName: string, records: readonly Loose[]): T[] {
    return records.map(() => this.echo) as T[];
  }
}

function made(driver: NaiveDriver, schema: ModelSchema): ReturnType<FakeDatabase["define"]> {
  const table = new FakeDatabase(driver).define("t", schema);
  table.create();
  return table;
}
