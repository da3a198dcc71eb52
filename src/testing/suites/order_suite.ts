import { ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { Row, TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import { ORDERED_VALUES, type OrderedValues, shuffled } from "./ordered_values.ts";

const key = { type: "INTEGER", primaryKey: true } as const;

/** Order, limit, offset and select. */
export const orderSuite: readonly TestCase[] = [
  ...ORDERED_VALUES.flatMap((kind): TestCase[] => [
    promise(`findAll: orderBy orders ${kind.name}, null first`, (world) => ordered(world, kind)),
    promise(`where: order comparisons compare ${kind.name}`, (world) => compared(world, kind)),
  ]),
  promise("findAll: ties are ordered by the primary key, in the direction of the last term", ties),
  promise("findAll: ties are ordered by all columns of a composite primary key", compositeTies),
  promise("findAll: several columns are ordered one after the other", severalColumns),
  promise("findAll: without orderBy the primary key orders", byKey),
  promise("findAll: limit and offset cut the ordered rows, and limit 0 gives nothing", cuts),
  promise("findAll: a limit or offset that is no count is refused", badCounts),
  promise("findAll: select gives exactly these columns", selects),
  promise("findAll: a select that is no list of columns is refused", badSelects),
  promise("findAll: an orderBy that is no order is refused", badOrders),
  promise("findAll: an unknown option is refused", badOptions),
  promise("findOne: gives the first row of the order", first),
];

const refused = { error: ValidationError, code: "INVALID_OPTIONS", table: "items" } as const;
const unknown = { error: ValidationError, code: "UNKNOWN_COLUMN", table: "items" } as const;

async function ids(model: TestModel, options: unknown): Promise<unknown[]> {
  return (await model.findAll(options)).map(({ id }) => id);
}

async function ordered(world: World, { column, values }: OrderedValues): Promise<void> {
  const expected: unknown[] = [null, ...values];
  const Item = await world.filled(
    "items",
    { id: key, value: column },
    shuffled(expected).map((value, id) => ({ id, value })),
  );
  const listed = async (options: object): Promise<unknown[]> =>
    (await Item.findAll(options)).map(({ value }) => value);
  expectEqual(await listed({ orderBy: [["value", "ASC"]] }), expected);
  expectEqual(await listed({ orderBy: [["value", "DESC"]] }), [...expected].reverse());
  expectEqual(await listed({ orderBy: [["value", "ASC"]], limit: 2, offset: 1 }), expected.slice(1, 3));
  expectEqual(await listed({ orderBy: [["value", "DESC"]], limit: 2 }), [...expected].reverse().slice(0, 2));
  expectEqual(await Item.min("value"), values[0]);
  expectEqual(await Item.max("value"), values.at(-1));
}

async function compared(world: World, { column, values }: OrderedValues): Promise<void> {
  const rows = shuffled([null, ...values]).map((value, id) => ({ id, value }));
  const Item = await world.filled("items", { id: key, value: column }, rows);
  for (const [i, pivot] of values.entries()) {
    expectEqual(await Item.count({ value: { $gt: pivot } }), values.length - 1 - i);
    expectEqual(await Item.count({ value: { $gte: pivot } }), values.length - i);
    expectEqual(await Item.count({ value: { $lt: pivot } }), i);
    expectEqual(await Item.count({ value: { $lte: pivot } }), i + 1);
    expectEqual(await Item.count({ value: { $between: [values[0], pivot] } }), i + 1);
    expectEqual(await Item.count({ $not: { value: { $gt: pivot } } }), i + 2);
  }
}

async function ties(world: World): Promise<void> {
  const rows = shuffled(Array.from({ length: 12 }, (_, id) => ({ id, group: id % 3 })));
  const Item = await world.filled("items", { id: key, group: { type: "INTEGER" } }, rows);
  expectEqual(await ids(Item, { orderBy: [["group", "ASC"]] }), [0, 3, 6, 9, 1, 4, 7, 10, 2, 5, 8, 11]);
  expectEqual(await ids(Item, { orderBy: [["group", "DESC"]] }), [11, 8, 5, 2, 10, 7, 4, 1, 9, 6, 3, 0]);
  expectEqual(await ids(Item, { orderBy: [["group", "DESC"]], limit: 3, offset: 2 }), [5, 2, 10]);
  expectEqual(await ids(Item, { orderBy: [["group", "ASC"], ["id", "DESC"]], limit: 4 }), [9, 6, 3, 0]);
  expectEqual(await ids(Item, { orderBy: [["group", "DESC"], ["id", "ASC"]], limit: 4 }), [2, 5, 8, 11]);
  await Item.createIndex("by_group", { columns: ["group"] });
  expectEqual(await ids(Item, { orderBy: [["group", "DESC"]], limit: 6 }), [11, 8, 5, 2, 10, 7]);
  expectEqual((await Item.findOne({ orderBy: [["group", "DESC"]] }))?.["id"], 11);
  expectEqual(await ids(Item, { where: { group: 1 }, orderBy: [["group", "DESC"]] }), [10, 7, 4, 1]);
}

async function compositeTies(world: World): Promise<void> {
  const Item = await world.filled("items", {
    b: { type: "TEXT", primaryKey: true },
    a: { type: "INTEGER", primaryKey: true },
    group: { type: "INTEGER" },
  }, shuffled(["x", "y"].flatMap((b) => [1, 2, 10].map((a) => ({ b, a, group: 0 })))));
  const keys = ["x1", "x2", "x10", "y1", "y2", "y10"];
  const listed = async (options: object) => (await Item.findAll(options)).map(({ a, b }) => `${b}${a}`);
  expectEqual(await listed({}), keys);
  expectEqual(await listed({ orderBy: [["group", "ASC"]] }), keys);
  expectEqual(await listed({ orderBy: [["group", "DESC"]] }), keys.toReversed());
  expectEqual(await listed({ orderBy: [["a", "DESC"]] }), ["y10", "x10", "y2", "x2", "y1", "x1"]);
  expectEqual(await listed({ orderBy: [["group", "DESC"], ["a", "ASC"]] }), [
    "x1",
    "y1",
    "x2",
    "y2",
    "x10",
    "y10",
  ]);
}

async function severalColumns(world: World): Promise<void> {
  const rows: Row[] = [];
  for (const text of ["b", "a", null]) {
    for (const n of [2, null, 1]) rows.push({ id: rows.length, text, n });
  }
  const Item = await world.filled("items", { id: key, text: { type: "TEXT" }, n: { type: "INTEGER" } }, rows);
  expectEqual(await ids(Item, { orderBy: [["text", "ASC"], ["n", "ASC"]] }), [7, 8, 6, 4, 5, 3, 1, 2, 0]);
  expectEqual(await ids(Item, { orderBy: [["text", "ASC"], ["n", "DESC"]] }), [6, 8, 7, 3, 5, 4, 0, 2, 1]);
  expectEqual(await ids(Item, { orderBy: [["n", "DESC"], ["text", "DESC"]] }), [0, 3, 6, 2, 5, 8, 1, 4, 7]);
}

async function byKey(world: World): Promise<void> {
  const Item = await world.filled("items", { id: { type: "TEXT", primaryKey: true } }, [
    ...["b", "a", "\u{1F600}", "\uFF5E", "10", "9", "B"].map((id) => ({ id })),
  ]);
  const sorted = ["10", "9", "B", "a", "b", "\uFF5E", "\u{1F600}"];
  expectEqual(await ids(Item, undefined), sorted);
  expectEqual(await ids(Item, { limit: 3 }), sorted.slice(0, 3));
  expectEqual(await ids(Item, { where: { id: { $gt: "A" } }, offset: 1 }), sorted.slice(3));
}

async function tenItems(world: World): Promise<TestModel> {
  const rows = Array.from({ length: 10 }, (_, i) => ({ id: 9 - i, n: i % 2, text: `t${i}`, data: { i } }));
  return await world.filled("items", {
    id: key,
    n: { type: "INTEGER" },
    text: { type: "TEXT" },
    data: { type: "JSON" },
  }, rows);
}

async function cuts(world: World): Promise<void> {
  const Item = await tenItems(world);
  expectEqual(await ids(Item, { limit: 0 }), []);
  expectEqual(await ids(Item, { limit: 0, offset: 2 }), []);
  expectEqual(await ids(Item, { limit: 3 }), [0, 1, 2]);
  expectEqual(await ids(Item, { limit: 3, offset: 8 }), [8, 9]);
  expectEqual(await ids(Item, { offset: 8 }), [8, 9]);
  expectEqual(await ids(Item, { offset: 10 }), []);
  expectEqual(await ids(Item, { offset: 0, limit: 100 }), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expectEqual(await ids(Item, { limit: Number.MAX_SAFE_INTEGER, offset: 9 }), [9]);
  expectEqual(await ids(Item, { where: { n: 1 }, orderBy: [["id", "DESC"]], limit: 2, offset: 1 }), [6, 4]);
}

async function badCounts(world: World): Promise<void> {
  const Item = await tenItems(world);
  for (const bad of [-1, 0.5, NaN, Infinity, "1", null, 1n, [1], {}, 2 ** 53]) {
    await expectFailure(() => Item.findAll({ limit: bad }), refused);
    await expectFailure(() => Item.findAll({ limit: 1, offset: bad }), refused);
  }
}

async function selects(world: World): Promise<void> {
  const Item = await tenItems(world);
  expectEqual(await Item.findAll({ select: ["text"], limit: 1 }), [{ text: "t9" }]);
  expectEqual(await Item.findAll({ select: ["data", "id"], orderBy: [["text", "ASC"]], limit: 1 }), [
    { id: 9, data: { i: 0 } },
  ]);
  expectEqual(await Item.findOne({ select: ["n"], where: { text: "t3" } }), { n: 1 });
  expectEqual(await Item.findOrFail({ select: ["id", "n"], where: { text: "t3" } }), { id: 6, n: 1 });
}

async function badSelects(world: World): Promise<void> {
  const Item = await tenItems(world);
  for (const bad of [[], ["id", "id"], "id", {}, null]) {
    await expectFailure(() => Item.findAll({ select: bad }), refused);
  }
  for (const bad of [["nothing"], ["id", "constructor"], ["__proto__"], [undefined], ["id "], ["ID"]]) {
    await expectFailure(() => Item.findAll({ select: bad }), unknown);
  }
}

async function badOrders(world: World): Promise<void> {
  const Item = await tenItems(world);
  const bad: unknown[] = [
    "id",
    ["id"],
    [["id"]],
    [["id", "up"]],
    [["id", "asc"]],
    [["id", "ASC", "DESC"]],
    [["id", "ASC; DROP TABLE items"]],
    [["id", "ASC"], ["id", "DESC"]],
    [["data", "ASC"]],
    [[1, "ASC"]],
    [undefined],
    { id: "ASC" },
    null,
  ];
  for (const orderBy of bad) await expectFailure(() => Item.findAll({ orderBy }), refused);
  for (const name of ["nothing", "id DESC", "constructor", "__proto__", "data.i", ""]) {
    await expectFailure(() => Item.findAll({ orderBy: [[name, "ASC"]] }), unknown);
  }
}

async function badOptions(world: World): Promise<void> {
  const Item = await tenItems(world);
  await expectFailure(() => Item.findAll({ were: { id: 1 } }), refused);
  await expectFailure(() => Item.findAll({ order: [["id", "ASC"]] }), refused);
  await expectFailure(() => Item.findAll([]), refused);
  await expectFailure(() => Item.findAll("id"), refused);
  await expectFailure(() => Item.findOne({ limit: 1 }), refused);
}

async function first(world: World): Promise<void> {
  const Item = await tenItems(world);
  const id = async (options: unknown) => (await Item.findOne(options))?.["id"];
  expectEqual(await id(undefined), 0);
  expectEqual(await id({ orderBy: [["id", "DESC"]] }), 9);
  expectEqual(await id({ where: { n: 1 } }), 0);
  expectEqual(await id({ where: { n: 1 }, offset: 2 }), 4);
  expectEqual(await Item.findOne({ where: { id: 77 } }), null);
  expectEqual(await Item.findOne({ offset: 10 }), null);
}
