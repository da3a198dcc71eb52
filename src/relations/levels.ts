import type { AggregateTerm } from "../contract/mod.ts";
import { readTerm } from "../model/aggregate_term.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import { type ReadFind, readFind, readFindOne, readSelect, refuseSearch } from "../query/find_options.ts";
import { type ReadWhere, readWhere } from "../query/where_reader.ts";
import { describeValue } from "../schema/describe_value.ts";
import { checkIdentifier } from "../schema/identifiers.ts";
import { isPlain, ownMembers } from "../schema/plain_object.ts";
import { ordersByPath, readRelatedOrder, type RelatedOrder } from "./related_order.ts";
import { listOfRelations, type Relation } from "./relation.ts";

/** How deep `with` may nest: it can come from outside. */
const MAX_DEPTH = 10;

const NONE: readonly never[] = Object.freeze([]);

/** What comes with rows: rows of a relation, or numbers over them. */
export type Level = RowsLevel | NumbersLevel;

/** The rows of a relation. */
export interface RowsLevel extends ReadLoad {
  readonly kind: "rows";
  /** The relation. */
  readonly relation: Relation;
  /** Whether a condition may leave rows out. */
  readonly filtered: boolean;
}

/** Numbers over the rows of a relation. */
export interface NumbersLevel {
  readonly kind: "numbers";
  /** The relation. */
  readonly relation: Relation;
  /** What is computed. */
  readonly terms: readonly AggregateTerm[];
  /** The rows considered; null for all. */
  readonly where: ReadWhere | null;
}

/** A search with what comes with its rows. */
export interface ReadLoad {
  /** The search; the limit and the offset of a relation are for each row it comes with. */
  readonly find: ReadFind;
  /** What comes with the rows. */
  readonly levels: readonly Level[];
  /** The columns read to join rows that nobody asked for, last of the columns. */
  readonly trim: readonly string[];
  /** The order, where it is by what relations lead to; the numbers in it are not among the levels. */
  readonly order?: RelatedOrder | undefined;
}

/** Whether options ask for more than rows. */
export function asksForRelations(options: unknown): options is object {
  if (typeof options !== "object" || options === null) return false;
  const given = options as {
    readonly with?: unknown;
    readonly aggregates?: unknown;
    readonly orderBy?: unknown;
  };
  return given.with !== undefined || given.aggregates !== undefined ||
    (given.orderBy !== undefined && ordersByPath(given.orderBy));
}

/**
 * Reads the options of a search with relations.
 *
 * @param one It is for one row.
 * @throws {ValidationError} On an unknown relation, option, column or aggregate, or when `with` nests too deep.
 */
export function readLoad(entry: TableEntry, options: object, one: boolean): ReadLoad {
  if (!isPlain(options)) {
    return refuseSearch(entry.table, `the options are a plain object, not ${describeValue(options)}`);
  }
  return read(entry, options, one, 1, null);
}

/** Reads the options of a search, whether it asks for relations or not, as {@linkcode readLoad} and `readFind` do. */
export function readSearch(entry: TableEntry, options: unknown, one: boolean): ReadLoad {
  if (asksForRelations(options)) return readLoad(entry, options, one);
  const find = (one ? readFindOne : readFind)(entry.table, options, entry.table.rules.strict);
  return { find, levels: NONE, trim: NONE };
}

/** @param joined The column by which the rows are joined, or null. */
function read(
  entry: TableEntry,
  options: object,
  one: boolean,
  depth: number,
  joined: string | null,
): ReadLoad {
  const { table } = entry;
  const { with: wanted, aggregates, ...rest } = ownMembers(options) as Readonly<Record<string, unknown>>;
  const numbers = readNumbers(entry, aggregates);
  const order = readRelatedOrder(entry, rest["orderBy"], numbers) ?? undefined;
  if (order !== undefined && depth > 1) {
    return refuseSearch(
      table,
      "the rows of a relation are ordered by their own columns; order by related rows stands in the options of the search itself",
    );
  }
  const levels = [
    ...readWith(entry, wanted, depth),
    ...numbers.filter((level) => order?.levels.includes(level) !== true),
  ];
  const trim: string[] = [];
  let given: Readonly<Record<string, unknown>> = order === undefined ? rest : { ...rest, orderBy: undefined };
  if (rest["select"] !== undefined) {
    const select = readSelect(table, rest["select"]);
    for (const name of joined === null ? ownColumns(levels) : [joined, ...ownColumns(levels)]) {
      if (!select.includes(name) && !trim.includes(name)) trim.push(name);
    }
    given = { ...given, select: [...select, ...trim] };
  }
  const { strict } = table.rules;
  const find = one ? readFindOne(table, given, strict) : readFind(table, given, strict);
  return { find, levels, trim, order };
}

function ownColumns(levels: readonly Level[]): string[] {
  return levels.map(({ relation }) => relation.own.name);
}

function readWith(entry: TableEntry, wanted: unknown, depth: number): RowsLevel[] {
  const { table } = entry;
  if (wanted === undefined) return [];
  if (typeof wanted !== "object" || wanted === null || !isPlain(wanted)) {
    return refuseSearch(table, `\`with\` is an object such as { books: true }, not ${describeValue(wanted)}`);
  }
  if (depth > MAX_DEPTH) return refuseSearch(table, `\`with\` nests deeper than ${MAX_DEPTH} levels`);
  return Object.entries(wanted).map(([name, options]): RowsLevel => {
    const relation = relationOf(entry, name, "`with`");
    if (options === true) return { kind: "rows", relation, filtered: false, ...everyRow(relation) };
    if (typeof options !== "object" || options === null || !isPlain(options)) {
      return refuseSearch(
        table,
        `\`with\` takes true or options for \`${name}\`, such as { limit: 3 }, not ${describeValue(options)}`,
      );
    }
    if (!relation.many) {
      const without = ["orderBy", "limit", "offset"].find((each) => Object.hasOwn(options, each));
      if (without !== undefined) {
        return refuseSearch(table, `\`${name}\` leads to one row, which takes no \`${without}\``);
      }
    }
    const { target, theirs } = relation;
    const load = read(target, options, false, depth + 1, theirs.name);
    return { kind: "rows", relation, filtered: load.find.plan.where !== null, ...load };
  });
}

const everyRows: WeakMap<Relation, ReadLoad> = new WeakMap();

function everyRow(relation: Relation): ReadLoad {
  let load = everyRows.get(relation);
  if (load === undefined) {
    const { table } = relation.target;
    load = { find: readFind(table, undefined, table.rules.strict), levels: [], trim: [] };
    everyRows.set(relation, load);
  }
  return load;
}

function readNumbers(entry: TableEntry, aggregates: unknown): NumbersLevel[] {
  const { table } = entry;
  if (aggregates === undefined) return [];
  if (typeof aggregates !== "object" || aggregates === null || !isPlain(aggregates)) {
    return refuseSearch(
      table,
      `\`aggregates\` is an object such as { n: { of: "books", count: "*" } }, not ${
        describeValue(aggregates)
      }`,
    );
  }
  const levels: NumbersLevel[] = [];
  for (const [as, aggregate] of Object.entries(aggregates)) {
    checkIdentifier("column", as);
    if (table.get(as) !== undefined || entry.relations.names.includes(as)) {
      return refuseSearch(table, `aggregate \`${as}\` has the name of a column or relation; give it another`);
    }
    if (typeof aggregate !== "object" || aggregate === null || !isPlain(aggregate)) {
      return refuseSearch(
        table,
        `aggregate \`${as}\` is an object such as { of: "books", count: "*" }, not ${
          describeValue(aggregate)
        }`,
      );
    }
    const { of, where, ...operation } = ownMembers(aggregate) as Readonly<Record<string, unknown>>;
    const relation = relationOf(entry, of, `aggregate \`${as}\``);
    const { table: theirs } = relation.target;
    const terms = [readTerm(theirs, as, operation, null)];
    // Those of the same rows are computed together.
    const same = where === undefined
      ? levels.findIndex((each) => each.relation === relation && each.where === null)
      : -1;
    const found = levels[same];
    if (found !== undefined) levels[same] = { ...found, terms: [...found.terms, ...terms] };
    else {
      const read = where === undefined ? null : readWhere(theirs, where, theirs.rules.strict);
      levels.push({ kind: "numbers", relation, terms, where: read });
    }
  }
  return levels;
}

function relationOf(entry: TableEntry, name: unknown, what: string): Relation {
  const relation = typeof name === "string" ? entry.relations.get(name) : null;
  if (relation !== null) return relation;
  return refuseSearch(
    entry.table,
    `${what} names ${describeValue(name)}, which is no relation: ${listOfRelations(entry)}`,
  );
}

/** The tables that are read, each once, but for that of the rows themselves. */
export function tablesOf(levels: readonly Level[], found: Set<TableEntry> = new Set()): Set<TableEntry> {
  for (const level of levels) {
    found.add(level.relation.target);
    if (level.relation.joint !== null) found.add(level.relation.joint.entry);
    if (level.kind === "rows") tablesOf(level.levels, found);
  }
  return found;
}
