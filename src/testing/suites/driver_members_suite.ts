import type { AggregateOperation, DriverWhere } from "../../contract/mod.ts";
import { UniqueConstraintError } from "../../errors/mod.ts";
import { chain, isPromise } from "../../chain/chain.ts";
import { expectEqual, expectFailure, expectTrue } from "../assertions.ts";
import { all, declares, has, isOfMode, promiseIf, type TestCase } from "../test_case.ts";
import { Mismatch } from "../mismatch.ts";
import { showValue } from "../show_value.ts";
import { runSteps, type Steps } from "../steps.ts";
import type { AnyDriver } from "../../store/any_driver.ts";
import type { Row } from "../test_model.ts";
import type { World } from "../world.ts";
import { allRows, type DirectTable, directTable, idsOf } from "./direct_table.ts";

/** The kind of answer that all members give, and the optional members a driver has. */
export const driverMembersSuite: readonly TestCase[] = [
  promiseIf(isOfMode("async"), "driver: every method returns a Promise, of an error too", answers),
  promiseIf(isOfMode("sync"), "driver: no method returns a Promise", answers),
  promiseIf(
    has("createTableWithIndexes"),
    "driver.createTableWithIndexes: makes what is absent, and may be called again",
    createsWithIndexes,
  ),
  promiseIf(
    has("aggregate"),
    "driver.aggregate: computes SUM, AVG, MIN, MAX and COUNT, null left out",
    aggregates,
  ),
  promiseIf(
    has("aggregate"),
    "driver.aggregate: SUM of nothing is 0; AVG, MIN and MAX of nothing are NaN",
    ofNothing,
  ),
  promiseIf(has("group"), "driver.group: computes by group, null being one", groups),
  promiseIf(
    has("upsert"),
    "driver.upsert: inserts a row, or sets the columns named of the one there is",
    upserts,
  ),
  promiseIf(
    all(has("upsert"), declares("unique")),
    "driver.upsert: a conflict with another row is refused",
    upsertConflicts,
  ),
  promiseIf(has("prepare"), "driver.prepare: a run never sees the values of another", prepares),
  promiseIf(
    has("iterate"),
    "driver.iterate: may be left before its end, and the store can then be written",
    iterates,
  ),
  promiseIf(has("introspect"), "driver.introspect: names the columns of a table, or gives null", introspects),
  promiseIf(
    has("differences"),
    "driver.differences: tells in what a table is not what a schema says, as data",
    differs,
  ),
  promiseIf(
    has("dataVersion"),
    "driver.dataVersion: gives a number that the driver's own commits do not change, or null",
    tellsVersion,
  ),
  promiseIf(has("indexes"), "driver.indexes: names those that were made, with their columns", lists),
  promiseIf(has("explain"), "driver.explain: gives a readable line a step", explains),
];

const schema = {
  id: { type: "INTEGER", primaryKey: true, notNull: true },
  kind: { type: "TEXT", unique: true },
  n: { type: "INTEGER" },
  r: { type: "REAL" },
} as const;

const ROWS: readonly Row[] = [
  { id: 1, kind: "a", n: 1, r: 0.5 },
  { id: 2, kind: "b", n: 2, r: null },
  { id: 3, kind: null, n: 2, r: 2.5 },
  { id: 4, kind: null, n: null, r: -1 },
];

function items(world: World): Promise<DirectTable> {
  return directTable(world, "items", schema, ROWS);
}

async function answers(world: World): Promise<void> {
  const { driver, db, name } = await items(world);
  const answers = (...calls: readonly (() => unknown)[]) => eachAnswers(world, calls, false);
  const answersOrFails = (...calls: readonly (() => unknown)[]) => eachAnswers(world, calls, true);
  const fails = function* (): Steps<void> {
    yield driver.count(db, name);
    throw new Error("undo");
  };
  await answers(
    () => world.connect(),
    () => driver.createTable(db, "others", schema),
    () => driver.createTable(db, "others", schema),
  );
  await answersOrFails(() => driver.createTable(db, "others", { id: schema.id }));
  await answers(() => driver.dropTable(db, "others"), () => driver.dropTable(db, "others"));
  await answers(...callsOn(driver, db, name));
  await answersOrFails(...callsOn(driver, db, "others"));
  await answersOrFails(() => driver.transaction(() => runSteps(world.mode, fails)));
  await answers(...optionalCallsOn(driver, db, name));
  await answers(() => driver.disconnect(), () => driver.disconnect());
  await answersOrFails(() => driver.createTable(db, name, schema), ...callsOn(driver, db, name));
}

/** A call of each method of a table that every driver has. */
function callsOn(driver: AnyDriver, db: string, name: string): (() => unknown)[] {
  const row = { kind: null, n: 1, r: null };
  const where = { id: 1 };
  return [
    () => driver.tableExists(db, name),
    () => driver.findOne(db, name, { where }),
    () => driver.findAll(db, name, {}),
    () => driver.count(db, name),
    () => driver.insert(db, name, { id: 7, ...row }),
    () => driver.bulkInsert(db, name, [{ id: 8, ...row }]),
    () => driver.bulkInsert(db, name, []),
    () => driver.update(db, name, { n: 3 }, where),
    () => driver.bulkUpdate(db, name, [{ where, data: { n: 4 } }]),
    () => driver.bulkUpdate(db, name, []),
    () => driver.delete(db, name, { id: 7 }),
    () => driver.createIndex(db, name, "by_n", { columns: ["n"] }),
    () => driver.dropIndex(db, name, "by_n"),
    () => driver.transaction(() => driver.count(db, name)),
  ];
}

/** A call of each member that the driver has beside them. */
function optionalCallsOn(driver: AnyDriver, db: string, name: string): (() => unknown)[] {
  const row = { id: 9, kind: null, n: 1, r: null };
  const calls: Readonly<Record<string, () => unknown>> = {
    createTableWithIndexes: () => driver.createTableWithIndexes?.(db, name, schema, []),
    aggregate: () => driver.aggregate?.(db, name, "COUNT", "n"),
    begin: () => chain(driver.begin?.(), (transaction) => transaction?.rollback()),
    prepare: () => driver.prepare?.(db, name, { kind: "select", where: null }).all([]),
    iterate: () => driver.iterate?.(db, name, { where: { id: 99 } }).next(),
    upsert: () => driver.upsert?.(db, name, row, { conflict: ["id"], set: ["n"] }),
    group: () => driver.group?.(db, name, { by: ["n"], terms: [], where: null, params: [] }),
    introspect: () => driver.introspect?.(db, name),
    differences: () => driver.differences?.(db, name, schema),
    dataVersion: () => driver.dataVersion?.(db),
    indexes: () => driver.indexes?.(db, name),
    explain: () => driver.explain?.(db, name, { where: { id: 1 } }),
  };
  return Object.keys(calls).filter((member) => member in driver).map((member) =>
    calls[member] as () => unknown
  );
}

/** Expects the answer of each call to come as it has to: as a Promise from an async driver, at once from a sync one. */
async function eachAnswers(
  world: World,
  calls: readonly (() => unknown)[],
  mayFail: boolean,
): Promise<void> {
  for (const call of calls) {
    const forget = world.log.part();
    try {
      await answerOf(world, call);
    } catch (error) {
      if (!mayFail || error instanceof Mismatch) throw error;
    }
    forget();
  }
}

async function answerOf({ mode }: World, call: () => unknown): Promise<void> {
  let answer: unknown;
  try {
    answer = call();
  } catch (error) {
    if (mode === "sync") throw error;
    throw new Mismatch("it threw at once", "a Promise that rejects", `threw ${showValue(error)}`, error);
  }
  const isLater = isPromise(answer);
  if (isLater === (mode === "async")) return void await answer;
  await Promise.resolve(answer).catch(() => undefined);
  throw isLater ? new Mismatch("", "a value", "a Promise") : new Mismatch("", "a Promise", showValue(answer));
}

async function createsWithIndexes(world: World): Promise<void> {
  const table = await items(world);
  const { driver, db, name } = table;
  const indexes = [{ name: "by_n", columns: ["n"] }, { name: "one_r", columns: ["r"], unique: true }];
  for (const [each, rows] of [[name, ROWS], ["others", []], [name, ROWS]] as const) {
    await driver.createTableWithIndexes?.(db, each, schema, indexes);
    expectEqual(await allRows({ ...table, name: each }), rows);
  }
  if (world.capabilities.uniqueIndexes !== true) return;
  const refused = { error: UniqueConstraintError, table: name, columns: ["r"] };
  await expectFailure(() => driver.insert(db, name, { id: 5, kind: null, n: null, r: 0.5 }), refused);
  await driver.dropIndex(db, name, "one_r");
  await driver.insert(db, name, { id: 5, kind: null, n: null, r: 0.5 });
}

async function aggregates(world: World): Promise<void> {
  const { driver, db, name } = await items(world);
  const compute = (operation: AggregateOperation, field: string, where?: DriverWhere) =>
    driver.aggregate?.(db, name, operation, field, where);
  expectEqual(await compute("SUM", "n"), 5);
  expectEqual(await compute("AVG", "n"), 5 / 3);
  expectEqual(await compute("MIN", "r"), -1);
  expectEqual(await compute("MAX", "r"), 2.5);
  expectEqual(await compute("COUNT", "n"), 3);
  expectEqual(await compute("SUM", "r", { n: 2 }), 2.5);
  expectEqual(await compute("COUNT", "r", { n: 2 }), 1);
  expectEqual(await compute("MAX", "n", { kind: "a" }), 1);
}

async function ofNothing(world: World): Promise<void> {
  const { driver, db, name } = await items(world);
  const where = { id: 9 };
  expectEqual(await driver.aggregate?.(db, name, "SUM", "n", where), 0);
  expectEqual(await driver.aggregate?.(db, name, "COUNT", "n", where), 0);
  for (const operation of ["AVG", "MIN", "MAX"] as const) {
    expectEqual(await driver.aggregate?.(db, name, operation, "n", where), NaN);
  }
}

async function groups(world: World): Promise<void> {
  const { driver, db, name } = await items(world);
  const terms = [
    { as: "rows", operation: "count" },
    { as: "filled", operation: "count", column: "r" },
    { as: "kinds", operation: "countDistinct", column: "kind" },
    { as: "total", operation: "sum", column: "r" },
    { as: "mean", operation: "avg", column: "r" },
    { as: "low", operation: "min", column: "id" },
    { as: "high", operation: "max", column: "kind" },
  ] as const;
  const plan = { by: ["n"], terms, where: null, params: [] };
  expectEqual(await driver.group?.(db, name, plan), [
    { n: null, rows: 1, filled: 1, kinds: 0, total: -1, mean: -1, low: 4, high: null },
    { n: 1, rows: 1, filled: 1, kinds: 1, total: 0.5, mean: 0.5, low: 1, high: "a" },
    { n: 2, rows: 2, filled: 1, kinds: 1, total: 2.5, mean: 2.5, low: 2, high: "b" },
  ]);
  const where = { kind: "equal", column: "n", path: null, slot: 0, type: null } as const;
  const whole = await driver.group?.(db, name, { by: [], terms: terms.slice(0, 4), where, params: [2] });
  expectEqual(whole, [{ rows: 2, filled: 1, kinds: 1, total: 2.5 }]);
  const none = await driver.group?.(db, name, { by: [], terms: terms.slice(0, 5), where, params: [9] });
  expectEqual(none, [{ rows: 0, filled: 0, kinds: 0, total: 0, mean: null }]);
  expectEqual(await driver.group?.(db, name, { by: ["n"], terms, where, params: [9] }), []);
}

async function upserts(world: World): Promise<void> {
  const table = await items(world);
  const { driver, db, name } = table;
  const upsert = (row: Row, conflict: string[], set: string[]) =>
    driver.upsert?.(db, name, row, { conflict, set });
  const row = { id: 5, kind: "e", n: 5, r: 5 };
  expectEqual(await upsert({ ...row }, ["id"], ["kind", "n", "r"]), row);
  expectEqual(await upsert({ ...row, n: 6, r: 6 }, ["id"], ["n"]), { ...row, n: 6 });
  expectEqual(await upsert({ ...row, id: 5, n: 7 }, ["kind"], ["n", "id"]), { ...row, n: 7 });
  expectEqual(await upsert({ ...row, n: 8 }, ["id"], []), { ...row, n: 7 });
  expectEqual(await allRows(table), [...ROWS, { ...row, n: 7 }]);
}

async function upsertConflicts(world: World): Promise<void> {
  const table = await items(world);
  const { driver, db, name } = table;
  const refused = { error: UniqueConstraintError, table: "items", columns: ["kind"] };
  const set = ["kind", "n", "r"];
  const row = { kind: "a", n: 1, r: 1 };
  await expectFailure(() => driver.upsert?.(db, name, { id: 2, ...row }, { conflict: ["id"], set }), refused);
  await expectFailure(() => driver.upsert?.(db, name, { id: 9, ...row }, { conflict: ["id"], set }), refused);
  expectEqual(await allRows(table), ROWS);
}

async function prepares(world: World): Promise<void> {
  const { driver, db, name } = await items(world);
  const where = { kind: "equal", column: "n", path: null, slot: 0, type: null } as const;
  const select = driver.prepare?.(db, name, { kind: "select", where });
  const count = driver.prepare?.(db, name, { kind: "count", where });
  for (const [n, ids] of [[1, [1]], [2, [2, 3]], [9, []], [1, [1]]] as const) {
    expectEqual(idsOf(await select?.all([n]) ?? []), ids);
    expectEqual(await count?.number([n]), ids.length);
  }
  const set = [{ column: "r", slot: 1 }];
  const update = driver.prepare?.(db, name, { kind: "update", where, set });
  expectEqual([await update?.number([2, 9]), await update?.number([9, 8]), await update?.number([1, null])], [
    2,
    0,
    1,
  ]);
  expectEqual((await driver.findAll(db, name, { where: { r: 9 } })).length, 2);
  const remove = driver.prepare?.(db, name, { kind: "delete", where });
  expectEqual([await remove?.number([9]), await remove?.number([2]), await remove?.number([2])], [0, 2, 0]);
  expectEqual(await driver.count(db, name), 2);
}

async function iterates(world: World): Promise<void> {
  const table = await items(world);
  const { driver, db, name } = table;
  for (let i = 0; i < 3; i++) {
    for await (const row of driver.iterate?.(db, name, {}) ?? []) {
      expectTrue(typeof row["id"] === "number", "a row is given");
      break;
    }
    await driver.insert(db, name, { id: 10 + i, kind: null, n: null, r: null });
  }
  expectEqual((await allRows(table)).length, ROWS.length + 3);
}

async function introspects(world: World): Promise<void> {
  const { driver, db, name } = await items(world);
  expectEqual(Object.keys(await driver.introspect?.(db, name) ?? {}), Object.keys(schema));
  expectEqual(await driver.introspect?.(db, "nothing"), null);
}

async function differs(world: World): Promise<void> {
  const { driver, db, name } = await items(world);
  const { n: _, ...rest } = schema;
  const other = {
    ...rest,
    kind: { type: "TEXT", notNull: true },
    r: { type: "TEXT" },
    more: { type: "INTEGER" },
  } as const;
  const found = await driver.differences?.(db, name, other) ?? [];
  expectEqual(found.map(({ kind, columns, stored, wanted }) => ({ kind, columns, stored, wanted })), [
    { kind: "notNull", columns: ["kind"], stored: "nullable", wanted: "not null" },
    { kind: "unique", columns: ["kind"], stored: "unique", wanted: "not unique" },
    { kind: "extra", columns: ["n"], stored: "INTEGER, nullable", wanted: null },
    { kind: "type", columns: ["r"], stored: "REAL", wanted: "TEXT" },
    { kind: "absent", columns: ["more"], stored: null, wanted: "INTEGER, nullable" },
  ]);
  for (const { text } of found) expectTrue(text.length > 0, "each has a readable phrase");
  expectEqual(await driver.differences?.(db, name, schema), []);
  expectEqual(await driver.differences?.(db, "nothing", schema), null);
}

async function lists(world: World): Promise<void> {
  const { driver, db, name } = await items(world);
  expectEqual(await driver.indexes?.(db, name), []);
  const made = [
    { name: "by_n", columns: ["n"], unique: false, partial: false },
    { name: "one__of", columns: ["r", "n"], unique: true, partial: false },
  ];
  for (const { name: index, columns, unique } of made) {
    await driver.createIndex(db, name, index, { columns, ...(unique && { unique }) });
  }
  if (declares("partialIndexes")(world.given) === null) {
    await driver.createIndex(db, name, "some", { columns: ["kind"], where: { n: { $gt: 1 } } });
    made.push({ name: "some", columns: ["kind"], unique: false, partial: true });
  }
  const listed = async (): Promise<unknown> => {
    const indexes = await driver.indexes?.(db, name) ?? [];
    return [...indexes].sort((a, b) => a.name < b.name ? -1 : 1);
  };
  expectEqual(await listed(), made);
  await driver.dropIndex(db, name, "one__of");
  expectEqual(await listed(), made.filter((index) => index.name !== "one__of"));
}

async function explains(world: World): Promise<void> {
  const { driver, db, name } = await items(world);
  const steps = await driver.explain?.(db, name, { where: { id: 1 } });
  expectTrue(
    Array.isArray(steps) && steps.length > 0 &&
      steps.every((step) => typeof step === "string" && step !== ""),
    `explain gives lines of text, not ${JSON.stringify(steps)}`,
  );
}

async function tellsVersion(world: World): Promise<void> {
  const { driver, db, name } = await items(world);
  const first = await driver.dataVersion?.(db);
  expectTrue(first === null || Number.isSafeInteger(first), "a whole number, or null");
  await driver.insert(db, name, { id: 9, kind: null, n: 9, r: null });
  expectTrue(
    Number.isSafeInteger(await driver.dataVersion?.(db)) === (first !== null),
    "it tells it always, or never",
  );
}
