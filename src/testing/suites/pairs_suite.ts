import { ValidationError } from "../../errors/mod.ts";
import { and, eq, gt, or } from "../../query/operators.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import { ORDERED_VALUES, type OrderedValues } from "./ordered_values.ts";

/** Many alternatives that are equalities of the same columns, and how many comparisons a condition may have. */
export const pairsSuite: readonly TestCase[] = [
  ...ORDERED_VALUES.map((kind) =>
    promise(`where: many pairs of ${kind.name} find what each alone finds`, (world) => byKind(world, kind))
  ),
  promise("where: many pairs mean the same with nulls, among other alternatives, and negated", mixed),
  promise("where: thousands of pairs are found at once", thousands),
  promise("where: many pairs find rows by an index and by a part of it", indexed),
  promise("bulkDelete: removes the rows with many keys of several columns", manyKeys),
  promise("where: more comparisons than the ORM allows are refused, and lists are not", tooMany),
  promise("where: a longer pattern than the ORM allows is refused", longPattern),
];

const id = { type: "INTEGER", primaryKey: true } as const;
const pairs = { id, a: { type: "TEXT" }, b: { type: "INTEGER" }, mark: { type: "INTEGER" } } as const;

async function ids(model: TestModel, where: unknown): Promise<unknown[]> {
  return (await model.findAll({ where, select: ["id"] })).map((row) => row["id"]);
}

async function byKind(world: World, { column, values }: OrderedValues): Promise<void> {
  const step = Math.ceil(values.length / 6);
  const some = values.filter((_, i) => i % step === 0 || i === values.length - 1);
  const rows = [null, ...some].flatMap((value, i) =>
    [null, 1, 2, 3].map((n, k) => ({ id: i * 4 + k, value, n, more: i % 2 === 0 }))
  );
  const Item = await world.filled("items", {
    id,
    value: column,
    n: { type: "INTEGER" },
    more: { type: "BOOLEAN" },
  }, rows);
  const wanted = some.flatMap((value) => [{ value, n: 2 }, { n: 3, value }, { value, n: 9 }]);
  const isWanted = ({ value, n }: (typeof rows)[number]): boolean => value !== null && (n === 2 || n === 3);
  const found = rows.filter(isWanted).map((row) => row.id);
  const others = rows.filter((row) => !isWanted(row)).map((row) => row.id);
  expectEqual(await ids(Item, { $or: wanted }), found);
  expectEqual(await ids(Item, { $not: { $or: wanted } }), others);
  expectEqual(
    await ids(Item, { more: true, $or: wanted }),
    found.filter((each) => rows[each]?.more === true),
  );
  expectEqual(await Item.count({ $or: wanted }), found.length);
  const triples = wanted.map((pair) => ({ ...pair, more: false }));
  expectEqual(await ids(Item, { $or: triples }), found.filter((each) => rows[each]?.more === false));
  // Of one column: the list it could have been.
  const single = [...some, ...some, ...some].map((value) => ({ value }));
  expectEqual(
    await ids(Item, { $or: single }),
    rows.filter(({ value }) => value !== null).map((row) => row.id),
  );
  expectEqual(await Item.delete({ $or: wanted }), found.length);
  expectEqual((await Item.findAll()).map((row) => row["id"]), others);
}

async function mixed(world: World): Promise<void> {
  const rows = Array.from({ length: 40 }, (_, i) => ({
    id: i,
    a: i % 4 === 0 ? null : `a${i % 4}`,
    b: i % 5 === 0 ? null : i % 5,
    mark: null,
  }));
  const Item = await world.filled("pairs", pairs, rows);
  const many = Array.from({ length: 12 }, (_, i) => ({ a: `a${i}`, b: (i * 3) % 5 }));
  const matches = ({ a, b }: (typeof rows)[number]): boolean =>
    many.some((pair) => pair.a === a && pair.b === b && b !== null);
  const rest = [{ a: null, b: 1 }, { id: { $gte: 38 } }, { a: "a1", b: 1, id: 21 }];
  const others = (row: (typeof rows)[number]): boolean =>
    (row.a === null && row.b === 1) || row.id >= 38 || row.id === 21;
  const found = rows.filter((row) => matches(row) || others(row)).map((row) => row.id);
  const left = rows.filter((row) => !matches(row) && !others(row)).map((row) => row.id);
  expectEqual(await ids(Item, { $or: [...many, ...rest] }), found);
  expectEqual(await ids(Item, { $or: [...rest, ...many] }), found);
  expectEqual(await ids(Item, { $not: { $or: [...rest, ...many] } }), left);
  expectEqual(
    await ids(
      Item,
      or(...many.map(({ a, b }) => and({ a: eq(a) }, { b: eq(b) })), { a: null, b: 1 }, { id: gt(37) }, {
        id: 21,
      }),
    ),
    found,
  );
  expectEqual(
    await ids(Item, { $and: [{ $or: many }, { $or: many.map((pair) => ({ ...pair, id: 21 })) }] }),
    [],
  );
  expectEqual(await Item.update({ mark: 1 }, { $or: [...many, ...rest] }), found.length);
  expectEqual(await ids(Item, { mark: 1 }), found);
  expectEqual(
    await Item.bulkUpdate([{ where: { $or: many }, data: { mark: 2 } }]),
    rows.filter(matches).length,
  );
  await expectFailure(() => Item.count({ $or: [...many, { a: 1, b: 1 }] }), { error: ValidationError });
  const prepared = Item.prepare((given) => ({
    where: { $or: [...many, ...Array.from({ length: 9 }, (_, i) => ({ a: given["a"], b: i }))] },
  }));
  for (const a of ["a2", null, "a3"]) {
    const wanted = rows.filter((row) => matches(row) || (row.a === a && row.b !== null && row.b < 9));
    expectEqual((await prepared.findAll({ a })).map((row) => row["id"]), wanted.map((row) => row.id));
  }
}

async function thousands(world: World): Promise<void> {
  const rows = Array.from({ length: 300 }, (_, i) => ({ id: i, a: `a${i % 50}`, b: i, mark: null }));
  const Item = await world.filled("pairs", pairs, rows);
  for (const length of [8_000, 3_001]) {
    const many = Array.from({ length }, (_, i) => ({ a: `a${i % 50}`, b: i % 2 === 0 ? i : -i }));
    const even = rows.filter(({ b }) => b % 2 === 0).map((row) => row.id);
    expectEqual(await ids(Item, { $or: many }), even);
    expectEqual(await Item.count({ $not: { $or: many } }), rows.length - even.length);
  }
}

async function indexed(world: World): Promise<void> {
  const rows = Array.from({ length: 60 }, (_, i) => ({ id: i, a: `a${i % 6}`, b: i % 10, mark: i % 3 }));
  const Item = await world.filled("pairs", pairs, rows, {
    indexes: [{ columns: ["a", "mark"] }, { columns: ["b"] }],
  });
  const many = Array.from({ length: 15 }, (_, i) => ({ a: `a${i % 5}`, b: i % 7, mark: i % 3 }));
  const found = rows.filter(({ a, b, mark }) =>
    many.some((each) => each.a === a && each.b === b && each.mark === mark)
  );
  expectEqual(await ids(Item, { $or: many }), found.map((row) => row.id));
  const keyed = Array.from({ length: 20 }, (_, i) => ({ id: i * 2, a: `a${(i * 2) % 6}` }));
  expectEqual(await ids(Item, { $or: [...keyed, { id: 1, a: "no" }] }), keyed.map((each) => each.id));
  expectEqual(
    (await Item.findAll({ where: { $or: keyed }, orderBy: [["id", "DESC"]], limit: 2 })).map((row) =>
      row["id"]
    ),
    [38, 36],
  );
}

async function manyKeys(world: World): Promise<void> {
  const most = Math.min(400, world.capabilities.limits?.batchRows ?? 400);
  const rows = Array.from({ length: most }, (_, i) => ({ a: `a${i % 20}`, b: i }));
  const Pair = await world.filled("pairs", {
    a: { type: "TEXT", primaryKey: true },
    b: { type: "INTEGER", primaryKey: true },
  }, rows);
  const keys = rows.filter(({ b }) => b % 3 !== 0);
  expectEqual(await Pair.bulkDelete([...keys, ...keys, { a: "no", b: 1 }]), keys.length);
  expectEqual(await Pair.count(), most - keys.length);
  expectEqual(await Pair.bulkDelete([{ b: 0, a: "a0" }]), 1);
  expectEqual(await Pair.bulkDelete([{ b: 0, a: "a0" }]), 0);
}

async function tooMany(world: World): Promise<void> {
  const rows = Array.from({ length: 20 }, (_, i) => ({ id: i, a: `a${i}`, b: i, mark: null }));
  const Item = await world.filled("pairs", pairs, rows);
  const ranges = (length: number) =>
    Array.from({ length }, (_, i) => ({ b: { $between: [i * 3, i * 3 + 1] } }));
  const refused = { error: ValidationError, code: "TOO_MANY_TERMS", table: "pairs" };
  expectEqual(await Item.count({ $or: ranges(1_000) }), 14);
  await expectFailure(() => Item.count({ $or: ranges(1_001) }), refused);
  await expectFailure(
    () => Item.count({ $and: [{ $or: ranges(600) }, { $not: { $or: ranges(401) } }] }),
    refused,
  );
  await expectFailure(() => Item.delete({ $or: ranges(1_001) }), refused);
  await expectFailure(() => Item.count({ $or: Array.from({ length: 1_001 }, () => ({ a: null })) }), refused);
  expectEqual(await Item.count({ b: { $in: Array.from({ length: 5_000 }, (_, i) => i) } }), 20);
  expectEqual(await Item.count({ b: { $notIn: Array.from({ length: 5_000 }, (_, i) => i) } }), 0);
  const orm = world.newORM({ limits: { terms: 3 } });
  const Few = world.define("pairs", pairs, { orm });
  expectEqual(await Few.count({ $or: ranges(3) }), 6);
  await expectFailure(() => Few.count({ $or: ranges(4) }), refused);
  await expectFailure(
    () =>
      Few.groupBy({
        by: ["a"],
        aggregates: { n: { count: "*" } },
        having: { $or: [1, 2, 3, 4].map((n) => ({ n })) },
      }),
    refused,
  );
}

async function longPattern(world: World): Promise<void> {
  const Item = await world.filled("pairs", pairs, [{ id: 1, a: "x".repeat(300), b: 1 }]);
  const refused = { error: ValidationError, code: "INVALID_VALUE", table: "pairs", columns: ["a"] };
  expectEqual(await Item.count({ a: { $like: `${"x".repeat(255)}%` } }), 1);
  await expectFailure(() => Item.count({ a: { $like: `${"x".repeat(256)}%` } }), refused);
  expectEqual(await Item.count({ a: { $contains: "x".repeat(300) } }), 1);
  const prepared = Item.prepare((given) => ({ where: { a: { $like: given["pattern"] } } }));
  await expectFailure(() => prepared.findAll({ pattern: "%".repeat(257) }), refused);
  const orm = world.newORM({ limits: { pattern: 1_000 } });
  const Long = world.define("pairs", pairs, { orm });
  expectEqual(await Long.count({ a: { $like: `${"x".repeat(299)}_` } }), 1);
  await expectFailure(() => Long.count({ a: { $like: "x".repeat(1_001) } }), refused);
}
