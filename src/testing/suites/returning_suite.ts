import { UniqueConstraintError, ValidationError } from "../../errors/mod.ts";
import type { Exprs } from "../../types/expression.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { take } from "../steps.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { Row, TestModel } from "../test_model.ts";
import type { World } from "../world.ts";

/** Rows back from `update` and `delete`. */
export const returningSuite: readonly TestCase[] = [
  promise("update: `returning` gives the rows as they are then, in the order of their keys", updates),
  promise("update: `returning` follows a key that is changed, and rows of composite keys", keys),
  promise("update: `returning` shows what is computed, checked columns among them", computes),
  promise("update: `returning` is refused with the error of an update, and changes nothing", refuses),
  promise("delete: `returning` gives the rows as they were, in the order of their keys", deletes),
  promise("`returning` shows what foreign keys change in the same rows, and all rows that match", cascades),
  promise("`returning` in a transaction is undone with it", undone),
  promise("`returning`: options that make no sense are refused", options),
];

const SCHEMA = {
  id: { type: "INTEGER", primaryKey: true },
  name: { type: "TEXT", unique: true },
  n: { type: "INTEGER", notNull: true, default: 0 },
  at: { type: "DATETIME" },
  data: { type: "JSON" },
  state: { type: "TEXT", values: ["open", "shut"] },
} as const;

const row = (id: number, more: object = {}): Row => ({
  id,
  name: `n${id}`,
  n: id,
  at: null,
  data: null,
  state: "open",
  ...more,
});

type Given = Exprs<{ readonly n: number; readonly state: string | null }>;

function filled(world: World): Promise<TestModel> {
  return world.filled("returned", SCHEMA, [3, 1, 2].map((id) => row(id)));
}

async function updates(world: World): Promise<void> {
  const Item = await filled(world);
  const given = { at: 5, data: { a: [1] } };
  expectEqual(
    await Item.update(given, { id: { $lt: 3 } }, { returning: true }),
    [1, 2].map((id) => row(id, { at: new Date(5), data: { a: [1] } })),
  );
  expectEqual(await Item.update({ n: 9 }, { n: { $gte: 2 } }, { returning: true }), [
    row(2, { at: new Date(5), data: { a: [1] }, n: 9 }),
    row(3, { n: 9 }),
  ]);
  expectEqual(await Item.update({ n: 1 }, { id: 99 }, { returning: true }), []);
  expectEqual(await Item.update({}, { id: 3 }, { returning: true }), [row(3, { n: 9 })]);
  expectEqual(await Item.update({ n: 8 }, { id: 3 }, { returning: false }), 1);
  expectEqual((await Item.findAll()).map(({ n }) => n), [1, 9, 8]);
}

async function keys(world: World): Promise<void> {
  const Item = await filled(world);
  expectEqual(await Item.update({ id: 30 }, { id: 3 }, { returning: true }), [row(30, { name: "n3", n: 3 })]);
  const Pair = await world.filled("pairs", {
    a: { type: "TEXT", primaryKey: true },
    b: { type: "INTEGER", primaryKey: true },
    n: { type: "INTEGER" },
  }, [{ a: "y", b: 1, n: 1 }, { a: "x", b: 2, n: 2 }, { a: "x", b: 1, n: 3 }]);
  expectEqual(await Pair.update({ n: 0 }, { n: { $gt: 0 } }, { returning: true }), [
    { a: "x", b: 1, n: 0 },
    { a: "x", b: 2, n: 0 },
    { a: "y", b: 1, n: 0 },
  ]);
  expectEqual(await Pair.update({ b: 7 }, { a: "y" }, { returning: true }), [{ a: "y", b: 7, n: 0 }]);
  expectEqual(await Pair.delete({ a: "x" }, { returning: true }), [
    { a: "x", b: 1, n: 0 },
    { a: "x", b: 2, n: 0 },
  ]);
}

async function computes(world: World): Promise<void> {
  const Item = await filled(world);
  expectEqual(
    await Item.update({ n: (o: Given) => o.n.times(10) }, { id: { $ne: 2 } }, { returning: true }),
    [row(1, { n: 10 }), row(3, { n: 30 })],
  );
  const shut = { state: (o: Given) => o.state.concat("").lower(), n: (o: Given) => o.n.plus(1) };
  expectEqual(await Item.update(shut, { id: 2 }, { returning: true }), [row(2, { n: 3 })]);
}

async function refuses(world: World): Promise<void> {
  const Item = await filled(world);
  const before = await Item.findAll();
  await expectFailure(() => Item.update({ name: "n1" }, { id: 2 }, { returning: true }), {
    error: UniqueConstraintError,
    table: "returned",
    columns: ["name"],
  });
  const beyond = { n: (o: Given) => o.n.times(9_007_199_254_740_991) };
  await expectFailure(() => Item.update(beyond, { id: { $gt: 0 } }, { returning: true }), {
    error: ValidationError,
    code: "OUT_OF_RANGE",
    columns: ["n"],
  });
  for (const where of [{}, null, { id: { $notIn: [] } }]) {
    await expectFailure(() => Item.update({ n: 1 }, where, { returning: true }), {
      error: ValidationError,
      code: "EMPTY_WHERE",
    });
    await expectFailure(() => Item.delete(where, { returning: true }), {
      error: ValidationError,
      code: "EMPTY_WHERE",
    });
  }
  expectEqual(await Item.findAll(), before);
}

async function deletes(world: World): Promise<void> {
  const Item = await filled(world);
  expectEqual(await Item.delete({ n: { $gte: 2 } }, { returning: true }), [row(2), row(3)]);
  expectEqual(await Item.delete({ n: { $gte: 2 } }, { returning: true }), []);
  expectEqual(await Item.delete({ id: 1 }, { returning: false }), 1);
  expectEqual(await Item.count(), 0);
}

async function cascades(world: World): Promise<void> {
  const parent = {
    type: "INTEGER",
    references: { table: "nodes", column: "id", onDelete: "CASCADE", onUpdate: "CASCADE" },
  };
  const Node = await world.filled("nodes", { id: { type: "INTEGER", primaryKey: true }, parent }, [
    { id: 1, parent: 1 },
    { id: 2, parent: 1 },
    { id: 3, parent: 2 },
  ]);
  expectEqual(await Node.update({ id: 9 }, { id: 1 }, { returning: true }), [{ id: 9, parent: 9 }]);
  expectEqual(await Node.delete({ id: { $gte: 2 } }, { returning: true }), [
    { id: 2, parent: 9 },
    { id: 3, parent: 2 },
    { id: 9, parent: 9 },
  ]);
  expectEqual(await Node.count(), 0);
}

async function undone(world: World): Promise<void> {
  const Item = await filled(world);
  class Undo extends Error {}
  await expectFailure(() =>
    world.transaction(function* () {
      expectEqual(yield* take(Item.update({ n: 5 }, { id: 1 }, { returning: true })), [row(1, { n: 5 })]);
      expectEqual(yield* take(Item.delete({ id: 1 }, { returning: true })), [row(1, { n: 5 })]);
      throw new Undo();
    }), { error: Undo });
  expectEqual(await Item.findById(1), row(1));
}

async function options(world: World): Promise<void> {
  const Item = await filled(world);
  for (const bad of [true, [], { returning: 1 }, { return: true }, null, "returning"]) {
    await expectFailure(() => Item.update({ n: 1 }, { id: 1 }, bad), {
      error: ValidationError,
      code: "INVALID_OPTIONS",
    });
    await expectFailure(() => Item.delete({ id: 1 }, bad), {
      error: ValidationError,
      code: "INVALID_OPTIONS",
    });
  }
  expectEqual(await Item.findById(1), row(1));
}
