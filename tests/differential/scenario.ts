import fc from "fast-check";
import { DataTypes, type ModelColumn } from "../../mod.ts";
import { comparisonOf, isJSON, valueOf } from "./values.ts";

export type Schema = Record<string, ModelColumn>;
export type Data = Record<string, unknown>;

/** An index of a scenario's table. */
export interface Index {
  readonly name: string;
  readonly columns: string[];
  readonly unique: boolean;
  readonly where?: Data;
}

/** One call. */
export type Step =
  | { readonly kind: "findAll" | "iterate" | "paginate"; readonly options: Data }
  | { readonly kind: "count" | "delete"; readonly where: Data }
  | { readonly kind: "aggregate"; readonly aggregates: Data; readonly where: Data }
  | { readonly kind: "groupBy"; readonly options: Data }
  | { readonly kind: "create" | "upsert"; readonly data: Data }
  | { readonly kind: "bulkCreate"; readonly records: Data[] }
  | { readonly kind: "update"; readonly data: Data; readonly where: Data }
  | { readonly kind: "bulkUpdate"; readonly updates: { data: Data; where: Data }[] }
  | { readonly kind: "undone"; readonly steps: Step[] };

/** A table with rows, and what is then done with it. */
export interface Scenario {
  readonly schema: Schema;
  readonly indexes: Index[];
  readonly rows: Data[];
  readonly steps: Step[];
}

const keys: fc.Arbitrary<Schema> = fc.constantFrom<Schema>(
  { id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true } },
  { id: { type: DataTypes.INTEGER, primaryKey: true } },
  { id: { type: DataTypes.INTEGER, primaryKey: true, bigint: true } },
  { id: { type: DataTypes.TEXT, primaryKey: true } },
  { id: { type: DataTypes.DATETIME, primaryKey: true } },
  { id: { type: DataTypes.REAL, primaryKey: true } },
  { id: { type: DataTypes.TEXT, primaryKey: true }, part: { type: DataTypes.INTEGER, primaryKey: true } },
  { id: { type: DataTypes.BLOB, primaryKey: true }, part: { type: DataTypes.DATE, primaryKey: true } },
);

const column: fc.Arbitrary<ModelColumn> = fc.record({
  type: fc.constantFrom(...Object.values(DataTypes)),
  notNull: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, {
    weight: 1,
    arbitrary: fc.constant(true),
  }),
  bigint: fc.boolean(),
  unique: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
}).map(({ type, notNull, bigint, unique }): ModelColumn => ({
  type,
  ...(notNull && { notNull }),
  ...(bigint && type === DataTypes.INTEGER && { bigint }),
  ...(unique && !isJSON({ type }) && { unique }),
}));

const schema: fc.Arbitrary<Schema> = fc.tuple(keys, fc.array(column, { minLength: 2, maxLength: 7 }))
  .map(([key, columns]) => ({ ...key, ...Object.fromEntries(columns.map((each, i) => [`c${i}`, each])) }));

/** Scenarios with a given number of steps. */
export function scenarios(steps: number): fc.Arbitrary<Scenario> {
  return schema.chain((made) => {
    const size = { minLength: steps, maxLength: steps };
    return fc.record({
      schema: fc.constant(made),
      indexes: fc.array(indexOf(made), { maxLength: 2 }).map((all) =>
        all.map((each, i) => ({ ...each, name: `index_${i}` }))
      ),
      rows: fc.array(rowOf(made), { maxLength: 40 }),
      steps: fc.array(stepOf(made), size),
    });
  });
}

function indexOf(made: Schema): fc.Arbitrary<Omit<Index, "name">> {
  const columns = fewOf(namesOf(made, (each) => !isJSON(each)));
  // The condition of an index looks at no JSON value as a whole.
  const plain = Object.fromEntries(Object.entries(made).filter(([, each]) => !isJSON(each)));
  return fc.record({ columns, unique: fc.boolean(), where: fc.option(whereOf(plain, 1), { nil: undefined }) })
    .map(({ columns, unique, where }) => ({ columns, unique, ...(where !== undefined && { where }) }));
}

function namesOf(made: Schema, keep: (column: ModelColumn) => boolean = () => true): string[] {
  return Object.keys(made).filter((name) => keep(made[name] as ModelColumn));
}

function fewOf(names: string[]): fc.Arbitrary<string[]> {
  return fc.subarray(names, { minLength: 1, maxLength: Math.min(2, names.length) });
}

function rowOf(made: Schema): fc.Arbitrary<Data> {
  const members = Object.entries(made).map(([name, each]) => {
    const value = valueOf(each);
    const given = each.notNull === true || each.primaryKey === true ? value : fc.option(value, { nil: null });
    return [
      name,
      each.autoIncrement === true ? fc.option(given, { freq: 1, nil: undefined }) : given,
    ] as const;
  });
  return fc.record(Object.fromEntries(members));
}

/** New values: null too, also where it is refused, because every store has to refuse it alike. */
function changesOf(made: Schema): fc.Arbitrary<Data> {
  const members = Object.entries(made).map(([name, each]) =>
    [name, fc.option(valueOf(each), { freq: 9, nil: null })] as const
  );
  return fc.record(Object.fromEntries(members), { requiredKeys: [] }).map((data) => ({ ...data }));
}

function whereOf(made: Schema, depth: number): fc.Arbitrary<Data> {
  const comparison = fc.oneof(...Object.entries(made).map(([name, each]) => comparisonOf(name, each)));
  const several = fc.array(comparison, { minLength: 1, maxLength: 3 }).map((all) =>
    Object.assign({}, ...all) as Data
  );
  if (depth === 0) return several;
  const inner = whereOf(made, depth - 1);
  const list = fc.array(inner, { maxLength: 3 });
  return fc.oneof(
    { weight: 3, arbitrary: several },
    { weight: 1, arbitrary: list.map(($and) => ({ $and })) },
    { weight: 2, arbitrary: list.map(($or) => ({ $or })) },
    { weight: 1, arbitrary: inner.map(($not) => ({ $not })) },
    { weight: 1, arbitrary: fc.tuple(several, list).map(([each, $or]) => ({ ...each, $or })) },
  );
}

function optionsOf(made: Schema, keys: string[]): fc.Arbitrary<Data> {
  const sortable = namesOf(made, (each) => !isJSON(each));
  const term = fc.tuple(fc.constantFrom(...sortable), fc.constantFrom("ASC", "DESC"));
  const all: Record<string, fc.Arbitrary<unknown>> = {
    where: whereOf(made, 2),
    orderBy: fc.uniqueArray(term, { selector: ([name]) => name, maxLength: 3 }),
    limit: fc.constantFrom(0, 1, 2, 5, 100),
    offset: fc.constantFrom(0, 1, 3, 50),
    select: fc.subarray(namesOf(made), { minLength: 1 }),
    size: fc.constantFrom(1, 2, 7),
  };
  const chosen = Object.fromEntries(keys.map((key) => [key, all[key] as fc.Arbitrary<unknown>]));
  return fc.record(chosen, { requiredKeys: [] }).map((options) => ({ ...options }));
}

function aggregatesOf(made: Schema): fc.Arbitrary<Data> {
  const numbers = namesOf(made, ({ type }) => type === "INTEGER" || type === "REAL" || type === "NUMBER");
  const sortable = namesOf(made, (each) => !isJSON(each));
  const one = fc.oneof(
    fc.constantFrom("*", ...namesOf(made)).map((count) => ({ count })),
    fc.constantFrom(...sortable).map((countDistinct) => ({ countDistinct })),
    fc.constantFrom(...sortable).map((min) => ({ min })),
    fc.constantFrom(...sortable).map((max) => ({ max })),
    ...(numbers.length === 0 ? [] : [
      fc.constantFrom(...numbers).map((sum) => ({ sum })),
      fc.constantFrom(...numbers).map((avg) => ({ avg })),
    ]),
  );
  return fc.array(one, { minLength: 1, maxLength: 3 })
    .map((all) => Object.fromEntries(all.map((each, i) => [`a${i}`, each])));
}

function groupingOf(made: Schema): fc.Arbitrary<Data> {
  const by = fewOf(namesOf(made, (each) => !isJSON(each)));
  return fc.record({
    by,
    aggregates: aggregatesOf(made).map((aggregates) => ({ ...aggregates, n: { count: "*" } })),
    where: whereOf(made, 1),
    having: fc.constantFrom({ n: { $gt: 1 } }, { n: 1 }, { $not: { n: 2 } }),
    orderBy: fc.constantFrom([["n", "DESC"]], [["n", "ASC"]]),
    limit: fc.constantFrom(0, 1, 3),
    offset: fc.constantFrom(0, 1),
  }, { requiredKeys: ["by", "aggregates"] }).map((options) => ({ ...options }));
}

function stepOf(made: Schema, nested = false): fc.Arbitrary<Step> {
  const where = whereOf(made, 2);
  const find = ["where", "orderBy", "limit", "offset", "select"];
  const row = rowOf(made);
  const update = fc.record({ data: changesOf(made), where });
  const reads: fc.WeightedArbitrary<Step>[] = [
    { weight: 12, arbitrary: optionsOf(made, find).map((options) => ({ kind: "findAll", options })) },
    { weight: 3, arbitrary: where.map((each) => ({ kind: "count", where: each })) },
    { weight: 2, arbitrary: optionsOf(made, find).map((options) => ({ kind: "iterate", options })) },
    {
      weight: 2,
      arbitrary: optionsOf(made, ["where", "orderBy", "select", "size"]).map((options) => ({
        kind: "paginate",
        options,
      })),
    },
    {
      weight: 2,
      arbitrary: fc.record({ aggregates: aggregatesOf(made), where }).map((each) => ({
        kind: "aggregate",
        ...each,
      })),
    },
    { weight: 2, arbitrary: groupingOf(made).map((options) => ({ kind: "groupBy", options })) },
  ];
  const writes: fc.WeightedArbitrary<Step>[] = [
    { weight: 1, arbitrary: row.map((data) => ({ kind: "create", data })) },
    { weight: 1, arbitrary: row.map((data) => ({ kind: "upsert", data })) },
    {
      weight: 1,
      arbitrary: fc.array(row, { maxLength: 5 }).map((records) => ({ kind: "bulkCreate", records })),
    },
    { weight: 1, arbitrary: update.map((each) => ({ kind: "update", ...each })) },
    {
      weight: 1,
      arbitrary: fc.array(update, { maxLength: 3 }).map((updates) => ({ kind: "bulkUpdate", updates })),
    },
    { weight: 1, arbitrary: where.map((each) => ({ kind: "delete", where: each })) },
  ];
  if (nested) return fc.oneof(...reads, ...writes.map((each) => ({ ...each, weight: 5 })));
  const undone: fc.WeightedArbitrary<Step> = {
    weight: 1,
    arbitrary: fc.array(stepOf(made, true), { minLength: 1, maxLength: 4 }).map((steps) => ({
      kind: "undone",
      steps,
    })),
  };
  return fc.oneof(...reads, ...writes, undone);
}
