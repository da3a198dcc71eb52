import { chain, chainAll, type Maybe } from "../chain/chain.ts";
import type { Predicate } from "../contract/mod.ts";
import { ForeignKeyConstraintError } from "../errors/mod.ts";
import type { ReadFind } from "../query/find_options.ts";
import { changePlan, searchOf, type SelectPlan } from "../query/plans.ts";
import { aggregateRows } from "../reference/aggregate.ts";
import { type Key, keyOf } from "../reference/keys.ts";
import type { Column } from "../schema/column.ts";
import { describeKind, describeValue } from "../schema/describe_value.ts";
import type { Row } from "../store/any_driver.ts";
import { checkReading } from "../transaction/abort.ts";
import type { Level, NumbersLevel, RowsLevel } from "./levels.ts";
import type { Joint, Relation } from "./relation.ts";

/** The values of a column by which rows are joined, each once and none of them null. */
type Values = readonly unknown[];

/** What a level gave: writes into a row what belongs to it. */
type Attach = (row: Row, key: Key | null) => void;

/**
 * Reads what comes with rows, one level after another, and puts it into them.
 *
 * @param trim The columns that are taken away again.
 * @param signal Looked at before each level.
 * @returns The same rows.
 */
export function loadLevels(
  rows: Row[],
  levels: readonly Level[],
  trim: readonly string[],
  signal?: AbortSignal,
): Maybe<Row[]> {
  if (levels.length === 0 && trim.length === 0) return rows;
  const known = new Map<Column, Values>();
  const read = (level: Level): Maybe<Attach> => {
    const { own, table } = level.relation;
    checkReading(signal, table);
    let values = known.get(own);
    if (values === undefined) known.set(own, values = valuesOf(own, rows));
    return level.kind === "rows" ? readRows(level, values, signal) : readNumbers(level, values);
  };
  return chain(chainAll(levels, read), (attaches) => {
    const owns = levels.map(({ relation }) => relation.own);
    for (const row of rows) attachAll(row, owns, attaches, trim);
    return rows;
  });
}

function attachAll(
  row: Row,
  owns: readonly Column[],
  attaches: readonly Attach[],
  trim: readonly string[],
): void {
  const keys = owns.map((own) => keyIn(own, row));
  // The last first: so the row keeps its shape.
  for (let i = trim.length - 1; i >= 0; i--) delete row[trim[i] as string];
  for (let i = 0; i < attaches.length; i++) (attaches[i] as Attach)(row, keys[i] as Key | null);
}

function keyIn({ name, kind }: Column, row: Row): Key | null {
  const value = row[name] ?? null;
  return value === null ? null : keyOf(kind, value);
}

function valuesOf({ name, kind, unique }: Column, rows: readonly Row[]): Values {
  const values: unknown[] = [];
  const seen = new Set<Key>();
  for (const row of rows) {
    const value = row[name] ?? null;
    if (value === null) continue;
    if (!unique) {
      const key = keyOf(kind, value);
      if (seen.has(key)) continue;
      seen.add(key);
    }
    values.push(value);
  }
  return values;
}

function readRows(level: RowsLevel, values: Values, signal: AbortSignal | undefined): Maybe<Attach> {
  const { relation, find: { plan } } = level;
  if (values.length === 0 || plan.limit === 0) return attachRows(level, new Map());
  return chain(
    relation.joint === null ? direct(level, values) : joined(level, relation.joint, values),
    (groups) => {
      const whole = level.levels.length === 0 && level.trim.length === 0;
      if (whole && plan.limit === undefined && plan.offset === undefined) return attachRows(level, groups);
      const kept = relation.many ? sliceAll(level, groups) : [...groups.values()].flat();
      return chain(loadLevels(kept, level.levels, level.trim, signal), () => attachRows(level, groups));
    },
  );
}

/** The rows that have one of the values, by it. */
function direct({ relation, find }: RowsLevel, values: Values): Maybe<Map<Key, Row[]>> {
  const { target, theirs } = relation;
  const { plan, params } = childSearch(relation, find, values);
  return chain(target.read(plan, params), (rows) => groupBy(theirs, rows));
}

function groupBy({ name, kind }: Column, rows: readonly Row[]): Map<Key, Row[]> {
  const groups = new Map<Key, Row[]>();
  let last: Key | undefined;
  let group: Row[] = [];
  for (const row of rows) {
    const key = keyOf(kind, row[name]);
    // The rows of a value mostly come one after another.
    if (key !== last) {
      last = key;
      const known = groups.get(key);
      if (known === undefined) groups.set(key, group = []);
      else group = known;
    }
    group.push(row);
  }
  return groups;
}

/** The rows that the rows of a third table join to the values. A row is read once, though it belongs to several. */
function joined({ relation, find }: RowsLevel, joint: Joint, values: Values): Maybe<Map<Key, Row[]>> {
  return chain(readPairs(joint, values), (pairs) => {
    const { target, theirs } = relation;
    const { plan, params } = childSearch(relation, find, pairs.values);
    return chain(pairs.values.length === 0 ? [] : target.read(plan, params), (rows) => {
      const groups = new Map<Key, Row[]>();
      for (const row of rows) {
        for (const key of pairs.byKey.get(keyOf(theirs.kind, row[theirs.name])) ?? []) {
          const group = groups.get(key);
          if (group === undefined) groups.set(key, [row]);
          else group.push(row);
        }
      }
      return groups;
    });
  });
}

/** Which rows a table between joins. */
interface Pairs {
  /** The values of the other side. */
  readonly values: Values;
  /** By the key of a value of the other side, the keys of this side. */
  readonly byKey: ReadonlyMap<Key, ReadonlySet<Key>>;
}

function readPairs({ entry, from, to }: Joint, values: Values): Maybe<Pairs> {
  const where: Predicate = {
    kind: "and",
    items: [isOneOf(from, 0), { kind: "not", item: { kind: "null", column: to.name, path: null } }],
  };
  const plan = searchOf(entry.table, where, from === to ? [from.name] : [from.name, to.name]);
  return chain(entry.read(plan, [values]), (rows) => {
    const byKey = new Map<Key, Set<Key>>();
    const others: unknown[] = [];
    for (const row of rows) {
      const key = keyOf(to.kind, row[to.name]);
      let keys = byKey.get(key);
      if (keys === undefined) {
        byKey.set(key, keys = new Set());
        others.push(row[to.name]);
      }
      keys.add(keyOf(from.kind, row[from.name]));
    }
    return { values: others, byKey };
  });
}

const childPlans: WeakMap<Relation, WeakMap<SelectPlan, Map<number, SelectPlan>>> = new WeakMap();

/** The search for the rows that have one of the values. Its order is right within the rows of each value. */
function childSearch(relation: Relation, { plan, params }: ReadFind, values: Values): ReadFind {
  let plans = childPlans.get(relation);
  if (plans === undefined) childPlans.set(relation, plans = new WeakMap());
  let bySlot = plans.get(plan);
  if (bySlot === undefined) plans.set(plan, bySlot = new Map());
  let child = bySlot.get(params.length);
  if (child === undefined) bySlot.set(params.length, child = childPlan(relation, plan, params.length));
  return { plan: child, params: [...params, values] };
}

function childPlan({ target, theirs, joint, many }: Relation, plan: SelectPlan, slot: number): SelectPlan {
  const among = isOneOf(theirs, slot);
  const rest = plan.orderBy.filter(([name]) => name !== theirs.name);
  return changePlan(target.table, plan, {
    where: plan.where === null ? among : { kind: "and", items: [among, plan.where] },
    // An index on the column has its rows in this order; rows of one value are in the order asked for.
    orderBy: joint !== null ? plan.orderBy : many ? [[theirs.name, "ASC"], ...rest] : [[theirs.name, "ASC"]],
    limit: undefined,
    offset: undefined,
  });
}

function isOneOf({ name }: Column, slot: number): Predicate {
  return { kind: "in", column: name, path: null, slot, withNull: false };
}

/** Leaves as many rows to each value as were asked for. @returns All of them, each once. */
function sliceAll({ find: { plan, params }, relation }: RowsLevel, groups: Map<Key, Row[]>): Row[] {
  const { limit } = plan;
  const offset = plan.offset === undefined ? 0 : params[plan.offset] as number;
  const kept: Row[] = [];
  for (const [key, group] of groups) {
    const rows = limit === undefined && offset === 0
      ? group
      : group.slice(offset, limit === undefined ? undefined : offset + limit);
    if (rows !== group) groups.set(key, rows);
    for (const row of rows) kept.push(row);
  }
  return relation.joint === null ? kept : [...new Set(kept)];
}

function attachRows({ relation, filtered }: RowsLevel, groups: ReadonlyMap<Key, Row[]>): Attach {
  const { name, many, required } = relation;
  if (many) {
    return (row, key) => {
      row[name] = (key === null ? undefined : groups.get(key)) ?? [];
    };
  }
  return (row, key) => {
    const found = key === null ? undefined : groups.get(key)?.[0];
    if (found === undefined && required && !filtered) throw brokenReference(relation, key);
    row[name] = found ?? null;
  };
}

function brokenReference({ name, table, own, target, theirs }: Relation, key: Key | null): Error {
  const value = own.sensitive ? describeKind(key) : describeValue(key);
  return new ForeignKeyConstraintError(
    `Cannot read \`${name}\` of \`${table}\`: \`${own.name}\` is ${value}, and no row of \`${target.table.name}\` has that ` +
      `\`${theirs.name}\`; the table was written without its foreign keys: mend the row, or let the column be null`,
    {
      code: "BROKEN_REFERENCE",
      driver: target.connection.driver.metadata.name,
      table,
      columns: [own.name],
    },
  );
}

function readNumbers(level: NumbersLevel, values: Values): Maybe<Attach> {
  const { relation } = level;
  if (values.length === 0) return attachNumbers(level, new Map());
  const groups = relation.joint === null
    ? directNumbers(level, values)
    : joinedNumbers(level, relation.joint, values);
  return chain(groups, (found) => attachNumbers(level, found));
}

function directNumbers({ relation, terms, where }: NumbersLevel, values: Values): Maybe<Map<Key, Row>> {
  const { target, theirs } = relation;
  const params = where?.params ?? [];
  const among = isOneOf(theirs, params.length);
  const predicate = where?.predicate ?? null;
  const groups = target.readGroups({
    by: [theirs.name],
    terms,
    where: predicate === null ? among : { kind: "and", items: [among, predicate] },
    params: [...params, values],
  });
  return chain(groups, (rows) => new Map(rows.map((row) => [keyOf(theirs.kind, row[theirs.name]), row])));
}

function joinedNumbers(
  { relation, terms, where }: NumbersLevel,
  joint: Joint,
  values: Values,
): Maybe<Map<Key, Row>> {
  const { target, theirs } = relation;
  const names = terms.flatMap(({ column }) => column === undefined ? [] : [column]);
  const find: ReadFind = {
    plan: searchOf(target.table, where?.predicate ?? null, [...new Set([theirs.name, ...names])]),
    params: where?.params ?? [],
  };
  const level: RowsLevel = { kind: "rows", relation, filtered: true, find, levels: [], trim: [] };
  return chain(joined(level, joint, values), (groups) => {
    const numbers = new Map<Key, Row>();
    for (const [key, rows] of groups) numbers.set(key, numbersOf(target.table, terms, rows));
    return numbers;
  });
}

function numbersOf(
  table: Parameters<typeof aggregateRows>[0],
  terms: NumbersLevel["terms"],
  rows: readonly Row[],
): Row {
  return Object.fromEntries(terms.map((term) => [term.as, aggregateRows(table, term, rows)]));
}

function attachNumbers({ relation, terms }: NumbersLevel, groups: ReadonlyMap<Key, Row>): Attach {
  const nothing = numbersOf(relation.target.table, terms, []);
  const names = terms.map(({ as }) => as);
  return (row, key) => {
    const found = (key === null ? undefined : groups.get(key)) ?? nothing;
    for (const name of names) row[name] = found[name];
  };
}
