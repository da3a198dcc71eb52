import { isPromise } from "../../chain/chain.ts";
import { ConnectionError, UniqueConstraintError, ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure, expectTrue } from "../assertions.ts";
import { namesDatabases, promise, promiseIf, type TestCase } from "../test_case.ts";
import type { World } from "../world.ts";

/** Tables: made when first needed, never changed behind one's back. */
export const schemaSuite: readonly TestCase[] = [
  promise("define: another model of the same table finds its rows", sameTable),
  promise("define: a table that differs from its schema is refused", mismatches),
  promise("define: an index that differs from the one declared is refused", indexMismatch),
  promise("define: a schema that makes no sense is refused", nonsense),
  promise("define: a reference to no table, or to what is not unique, is refused", badReferences),
  promise("define: a table of 120 columns", wide),
  promise("define: tables of one name in two databases have nothing in common", twoDatabases),
  promiseIf(
    namesDatabases,
    "define: databases have nothing in common, however alike their names are",
    alikeDatabases,
  ),
  promise("ready: makes the tables of all models", ready),
  promise("drop: the table is empty when it is used again", drops),
  promise("drop: a table may be defined anew in another form", redefined),
  promise("disconnect: operations after it are refused, a new ORM connects again", disconnects),
];

const key = { type: "INTEGER", primaryKey: true } as const;

async function sameTable(world: World): Promise<void> {
  const schema = {
    id: { ...key, autoIncrement: true },
    text: { type: "TEXT", notNull: true, unique: true, default: "x" },
    big: { type: "INTEGER", bigint: true },
    day: { type: "DATE", default: "2024-01-01" },
    other: { type: "INTEGER", references: { table: "items", column: "id", onDelete: "CASCADE" } },
    data: { type: "JSON" },
  } as const;
  const indexes = [{ columns: ["big", "day"], unique: true }, { columns: ["day"] }];
  const Item = await world.filled("items", schema, [{ big: 1n, data: { a: 1 } }], { indexes });
  const rows = await Item.findAll();
  const orm = world.newORM();
  const Same = world.define("items", { ...schema, data: { type: "OBJECT" } }, { indexes, orm });
  expectEqual(await Same.findAll(), rows);
  expectEqual((await Same.create({ text: "y" }))["id"], 2);
  expectEqual(await Item.count(), 2);
}

async function mismatches(world: World): Promise<void> {
  const schema = {
    id: key,
    text: { type: "TEXT" },
    n: { type: "INTEGER" },
    r: { type: "REAL" },
    ref: { type: "INTEGER", references: { table: "others", column: "id" } },
    day: { type: "DATE" },
  } as const;
  world.define("others", { id: key, code: { type: "INTEGER", unique: true } });
  const Item = await world.filled("items", schema, [{ id: 1, text: "a", n: 1 }]);
  const { text: _text, ...less } = schema;
  const differing: Record<string, unknown> = {
    "a column less": less,
    "a column more": { ...schema, more: { type: "TEXT" } },
    "another type": { ...schema, text: { type: "INTEGER" } },
    "numbers instead of integers": { ...schema, n: { type: "REAL" } },
    "times instead of dates": { ...schema, day: { type: "DATETIME" } },
    "bytes instead of text": { ...schema, text: { type: "BLOB" } },
    "JSON instead of text": { ...schema, text: { type: "JSON" } },
    "booleans instead of integers": { ...schema, n: { type: "BOOLEAN" } },
    "64 bit": { ...schema, n: { type: "INTEGER", bigint: true } },
    "not null": { ...schema, text: { type: "TEXT", notNull: true } },
    unique: { ...schema, text: { type: "TEXT", unique: true } },
    "another primary key": { ...schema, id: { type: "INTEGER" }, n: key },
    "a wider primary key": { ...schema, n: key },
    "numbers assigned": { ...schema, id: { ...key, autoIncrement: true } },
    "no reference": { ...schema, ref: { type: "INTEGER" } },
    "another reference": {
      ...schema,
      ref: { type: "INTEGER", references: { table: "others", column: "code" } },
    },
    "another action": {
      ...schema,
      ref: { type: "INTEGER", references: { table: "others", column: "id", onDelete: "CASCADE" } },
    },
  };
  const mismatch = { error: ValidationError, code: "SCHEMA_MISMATCH", table: "items" };
  for (const other of Object.values(differing)) {
    const orm = world.newORM();
    world.define("others", { id: key, code: { type: "INTEGER", unique: true } }, { orm });
    const Other = world.define("items", other, { orm });
    const refused = await expectFailure(() => Other.findAll(), mismatch) as ValidationError;
    expectTrue(refused.columns.length > 0, "the columns are named");
    expectTrue(refused.message.includes(`\`${refused.columns[0]}\``), "the message names them too");
    await expectFailure(() => Other.count(), mismatch);
  }
  expectEqual(await Item.count(), 1);
  const orm = world.newORM();
  world.define("others", { id: key, code: { type: "INTEGER", unique: true } }, { orm });
  const equal = { ...schema, text: { type: "STRING" }, r: { type: "NUMBER" } };
  expectEqual((await world.define("items", equal, { orm }).findAll()).length, 1);
}

async function indexMismatch(world: World): Promise<void> {
  const schema = { id: key, a: { type: "TEXT" }, b: { type: "TEXT" } };
  const declared = (columns: string[], unique: boolean) => ({ indexes: [{ name: "one", columns, unique }] });
  const Item = await world.filled("items", schema, [{ id: 1, a: "x" }], declared(["a"], true));
  const Twin = world.define("items", schema, { ...declared(["a"], true), orm: world.newORM() });
  await expectFailure(() => Twin.create({ id: 2, a: "x" }), { error: UniqueConstraintError, columns: ["a"] });
  await expectFailure(() => Item.createIndex("one", { columns: ["b"], unique: true }), {
    error: ValidationError,
    code: "INDEX_MISMATCH",
  });
  await expectFailure(() => Twin.createIndex("one", { columns: ["a"] }), {
    error: ValidationError,
    code: "INDEX_MISMATCH",
  });
}

async function nonsense(world: World): Promise<void> {
  const invalid = { error: ValidationError, code: "INVALID_SCHEMA" };
  const bad: unknown[] = [
    {},
    null,
    { a: { type: "TEXT" } },
    { id: { type: "text", primaryKey: true } },
    { id: { primaryKey: true } },
    { id: "TEXT" },
    { id: { type: "TEXT", primaryKey: true, autoIncrement: true } },
    { id: { ...key, autoIncrement: true }, b: key },
    { id: key, a: { type: "INTEGER", autoIncrement: true } },
    { id: { type: "JSON", primaryKey: true } },
    { id: key, a: { type: "OBJECT", unique: true } },
    { id: key, a: { type: "TEXT", bigint: true } },
    { id: key, a: { type: "TEXT" }, A: { type: "TEXT" } },
    {
      id: key,
      a: { type: "INTEGER", notNull: true, references: { table: "t", column: "id", onDelete: "SET NULL" } },
    },
    { id: key, a: { type: "INTEGER", references: { table: "t", column: "id", onDelete: "DROP" } } },
    { id: key, a: { type: "TEXT", values: [] } },
  ];
  for (const schema of bad) await expectFailure(() => world.define("items", schema), invalid);
  world.define("items", { id: key });
  const again = { error: ValidationError, code: "ALREADY_DEFINED" };
  await expectFailure(() => world.define("items", { id: key }), again);
  await expectFailure(() => world.define("Items", { id: key }), again);
}

async function badReferences(world: World): Promise<void> {
  const invalid = { error: ValidationError, code: "INVALID_SCHEMA", table: "items", columns: ["other"] };
  const define = (references: object, type: string = "INTEGER") => {
    const orm = world.newORM();
    world.define("others", { id: key, n: { type: "INTEGER" }, code: { type: "TEXT", unique: true } }, {
      orm,
    });
    return world.define("items", { id: key, other: { type, references } }, { orm });
  };
  await expectFailure(() => define({ table: "nothing", column: "id" }).count(), invalid);
  await expectFailure(() => define({ table: "others", column: "n" }).count(), invalid);
  await expectFailure(() => define({ table: "others", column: "code" }).count(), invalid);
  await expectFailure(() => define({ table: "others", column: "id" }, "TEXT").count(), invalid);
  await expectFailure(() => define({ table: "others", column: "nothing" }).count(), {
    error: ValidationError,
  });
  expectEqual(await define({ table: "others", column: "code" }, "TEXT").count(), 0);
}

async function wide(world: World): Promise<void> {
  const names = Array.from({ length: 119 }, (_, i) => `column_${i}`);
  const schema = Object.fromEntries(
    names.map((name, i) => [name, { type: i % 2 === 0 ? "TEXT" : "INTEGER" }]),
  );
  const Item = world.define("items", { id: key, ...schema });
  const row = (id: number) => ({
    id,
    ...Object.fromEntries(names.map((name, i) => [name, i % 2 === 0 ? `${id}` : i])),
  });
  const rows = Array.from({ length: 30 }, (_, id) => row(id));
  expectEqual(await Item.bulkCreate(rows), rows);
  expectEqual(await Item.update({ column_118: "changed" }, { column_0: "3" }), 1);
  expectEqual(await Item.findById(3), { ...row(3), column_118: "changed" });
}

async function twoDatabases(world: World): Promise<void> {
  const Item = await world.filled("items", { id: key, a: { type: "TEXT" } }, [{ id: 1, a: "one" }]);
  const Other = world.define("items", { id: { type: "TEXT", primaryKey: true } }, {
    database: world.otherDatabase,
  });
  expectEqual(await Other.findAll(), []);
  await Other.create({ id: "x" });
  expectEqual([await Item.findAll(), await Other.findAll()], [[{ id: 1, a: "one" }], [{ id: "x" }]]);
  await Other.drop();
  expectEqual(await Item.count(), 1);
}

async function alikeDatabases(world: World): Promise<void> {
  const names = ["_v1", ".v1", "-v1", "v1", "v.1"].map((ending) => world.database + ending);
  const models = names.map((database) =>
    world.define("items", { id: key, a: { type: "TEXT" } }, { database })
  );
  for (const [i, Item] of models.entries()) {
    expectEqual(await Item.count(), 0);
    await Item.create({ id: 1, a: `${i}` });
  }
  for (const [i, Item] of models.entries()) expectEqual(await Item.findAll(), [{ id: 1, a: `${i}` }]);
  for (const Item of models) await Item.drop();
}

async function ready(world: World): Promise<void> {
  world.define("children", {
    id: key,
    of: { type: "INTEGER", references: { table: "items", column: "id" } },
  });
  world.define("items", { id: key });
  await world.orm.ready();
  await world.orm.ready();
  const driver = await world.direct();
  for (const table of ["items", "children"]) {
    expectEqual(await driver.tableExists(world.database, table), true);
  }
  expectEqual(await driver.tableExists(world.database, "nothing"), false);
}

async function drops(world: World): Promise<void> {
  const schema = { id: { ...key, autoIncrement: true }, a: { type: "TEXT" } };
  const indexes = [{ name: "a", columns: ["a"], unique: true }];
  const Item = await world.filled("items", schema, [{ a: "x" }, { a: "y" }], { indexes });
  await Item.drop();
  await Item.drop();
  expectEqual(await Item.findAll(), []);
  expectEqual(await Item.create({ a: "x" }), { id: 1, a: "x" });
  await expectFailure(() => Item.create({ a: "x" }), { error: UniqueConstraintError, columns: ["a"] });
}

async function redefined(world: World): Promise<void> {
  const Item = await world.filled("items", { id: key, a: { type: "TEXT" } }, [{ id: 1, a: "x" }]);
  await Item.createIndex("a", { columns: ["a"] });
  await Item.drop();
  const Other = world.define("items", { id: { type: "TEXT", primaryKey: true }, b: { type: "DATE" } }, {
    orm: world.newORM(),
  });
  expectEqual(await Other.create({ id: "x", b: "2024-01-01" }), { id: "x", b: new Date("2024-01-01") });
}

async function disconnects(world: World): Promise<void> {
  const orm = world.newORM();
  const Item = world.define("items", { id: key }, { orm });
  await Item.create({ id: 1 });
  const answer = orm.disconnect() as unknown;
  expectTrue(isPromise(answer) === (world.mode === "async"), "`disconnect` answers as the driver does");
  await answer;
  await orm.disconnect();
  await expectFailure(() => Item.count(), { error: ConnectionError, code: "NOT_CONNECTED" });
  const Again = world.define("items", { id: key }, { orm: world.newORM() });
  expectEqual(typeof await Again.count(), "number");
}
