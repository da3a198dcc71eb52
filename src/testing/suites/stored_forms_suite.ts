import type { ColumnDefinition, StoredForm, TableSchema } from "../../contract/mod.ts";
import { UniqueConstraintError, ValidationError } from "../../errors/mod.ts";
import type { Exprs } from "../../types/expression.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { Row, TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import { COMPUTED } from "./computed_conditions.ts";
import type { CaseTable } from "./condition.ts";
import { conditionTests } from "./conditions_suite.ts";
import { DATES } from "./native_conditions.ts";

/** Dates mean the same in whatever form a store keeps them. */
export const storedFormsSuite: readonly TestCase[] = [
  ...conditionTests(storedAs(DATES, { DATE: "seconds", DATETIME: "milliseconds" })),
  ...conditionTests(storedAs(DATES, { DATE: "sql", DATETIME: "sql" })),
  ...conditionTests(storedAs(COMPUTED, { DATE: "milliseconds", DATETIME: "milliseconds" })),
  ...conditionTests(storedAs(COMPUTED, { DATE: "seconds", DATETIME: "sql" })),
  promise("stored: a time that is finer than its column keeps is refused", finer),
  promise("stored: a condition may ask for a time that is finer than its column keeps", finerConditions),
  promise("stored: what a default makes is cut to what the column keeps", defaults),
  promise("stored: columns of different forms compare by time", compared),
  promise("stored: computed times are stored in the form of their column, cut to what it keeps", computed),
  promise("stored: aggregates and groups are of times", aggregates),
  promise("stored: keys, unique columns, upserts and pages work with every form", keys),
  promise("stored: a reference needs the form of what it refers to", reference),
  promise("stored: a form that is unknown, or of a column without dates, is refused", nonsense),
];

const FORMS: readonly Exclude<StoredForm, "letters">[] = ["iso", "milliseconds", "seconds", "sql"];
const key = { type: "INTEGER", primaryKey: true } as const;
const time = (text: string): Date => new Date(text);
const second = time("2024-02-29T10:00:00Z");

function storedAs(table: CaseTable, forms: Readonly<Record<"DATE" | "DATETIME", StoredForm>>): CaseTable {
  const schema: Record<string, ColumnDefinition> = {};
  for (const [name, column] of Object.entries(table.schema)) {
    const { type } = column;
    schema[name] = type === "DATE" || type === "DATETIME" ? { ...column, stored: forms[type] } : column;
  }
  const how = `${forms.DATE} and ${forms.DATETIME}`;
  const groups = table.groups.map(({ promise, cases }) => ({
    promise: `${promise}, stored as ${how}`,
    cases,
  }));
  return { ...table, schema, groups };
}

/** A column of each form. */
function times(more: Partial<ColumnDefinition> = {}): TableSchema {
  return Object.fromEntries(FORMS.map((stored) => [stored, { type: "DATETIME", stored, ...more } as const]));
}

const TIMES: TableSchema = { id: key, ...times() };

function allAt(at: Date): Row {
  return Object.fromEntries(FORMS.map((form) => [form, at]));
}

async function finer(world: World): Promise<void> {
  const Item = await world.filled("items", TIMES, [{ id: 1, ...allAt(second) }]);
  const refused = { error: ValidationError, code: "INVALID_VALUE", table: "items", columns: ["seconds"] };
  const ms = new Date(second.getTime() + 1);
  await expectFailure(() => Item.create({ id: 2, seconds: ms }), refused);
  await expectFailure(() => Item.bulkCreate([{ id: 2, seconds: second }, { id: 3, seconds: 999 }]), refused);
  await expectFailure(() => Item.update({ seconds: "2024-02-29T10:00:00.5Z" }, { id: 1 }), refused);
  await expectFailure(() => Item.upsert({ id: 1, seconds: ms }), refused);
  await Item.update({ iso: ms, milliseconds: ms, sql: ms }, { id: 1 });
  expectEqual(await Item.findAll(), [{ id: 1, ...allAt(ms), seconds: second }]);
}

async function finerConditions(world: World): Promise<void> {
  const later = new Date(second.getTime() + 1000);
  const rows = [{ id: 1, ...allAt(second) }, { id: 2, ...allAt(later) }, { id: 3 }];
  const Item = await world.filled("items", TIMES, rows);
  const between = new Date(second.getTime() + 400);
  for (const name of FORMS) {
    const ids = async (condition: unknown) =>
      (await Item.findAll({ where: { [name]: condition } })).map(({ id }) => id);
    expectEqual(await ids(between), []);
    expectEqual(await ids({ $ne: between }), [1, 2, 3]);
    expectEqual(await ids({ $in: [between, later] }), [2]);
    expectEqual(await ids({ $notIn: [between, later] }), [1, 3]);
    for (const [operator, found] of [["$gt", [2]], ["$gte", [2]], ["$lt", [1]], ["$lte", [1]]] as const) {
      expectEqual(await ids({ [operator]: between }), found);
    }
    for (const [operator, found] of [["$gt", [2]], ["$gte", [1, 2]], ["$lt", []], ["$lte", [1]]] as const) {
      expectEqual(await ids({ [operator]: second }), found);
    }
    expectEqual(await ids({ $between: [between, later] }), [2]);
    expectEqual(await ids({ $between: [second, between] }), [1]);
    const pairs = Array.from({ length: 12 }, (_, i) => ({ id: i, [name]: i === 2 ? later : second }));
    expectEqual((await Item.findAll({ where: { $or: pairs } })).map(({ id }) => id), [1, 2]);
  }
}

async function defaults(world: World): Promise<void> {
  const made = ["2024-02-29T10:00:00.987Z", time("1969-12-31T23:59:59.001Z"), 1_999];
  const cut = [second, time("1969-12-31T23:59:59Z"), time("1970-01-01T00:00:01Z")];
  const exact = [time("2024-02-29T10:00:00.987Z"), made[1], new Date(1_999)];
  for (const [i, value] of made.entries()) {
    const Item = world.define(`items${i}`, { id: key, ...times({ default: () => value }) });
    const row = { id: 1, ...allAt(exact[i] as Date), seconds: cut[i] };
    expectEqual(await Item.create({ id: 1 }), row);
    expectEqual(await Item.findAll(), [row]);
    await expectFailure(() => Item.create({ id: 2, seconds: new Date(1_999) }), { error: ValidationError });
  }
  const refused = { error: ValidationError, code: "INVALID_SCHEMA" };
  const seconds = { type: "DATETIME", stored: "seconds", default: new Date(1) };
  await expectFailure(() => world.define("bad", { id: key, seconds }), refused);
  const Fixed = world.define("fixed", { id: key, ...times({ default: second }) });
  expectEqual(await Fixed.create({ id: 1 }), { id: 1, ...allAt(second) });
}

type TimesRow = Exprs<
  {
    readonly iso: Date;
    readonly milliseconds: Date;
    readonly seconds: Date;
    readonly sql: Date;
    readonly day: Date;
  }
>;

async function compared(world: World): Promise<void> {
  const schema = { ...TIMES, day: { type: "DATE", stored: "seconds" } };
  const Item = await world.filled("items", schema, [
    { id: 1, ...allAt(second), day: "2024-02-29" },
    { id: 2, ...allAt(time("2024-02-29T00:00:00Z")), day: "2024-02-29" },
    { id: 3, day: "2024-02-29" },
  ]);
  for (const a of FORMS) {
    for (const b of FORMS) {
      const ids = async (where: (o: TimesRow) => unknown) =>
        (await Item.findAll({ where, select: ["id"] })).map(({ id }) => id);
      expectEqual(await ids((o) => o[a].eq(o[b])), [1, 2, 3]);
      expectEqual(await ids((o) => o[a].gt(o[b])), []);
      expectEqual(await ids((o) => o[a].plus(1).gt(o[b])), [1, 2]);
      expectEqual(await ids((o) => o[a].gt(o.day as never)), [1]);
      expectEqual(await ids((o) => o[a].startOf("day").eq(o[b])), [2, 3]);
    }
  }
}

async function computed(world: World): Promise<void> {
  const at = time("1969-12-31T23:59:58.987Z");
  const schema = { ...TIMES, day: { type: "DATE", stored: "milliseconds" }, from: { type: "DATETIME" } };
  const Item = await world.filled("items", schema, [{
    id: 1,
    ...allAt(second),
    day: "2024-02-29",
    from: at,
  }]);
  const set = Object.fromEntries(
    FORMS.map((form) => [form, (o: Exprs<{ readonly from: Date }>) => o.from.plus(1)]),
  );
  expectEqual(await Item.updateAll({ ...set, day: (o: TimesRow) => o.day.startOf("month") }), 1);
  expectEqual(await Item.findAll(), [{
    id: 1,
    ...allAt(time("1969-12-31T23:59:58.988Z")),
    seconds: time("1969-12-31T23:59:58Z"),
    day: time("2024-02-01"),
    from: at,
  }]);
}

async function aggregates(world: World): Promise<void> {
  const later = new Date(second.getTime() + 3_600_000);
  const rows = [second, later, second, null].map((at, id) => ({ id, ...(at === null ? {} : allAt(at)) }));
  const Item = await world.filled("items", TIMES, rows);
  for (const name of FORMS) {
    expectEqual([await Item.min(name), await Item.max(name)], [second, later]);
    expectEqual(
      await Item.groupBy({ by: [name], aggregates: { n: { count: "*" }, last: { max: name } } }),
      [{ [name]: null, n: 1, last: null }, { [name]: second, n: 2, last: second }, {
        [name]: later,
        n: 1,
        last: later,
      }],
    );
    expectEqual(await Item.aggregate({ n: { countDistinct: name } }), { n: 2 });
  }
}

async function keys(world: World): Promise<void> {
  for (const stored of FORMS) {
    const Item = world.define(`by_${stored}`, {
      at: { type: "DATETIME", stored, primaryKey: true },
      until: { type: "DATETIME", stored, unique: true },
      n: { type: "INTEGER" },
    });
    const at = (n: number): Date => new Date(second.getTime() + n * 1000);
    await Item.bulkCreate([0, 1, 2, 3].map((n) => ({ at: at(n), until: at(n), n })));
    expectEqual(await Item.findById(at(2)), { at: at(2), until: at(2), n: 2 });
    expectEqual(await Item.findById(at(2).toISOString()), { at: at(2), until: at(2), n: 2 });
    expectEqual(await Item.findById(new Date(at(2).getTime() + 1)), null);
    await expectFailure(() => Item.create({ at: at(3) }), { error: UniqueConstraintError, columns: ["at"] });
    await expectFailure(() => Item.create({ at: at(4), until: at(3) }), {
      error: UniqueConstraintError,
      columns: ["until"],
    });
    await Item.upsert({ at: at(3), n: 33 });
    await Item.upsert({ at: at(9), until: at(2), n: 22 }, { conflict: ["until"] });
    expectEqual(await pages(Item), [0, 1, 33, 22]);
    expectEqual(await Item.bulkDelete([at(0), at(9)]), 2);
    expectEqual(await Item.update({ at: at(7) }, { at: at(1) }), 1);
    expectEqual(await pages(Item), [33, 1]);
  }
}

async function pages(Item: TestModel): Promise<unknown[]> {
  const found: unknown[] = [];
  let after: string | null = null;
  do {
    const page = await Item.paginate({ size: 1, after }) as { rows: Row[]; next: string | null };
    found.push(...page.rows.map(({ n }) => n));
    after = page.next;
  } while (after !== null && found.length < 20);
  return found;
}

async function reference(world: World): Promise<void> {
  world.define("parents", { id: key, at: { type: "DATETIME", stored: "seconds", unique: true } });
  const Child = world.define("children", {
    id: key,
    at: { type: "DATETIME", references: { table: "parents", column: "at" } },
  });
  await expectFailure(() => Child.count(), {
    error: ValidationError,
    code: "INVALID_SCHEMA",
    table: "children",
    columns: ["at"],
  });
}

async function nonsense(world: World): Promise<void> {
  const wrong = [
    { type: "DATETIME", stored: "minutes" },
    { type: "DATETIME", stored: true },
    { type: "DATE", stored: "ISO" },
    { type: "TEXT", stored: "iso" },
    { type: "INTEGER", stored: "seconds" },
  ];
  for (const at of wrong) {
    await expectFailure(() => world.define("items", { id: key, at }), {
      error: ValidationError,
      code: "INVALID_SCHEMA",
      table: "items",
      columns: ["at"],
    });
  }
}
