import { NotNullConstraintError, UniqueConstraintError, ValidationError } from "../../errors/mod.ts";
import type { Exprs } from "../../types/expression.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { Row, TestModel } from "../test_model.ts";
import type { World } from "../world.ts";

/** Upserts of many rows in one call. */
export const bulkUpsertSuite: readonly TestCase[] = [
  promise("bulkUpsert: stores and changes rows, and gives one back for each", mixed),
  promise("bulkUpsert: leaves rows that are there as they are when `update` is empty", ignores),
  promise("bulkUpsert: the second row of a key meets the first", twice),
  promise("bulkUpsert: computes with functions of (old, given), under a condition", computes),
  promise("bulkUpsert: meets rows by unique columns, by an index's name and by several columns", conflicts),
  promise("bulkUpsert: all or nothing", atomic),
  promise("bulkUpsert: is what as many upserts are, in any order and with any rows", sameAsEach),
];

const SCHEMA = {
  id: { type: "INTEGER", primaryKey: true },
  code: { type: "TEXT", unique: true },
  n: { type: "INTEGER", notNull: true, default: 1 },
  at: { type: "DATETIME" },
} as const;

type Given = Exprs<{ readonly n: number; readonly at: Date | null }>;

const row = (id: number, more: object = {}): Row => ({ id, code: null, n: 1, at: null, ...more });
const add = { n: (old: Given, given: Given) => old.n.plus(given.n) };

function items(world: World, rows: readonly Row[] = []): Promise<TestModel> {
  return world.filled("items", SCHEMA, rows);
}

async function mixed(world: World): Promise<void> {
  const Item = await items(world, [row(2, { n: 5, code: "b" }), row(4)]);
  const given = [{ id: 3, n: 3 }, { id: 2, n: 7 }, { id: 1, at: 9 }, { id: 4, code: "d" }];
  const stored = [
    row(3, { n: 3 }),
    row(2, { n: 7, code: "b" }),
    row(1, { at: new Date(9) }),
    row(4, { code: "d" }),
  ];
  expectEqual(await Item.bulkUpsert(given), stored);
  expectEqual(await Item.findAll(), stored.toSorted((a, b) => Number(a["id"]) - Number(b["id"])));
  expectEqual(await Item.bulkUpsert([]), []);
}

async function ignores(world: World): Promise<void> {
  const Item = await items(world, [row(2, { n: 5 })]);
  const given = [{ id: 1, n: 2 }, { id: 2, n: 9 }, { id: 1, n: 8 }];
  expectEqual(await Item.bulkUpsert(given, { update: [] }), [
    row(1, { n: 2 }),
    row(2, { n: 5 }),
    row(1, { n: 2 }),
  ]);
  expectEqual(await Item.findAll(), [row(1, { n: 2 }), row(2, { n: 5 })]);
}

async function twice(world: World): Promise<void> {
  const Item = await items(world);
  const given = [{ id: 1, n: 2 }, { id: 1, code: "a" }, { id: 2 }, { id: 1, n: 4 }];
  const first = row(1, { n: 4, code: "a" });
  expectEqual(await Item.bulkUpsert(given), [first, first, row(2), first]);
  expectEqual(
    await Item.bulkUpsert([{ id: 3 }, { id: 3 }, { id: 3 }], { update: add }),
    [3, 3, 3].map((id) => row(id, { n: 3 })),
  );
  expectEqual(await Item.count(), 3);
}

async function computes(world: World): Promise<void> {
  const Item = await items(world, [row(1, { n: 5 })]);
  expectEqual(
    await Item.bulkUpsert([{ id: 1, n: 2 }, { id: 2, n: 2 }, { id: 2, n: 9 }], { update: add }),
    [row(1, { n: 7 }), row(2, { n: 11 }), row(2, { n: 11 })],
  );
  const small = { update: { n: 100 }, where: { n: { $lt: 10 } } };
  expectEqual(await Item.bulkUpsert([{ id: 2 }, { id: 1 }], small), [row(2, { n: 11 }), row(1, { n: 100 })]);
}

async function conflicts(world: World): Promise<void> {
  const indexes = [{ name: "live", columns: ["n"], unique: true, where: { at: null } }];
  const schema = { ...SCHEMA, id: { ...SCHEMA.id, autoIncrement: true } };
  const Item = await world.filled("items", schema, [{ code: "a", n: 10 }, { code: "b", n: 10, at: 1 }], {
    indexes,
  });
  expectEqual(await Item.bulkUpsert([{ code: "b", n: 20 }, { code: "c", n: 30 }]), [
    row(2, { code: "b", n: 20, at: new Date(1) }),
    row(3, { code: "c", n: 30 }),
  ]);
  // The second is in no index: it meets nothing.
  expectEqual(
    await Item.bulkUpsert([{ n: 10, code: "z" }, { n: 10, at: 5 }, { n: 40 }, { n: 40, code: "y" }], {
      conflict: "live",
    }),
    [
      row(1, { code: "z", n: 10 }),
      row(4, { n: 10, at: new Date(5) }),
      ...[5, 5].map((id) => row(id, { code: "y", n: 40 })),
    ],
  );
  const Pair = await world.filled("pairs", {
    a: { type: "TEXT", primaryKey: true },
    b: { type: "DATE", primaryKey: true },
    n: { type: "INTEGER" },
  }, [{ a: "x", b: "2026-01-01", n: 1 }]);
  const pairs = [["x", "2026-01-02"], ["x", "2026-01-01"], ["y", "2026-01-01"]].map(([a, b], n) => ({
    a,
    b,
    n,
  }));
  expectEqual(await Pair.bulkUpsert(pairs), pairs.map(({ a, b, n }) => ({ a, b: new Date(b as string), n })));
  expectEqual(await Pair.count(), 3);
}

async function atomic(world: World): Promise<void> {
  const Item = await items(world, [row(1, { code: "a" }), row(2, { code: "b" })]);
  const before = await Item.findAll();
  const taken = { error: UniqueConstraintError, table: "items", columns: ["code"] };
  await expectFailure(() => Item.bulkUpsert([{ id: 3 }, { id: 1, code: "b" }]), taken);
  await expectFailure(() => Item.bulkUpsert([{ id: 1, n: 9 }, { id: 3, code: "b" }]), taken);
  await expectFailure(() => Item.bulkUpsert([{ id: 3 }, { id: 1, n: 2 ** 53 - 1 }], { update: add }), {
    error: ValidationError,
    code: "OUT_OF_RANGE",
  });
  await expectFailure(() => Item.bulkUpsert([{ id: 3 }, { id: 4, n: null }]), {
    error: NotNullConstraintError,
    columns: ["n"],
  });
  for (const bad of [{ id: 1 }, null, [null], [{ id: 1, nothing: 1 }], [{ id: "1" }]]) {
    await expectFailure(() => Item.bulkUpsert(bad), { error: ValidationError });
  }
  expectEqual(await Item.findAll(), before);
}

async function sameAsEach(world: World): Promise<void> {
  let state = 7;
  const below = (most: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % most;
  };
  const choices = [undefined, { update: [] }, { update: ["n"] }, { update: add }, {
    where: { n: { $gt: 2 } },
  }];
  for (let round = 0; round < 5; round++) {
    const Many = world.define(`many_${round}`, SCHEMA);
    const One = world.define(`one_${round}`, SCHEMA);
    for (let call = 0; call < 3; call++) {
      const given = Array.from({ length: 1 + below(6) }, () => ({ id: below(5), n: below(5), at: below(3) }));
      const options = choices[(round + call) % choices.length];
      await Many.bulkUpsert(given, options);
      for (const each of given) await One.upsert(each, options);
      expectEqual(await Many.findAll(), await One.findAll());
    }
  }
}
