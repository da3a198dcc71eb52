import {
  ConnectionError,
  ForeignKeyConstraintError,
  NotFoundError,
  NotNullConstraintError,
  type RinariError,
  UniqueConstraintError,
  ValidationError,
} from "../../errors/mod.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { Mismatch } from "../mismatch.ts";
import { showValue } from "../show_value.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { TestModel } from "../test_model.ts";
import type { AnyDriver } from "../../store/any_driver.ts";
import type { World } from "../world.ts";
import { directTable } from "./direct_table.ts";

/** The same mistake gives the same class and code on every driver. */
export const errorsSuite: readonly TestCase[] = [
  promise("errors: every mistake has its class, code, table and columns", mistakes),
  promise("errors: what the store refused names the driver", driverName),
  promise("errors: a message says what was attempted and where, and ends without a period", messages),
  promise("errors: a call that is refused changes nothing", unchanged),
  promise("driver: a table that does not exist is refused by every method that needs it", unknownTable),
  promise("driver: a call while it is not connected is answered or refused as NOT_CONNECTED", notConnected),
];

async function tables(world: World): Promise<{ User: TestModel; Post: TestModel }> {
  const User = await world.filled("users", {
    id: { type: "INTEGER", primaryKey: true },
    email: { type: "TEXT", unique: true },
    first: { type: "TEXT" },
    last: { type: "TEXT" },
    age: { type: "INTEGER", notNull: true, default: 0 },
  }, [{ id: 1, email: "a", first: "A", last: "B" }, { id: 2, email: "b", first: "A", last: "C" }]);
  await User.createIndex("names", { columns: ["first", "last"], unique: true });
  const references = { table: "users", column: "id" };
  const Post = await world.filled("posts", {
    id: { type: "INTEGER", primaryKey: true },
    author: { type: "INTEGER", notNull: true, references },
  }, [{ id: 1, author: 1 }]);
  return { User, Post };
}

type Expected = readonly [
  error: new (message: string) => Error,
  code: string,
  table: string,
  columns: string[],
];
type Mistake = readonly [call: () => unknown, expected: Expected];

function mistakesIn({ User, Post }: { User: TestModel; Post: TestModel }): Mistake[] {
  const unique = (
    ...columns: string[]
  ): Expected => [UniqueConstraintError, "UNIQUE_CONSTRAINT", "users", columns];
  const reference = (
    table: string,
    column: string,
  ): Expected => [ForeignKeyConstraintError, "FOREIGN_KEY_CONSTRAINT", table, [column]];
  const notNull = (
    table: string,
    column: string,
  ): Expected => [NotNullConstraintError, "NOT_NULL_CONSTRAINT", table, [column]];
  return [
    [() => User.create({ id: 1 }), unique("id")],
    [() => User.create({ id: 3, email: "a" }), unique("email")],
    [() => User.create({ id: 3, first: "A", last: "B" }), unique("first", "last")],
    [() => User.bulkCreate([{ id: 3 }, { id: 3 }]), unique("id")],
    [() => User.update({ email: "a" }, { id: 2 }), unique("email")],
    [() => User.update({ last: "B" }, { id: 2 }), unique("first", "last")],
    [() => User.update({ id: 1 }, { id: 2 }), unique("id")],
    [() => User.updateAll({ email: "same" }), unique("email")],
    [() => User.bulkUpdate([{ where: { id: 2 }, data: { email: "a" } }]), unique("email")],
    [() => User.upsert({ id: 2, email: "a" }), unique("email")],
    [() => Post.create({ id: 2, author: 9 }), reference("posts", "author")],
    [() => Post.update({ author: 9 }, { id: 1 }), reference("posts", "author")],
    [() => Post.upsert({ id: 1, author: 9 }), reference("posts", "author")],
    [() => User.delete({ id: 1 }), reference("users", "id")],
    [() => User.deleteAll(), reference("users", "id")],
    [() => User.update({ id: 9 }, { id: 1 }), reference("users", "id")],
    [() => User.create({ id: 3, age: null }), notNull("users", "age")],
    [() => User.update({ age: null }, { id: 1 }), notNull("users", "age")],
    [() => Post.create({ id: 2 }), notNull("posts", "author")],
    [() => User.create({ id: 3, age: "old" }), [ValidationError, "INVALID_VALUE", "users", ["age"]]],
    [() => User.findAll({ where: { nothing: 1 } }), [ValidationError, "UNKNOWN_COLUMN", "users", []]],
    [() => User.findAll({ where: { age: { $near: 1 } } }), [ValidationError, "INVALID_WHERE", "users", []]],
    [() => User.findAll({ limit: -1 }), [ValidationError, "INVALID_OPTIONS", "users", []]],
    [() => User.delete({}), [ValidationError, "EMPTY_WHERE", "users", []]],
    [() => User.findByIdOrFail(9), [NotFoundError, "NOT_FOUND", "users", []]],
  ];
}

async function mistakes(world: World): Promise<void> {
  for (const [call, [error, code, table, columns]] of mistakesIn(await tables(world))) {
    await expectFailure(call, { error, code, table, columns });
  }
}

async function driverName(world: World): Promise<void> {
  const constraints: readonly unknown[] = [UniqueConstraintError, ForeignKeyConstraintError];
  for (const [call, [error]] of mistakesIn(await tables(world))) {
    if (!constraints.includes(error)) continue;
    const thrown = await expectFailure(call, { error }) as RinariError;
    expectEqual(thrown.driver, world.driverName, "`driver` of the error");
  }
}

async function messages(world: World): Promise<void> {
  for (const [call, [error, , table]] of mistakesIn(await tables(world))) {
    const { message, name } = await expectFailure(call, { error });
    expectMessage(message, /^Cannot /, 'a message that begins with what was attempted: "Cannot …"');
    // In backticks, in other quotes or in none.
    expectMessage(message, new RegExp(`\\b${table}\\b`), `a message that names the table ${table}`);
    expectMessage(message, /[^.]$/, "a message that ends without a period");
    expectEqual(name, error.name, "`name` of the error");
  }
}

function expectMessage(message: string, form: RegExp, wanted: string): void {
  if (!form.test(message)) throw new Mismatch("", wanted, showValue(message));
}

async function unchanged(world: World): Promise<void> {
  const { User, Post } = await tables(world);
  const before = [await User.findAll(), await Post.findAll()];
  for (const [call, [error]] of mistakesIn({ User, Post })) {
    await expectFailure(call, { error });
    expectEqual([await User.findAll(), await Post.findAll()], before);
  }
}

const schema = {
  id: { type: "INTEGER", primaryKey: true, notNull: true },
  name: { type: "TEXT" },
} as const;

/** A call of each method that reads or changes rows. */
function callsOn(driver: AnyDriver, db: string, table: string): (() => unknown)[] {
  return [
    () => driver.findAll(db, table, {}),
    () => driver.findOne(db, table, { where: { id: 1 } }),
    () => driver.count(db, table),
    () => driver.insert(db, table, { id: 1, name: "a" }),
    () => driver.bulkInsert(db, table, [{ id: 2, name: "b" }]),
    () => driver.update(db, table, { name: "c" }, { id: 1 }),
    () => driver.bulkUpdate(db, table, [{ where: { id: 1 }, data: { name: "d" } }]),
    () => driver.delete(db, table, { id: 1 }),
  ];
}

async function unknownTable(world: World): Promise<void> {
  const { driver, db } = await directTable(world, "others", schema, [{ id: 1, name: "a" }]);
  const unknown = { error: ValidationError, code: "UNKNOWN_TABLE", table: "items" };
  for (const call of callsOn(driver, db, "items")) await expectFailure(call, unknown);
  await directTable(world, "items", schema, [{ id: 1, name: "a" }]);
  for (const call of callsOn(driver, db, "items").slice(0, 3)) await call();
  await driver.dropTable(db, "items");
  for (const call of callsOn(driver, db, "items")) await expectFailure(call, unknown);
  expectEqual(await driver.findAll(db, "others", {}), [{ id: 1, name: "a" }]);
}

async function notConnected(world: World): Promise<void> {
  const driver = world.unconnected();
  const calls = [
    () => driver.tableExists(world.database, "items"),
    () => driver.createTable(world.database, "items", schema),
    ...callsOn(driver, world.database, "items"),
    () => driver.createIndex(world.database, "items", "by_name", { columns: ["name"] }),
    () => driver.dropIndex(world.database, "items", "by_name"),
    () => driver.transaction(() => driver.count(world.database, "items")),
    () => driver.dropTable(world.database, "items"),
  ];
  for (const call of calls) await answeredOrRefused(call);
  await world.connect();
  await directTable(world, "others", schema);
  await driver.disconnect();
  for (const call of calls) await answeredOrRefused(call);
}

/** A store that has nothing to open may answer. */
async function answeredOrRefused(call: () => unknown): Promise<void> {
  let error: unknown;
  try {
    await call();
    return;
  } catch (thrown) {
    error = thrown;
  }
  await expectFailure(() => Promise.reject(error), { error: ConnectionError, code: "NOT_CONNECTED" });
}
