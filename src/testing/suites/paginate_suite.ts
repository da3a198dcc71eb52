import { ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure, expectTrue } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { Row, TestModel, TestPage } from "../test_model.ts";
import type { World } from "../world.ts";
import { ORDERED_VALUES, type OrderedValues } from "./ordered_values.ts";

/** Pages of rows. */
export const paginateSuite: readonly TestCase[] = [
  ...ORDERED_VALUES.map((kind) =>
    promise(
      `paginate: pages in the order of ${kind.name} hold every row once`,
      (world) => byKind(world, kind),
    )
  ),
  promise("paginate: pages hold every row once, whatever the order, its nulls and its ties", everyOrder),
  promise("paginate: pages hold every row once by a composite primary key", composite),
  promise("paginate: pages hold the rows that match, with the columns selected", matching),
  promise("paginate: the last page has no next, full or not", last),
  promise("paginate: goes on where it was though rows come and go", moving),
  promise("paginate: what is no cursor of this order is refused", badCursors),
  promise("paginate: goes on after a long text", longTexts),
  promise("paginate: a size that is no size is refused", badSizes),
];

const schema = {
  id: { type: "INTEGER", primaryKey: true },
  n: { type: "INTEGER" },
  text: { type: "TEXT" },
  at: { type: "DATETIME" },
} as const;

async function items(world: World, length: number = 23): Promise<TestModel> {
  const rows = Array.from({ length }, (_, id) => ({
    id: (id * 7) % length,
    n: id % 4 === 0 ? null : id % 3,
    text: id % 5 === 0 ? null : ["a", "A", "é", "\u{1F600}"][id % 4],
    at: id % 6 === 0 ? null : id % 2,
  }));
  return await world.filled("items", schema, rows);
}

async function allPages(model: TestModel, options: object): Promise<Row[][]> {
  const pages: Row[][] = [];
  const most = Math.max(1, await model.count());
  for (let after: string | null = null;;) {
    const page: TestPage = await model.paginate({ ...options, after });
    pages.push(page.rows);
    if (page.next === null) return pages;
    expectTrue(pages.length < most, "rows come once, and pages end");
    after = page.next;
  }
}

async function byKind(world: World, { column, values }: OrderedValues): Promise<void> {
  const rows = [null, ...values, null, ...values].map((value, id) => ({ id, value }));
  const Item = await world.filled("items", { id: schema.id, value: column }, rows);
  for (const direction of ["ASC", "DESC"]) {
    const options = { orderBy: [["value", direction]] };
    for (const size of [1, 4]) {
      expectEqual((await allPages(Item, { ...options, size })).flat(), await Item.findAll(options));
    }
  }
}

async function everyOrder(world: World): Promise<void> {
  const Item = await items(world);
  const columns = ["n", "text", "at", "id"];
  for (const first of columns) {
    for (const second of columns) {
      for (const [a, b] of [["ASC", "ASC"], ["ASC", "DESC"], ["DESC", "ASC"], ["DESC", "DESC"]]) {
        const orderBy = first === second ? [[first, a]] : [[first, a], [second, b]];
        const pages = await allPages(Item, { orderBy, size: 5 });
        expectEqual(pages.map(({ length }) => length), [5, 5, 5, 5, 3]);
        expectEqual(pages.flat(), await Item.findAll({ orderBy }));
      }
    }
  }
}

async function composite(world: World): Promise<void> {
  const rows = ["x", "y", ""].flatMap((a) => [3n, 1n, 2n ** 60n].map((b) => ({ a, b, n: 0 })));
  const Pair = await world.filled("pairs", {
    a: { type: "TEXT", primaryKey: true },
    b: { type: "INTEGER", bigint: true, primaryKey: true },
    n: { type: "INTEGER" },
  }, rows);
  for (const orderBy of [undefined, [["n", "DESC"]], [["b", "DESC"]], [["b", "ASC"], ["a", "DESC"]]]) {
    for (const size of [1, 2, 9]) {
      const options = orderBy === undefined ? {} : { orderBy };
      expectEqual((await allPages(Pair, { ...options, size })).flat(), await Pair.findAll(options));
    }
  }
}

async function matching(world: World): Promise<void> {
  const Item = await items(world);
  const where = { $or: [{ n: { $gte: 1 } }, { text: null }] };
  const orderBy = [["text", "DESC"], ["n", "ASC"]];
  const pages = await allPages(Item, { where, orderBy, select: ["at"], size: 3 });
  expectEqual(pages.flat(), await Item.findAll({ where, orderBy, select: ["at"] }));
  expectEqual(await Item.paginate({ where: { id: 99 } }), { rows: [], next: null });
}

async function last(world: World): Promise<void> {
  const Item = await items(world, 6);
  expectEqual((await allPages(Item, { size: 3 })).map(({ length }) => length), [3, 3]);
  expectEqual((await allPages(Item, { size: 6 })).map(({ length }) => length), [6]);
  expectEqual((await allPages(Item, { size: 5 })).map(({ length }) => length), [5, 1]);
  expectEqual((await Item.paginate()).rows.length, 6);
}

async function moving(world: World): Promise<void> {
  const Item = await items(world, 12);
  const page = await Item.paginate({ size: 4 });
  expectEqual(page.rows.map(({ id }) => id), [0, 1, 2, 3]);
  await Item.delete({ id: { $lte: 4 } });
  await Item.create({ id: -1 });
  const second = await Item.paginate({ size: 4, after: page.next });
  expectEqual(second.rows.map(({ id }) => id), [5, 6, 7, 8]);
  await Item.deleteAll();
  expectEqual(await Item.paginate({ size: 4, after: second.next }), { rows: [], next: null });
}

async function longTexts(world: World): Promise<void> {
  const { valueBytes = Infinity, rowBytes = Infinity } = world.capabilities.limits ?? {};
  const text = "é".repeat(Math.min(150_000, Math.floor(Math.min(valueBytes, rowBytes) / 4)));
  const Item = await world.filled("items", schema, []);
  for (const id of [1, 2, 3]) await Item.create({ id, text });
  const pages = await allPages(Item, { orderBy: [["text", "ASC"]], select: ["id"], size: 1 });
  expectEqual(pages.flat(), [{ id: 1 }, { id: 2 }, { id: 3 }]);
}

async function badCursors(world: World): Promise<void> {
  const Item = await items(world);
  const refused = { error: ValidationError, code: "INVALID_CURSOR", table: "items" };
  const { next } = await Item.paginate({ size: 2, orderBy: [["n", "ASC"]] });
  await expectFailure(() => Item.paginate({ after: next }), refused);
  await expectFailure(() => Item.paginate({ after: next, orderBy: [["n", "DESC"]] }), refused);
  await expectFailure(() => Item.paginate({ after: next, orderBy: [["text", "ASC"]] }), refused);
  const forged = [
    ["n ASC,id ASC", "text", 1],
    ["n ASC,id ASC", 1],
    ["n ASC,id ASC", 1, null],
    ["n ASC,id ASC", { $ne: 1 }, 1],
    ["n ASC,id ASC", 1, [1]],
    { length: 3 },
  ].map((parts) => btoa(JSON.stringify(parts)));
  // Ties once were in the order of the key whatever the direction: pages would go on at another place.
  const before = btoa(JSON.stringify(["n DESC,id ASC", 1, 2]));
  const error = await expectFailure(
    () => Item.paginate({ after: before, orderBy: [["n", "DESC"]] }),
    refused,
  );
  expectTrue(
    ["n DESC,id ASC", "n DESC,id DESC"].every((order) => error.message.includes(`\`${order}\``)),
    "the message names both orders",
  );
  for (const after of ["", "garbage", "%", 5, {}, [], true, ...forged]) {
    await expectFailure(() => Item.paginate({ after, orderBy: [["n", "ASC"]] }), refused);
  }
}

async function badSizes(world: World): Promise<void> {
  const Item = await items(world);
  const refused = { error: ValidationError, code: "INVALID_OPTIONS", table: "items" };
  for (const size of [0, -1, 1.5, 10_001, "5", NaN, null]) {
    await expectFailure(() => Item.paginate({ size }), refused);
  }
  await expectFailure(() => Item.paginate({ limit: 5 }), refused);
  await expectFailure(() => Item.paginate({ offset: 5 }), refused);
}
