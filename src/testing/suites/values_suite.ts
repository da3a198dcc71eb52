import { expectEqual, expectSameItems, expectTrue } from "../assertions.ts";
import { collect } from "../collect.ts";
import { difference } from "../equality.ts";
import { promise, promiseIf, type Requirement, type TestCase } from "../test_case.ts";
import type { Row } from "../test_model.ts";
import type { World } from "../world.ts";
import { COLUMN_SAMPLES, type ColumnSamples, isOrdered, type Sample } from "./value_samples.ts";

const NO_ZONES = "the time zone of this process cannot be changed";
const key = { type: "INTEGER", primaryKey: true } as const;

/** Whether the process can be put into another time zone. */
const hasZones: Requirement = () => {
  const { env } = (globalThis as { process?: ProcessLike }).process ?? { env: {} };
  try {
    const before = env.TZ;
    env.TZ = "Asia/Kathmandu";
    const has = new Date(0).getHours() !== 0;
    if (before === undefined) delete env.TZ;
    else env.TZ = before;
    return has ? null : NO_ZONES;
  } catch {
    return NO_ZONES;
  }
};

/** What goes in comes out, equal, whichever way it goes. */
export const valuesSuite: readonly TestCase[] = [
  ...COLUMN_SAMPLES.flatMap((kind): TestCase[] => [
    promise(`create: a value of type ${kind.name} comes back equal`, (world) => created(world, kind)),
    promise(`bulkCreate: values of type ${kind.name} come back equal`, (world) => bulkCreated(world, kind)),
    promise(`findAll: a value of type ${kind.name} is found by itself`, (world) => found(world, kind)),
    promise(`update: a value of type ${kind.name} comes back equal`, (world) => updated(world, kind)),
    promise(`upsert: a value of type ${kind.name} comes back equal`, (world) => upserted(world, kind)),
    promise(`define: a default of type ${kind.name} comes back equal`, (world) => byDefault(world, kind)),
    promise(`define: null in a column of type ${kind.name} stays null`, (world) => nothing(world, kind)),
    promise(
      `iterate, prepare and select: values of type ${kind.name} come back equal`,
      (world) => otherWays(world, kind),
    ),
    ...(isOrdered(kind)
      ? [
        promise(`min, max and groupBy: values of type ${kind.name} come back equal`, (world) =>
          aggregated(world, kind)),
      ]
      : []),
  ]),
  promise("create: the row returned shares nothing with what was given or is stored", shares),
  promiseIf(hasZones, "values: dates mean the same in every time zone", zones),
  promise("create: -0 is stored as 0", minusZero),
  promise("create: a value of 1 MB comes back equal", large),
];

interface ProcessLike {
  readonly env: { TZ?: string };
}

/** Runs work in another time zone. */
async function inZone(zone: string, work: () => Promise<void>): Promise<void> {
  const { env } = (globalThis as unknown as { process: ProcessLike }).process;
  const before = env.TZ;
  env.TZ = zone;
  try {
    await work();
  } finally {
    if (before === undefined) delete env.TZ;
    else env.TZ = before;
  }
}

async function zones(world: World): Promise<void> {
  const Item = world.define("items", { id: key, day: { type: "DATE" }, at: { type: "DATETIME" } });
  const rows = ["2024-03-10T02:30:00.001Z", "2024-11-03T23:59:59.999Z", "1969-12-31T00:00:00.000Z"].map((
    at,
    id,
  ) => ({
    id,
    day: new Date(`${at.slice(0, 10)}T00:00:00.000Z`),
    at: new Date(at),
  }));
  for (const zone of ["America/St_Johns", "Asia/Kathmandu"]) {
    await inZone(zone, async () => {
      for (const row of rows) expectEqual(await Item.create(row), row);
      expectEqual(await Item.findAll(), rows);
      for (const row of rows) {
        expectEqual(await Item.findAll({ where: { day: row.day } }), [row]);
        expectEqual(await Item.findAll({ where: { day: row.at.toISOString().slice(0, 10) } }), [row]);
        expectEqual(await Item.findAll({ where: { at: row.at } }), [row]);
      }
    });
    expectEqual(await Item.findAll(), rows);
    await Item.deleteAll();
  }
}

function table(world: World, { column }: ColumnSamples) {
  return world.define("kinds", { id: key, value: column });
}

function rowsOf({ samples }: ColumnSamples): { given: Row[]; stored: Row[] } {
  return {
    given: samples.map(({ give }, id) => ({ id, value: give })),
    stored: samples.map(({ get }, id) => ({ id, value: get })),
  };
}

async function created(world: World, kind: ColumnSamples): Promise<void> {
  const Kind = table(world, kind);
  for (const [id, { give, get }] of kind.samples.entries()) {
    expectEqual(await Kind.create({ id, value: give }), { id, value: get });
    expectEqual(await Kind.findById(id), { id, value: get });
    expectEqual(await Kind.findOne({ where: { id } }), { id, value: get });
  }
}

async function bulkCreated(world: World, kind: ColumnSamples): Promise<void> {
  const Kind = table(world, kind);
  const { given, stored } = rowsOf(kind);
  expectEqual(await Kind.bulkCreate(given), stored);
  expectEqual(await Kind.findAll(), stored);
}

async function found(world: World, kind: ColumnSamples): Promise<void> {
  const Kind = table(world, kind);
  const { given, stored } = rowsOf(kind);
  await world.fill(Kind, [...given, { id: given.length, value: null }]);
  for (const [id, { give }] of kind.samples.entries()) {
    const mine = [stored[id]];
    expectEqual(await Kind.findAll({ where: { value: { $eq: give } } }), mine);
    expectEqual(await Kind.findAll({ where: { value: { $in: [give] } } }), mine);
    expectEqual(await Kind.count({ value: { $ne: give } }), given.length);
    if (isPlainOperand(give)) expectEqual(await Kind.findAll({ where: { value: give } }), mine);
  }
  expectEqual(await Kind.count({ value: { $notIn: kind.samples.map(({ give }) => give) } }), 1);
  expectEqual(await Kind.count({ value: { $in: kind.samples.map(({ give }) => give) } }), given.length);
}

/** Whether a value can stand for itself in a where: an object is read as operators there. */
function isPlainOperand(value: unknown): boolean {
  return typeof value !== "object" || value instanceof Date || value instanceof Uint8Array;
}

async function updated(world: World, kind: ColumnSamples): Promise<void> {
  const Kind = table(world, kind);
  await Kind.bulkCreate([{ id: 1, value: null }, { id: 2, value: null }]);
  for (const { give, get } of kind.samples) {
    expectEqual(await Kind.update({ value: give }, { id: 1 }), 1);
    expectEqual(await Kind.findAll(), [{ id: 1, value: get }, { id: 2, value: null }]);
  }
  const first = kind.samples[0] as Sample;
  const second = kind.samples[1] as Sample;
  const updates = [{ where: { id: 1 }, data: { value: first.give } }, {
    where: { id: 2 },
    data: { value: second.give },
  }];
  expectEqual(await Kind.bulkUpdate(updates), 2);
  expectEqual(await Kind.findAll(), [{ id: 1, value: first.get }, { id: 2, value: second.get }]);
  expectEqual(await Kind.updateAll({ value: null }), 2);
  expectEqual(await Kind.count({ value: null }), 2);
}

async function upserted(world: World, kind: ColumnSamples): Promise<void> {
  const Kind = table(world, kind);
  for (const { give, get } of kind.samples) {
    expectEqual(await Kind.upsert({ id: 1, value: give }), { id: 1, value: get });
    expectEqual(await Kind.findAll(), [{ id: 1, value: get }]);
  }
}

async function byDefault(world: World, kind: ColumnSamples): Promise<void> {
  for (const [i, { give, get }] of kind.samples.slice(0, 8).entries()) {
    const Kind = world.define(`kinds_${i}`, {
      id: key,
      fixed: { ...kind.column, default: give },
      made: { ...kind.column, default: () => give },
    });
    expectEqual(await Kind.create({ id: 1 }), { id: 1, fixed: get, made: get });
    expectEqual(await Kind.create({ id: 2, fixed: undefined, made: undefined }), {
      id: 2,
      fixed: get,
      made: get,
    });
    expectEqual(await Kind.bulkCreate([{ id: 3, fixed: null }]), [{ id: 3, fixed: null, made: get }]);
    expectEqual(await Kind.findById(1), { id: 1, fixed: get, made: get });
  }
}

async function nothing(world: World, kind: ColumnSamples): Promise<void> {
  const Kind = table(world, kind);
  const some = kind.samples[0] as Sample;
  expectEqual(await Kind.create({ id: 1 }), { id: 1, value: null });
  await Kind.bulkCreate([{ id: 2, value: null }, { id: 3, value: some.give }]);
  expectEqual((await Kind.findAll({ where: { value: null } })).map(({ id }) => id), [1, 2]);
  expectEqual((await Kind.findAll({ where: { value: { $ne: null } } })).map(({ id }) => id), [3]);
  expectEqual(await Kind.update({ value: null }, { id: 3 }), 1);
  expectEqual(await Kind.findById(3), { id: 3, value: null });
}

async function otherWays(world: World, kind: ColumnSamples): Promise<void> {
  const Kind = table(world, kind);
  const { given, stored } = rowsOf(kind);
  await world.fill(Kind, given);
  expectEqual(await collect(Kind.iterate(), stored.length), stored);
  const byId = Kind.prepare(({ id }) => ({ where: { id }, select: ["value"] }));
  for (const { id, value } of stored) expectEqual(await byId.findOne({ id }), { value });
  expectEqual(await Kind.findAll({ select: ["value"] }), stored.map(({ value }) => ({ value })));
  const { rows } = await Kind.paginate({ size: 100 });
  expectEqual(rows, stored);
}

async function aggregated(world: World, kind: ColumnSamples): Promise<void> {
  const Kind = table(world, kind);
  const { given, stored } = rowsOf(kind);
  await world.fill(Kind, given);
  const groups = await Kind.groupBy({ by: ["value"], aggregates: { n: { count: "*" } } });
  expectSameItems(groups, stored.map(({ value }) => ({ value, n: 1 })));
  for (const { id, value } of stored.slice(0, 12)) {
    expectEqual(await Kind.min("value", { id }), value);
    expectEqual(await Kind.max("value", { id }), value);
  }
  expectEqual(await Kind.aggregate({ n: { countDistinct: "value" } }), { n: stored.length });
}

async function shares(world: World): Promise<void> {
  const Note = world.define("notes", {
    id: key,
    at: { type: "DATETIME" },
    bytes: { type: "BLOB" },
    data: { type: "JSON" },
  });
  const make = () => ({ at: new Date(5), bytes: Uint8Array.of(1, 2), data: { list: [1] } });
  const spoil = (row: Row): void => {
    (row["at"] as Date).setTime(99);
    (row["bytes"] as Uint8Array)[0] = 99;
    (row["data"] as { list: number[] }).list.push(99);
  };
  const check = async (id: number, what: string): Promise<void> =>
    expectEqual(await Note.findById(id), { id, ...make() }, what);
  const given = { id: 1, ...make() };
  const returned = await Note.create(given);
  spoil(given);
  expectEqual(returned, { id: 1, ...make() }, "the row returned shares a value with what was given");
  await check(1, "the stored row shares a value with what was given");
  spoil(returned);
  await check(1, "the stored row shares a value with what `create` returned");
  spoil(await Note.findById(1) as Row);
  await check(1, "the stored row shares a value with what `findById` returned");
  const list = [{ id: 2, ...make() }];
  const stored = await Note.bulkCreate(list);
  for (const row of [...list, ...stored]) spoil(row);
  await check(2, "the stored row shares a value with what `bulkCreate` was given or returned");
  const values = make();
  await Note.update(values, { id: 1 });
  spoil(values);
  await check(1, "the stored row shares a value with what `update` was given");
  spoil(await Note.upsert({ id: 3, ...make() }));
  await check(3, "the stored row shares a value with what `upsert` returned");
  expectTrue(difference(await Note.findAll(), await Note.findAll()) === null, "two searches differ");
}

async function minusZero(world: World): Promise<void> {
  const Kind = world.define("kinds", {
    id: key,
    whole: { type: "INTEGER" },
    real: { type: "REAL" },
    data: { type: "JSON" },
  });
  const zeros = { whole: 0, real: 0, data: [0] };
  expectEqual(await Kind.create({ id: 0, whole: -0, real: -0, data: [-0] }), { id: 0, ...zeros });
  expectEqual(await Kind.findAll({ where: { real: -0, whole: -0 } }), [{ id: 0, ...zeros }]);
  await Kind.update({ real: -0, whole: -0 }, { id: -0 });
  expectEqual(await Kind.findById(-0), { id: 0, ...zeros });
}

async function large(world: World): Promise<void> {
  const { valueBytes = Infinity, rowBytes = Infinity } = world.capabilities.limits ?? {};
  const size = Math.min(1_000_000, Math.floor(Math.min(valueBytes, rowBytes) / 4));
  const Kind = world.define("kinds", { id: key, text: { type: "TEXT" }, bytes: { type: "BLOB" } });
  const row = { id: 1, text: "é".repeat(size / 2), bytes: new Uint8Array(size).fill(200) };
  expectEqual(await Kind.create(row), row);
  expectEqual(await Kind.findById(1), row);
}
