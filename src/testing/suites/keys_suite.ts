import { UniqueConstraintError, ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import { JOINED_VALUES } from "./joined_values.ts";
import { ORDERED_VALUES, type OrderedValues, shuffled } from "./ordered_values.ts";

/** Primary keys of every kind, and of several columns. */
export const keysSuite: readonly TestCase[] = [
  ...ORDERED_VALUES.map((kind) =>
    promise(
      `primary key: rows are found, ordered, changed and removed by ${kind.name}`,
      (world) => byKey(world, kind),
    )
  ),
  promise("primary key: text tells case, accents and spaces apart", textKeys),
  promise("primary key: null and nothing are refused", nullKeys),
  promise("composite primary key: rows are told apart by all its columns", composite),
  promise("composite primary key: its values are never taken for one another", ambiguous),
  promise("findById and bulkDelete: what is no key is refused", badKeys),
];

async function byKey(world: World, { column, values }: OrderedValues): Promise<void> {
  const rows = values.map((id, n) => ({ id, n }));
  const Item = await world.filled(
    "items",
    { id: { ...column, primaryKey: true }, n: { type: "INTEGER" } },
    shuffled(rows),
  );
  expectEqual(await Item.findAll(), rows);
  for (const row of rows) {
    expectEqual(await Item.findById(row.id), row);
    await expectFailure(() => Item.create({ id: row.id, n: 99 }), {
      error: UniqueConstraintError,
      code: "UNIQUE_CONSTRAINT",
      table: "items",
      columns: ["id"],
    });
    expectEqual(await Item.update({ n: row.n + 100 }, { id: row.id }), 1);
    expectEqual(await Item.upsert({ id: row.id, n: row.n }), row);
  }
  expectEqual(await Item.findAll(), rows);
  expectEqual(await Item.bulkDelete([values[0], values.at(-1)]), Math.min(2, values.length));
  expectEqual(await Item.findAll(), rows.slice(1, -1));
}

async function textKeys(world: World): Promise<void> {
  const keys = [
    "",
    "  a",
    "A",
    "a",
    "a ",
    "a\u0301",
    "á",
    "ａ",
    "5",
    "05",
    "5.0",
    "null",
    "\n",
    "x".repeat(500),
  ];
  const Item = await world.filled(
    "items",
    { id: { type: "TEXT", primaryKey: true } },
    keys.map((id) => ({ id })),
  );
  for (const id of keys) expectEqual(await Item.findById(id), { id });
  expectEqual(await Item.count(), keys.length);
  expectEqual(await Item.findById("X".repeat(500)), null);
}

async function nullKeys(world: World): Promise<void> {
  const Item = world.define("items", { id: { type: "TEXT", primaryKey: true }, n: { type: "INTEGER" } });
  const refused = { error: Error, table: "items", columns: ["id"] };
  await expectFailure(() => Item.create({ n: 1 }), refused);
  await expectFailure(() => Item.create({ id: null, n: 1 }), refused);
  await Item.create({ id: "a" });
  await expectFailure(() => Item.update({ id: null }, { id: "a" }), refused);
  expectEqual(await Item.findAll(), [{ id: "a", n: null }]);
}

function pairs(world: World): TestModel {
  return world.define("pairs", {
    a: { type: "TEXT", primaryKey: true },
    b: { type: "INTEGER", primaryKey: true },
    n: { type: "INTEGER" },
  });
}

async function composite(world: World): Promise<void> {
  const Pair = pairs(world);
  const rows = [{ a: "x", b: 1, n: 1 }, { a: "x", b: 2, n: 2 }, { a: "y", b: 1, n: 3 }];
  await Pair.bulkCreate(rows.toReversed());
  expectEqual(await Pair.findAll(), rows);
  expectEqual(await Pair.findById({ a: "x", b: 2 }), rows[1]);
  expectEqual(await Pair.findById({ b: 1, a: "y" }), rows[2]);
  expectEqual(await Pair.findById({ a: "y", b: 2 }), null);
  const duplicate = { error: UniqueConstraintError, table: "pairs", columns: ["a", "b"] };
  await expectFailure(() => Pair.create({ a: "x", b: 1 }), duplicate);
  await expectFailure(() => Pair.update({ b: 2 }, { a: "x", b: 1 }), duplicate);
  await expectFailure(() => Pair.update({ a: "y" }, { b: 1 }), duplicate);
  expectEqual(await Pair.upsert({ a: "x", b: 1, n: 10 }), { a: "x", b: 1, n: 10 });
  expectEqual(await Pair.bulkDelete([{ a: "x", b: 1 }, { b: 1, a: "y" }, { a: "z", b: 1 }]), 2);
  expectEqual(await Pair.findAll(), [rows[1]]);
}

async function ambiguous(world: World): Promise<void> {
  const Pair = world.define("pairs", {
    a: { type: "TEXT", primaryKey: true },
    b: { type: "TEXT", primaryKey: true },
  });
  const texts = ["", ",", '"', "a", "a,", ",a", '","', "a:b", ":", "\u0001", "\\", "/"];
  const rows = texts.flatMap((a) => texts.map((b) => ({ a, b })));
  const isNew = (pair: { a: string; b: string }) => !texts.includes(pair.a) || !texts.includes(pair.b);
  rows.push(...JOINED_VALUES.filter(isNew));
  await world.fill(Pair, rows);
  expectEqual(await Pair.count(), rows.length);
  for (const key of rows) expectEqual(await Pair.findById(key), key);
  expectEqual(await Pair.bulkDelete([{ a: "a,", b: "" }, { a: "a", b: "," }]), 2);
  expectEqual(await Pair.count(), rows.length - 2);
}

async function badKeys(world: World): Promise<void> {
  const Item = await world.filled("items", { id: { type: "INTEGER", primaryKey: true } }, [{ id: 1 }]);
  const refused = { error: ValidationError, table: "items", columns: ["id"] };
  for (const bad of [null, undefined, "1", 1.5, {}, { id: 1 }, [1], true]) {
    await expectFailure(() => Item.findById(bad), refused);
    await expectFailure(() => Item.bulkDelete([1, bad]), refused);
  }
  const Pair = pairs(world);
  for (
    const bad of [null, "x", {}, { a: "x" }, { a: "x", b: null }, { a: "x", b: 1, c: 1 }, { a: 1, b: 1 }]
  ) {
    await expectFailure(() => Pair.findById(bad), { error: ValidationError, table: "pairs" });
    await expectFailure(() => Pair.bulkDelete([bad]), { error: ValidationError, table: "pairs" });
  }
  expectEqual(await Item.count(), 1);
}
