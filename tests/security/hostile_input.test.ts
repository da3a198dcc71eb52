import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  and,
  DataTypes,
  eq,
  gt,
  ne,
  not,
  or,
  ORM,
  RinariError,
  type SyncDriver,
  ValidationError,
  value,
} from "../../mod.ts";
import { BunSQLiteDriver } from "../../drivers/bun_sqlite.ts";
import { JSONFileDriver } from "../../drivers/json_file.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { NodeSQLiteDriver } from "../../drivers/node_sqlite.ts";
import { describe, runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";

const HOSTILE = [
  "users; DROP TABLE users",
  "` OR 1=1 --",
  '" OR ""="',
  "' OR ''='",
  "name`, (SELECT password FROM users) AS `x",
  "1=1",
  "*",
  "rowid",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "$where",
  "",
  "name\0",
  "\ud800",
];

function drivers(): SyncDriver[] {
  const databases = { app: ":memory:" };
  const all: SyncDriver[] = [new MemoryDriver(), new NodeSQLiteDriver({ databases })];
  return runtime === "bun" ? [...all, new BunSQLiteDriver({ databases })] : all;
}

function defineUser(driver: SyncDriver, strictOperators = false) {
  const orm = new ORM({ driver, strictOperators });
  const User = orm.define("app", "users", {
    id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    name: { type: DataTypes.TEXT, notNull: true, unique: true },
    password: { type: DataTypes.TEXT, notNull: true },
    data: { type: DataTypes.JSON },
  });
  User.bulkCreate([{ name: "ada", password: "x" }, { name: "grace", password: "y", data: { a: 1 } }]);
  return { orm, User };
}

describe("hostile names", () => {
  test("are refused in where, data, select, orderBy, groupBy, paths and indexes, on every driver", () => {
    for (const driver of drivers()) {
      const { User } = defineUser(driver);
      for (const name of HOSTILE) {
        const object = Object.fromEntries([[name, 1]]) as never;
        const calls: (() => unknown)[] = [
          () => User.findAll({ where: object }),
          () => User.count(object),
          () => User.delete(object),
          () => User.update({ name: "z" }, object),
          () => User.update(object, { id: 1 }),
          () => User.create(object),
          () => User.findAll({ select: [name as never] }),
          () => User.findAll({ orderBy: [[name as never, "ASC"]] }),
          () => User.groupBy({ by: [name as never], aggregates: { n: { count: "*" } } }),
          () => User.sum(name as never),
          () => User.createIndex("an_index", { columns: [name as never] }),
          () => User.upsert({ name: "ada", password: "z" }, { conflict: [name as never] }),
        ];
        for (const call of calls) assertThrows(call, RinariError);
      }
      for (
        const path of [
          'data."x',
          'data.a"]',
          "data.a\\",
          "data.",
          "data..a",
          "data.__proto__",
          "name.a",
          "data.a\0",
        ]
      ) {
        assertThrows(() => User.findAll({ where: { [path]: 1 } as never }), ValidationError);
      }
      assertEquals(User.findAll({ select: ["name", "password"] }), [
        { name: "ada", password: "x" },
        { name: "grace", password: "y" },
      ]);
      assertEquals(({} as Record<string, unknown>)["x"], undefined);
    }
  });

  test("of tables, columns, indexes and databases are refused where a store gives them a meaning", () => {
    const orm = new ORM({ driver: new MemoryDriver() });
    const id = { type: DataTypes.INTEGER, primaryKey: true } as const;
    for (
      const name of [
        "../x",
        "a/b",
        "a\\b",
        "",
        ".",
        "..",
        ".x",
        "x.",
        "con",
        "NUL.db",
        "a b",
        "x\0",
        "ä",
        "x".repeat(65),
      ]
    ) {
      assertThrows(() => orm.define(name, "t", { id }), ValidationError);
    }
    for (const name of ["", "sqlite_master", "$t", "t\0", "\ud800", "__proto__"]) {
      assertThrows(() => orm.define("app", name, { id }), ValidationError);
    }
    for (const name of ["", "a.b", "$a", "a\n", "ID"]) {
      assertThrows(() => orm.define("app", "t", { id, [name]: { type: DataTypes.TEXT } }), ValidationError);
    }
    assertThrows(
      () => orm.define("app", "t", JSON.parse('{"__proto__":{"type":"TEXT","primaryKey":true}}')),
      ValidationError,
    );
  });

  test("that need quoting work as they are, on every driver", () => {
    for (const driver of drivers()) {
      const orm = new ORM({ driver });
      const odd = [
        "se`lect",
        "a b",
        "'quoted'",
        '"double"',
        "naïve 😀",
        "constructor",
        "--",
        "x; DROP TABLE t",
      ];
      const columns = Object.fromEntries(odd.map((name) => [name, { type: DataTypes.TEXT }] as const));
      const T = orm.define("app", "odd `table`; DROP", {
        id: { type: DataTypes.INTEGER, primaryKey: true },
        ...columns,
      });
      const row = Object.fromEntries(odd.map((name, i) => [name, `value ${i}`]));
      T.create({ id: 1, ...row } as never);
      T.createIndex("odd `index`", { columns: odd.slice(0, 2) as never, unique: true });
      for (const [i, name] of odd.entries()) {
        assertEquals(T.count({ [name]: `value ${i}` } as never), 1);
        assertEquals(T.findAll({ select: [name as never], orderBy: [[name as never, "DESC"]] }).length, 1);
        assertEquals(T.update({ [name]: `new ${i}` } as never, { [name]: `value ${i}` } as never), 1);
      }
      assertEquals(Object.keys(T.findById(1) ?? {}).length, odd.length + 1);
    }
  });
});

describe("operators from outside", () => {
  test("value() means equality and refuses an object on a scalar column", () => {
    const { User } = defineUser(new MemoryDriver());
    const body = JSON.parse('{"name":"ada","password":{"$ne":null}}');
    assertEquals(User.count({ name: body.name, password: body.password }), 1);
    assertThrows(
      () => User.findOne({ where: { name: value(body.name), password: value(body.password) } }),
      ValidationError,
    );
    assertEquals(User.count({ name: value("ada"), password: value("x") }), 1);
    assertEquals(User.count({ data: value({ a: 1 }) }), 1);
    assertEquals(User.count({ data: value(null) }), 1);
  });

  test("strictOperators accepts operators made by functions only", () => {
    for (const driver of drivers()) {
      const { User } = defineUser(driver, true);
      for (
        const text of [
          '{"password":{"$ne":null}}',
          '{"password":{"$gt":""}}',
          '{"password":{"#operator":"$ne"}}',
          '{"$or":[{"id":1},{"id":2}]}',
          '{"$not":{"id":9}}',
          '{"data.a":{"$gt":0}}',
        ]
      ) {
        const where = JSON.parse(text);
        for (
          const call of [() => User.findAll({ where }), () => User.delete(where), () => User.count(where)]
        ) {
          assertThrows(call, ValidationError);
        }
      }
      assertEquals(User.count({ id: gt(1), password: ne("z") }), 1);
      assertEquals(User.count(or({ id: 1 }, and({ id: 2 }, not({ name: eq("ada") })))), 2);
      assertEquals(User.count({ data: { a: 1 } }), 1);
      assertEquals(User.count({ "data.a": 1 }), 1);
    }
  });

  test("strictOperators covers the `where` of indexes", () => {
    for (const driver of drivers()) {
      const { User } = defineUser(driver, true);
      const where = JSON.parse('{"password":{"$ne":""}}');
      assertThrows(() => User.createIndex("forged", { columns: ["name"], where }), ValidationError);
      User.createIndex("made", { columns: ["name"], where: { password: ne("") } });
      const orm = new ORM({ driver, strictOperators: true });
      const define = (condition: object) =>
        orm.define("app", "people", { id: { type: DataTypes.INTEGER, primaryKey: true } }, {
          indexes: [{ columns: ["id"], where: condition as never }],
        });
      assertThrows(() => define(JSON.parse('{"id":{"$gt":1}}')), ValidationError);
      assertEquals(define({ id: gt(1) }).count(), 0);
    }
  });

  test("a statement smuggled into a value stays a value", () => {
    for (const driver of drivers()) {
      const { User } = defineUser(driver);
      for (const [i, text] of ["'; DROP TABLE users; --", "`", '" OR 1=1', "%' OR '1'='1", "\\"].entries()) {
        const { id } = User.create({ name: text, password: text, data: { [`k${i}`]: text } });
        assertEquals(User.findAll({ where: { name: text }, select: ["id"] }), [{ id }]);
        assertEquals(User.count({ name: { $contains: text } }), 1);
        assertEquals(User.count({ [`data.k${i}`]: text } as never), 1);
      }
      assertEquals(User.count(), 7);
    }
  });
});

describe("storageDir", () => {
  const makers: [ending: string, make: (storageDir: string) => SyncDriver][] = [
    [".db", (storageDir) => new NodeSQLiteDriver({ storageDir })],
    [".json", (storageDir) => new JSONFileDriver({ storageDir })],
  ];
  for (const [ending, make] of makers) {
    test(`is never left, whatever the database is called, with files that end in ${ending}`, async () => {
      await withTempDir((dir) => {
        const storageDir = join(dir, "store");
        const outside = `outside${ending}`;
        mkdirSync(storageDir);
        writeFileSync(join(dir, outside), "not a database");
        symlinkSync(join(dir, outside), join(storageDir, `link${ending}`));
        const driver = make(storageDir);
        const orm = new ORM({ driver });
        const Link = orm.define("link", "t", { id: { type: DataTypes.INTEGER, primaryKey: true } });
        assertStringIncludes(assertThrows(() => Link.count(), RinariError).message, "link");
        const schema = { id: { type: DataTypes.INTEGER, primaryKey: true } } as const;
        const names = ["../outside", "..", "/etc/passwd", "a/../../outside", "a\\b", "a\0", "NUL", "x.", ""];
        for (const name of names) {
          assertThrows(() => driver.createTable(name, "t", schema), RinariError);
        }
        driver.createTable("Twin", "t", schema);
        assertThrows(() => driver.createTable("twin", "t", schema), RinariError);
        orm.disconnect();
        assertEquals(readdirSync(dir).sort(), [outside, "store"]);
        assertEquals(readFileSync(join(dir, outside), "utf8"), "not a database");
        assertEquals(readdirSync(storageDir).sort(), [`Twin${ending}`, `link${ending}`]);
      });
    });
  }

  test("keeps databases apart whose names look like files of another's", async () => {
    await withTempDir((storageDir) => {
      const driver = new JSONFileDriver({ storageDir });
      driver.connect({});
      const names = ["app", "app.json", "app.json.lock", "app.json.rinari.tmp", "app.lock", "app.json.json"];
      for (const [i, name] of names.entries()) {
        driver.createTable(name, "t", { id: { type: "INTEGER", primaryKey: true } });
        driver.insert(name, "t", { id: i });
      }
      driver.disconnect();
      driver.connect({});
      for (const [i, name] of names.entries()) assertEquals(driver.findAll(name, "t", {}), [{ id: i }]);
      driver.disconnect();
      assertEquals(readdirSync(storageDir).sort(), names.map((name) => `${name}.json`).sort());
    });
  });
});
