import { ValidationError } from "../../errors/mod.ts";
import { and, eq, gt, inList, like, ne, not, notIn, or, value } from "../../query/operators.ts";
import { expectEqual, expectFailure, expectTrue } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { TestModel } from "../test_model.ts";
import type { World } from "../world.ts";

/** Nothing that comes from outside is more than a value. */
export const securitySuite: readonly TestCase[] = [
  promise("security: hostile text is a value wherever it stands", hostileText),
  promise("security: tables and columns may have any storable name", hostileNames),
  promise("security: names that are no columns are refused everywhere", noColumns),
  promise("security: names of built-in members are columns like others", builtIns),
  promise("security: rows never gain a prototype from data", prototypes),
  promise("security: JSON paths that cannot be quoted are refused", paths),
  promise("security: undefined anywhere in a where is refused", undefinedRefused),
  promise("security: what is no operator is refused", unknownOperators),
  promise("security: a where that is no condition is refused", noConditions),
  promise("security: value() is always equality", valueIsEquality),
  promise("security: strictOperators refuses operators that JSON can forge", strict),
  promise("security: a database name is never a path", databaseNames),
  promise("security: a name that no store can keep is refused", badNames),
];

const HOSTILE: readonly string[] = [
  "'; DROP TABLE items; --",
  "' OR '1'='1",
  '" OR ""="',
  "` OR 1=1 --",
  "a'b",
  'a"b',
  "a`b",
  "a\\b",
  "\\",
  "\\'",
  "%",
  "_",
  "%_%",
  "[a-z]*",
  "$1",
  "?1",
  ":name",
  "@name",
  "{}",
  "null",
  "/* */",
  "--",
  ";",
  "\n",
  "\r\n",
  "\t",
  "\u0001",
  "\u007f",
  "\u{1F600}",
  "e\u0301",
  "\u202E",
  "\uFEFF",
  "\uFFFF",
  "constructor",
  "__proto__",
  "toString",
  "$ne",
  "a.b",
  "x'00'",
  "CHAR(39)",
];

const schema = {
  id: { type: "INTEGER", primaryKey: true },
  name: { type: "TEXT" },
  n: { type: "INTEGER" },
  data: { type: "JSON" },
} as const;

async function items(world: World): Promise<TestModel> {
  const rows = HOSTILE.map((name, id) => ({
    id,
    name,
    n: id % 3,
    data: { [name === "__proto__" ? "p" : name]: name },
  }));
  return await world.filled("items", schema, rows);
}

async function hostileText(world: World): Promise<void> {
  const Item = await items(world);
  const escaped = (text: string): string => text.replace(/[\\%_]/g, "\\$&");
  const found = async (where: unknown): Promise<unknown[]> =>
    (await Item.findAll({ where, select: ["id"] })).map(({ id }) => id);
  const matching = (test: (text: string) => boolean): number[] =>
    HOSTILE.flatMap((text, id) => test(text) ? [id] : []);
  for (const [id, text] of HOSTILE.entries()) {
    expectEqual(await found({ name: text }), [id]);
    expectEqual(await found({ name: { $in: [text, "nothing"] } }), [id]);
    expectEqual((await found({ name: { $ne: text } })).length, HOSTILE.length - 1);
    expectEqual(await found({ name: { $startsWith: text } }), matching((each) => each.startsWith(text)));
    expectEqual(await found({ name: { $endsWith: text } }), matching((each) => each.endsWith(text)));
    expectEqual(await found({ name: { $contains: text } }), matching((each) => each.includes(text)));
    expectEqual(await found({ name: { $like: escaped(text) } }), [id]);
    expectEqual(await found({ name: { $between: [text, text] } }), [id]);
    expectEqual(await found({ data: { $eq: { [text === "__proto__" ? "p" : text]: text } } }), [id]);
    expectEqual(await Item.update({ name: text, data: [text] }, { id, name: text }), 1);
    expectEqual(await found({ "data.0": text }), [id]);
  }
  expectEqual((await Item.findAll()).map(({ name }) => name), HOSTILE);
}

async function hostileNames(world: World): Promise<void> {
  const names = HOSTILE.filter((name) =>
    name !== "__proto__" && !name.startsWith("$") && !name.includes(".") && !hasControl(name)
  );
  const all = [
    ...names,
    "select",
    "order",
    "table",
    "group",
    "index",
    "rowid",
    "oid",
    "_rowid_",
    "key",
    "value",
    "column",
  ];
  const columns = Object.fromEntries(all.map((name) => [name, { type: "TEXT" }]));
  const row = Object.fromEntries(all.map((name) => [name, `value of ${name}`]));
  const Wide = world.define("wide", { id: schema.id, ...columns });
  expectEqual(await Wide.create({ id: 1, ...row }), { id: 1, ...row });
  for (const name of all) {
    expectEqual(
      await Wide.findAll({ where: { [name]: `value of ${name}` }, select: [name], orderBy: [[name, "ASC"]] }),
      [
        { [name]: `value of ${name}` },
      ],
    );
    expectEqual(await Wide.update({ [name]: "changed" }, { [name]: `value of ${name}` }), 1);
    expectEqual(await Wide.groupBy({ by: [name], aggregates: { [`n ${name}`]: { count: name } } }), [
      { [name]: "changed", [`n ${name}`]: 1 },
    ]);
    await Wide.createIndex(`on ${name}`, { columns: [name], unique: true });
  }
  for (const name of all) {
    const Table = world.define(name, { id: schema.id, [name]: { type: "TEXT" } });
    await Table.create({ id: 1, [name]: "x" });
    expectEqual(await Table.findAll({ where: { [name]: "x" } }), [{ id: 1, [name]: "x" }]);
    expectEqual(await Table.count(), 1);
  }
}

function hasControl(text: string): boolean {
  return [...text].some((char) => char < " " || char === "\u007f");
}

async function noColumns(world: World): Promise<void> {
  const Item = await items(world);
  const refused = { error: ValidationError, table: "items" };
  const names = [
    ...HOSTILE,
    "hasOwnProperty",
    "valueOf",
    "ID",
    "Name",
    "name ",
    " name",
    "`name`",
    '"name"',
    "items.name",
    "*",
    "1",
  ];
  for (const name of names) {
    const key = JSON.parse(`{ ${JSON.stringify(name)}: 1 }`) as object;
    await expectFailure(() => Item.findAll({ where: key }), refused);
    await expectFailure(() => Item.findAll({ where: { $or: [{ id: 1 }, key] } }), refused);
    await expectFailure(() => Item.delete(key), refused);
    await expectFailure(() => Item.update(key, { id: 1 }), refused);
    await expectFailure(() => Item.create(Object.assign(key, { id: 999 })), refused);
    await expectFailure(() => Item.findAll({ select: [name] }), refused);
    await expectFailure(() => Item.findAll({ orderBy: [[name, "ASC"]] }), refused);
    await expectFailure(() => Item.groupBy({ by: [name], aggregates: {} }), refused);
    await expectFailure(() => Item.sum(name), refused);
    await expectFailure(() => Item.min(name), refused);
    if (name !== "*") await expectFailure(() => Item.aggregate({ n: { count: name } }), refused);
    await expectFailure(() => Item.upsert({ id: 1 }, { conflict: [name] }), refused);
    await expectFailure(() => Item.createIndex("index", { columns: [name] }), refused);
  }
  expectEqual(await Item.count(), HOSTILE.length);
}

async function builtIns(world: World): Promise<void> {
  const names = [
    "constructor",
    "toString",
    "hasOwnProperty",
    "valueOf",
    "then",
    "length",
    "prototype",
    "isPrototypeOf",
  ];
  const columns = Object.fromEntries(names.map((name) => [name, { type: "TEXT" }]));
  const Item = world.define("items", { id: schema.id, ...columns });
  const empty = Object.fromEntries(names.map((name) => [name, null]));
  expectEqual(await Item.create({ id: 1 }), { id: 1, ...empty });
  for (const [i, name] of names.entries()) {
    expectEqual(await Item.create({ id: i + 2, [name]: "x" }), { id: i + 2, ...empty, [name]: "x" });
    expectEqual(await Item.findAll({ where: { [name]: "x" }, select: ["id", name] }), [{
      id: i + 2,
      [name]: "x",
    }]);
    expectEqual(await Item.update({ [name]: "y" }, { [name]: "x" }), 1);
    expectEqual(await Item.max(name), "y");
  }
  await expectFailure(() => Item.count({ __proto__: { id: 1 }, nothing: 1 }), { error: ValidationError });
}

async function prototypes(world: World): Promise<void> {
  const Item = await items(world);
  const forged = JSON.parse('{ "id": 900, "__proto__": { "admin": true } }') as unknown;
  await expectFailure(() => Item.create(forged), { error: ValidationError });
  await expectFailure(() => Item.create({ id: 900, data: JSON.parse('{ "a": { "__proto__": 1 } }') }), {
    error: ValidationError,
  });
  await expectFailure(
    () => world.define("bad", JSON.parse('{ "__proto__": { "type": "TEXT", "primaryKey": true } }')),
    {
      error: ValidationError,
    },
  );
  await Item.create({ id: 900, name: "__proto__", data: { constructor: { prototype: { admin: true } } } });
  const row = await Item.findById(900) ?? {};
  const prototype: unknown = Object.getPrototypeOf(row);
  expectTrue(prototype === Object.prototype || prototype === null, "a row is a plain object");
  expectEqual(row["data"], { constructor: { prototype: { admin: true } } });
  expectTrue(!("admin" in {}), "Object.prototype is unchanged");
  await Item.groupBy({ by: ["name"], aggregates: { n: { count: "*" } } });
  await expectFailure(() => Item.aggregate(JSON.parse('{ "__proto__": { "count": "*" } }')), {
    error: ValidationError,
  });
}

async function paths(world: World): Promise<void> {
  const Item = await items(world);
  const refused = { error: ValidationError, table: "items" };
  for (
    const path of [
      "",
      'a"b',
      "a\\b",
      "a..b",
      ".a",
      "a.",
      "a\nb",
      "a\0b",
      "\ud800",
      "__proto__",
      "a.__proto__",
    ]
  ) {
    await expectFailure(() => Item.findAll({ where: { [`data.${path}`]: 1 } }), refused);
    await expectFailure(() => Item.delete({ [`data.${path}`]: { $ne: 1 } }), refused);
  }
  for (const path of ["name.a", "id.0", "nothing.a", "constructor.name"]) {
    await expectFailure(() => Item.findAll({ where: { [path]: 1 } }), refused);
  }
  for (const path of ["'", "a'b", "$", "$.a", "[0]", "*", "a b", "') OR 1=1 --", "constructor"]) {
    expectEqual(await Item.count({ [`data.${path}`]: "nothing" }), 0);
  }
  for (
    const bad of [{ $gt: null }, { $gt: true }, { $in: [{}] }, { $eq: [1] }, { $eq: new Date() }, {
      $eq: NaN,
    }, { x: 1 }]
  ) {
    await expectFailure(() => Item.count({ "data.a": bad }), refused);
  }
}

async function undefinedRefused(world: World): Promise<void> {
  const Item = await items(world);
  const wheres: unknown[] = [
    { id: undefined },
    { id: 1, name: undefined },
    { id: { $eq: undefined } },
    { id: { $gt: 1, $lt: undefined } },
    { id: { $in: [1, undefined] } },
    { id: { $in: undefined } },
    { id: { $between: [1, undefined] } },
    { id: { $not: undefined } },
    { name: { $like: undefined } },
    { "data.a": undefined },
    { $or: [{ id: 1 }, undefined] },
    { $or: undefined },
    { $and: [undefined] },
    { $not: undefined },
    { id: value(undefined) },
    { id: eq(undefined) },
    and(undefined as never),
    not({ id: undefined }),
    // deno-lint-ignore no-sparse-arrays
    { id: { $in: [1, , 2] } },
    // deno-lint-ignore no-sparse-arrays
    { $or: [{ id: 1 }, , { id: 2 }] },
  ];
  await expectRefused(Item, wheres);
}

async function expectRefused(Item: TestModel, wheres: readonly unknown[]): Promise<void> {
  const refused = { error: ValidationError, table: "items" };
  const before = await Item.count();
  for (const where of wheres) {
    await expectFailure(() => Item.findAll({ where }), refused);
    await expectFailure(() => Item.findOne({ where }), refused);
    await expectFailure(() => Item.count(where), refused);
    await expectFailure(() => Item.exists(where), refused);
    await expectFailure(() => Item.update({ n: 1 }, where), refused);
    await expectFailure(() => Item.delete(where), refused);
    await expectFailure(() => Item.sum("n", where), refused);
  }
  expectEqual(await Item.count(), before);
}

async function unknownOperators(world: World): Promise<void> {
  const Item = await items(world);
  await expectRefused(Item, [
    { id: { $regex: "x" } },
    { id: { $GT: 1 } },
    { id: { gt: 1 } },
    { id: { $gt: 1, x: 1 } },
    { id: { $where: "1" } },
    { id: { constructor: 1 } },
    { id: { toString: 1 } },
    JSON.parse('{ "id": { "__proto__": 1 } }'),
    { id: {} },
    { id: { $exists: true } },
    { id: { "$gt;": 1 } },
    { $nor: [{ id: 1 }] },
    { $expr: 1 },
    { $gt: 1 },
    { $where: "1" },
    { id: { $and: [{ $gt: 1 }] } },
    { id: { $or: [1] } },
    { n: { $like: "1" } },
    { id: { $startsWith: "1" } },
    { data: { $gt: 1 } },
    { data: { $like: "a" } },
    { id: { $between: [1] } },
    { id: { $between: [1, 2, 3] } },
    { id: { $between: 1 } },
    { id: { $in: 1 } },
    { id: { $in: { 0: 1, length: 1 } } },
    { id: { $gt: null } },
    { name: { $like: null } },
    { name: { $like: "a\\" } },
    { name: { $contains: 1 } },
    { name: { $startsWith: "\ud800" } },
  ]);
}

async function noConditions(world: World): Promise<void> {
  const Item = await items(world);
  const bad = [
    1,
    "id = 1",
    true,
    [{ id: 1 }],
    new Date(),
    new Map([["id", 1]]),
    () => true,
    Symbol("s"),
    eq(1),
  ];
  for (const where of bad) {
    await expectFailure(() => Item.findAll({ where }), { error: ValidationError });
    await expectFailure(() => Item.delete(where), { error: ValidationError });
    await expectFailure(() => Item.update({ n: 1 }, where), { error: ValidationError });
  }
  await expectRefused(Item, [
    { id: [1] },
    { id: new Map() },
    { $or: { id: 1 } },
    { $and: "x" },
    { $not: [{ id: 1 }] },
    { $or: [1] },
    { $or: [[{ id: 1 }]] },
    { $not: null },
    Array.from({ length: 150 }).reduce<object>((where) => ({ $not: where }), { id: 1 }),
  ]);
  expectEqual(await Item.count(Object.assign(Object.create(null), { id: 1 })), 1);
}

async function valueIsEquality(world: World): Promise<void> {
  const Item = await items(world);
  const refused = { error: ValidationError, table: "items" };
  for (const body of ['{ "$ne": null }', '{ "$gt": "" }', '{ "$like": "%" }', "[1]", "{}"]) {
    const forged: unknown = JSON.parse(body);
    await expectFailure(() => Item.findAll({ where: { name: value(forged) } }), refused);
    await expectFailure(() => Item.delete({ id: value(forged) }), refused);
    await expectFailure(() => Item.count({ "data.a": value(forged) }), refused);
    expectEqual(await Item.count({ data: value(forged) }), 0);
  }
  expectEqual(await Item.count({ name: value("$ne") }), 1);
  expectEqual(await Item.count({ id: value(3) }), 1);
  expectEqual(await Item.count({ name: value(null) }), 0);
  await expectFailure(() => Item.count({ id: { $ne: value(3) } }), refused);
}

async function strict(world: World): Promise<void> {
  await items(world);
  const Item = world.define("items", schema, { orm: world.newORM({ strictOperators: true }) });
  const forged: unknown[] = [
    { name: { $ne: null } },
    { id: { $gt: 0 } },
    { $or: [{ id: 1 }, { id: 2 }] },
    { $and: [{ id: 1 }] },
    { $not: { id: 1 } },
    { data: { $ne: null } },
    { "data.a": { $ne: 1 } },
    JSON.parse('{ "name": { "operator": "$ne", "operand": null } }'),
    { name: {} },
  ];
  await expectRefused(Item, forged);
  const count = HOSTILE.length;
  expectEqual(await Item.count({ id: gt(1) }), count - 2);
  expectEqual(await Item.count({ name: ne("%") }), count - 1);
  expectEqual(await Item.count({ id: inList([1, 2]), name: like("%") }), 2);
  expectEqual(await Item.count({ id: notIn([1, 2]) }), count - 2);
  expectEqual(await Item.count(or({ id: 1 }, and({ id: 2 }, not({ n: 1 })))), 2);
  expectEqual(await Item.count({ id: value(1), name: HOSTILE[1] }), 1);
  expectEqual(await Item.count({ data: { any: "structure" } }), 0);
  expectEqual(await Item.delete({ id: gt(3) }), count - 4);
}

async function databaseNames(world: World): Promise<void> {
  const bad = [
    "",
    "../x",
    "a/b",
    "a\\b",
    "..",
    ".",
    ".hidden",
    "a..b",
    "CON",
    "nul.db",
    "a b",
    "é",
    "a\0",
    "x".repeat(65),
    "C:x",
    "a.",
  ];
  for (const database of bad) {
    await expectFailure(() => world.define("items", schema, { database }), {
      error: ValidationError,
      code: "INVALID_NAME",
    });
  }
}

async function badNames(world: World): Promise<void> {
  const invalid = { error: ValidationError, code: "INVALID_NAME" };
  for (const name of ["", "__proto__", "a\0b", "a\nb", "\ud800", "$a", "x".repeat(201), "\u007f"]) {
    const named = JSON.parse(
      JSON.stringify({ [name]: 1 }).replace(":1", ':{"type":"TEXT","primaryKey":true}'),
    ) as object;
    await expectFailure(() => world.define("items", named), invalid);
    await expectFailure(() => world.define(name, schema), invalid);
  }
  await expectFailure(() => world.define("items", { "a.b": { type: "TEXT", primaryKey: true } }), invalid);
  await expectFailure(() => world.define("sqlite_master", schema), invalid);
}
