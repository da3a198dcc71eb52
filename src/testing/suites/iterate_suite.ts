import { ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure, expectTrue } from "../assertions.ts";
import { collect } from "../collect.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { TestModel } from "../test_model.ts";
import type { World } from "../world.ts";

/** Rows one by one. */
export const iterateSuite: readonly TestCase[] = [
  promise("iterate: gives the rows that findAll gives, in its order", sameRows),
  promise("iterate: gives 1,300 rows, each once", many),
  promise("iterate: may be left before its end, and the store can then be written", leave),
  promise("iterate: may run beside itself and beside searches", beside),
  promise("iterate: rows may be changed and removed while it runs", changes),
  promise("iterate: refuses options at once", refuses),
];

const schema = {
  id: { type: "INTEGER", primaryKey: true },
  n: { type: "INTEGER" },
  text: { type: "TEXT" },
} as const;

async function items(world: World, length: number): Promise<TestModel> {
  const rows = Array.from(
    { length },
    (_, id) => ({ id, n: id % 4 === 0 ? null : id % 5, text: `t${id % 3}` }),
  );
  return await world.filled("items", schema, rows.toReversed());
}

/** What iterate gives is what findAll gives. */
async function compare(Item: TestModel, options?: unknown): Promise<void> {
  const expected = await Item.findAll(options);
  expectEqual(await collect(Item.iterate(options), expected.length), expected);
}

async function sameRows(world: World): Promise<void> {
  const Item = await items(world, 40);
  const searches: unknown[] = [
    undefined,
    { where: { n: 2 } },
    { where: { n: null }, orderBy: [["text", "DESC"]] },
    { orderBy: [["n", "DESC"], ["text", "ASC"]] },
    { orderBy: [["n", "ASC"]], limit: 7, offset: 3 },
    { select: ["text"], orderBy: [["n", "ASC"]], limit: 5 },
    { limit: 0 },
    { offset: 38 },
    { where: { id: 99 } },
    { where: { $or: [{ n: 1 }, { text: { $like: "T1" } }] }, select: ["id", "n"] },
  ];
  for (const options of searches) await compare(Item, options);
}

async function many(world: World): Promise<void> {
  const Item = await items(world, 1_300);
  expectEqual(
    (await collect(Item.iterate(), 1_300)).map(({ id }) => id),
    Array.from({ length: 1_300 }, (_, id) => id),
  );
  await compare(Item, { orderBy: [["n", "DESC"], ["text", "ASC"]] });
  await compare(Item, { orderBy: [["text", "ASC"]], limit: 1_100, offset: 150, select: ["id"] });
}

async function leave(world: World): Promise<void> {
  const Item = await items(world, 1_200);
  for (let round = 0; round < 3; round++) {
    let seen = 0;
    for await (const { id } of Item.iterate()) {
      expectEqual(id, seen);
      if (++seen === 3) break;
    }
    expectEqual(await Item.update({ n: 9 }, { id: round }), 1);
    expectEqual(await Item.create({ id: 5_000 + round }), { id: 5_000 + round, n: null, text: null });
  }
  await Item.deleteAll();
  expectEqual(await collect(Item.iterate(), 0), []);
}

async function beside(world: World): Promise<void> {
  const Item = await items(world, 30);
  const pairs: unknown[] = [];
  for await (const { id } of Item.iterate({ where: { id: { $lt: 5 } } })) {
    const others = await collect(Item.iterate({ where: { id: { $lt: 3 } } }), 3);
    pairs.push(...others.map((other) => [id, other["id"]]));
    expectTrue(pairs.length <= 15, "rows come once, and end");
    expectEqual(await Item.count(), 30);
    expectEqual((await Item.findById(id))?.["id"], id);
  }
  expectEqual(pairs, [0, 1, 2, 3, 4].flatMap((id) => [0, 1, 2].map((other) => [id, other])));
}

async function changes(world: World): Promise<void> {
  const Item = await items(world, 1_100);
  const seen = new Set<unknown>();
  for await (const { id } of Item.iterate()) {
    expectTrue(!seen.has(id), `row ${id} is given twice`);
    seen.add(id);
    if (id === 10) await Item.update({ text: "changed" }, { id: { $gte: 0 } });
    if (id === 20) await Item.delete({ id: { $lte: 5 } });
    if (typeof id === "number" && id % 100 === 0) await Item.update({ n: 77 }, { id });
  }
  expectEqual(seen.size, 1_100);
  expectEqual(await Item.count(), 1_094);
  expectEqual(await Item.count({ n: 77 }), 10);
  expectEqual(await Item.count({ text: "changed" }), 1_094);
}

async function refuses(world: World): Promise<void> {
  const Item = await items(world, 1);
  const refused = { error: ValidationError, table: "items" };
  await expectFailure(() => collect(Item.iterate({ where: { nothing: 1 } }), 1), refused);
  await expectFailure(() => collect(Item.iterate({ limit: -1 }), 1), refused);
  await expectFailure(() => collect(Item.iterate({ size: 1 }), 1), refused);
}
