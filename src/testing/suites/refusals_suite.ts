import { inDateRange } from "../../schema/dates.ts";
import { NotNullConstraintError, ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { World } from "../world.ts";
import { COLUMN_SAMPLES, type ColumnSamples, isOrdered, type Sample } from "./value_samples.ts";

const key = { type: "INTEGER", primaryKey: true } as const;

/** What is no value of a column is refused before the store is touched. */
export const refusalsSuite: readonly TestCase[] = [
  ...COLUMN_SAMPLES.flatMap((kind): TestCase[] => [
    promise(`create and bulkCreate: what is no ${kind.name} is refused`, (world) => atCreation(world, kind)),
    promise(`update and upsert: what is no ${kind.name} is refused`, (world) => atUpdate(world, kind)),
    promise(`where: what is no ${kind.name} is refused`, (world) => inWhere(world, kind)),
  ]),
  promise("create: null is refused by a column that is not null", notNull),
  promise("create: a column with `values` takes only these", values),
  promise("create: what a default makes is checked like what is given", madeByDefault),
];

const invalid = {
  error: ValidationError,
  code: "INVALID_VALUE",
  table: "kinds",
  columns: ["value"],
} as const;

async function atCreation(world: World, kind: ColumnSamples): Promise<void> {
  const Kind = world.define("kinds", { id: key, value: kind.column });
  const good = (kind.samples[0] as Sample).give;
  for (const bad of kind.refused) {
    await expectFailure(() => Kind.create({ id: 1, value: bad }), invalid);
    await expectFailure(() => Kind.bulkCreate([{ id: 1, value: good }, { id: 2, value: bad }]), invalid);
  }
  expectEqual(await Kind.count(), 0);
}

async function atUpdate(world: World, kind: ColumnSamples): Promise<void> {
  const { give, get } = kind.samples[0] as Sample;
  const Kind = await world.filled("kinds", { id: key, value: kind.column }, [{ id: 1, value: give }]);
  for (const bad of kind.refused) {
    // A function is one of the row here, and has to give an expression.
    const wrong = typeof bad === "function"
      ? { error: ValidationError, code: "INVALID_EXPRESSION", table: "kinds" }
      : invalid;
    await expectFailure(() => Kind.update({ value: bad }, { id: 1 }), wrong);
    await expectFailure(() => Kind.updateAll({ value: bad }), wrong);
    await expectFailure(() => Kind.upsert({ id: 1, value: bad }), invalid);
    await expectFailure(() => Kind.bulkUpdate([{ where: { id: 1 }, data: { value: bad } }]), wrong);
  }
  expectEqual(await Kind.findAll(), [{ id: 1, value: get }]);
}

async function inWhere(world: World, kind: ColumnSamples): Promise<void> {
  const { give } = kind.samples[0] as Sample;
  const Kind = await world.filled("kinds", { id: key, value: kind.column }, [{ id: 1, value: give }]);
  for (const bad of kind.refused) {
    await expectFailure(() => Kind.findAll({ where: { value: { $eq: bad } } }), invalid);
    await expectFailure(() => Kind.count({ value: { $ne: bad } }), invalid);
    await expectFailure(() => Kind.count({ value: { $in: [bad] } }), invalid);
    await expectFailure(() => Kind.delete({ value: { $notIn: [give, bad] } }), invalid);
    if (!isOrdered(kind)) continue;
    await expectFailure(() => Kind.update({ value: null }, { value: { $between: [give, bad] } }), invalid);
    // A DATE is compared with any point in time.
    if (kind.column.type === "DATE" && bad instanceof Date && inDateRange(bad.getTime())) continue;
    await expectFailure(() => Kind.findAll({ where: { value: { $gt: bad } } }), invalid);
  }
  expectEqual(await Kind.count(), 1);
}

async function notNull(world: World): Promise<void> {
  for (const kind of COLUMN_SAMPLES) {
    const table = `strict_${kind.name}`;
    const Kind = world.define(table, { id: key, value: { ...kind.column, notNull: true } });
    const refused = { error: NotNullConstraintError, code: "NOT_NULL_CONSTRAINT", table, columns: ["value"] };
    await expectFailure(() => Kind.create({ id: 1 }), refused);
    await expectFailure(() => Kind.create({ id: 1, value: null }), refused);
    await expectFailure(() => Kind.upsert({ id: 1 }), refused);
    const { give, get } = kind.samples[0] as Sample;
    await Kind.create({ id: 1, value: give });
    await expectFailure(() => Kind.update({ value: null }, { id: 1 }), refused);
    await expectFailure(() => Kind.bulkCreate([{ id: 2, value: give }, { id: 3 }]), refused);
    expectEqual(await Kind.findAll(), [{ id: 1, value: get }]);
  }
}

async function values(world: World): Promise<void> {
  const Kind = world.define("kinds", { id: key, value: { type: "TEXT", values: ["red", "green"] } });
  await Kind.create({ id: 1, value: "red" });
  await Kind.create({ id: 2, value: null });
  await expectFailure(() => Kind.create({ id: 3, value: "blue" }), invalid);
  await expectFailure(() => Kind.update({ value: "Red" }, { id: 1 }), invalid);
  expectEqual(await Kind.findAll(), [{ id: 1, value: "red" }, { id: 2, value: null }]);
}

async function madeByDefault(world: World): Promise<void> {
  const Kind = world.define("kinds", { id: key, value: { type: "INTEGER", default: () => 0.5 } });
  await expectFailure(() => Kind.create({ id: 1 }), invalid);
  await expectFailure(() => Kind.bulkCreate([{ id: 1, value: 1 }, { id: 2 }]), invalid);
  expectEqual(await Kind.count(), 0);
}
