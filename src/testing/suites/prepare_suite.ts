import { ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { TestModel } from "../test_model.ts";
import type { World } from "../world.ts";

/** Queries with parameters. */
export const prepareSuite: readonly TestCase[] = [
  promise("prepare: finds what findAll finds with the same values", sameRows),
  promise("prepare: a run never sees the parameters of another", runs),
  promise("prepare: null as a parameter finds null", nulls),
  promise("prepare: takes the parameter of every type of column", types),
  promise("prepare: takes parameters for places inside JSON", places),
  promise("prepare: findOne gives the first row, or null", one),
  promise("prepare: sees what was written since it was made", fresh),
  promise("prepare: a parameter that is missing or does not fit is refused", refuses),
];

const schema = {
  id: { type: "INTEGER", primaryKey: true },
  text: { type: "TEXT" },
  n: { type: "INTEGER" },
  big: { type: "INTEGER", bigint: true },
  r: { type: "REAL" },
  on: { type: "BOOLEAN" },
  day: { type: "DATE" },
  at: { type: "DATETIME" },
  bytes: { type: "BLOB" },
} as const;

async function items(world: World): Promise<TestModel> {
  return await world.filled("items", schema, [
    {
      id: 1,
      text: "a",
      n: 1,
      big: 2n ** 60n,
      r: 0.5,
      on: true,
      day: "2024-02-29",
      at: 1,
      bytes: Uint8Array.of(1),
    },
    {
      id: 2,
      text: "A%",
      n: 2,
      big: 2n,
      r: 1.5,
      on: false,
      day: "1969-12-31",
      at: -1,
      bytes: new Uint8Array(),
    },
    { id: 3 },
    { id: 4, text: "it's", n: 2 },
  ]);
}

type Params = Record<string, unknown>;

async function sameRows(world: World): Promise<void> {
  const Item = await items(world);
  const searches: readonly (readonly [(params: Params) => object, Params[]])[] = [
    [({ a }) => ({ where: { text: a } }), [{ a: "a" }, { a: "it's" }, { a: "' OR 1=1 --" }, { a: null }]],
    [({ a }) => ({ where: { text: { $ne: a } } }), [{ a: "a" }, { a: null }]],
    [({ a, b }) => ({ where: { n: { $gte: a, $lt: b } } }), [{ a: 1, b: 2 }, { a: 0, b: 99 }]],
    [({ a, b }) => ({ where: { n: { $between: [a, b] } } }), [{ a: 1, b: 1 }, { a: 2, b: 9 }]],
    [({ a }) => ({ where: { text: { $like: a } } }), [{ a: "A%" }, { a: "%\\%" }]],
    [({ a }) => ({ where: { text: { $startsWith: a } } }), [{ a: "A" }, { a: "%" }]],
    [({ a }) => ({ where: { text: { $endsWith: a } } }), [{ a: "%" }, { a: "s" }]],
    [({ a }) => ({ where: { text: { $contains: a } } }), [{ a: "'" }, { a: "" }]],
    [({ list }) => ({ where: { n: { $in: list } } }), [{ list: [1, 2] }, { list: [] }, { list: [7, 1] }]],
    [({ list }) => ({ where: { n: { $notIn: list } } }), [{ list: [1] }, { list: [] }, { list: [null, 2] }]],
    [
      ({ a, b }) => ({ where: { $or: [{ n: { $in: a } }, { text: { $in: b } }] } }),
      [{ a: [1, null], b: [] }, { a: [], b: ["a", null] }, { a: [null], b: [null] }, { a: [1], b: ["it's"] }],
    ],
    [({ a, b }) => ({ where: { $or: [{ id: a }, { $not: { n: b } }] } }), [{ a: 1, b: 2 }, { a: 4, b: 1 }]],
    [({ a }) => ({ where: { n: a }, orderBy: [["id", "DESC"]], select: ["id"], limit: 1 }), [{ a: 2 }]],
    [({ skip }) => ({ offset: skip, limit: 2 }), [{ skip: 0 }, { skip: 1 }, { skip: 3 }, { skip: 9 }]],
    [({ n }) => ({ limit: n }), [{ n: 0 }, { n: 1 }, { n: 3 }, { n: 9 }]],
    [
      ({ a, n, skip }) => ({ where: { n: a }, orderBy: [["id", "DESC"]], limit: n, offset: skip }),
      [{ a: 2, n: 1, skip: 0 }, { a: 2, n: 1, skip: 1 }, { a: null, n: 2, skip: 0 }, { a: 2, n: 9, skip: 1 }],
    ],
  ];
  for (const [build, all] of searches) {
    const query = Item.prepare(build);
    for (const params of [...all, ...all.toReversed()]) {
      expectEqual(await query.findAll(params), await Item.findAll(build(params)));
    }
  }
}

async function runs(world: World): Promise<void> {
  const Item = await items(world);
  const byId = Item.prepare(({ id, n }) => ({ where: { $or: [{ id }, { n }] }, select: ["id"] }));
  const other = Item.prepare(({ id, n }) => ({ where: { $or: [{ id }, { n }] }, select: ["id"] }));
  expectEqual(await byId.findAll({ id: 1, n: 99 }), [{ id: 1 }]);
  expectEqual(await other.findAll({ id: 3, n: 2 }), [{ id: 2 }, { id: 3 }, { id: 4 }]);
  expectEqual(await byId.findAll({ id: 99, n: 98 }), []);
  expectEqual(await Item.findAll({ where: { $or: [{ id: 4 }, { n: 1 }] }, select: ["id"] }), [{ id: 1 }, {
    id: 4,
  }]);
  expectEqual(await byId.findAll({ id: 1, n: null, ignored: 5 }), [{ id: 1 }, { id: 3 }]);
}

async function nulls(world: World): Promise<void> {
  const Item = await items(world);
  for (const name of ["text", "n", "big", "r", "on", "day", "at", "bytes"]) {
    const query = Item.prepare(({ value }) => ({ where: { [name]: value }, select: ["id"] }));
    const empty = name === "text" || name === "n" ? [{ id: 3 }] : [{ id: 3 }, { id: 4 }];
    expectEqual(await query.findAll({ value: null }), empty);
    const filled = Item.prepare(({ value }) => ({ where: { [name]: { $ne: value } }, select: ["id"] }));
    expectEqual((await filled.findAll({ value: null })).length, 4 - empty.length);
  }
}

async function types(world: World): Promise<void> {
  const Item = await items(world);
  for (const [name, given] of Object.entries(await Item.findById(1) ?? {})) {
    const query = Item.prepare(({ value }) => ({ where: { [name]: { $in: value } }, select: ["id"] }));
    expectEqual(await query.findAll({ value: [given] }), [{ id: 1 }]);
    const equal = Item.prepare(({ value }) => ({ where: { [name]: { $eq: value } }, select: [name] }));
    expectEqual(await equal.findAll({ value: given }), [{ [name]: given }]);
  }
  const since = Item.prepare(({ at }) => ({ where: { at: { $gte: at } }, select: ["id"] }));
  expectEqual(await since.findAll({ at: "1970-01-01T00:00:00Z" }), [{ id: 1 }]);
  expectEqual(await since.findAll({ at: -1 }), [{ id: 1 }, { id: 2 }]);
}

async function places(world: World): Promise<void> {
  const Item = await world.filled("items", {
    id: { type: "INTEGER", primaryKey: true },
    data: { type: "JSON" },
  }, [
    { id: 1, data: { x: 1 } },
    { id: 2, data: { x: "1" } },
    { id: 3, data: { x: true } },
    { id: 4, data: { x: null } },
    { id: 5, data: { x: 10 } },
    { id: 6 },
    { id: 7, data: { x: "b" } },
  ]);
  const values = [1, "1", true, false, 10, "b", 0.5, ""];
  const searches: readonly (readonly [(params: Params) => object, readonly unknown[]])[] = [
    [({ a }) => ({ where: { "data.x": a } }), [...values, null]],
    [({ a }) => ({ where: { "data.x": { $ne: a } } }), [...values, null]],
    [({ a }) => ({ where: { "data.x": { $gte: a } } }), [1, "1", 10, "a"]],
    [({ a }) => ({ where: { "data.x": { $not: { $lt: a } } } }), [1, "1", 10, "a"]],
    [({ a }) => ({ where: { "data.x": { $between: [a, a] } } }), [1, "1", 10]],
    [({ a }) => ({ where: { "data.x": { $in: a } } }), [[1, "1"], [null, 10], [], [true]]],
    [({ a }) => ({ where: { "data.x": { $startsWith: a } } }), ["1", "b"]],
    [({ a }) => ({ where: { $or: [{ "data.x": a }, { id: 6 }] } }), [...values, null]],
  ];
  for (const [build, all] of searches) {
    const query = Item.prepare(build);
    for (const a of [...all, ...all.toReversed()]) {
      expectEqual(await query.findAll({ a }), await Item.findAll(build({ a })));
    }
  }
  const range = Item.prepare(({ a, b }) => ({ where: { "data.x": { $between: [a, b] } } }));
  await expectFailure(() => range.findAll({ a: 1, b: "2" }), { error: ValidationError, table: "items" });
  await expectFailure(() => range.findAll({ a: true, b: true }), { error: ValidationError, table: "items" });
}

async function one(world: World): Promise<void> {
  const Item = await items(world);
  const query = Item.prepare(({ n }) => ({ where: { n }, orderBy: [["id", "DESC"]], select: ["id"] }));
  expectEqual(await query.findOne({ n: 2 }), { id: 4 });
  expectEqual(await query.findOne({ n: 99 }), null);
  expectEqual(await query.findAll({ n: 2 }), [{ id: 4 }, { id: 2 }]);
}

async function fresh(world: World): Promise<void> {
  const Item = world.define("items", schema);
  const query = Item.prepare(({ n }) => ({ where: { n }, select: ["id"] }));
  expectEqual(await query.findAll({ n: 5 }), []);
  await Item.create({ id: 1, n: 5 });
  expectEqual(await query.findAll({ n: 5 }), [{ id: 1 }]);
  await Item.createIndex("n", { columns: ["n"] });
  await Item.bulkCreate([{ id: 2, n: 5 }, { id: 3, n: 6 }]);
  expectEqual(await query.findAll({ n: 5 }), [{ id: 1 }, { id: 2 }]);
  await Item.drop();
  expectEqual(await query.findAll({ n: 5 }), []);
}

async function refuses(world: World): Promise<void> {
  const Item = await items(world);
  const query = Item.prepare(({ n, text }) => ({ where: { n: { $gt: n }, text } }));
  const missing = { error: ValidationError, code: "MISSING_PARAMETER", table: "items" };
  for (
    const params of [{}, { n: 1 }, { n: undefined, text: "a" }, null, Object.create({ n: 1, text: "a" })]
  ) {
    await expectFailure(() => query.findAll(params), missing);
  }
  for (
    const params of [{ n: "1", text: "a" }, { n: null, text: "a" }, { n: 1, text: { $ne: "" } }, {
      n: 1.5,
      text: "a",
    }]
  ) {
    await expectFailure(() => query.findAll(params), {
      error: ValidationError,
      code: "INVALID_VALUE",
      table: "items",
    });
  }
  await expectFailure(() => query.findOne({ n: 1, text: ["a"] }), { error: ValidationError });
}
