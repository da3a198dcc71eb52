import { ConnectionError } from "../../errors/mod.ts";
import { expectEqual, expectFailure, expectTrue } from "../assertions.ts";
import { Mismatch } from "../mismatch.ts";
import { openFiles } from "../open_files.ts";
import { promiseIf, reopens, type Requirement, type TestCase } from "../test_case.ts";
import { take } from "../steps.ts";
import type { Row, TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import { allRows, directTable } from "./direct_table.ts";

const canFail: Requirement = (given) => given.failsWrites ? null : "the options give no `failWrites`";

const namesResources: Requirement = () =>
  resources() === null ? "this runtime does not tell what keeps a process alive" : null;

const seesFiles: Requirement = () =>
  openFiles() === null ? "only Linux tells which files a process has open, and Deno with all rights" : null;

/** How a store is opened and closed, and what it does when it cannot write. */
export const driverLifeSuite: readonly TestCase[] = [
  promiseIf(
    reopens,
    "driver.connect: with `readonly` every write is refused, and rows can be read",
    readOnly,
  ),
  promiseIf(reopens, "driver.disconnect: when it has ended, another driver finds everything at once", closes),
  promiseIf(
    namesResources,
    "driver.disconnect: leaves no timer or handle that keeps the process alive",
    (world) => leavesNone(world, resources, "the process would not end by itself"),
  ),
  promiseIf(
    seesFiles,
    "driver.disconnect: leaves no file open, whatever was read or refused before",
    (world) => leavesNone(world, openFiles, "a file is still open"),
  ),
  promiseIf(
    canFail,
    "driver: a write that the store refuses is an error, and changes nothing",
    refusedWrites,
  ),
  promiseIf(
    canFail,
    "transaction: one whose writes the store refuses is an error, and changes nothing",
    refusedCommit,
  ),
];

const schema = {
  id: { type: "INTEGER", primaryKey: true, notNull: true },
  name: { type: "TEXT" },
} as const;

const ROWS: readonly Row[] = [{ id: 1, name: "a" }, { id: 2, name: "b" }];

async function readOnly(world: World): Promise<void> {
  const { db, name } = await directTable(world, "items", schema, ROWS);
  await world.reopen();
  await world.connect({ readonly: true });
  const driver = world.unconnected();
  await driver.createTable(db, name, schema);
  expectEqual(await allRows({ driver, db, name, log: world.log }), ROWS);
  const writes: (() => unknown)[] = [
    () => driver.insert(db, name, { id: 3, name: "c" }),
    () => driver.bulkInsert(db, name, [{ id: 3, name: "c" }]),
    () => driver.update(db, name, { name: "c" }, { id: 1 }),
    () => driver.bulkUpdate(db, name, [{ where: { id: 1 }, data: { name: "c" } }]),
    () => driver.delete(db, name, { id: 1 }),
    () => driver.createTable(db, "others", schema),
    () => driver.dropTable(db, name),
  ];
  // Where the core enforces indexes, making one may be nothing.
  if (world.capabilities.uniqueIndexes === true) {
    writes.push(() => driver.createIndex(db, name, "by_name", { columns: ["name"] }));
  }
  for (const write of writes) await expectFailure(write, { error: ConnectionError, code: "READ_ONLY" });
  expectEqual(await allRows({ driver, db, name, log: world.log }), ROWS);
}

async function closes(world: World): Promise<void> {
  const { driver, db, name } = await directTable(world, "items", schema, ROWS);
  await driver.update(db, name, { name: "c" }, { id: 1 });
  const [deleted, inserted] = [
    driver.delete(db, name, { id: 2 }),
    driver.insert(db, name, { id: 3, name: "d" }),
  ];
  await Promise.all([deleted, inserted]);
  await world.reopen();
  await world.connect();
  const again = world.unconnected();
  await again.createTable(db, name, schema);
  expectEqual(await allRows({ driver: again, db, name, log: world.log }), [
    { id: 1, name: "c" },
    { id: 3, name: "d" },
  ]);
}

/** What keeps the process alive, by kind; null where the runtime does not tell. */
function resources(): Map<string, number> | null {
  const { process } = globalThis as { process?: { getActiveResourcesInfo?: () => string[] } };
  if (process?.getActiveResourcesInfo === undefined) return null;
  const timer = setTimeout(() => {}, 1_000);
  const names = process.getActiveResourcesInfo();
  clearTimeout(timer);
  if (!names.includes("Timeout")) return null;
  const counted = new Map<string, number>();
  for (const each of names) counted.set(each, (counted.get(each) ?? 0) + 1);
  return counted;
}

/** Uses a driver, and looks whether there is more of something after its end than before. */
async function leavesNone(
  world: World,
  counted: () => Map<string, number> | null,
  what: string,
): Promise<void> {
  // The timer of the test itself is there from here on.
  await null;
  const before = counted() ?? new Map<string, number>();
  const { driver, db, name } = await directTable(world, "items", schema, ROWS);
  await driver.insert(db, name, { id: 3, name: "c" });
  await driver.transaction(() => driver.count(db, name));
  const rows = driver.iterate?.(db, name, {});
  await rows?.next();
  await rows?.return?.();
  try {
    await driver.insert(db, name, { id: 1, name: "d" });
  } catch {
    // Not every driver refuses it.
  }
  await driver.disconnect();
  const left = (): string[] =>
    [...counted() ?? []].filter(([kind, count]) => count > (before.get(kind) ?? 0)).map(([kind]) => kind);
  // Some close a little after they were told to.
  for (let i = 0; i < 100 && left().length > 0; i++) await new Promise((resolve) => setTimeout(resolve, 10));
  const kept = left();
  if (kept.length > 0) throw new Mismatch(what, "nothing that is left open", kept.join(", "));
}

/** Runs work while the store refuses to write. */
async function failing(world: World, work: () => Promise<void>): Promise<void> {
  const mend = await world.failWrites();
  try {
    await work();
  } finally {
    await mend();
  }
}

async function refusedWrites(world: World): Promise<void> {
  const Item = await world.filled("items", schema, ROWS);
  const writes: readonly (() => unknown)[] = [
    () => Item.create({ id: 3, name: "c" }),
    () => Item.bulkCreate([{ id: 3, name: "c" }, { id: 4, name: "d" }]),
    () => Item.update({ name: "c" }, { id: 1 }),
    () => Item.bulkUpdate([{ where: { id: 1 }, data: { name: "c" } }]),
    () => Item.upsert({ id: 1, name: "c" }),
    () => Item.delete({ id: 1 }),
  ];
  for (const write of writes) {
    await failing(world, async () => void await expectFailure(write, { error: Error }));
    expectEqual(await Item.findAll(), ROWS);
  }
  await worksAgain(Item);
}

async function refusedCommit(world: World): Promise<void> {
  const Item = await world.filled("items", schema, ROWS);
  const work = () =>
    world.transaction(function* () {
      yield* take(Item.create({ id: 3, name: "c" }));
      yield* take(Item.update({ name: "c" }, { id: 1 }));
    });
  await failing(world, async () => void await expectFailure(work, { error: Error }));
  expectEqual(await Item.findAll(), ROWS);
  await worksAgain(Item);
}

async function worksAgain(Item: TestModel): Promise<void> {
  await Item.create({ id: 5, name: "e" });
  expectTrue(await Item.exists({ id: 5 }), "the store works again when it can write again");
}
