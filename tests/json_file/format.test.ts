import { assert, assertEquals, assertThrows } from "@std/assert";
import { writeFileSync } from "node:fs";
import { JSONFileDriver } from "../../drivers/json_file.ts";
import { DataTypes, type IndexOptions, ORM, type TableSchema, UniqueConstraintError } from "../../mod.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { appPath, appText, failureOf, openItems } from "./support.ts";

const every: TableSchema = {
  id: { type: "INTEGER", primaryKey: true, autoIncrement: true },
  text: { type: "TEXT", notNull: true },
  whole: { type: "INTEGER" },
  big: { type: "INTEGER", bigint: true, unique: true },
  real: { type: "REAL" },
  flag: { type: "BOOLEAN" },
  day: { type: "DATE" },
  time: { type: "DATETIME" },
  json: { type: "JSON" },
  list: { type: "ARRAY" },
  bytes: { type: "BLOB" },
  parent: {
    type: "INTEGER",
    references: { table: "every", column: "id", onDelete: "SET NULL", onUpdate: "CASCADE" },
  },
};

const rows = [
  {
    text: '😀 "quoted"\n\\ \u2028 \ufeff',
    whole: Number.MAX_SAFE_INTEGER,
    big: -(2n ** 63n),
    real: 0.1,
    flag: true,
    day: new Date("0000-01-01"),
    time: new Date("9999-12-31T23:59:59.999Z"),
    json: { b: [1, null, "x"], a: { "": -1.5e-300 } },
    list: [],
    bytes: Uint8Array.of(0, 127, 128, 255),
    parent: 1,
  },
  {
    text: "",
    whole: Number.MIN_SAFE_INTEGER,
    big: 2n ** 63n - 1n,
    real: Number.MAX_VALUE,
    flag: false,
    day: new Date("1969-12-31"),
    time: new Date(-1),
    json: "2020-01-01",
    list: [[{ toJSON: 1 }]],
    bytes: new Uint8Array(),
    parent: null,
  },
  {
    text: "null",
    whole: null,
    big: null,
    real: Number.MIN_VALUE,
    flag: null,
    day: null,
    time: null,
    json: null,
    list: null,
    bytes: null,
    parent: 2,
  },
];

const TEXT = `{
  "format": "@rinari/orm json-file",
  "version": 1,
  "tables": [
    {
      "name": "every",
      "columns": {
        "id": {"type":"INTEGER","primaryKey":true,"autoIncrement":true},
        "text": {"type":"TEXT","notNull":true},
        "whole": {"type":"INTEGER"},
        "big": {"type":"INTEGER","unique":true,"bigint":true},
        "real": {"type":"REAL"},
        "flag": {"type":"BOOLEAN"},
        "day": {"type":"DATE"},
        "time": {"type":"DATETIME"},
        "json": {"type":"JSON"},
        "list": {"type":"ARRAY"},
        "bytes": {"type":"BLOB"},
        "parent": {"type":"INTEGER","references":{"table":"every","column":"id","onDelete":"SET NULL","onUpdate":"CASCADE"}}
      },
      "indexes": [
        {"name":"by_day","columns":["day","text"]}
      ],
      "lastNumber": 3,
      "rows": [
        {"id":1,"text":"😀 \\"quoted\\"\\n\\\\ \u2028 \ufeff","whole":9007199254740991,"big":"-9223372036854775808","real":0.1,"flag":true,"day":"0000-01-01","time":"9999-12-31T23:59:59.999Z","json":{"b":[1,null,"x"],"a":{"":-1.5e-300}},"list":[],"bytes":"AH+A/w==","parent":1},
        {"id":2,"text":"","whole":-9007199254740991,"big":"9223372036854775807","real":1.7976931348623157e+308,"flag":false,"day":"1969-12-31","time":"1969-12-31T23:59:59.999Z","json":"2020-01-01","list":[[{"toJSON":1}]],"bytes":"","parent":null},
        {"id":3,"text":"null","whole":null,"big":null,"real":5e-324,"flag":null,"day":null,"time":null,"json":null,"list":null,"bytes":null,"parent":2}
      ]
    },
    {
      "name": "none",
      "columns": {
        "id": {"type":"TEXT","primaryKey":true}
      },
      "rows": []
    }
  ]
}
`;

function open(storageDir: string): JSONFileDriver {
  const driver = new JSONFileDriver({ storageDir });
  driver.connect({});
  return driver;
}

/** Runs work on a driver and closes it. */
function using<T>(storageDir: string, work: (driver: JSONFileDriver) => T): T {
  const driver = open(storageDir);
  try {
    return work(driver);
  } finally {
    driver.disconnect();
  }
}

describe("the file of a database", () => {
  test("is one readable text, and gives every value back", () =>
    withTempDir((dir) => {
      const stored = using(dir, (driver) => {
        driver.createTable("app", "every", every);
        driver.createIndex("app", "every", "by_day", { columns: ["day", "text"] });
        const stored = driver.bulkInsert("app", "every", rows);
        driver.createTable("app", "none", { id: { type: "TEXT", primaryKey: true } });
        return stored;
      });
      assertEquals(appText(dir), TEXT);
      using(dir, (driver) => {
        assertEquals(driver.findAll("app", "every", {}), stored);
        assertEquals(stored, rows.map((row, i) => ({ id: i + 1, ...row })));
        assertEquals(driver.introspect("app", "every"), every);
        assertEquals(driver.update("app", "every", { flag: true }, { id: 1 }), 1);
      });
      assertEquals(appText(dir), TEXT);
    }));

  test("may be formatted anew, begin with a byte order mark and leave out what is null or empty", () =>
    withTempDir((dir) => {
      const file = JSON.parse(TEXT);
      for (const key of ["whole", "big", "flag"]) delete file.tables[0].rows[2][key];
      delete file.tables[0].indexes;
      delete file.tables[0].lastNumber;
      for (const text of [JSON.stringify(file), `\ufeff\r\n${JSON.stringify(file, null, "\t")}\r\n`]) {
        writeFileSync(appPath(dir), text);
        using(dir, (driver) => {
          assertEquals(driver.findAll("app", "every", {}), rows.map((row, i) => ({ id: i + 1, ...row })));
          assertEquals(driver.insert<{ id: number }>("app", "every", { text: "next" }).id, 4);
        });
      }
    }));

  test("is not made before something is stored, and not touched by reading", () =>
    withTempDir((dir) => {
      const { driver, orm, Item } = openItems(dir);
      assertEquals(driver.tableExists("app", "items"), false);
      assertEquals(appText(dir), null);
      Item.create({ name: "a" });
      const text = appText(dir);
      assertEquals([Item.count(), Item.findAll().length, Item.sum("id")], [1, 1, 1]);
      assertThrows(() => Item.create({ name: "a" }), UniqueConstraintError);
      assertEquals(appText(dir), text);
      orm.disconnect();
    }));

  test("keeps the order of tables, and names that are numbers or members of objects", () =>
    withTempDir((dir) => {
      const names = ["10", "9", "constructor", "toString", "a b", "$1".slice(1), "ä😀"];
      const columns: TableSchema = {
        id: { type: "INTEGER", primaryKey: true },
        "7": { type: "TEXT" as const },
        toJSON: { type: "TEXT" as const },
        constructor: { type: "TEXT" as const },
        hasOwnProperty: { type: "TEXT" as const },
        "quoted \"`'": { type: "TEXT" as const },
      };
      const row = Object.fromEntries(
        Object.keys(columns).map((name) => [name, name === "id" ? 1 : `${name}!`]),
      );
      using(dir, (driver) => {
        for (const name of names) {
          driver.createTable("app", name, columns);
          driver.insert("app", name, row);
        }
      });
      using(dir, (driver) => {
        for (const name of names) {
          driver.createTable("app", name, columns);
          assertEquals(driver.findAll("app", name, {}), [row]);
        }
        driver.insert("app", "9", { ...row, id: 2 });
      });
      const stored: { name: string }[] = JSON.parse(appText(dir) as string).tables;
      assertEquals(stored.map(({ name }) => name), names);
    }));
});

describe("a file that is opened again", () => {
  test("goes on with the numbers it has given", () =>
    withTempDir((dir) => {
      const schema: TableSchema = {
        id: { type: "INTEGER", primaryKey: true, autoIncrement: true, bigint: true },
        n: { type: "INTEGER" },
      };
      const next = (driver: JSONFileDriver) => driver.insert<{ id: bigint }>("app", "t", { n: 1 }).id;
      using(dir, (driver) => {
        driver.createTable("app", "t", schema);
        assertEquals([next(driver), next(driver)], [1n, 2n]);
        driver.delete("app", "t", {});
      });
      using(dir, (driver) => {
        assertEquals(next(driver), 3n);
        driver.update("app", "t", { id: 2n ** 60n }, { id: 3n });
      });
      using(dir, (driver) => {
        assertEquals(next(driver), 2n ** 60n + 1n);
        driver.delete("app", "t", {});
        driver.insert("app", "t", { id: 2n ** 63n - 1n, n: 1 });
      });
      using(dir, (driver) => assertEquals(failureOf(() => next(driver)).code, "OUT_OF_RANGE"));
    }));

  test("has its indexes, with conditions on every type", () =>
    withTempDir((dir) => {
      const indexes: Record<string, IndexOptions> = {
        bytes: { columns: ["text"], unique: true, where: { bytes: { $gte: Uint8Array.of(1, 2) } } },
        big: { columns: ["whole"], where: { $not: { big: { $in: [2n ** 60n, -1n, null] } } } },
        days: {
          columns: ["text", "day"],
          where: { $or: [{ day: { $gt: new Date("2020-01-01") } }, { time: new Date(5) }] },
        },
        json: {
          columns: ["real"],
          where: { "json.a.b": { $between: [1, 5] }, list: { $eq: [1, { "~": 2 }] } },
        },
        text: { columns: ["flag"], where: { text: { $like: "a%" }, flag: true } },
      };
      const make = (driver: JSONFileDriver): void => {
        driver.createTable("app", "every", every);
        for (const name of Object.keys(indexes)) {
          driver.createIndex("app", "every", name, indexes[name] as IndexOptions);
        }
      };
      using(dir, make);
      const text = appText(dir);
      using(dir, (driver) => {
        make(driver);
        for (const name of Object.keys(indexes)) {
          const other = { ...indexes[name] as IndexOptions, where: { id: 5 } };
          assertEquals(
            failureOf(() => driver.createIndex("app", "every", name, other)).code,
            "INDEX_MISMATCH",
          );
        }
        const insert = (...bytes: number[]) =>
          driver.insert("app", "every", { text: "a", bytes: Uint8Array.from(bytes) });
        insert(1, 1);
        insert(1, 1);
        insert(1, 2);
        assertEquals(failureOf(() => insert(2)).columns, ["text"]);
        driver.delete("app", "every", {});
      });
      assertEquals(appText(dir), text?.replace('"lastNumber": 0', '"lastNumber": 3'));
    }));

  test("refuses a model that differs", () =>
    withTempDir((dir) => {
      const first = openItems(dir);
      first.Item.create({ name: "a" });
      first.orm.disconnect();
      const text = appText(dir);
      const orm = new ORM({
        driver: new JSONFileDriver({ databases: { app: appPath(dir) }, busyTimeout: 0 }),
      });
      const Other = orm.define("app", "items", {
        id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
        name: { type: DataTypes.INTEGER },
      });
      assertEquals(failureOf(() => Other.count()).code, "SCHEMA_MISMATCH");
      orm.disconnect();
      assertEquals(appText(dir), text);
    }));
});

test("a database of a hundred thousand rows is written and read in one piece", () =>
  withTempDir((dir) => {
    const count = 100_000;
    const { orm, Item } = openItems(dir, { durability: "relaxed" });
    Item.bulkCreate(Array.from({ length: count }, (_, i) => ({ name: `item ${i}` })));
    orm.disconnect();
    const again = openItems(dir);
    assertEquals(again.Item.count(), count);
    assertEquals(again.Item.findById(count), { id: count, name: `item ${count - 1}` });
    assert(
      (appText(dir) as string).endsWith(
        `{"id":${count},"name":"item ${count - 1}"}\n      ]\n    }\n  ]\n}\n`,
      ),
    );
    again.orm.disconnect();
  }));
