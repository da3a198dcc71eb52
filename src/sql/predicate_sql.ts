import type {
  BetweenPredicate,
  ComparePredicate,
  EqualPredicate,
  InPredicate,
  Predicate,
  PredicateTarget,
  ScalarType,
  TextPredicate,
  TuplesPredicate,
} from "../contract/mod.ts";
import { testSQL } from "./expression_sql.ts";
import { one, pathEncodes } from "./json_operands.ts";
import { literal } from "./parameters.ts";
import { relatedSQL } from "./related_sql.ts";
import type { ColumnKind } from "./sql_description.ts";
import type {
  Encode,
  EqualForm,
  KindEncoding,
  Operand,
  SqlDialect,
  SqlPlace,
  SqlValues,
} from "./sql_dialect.ts";
import type { SqlColumn } from "./sql_column.ts";
import type { SqlTable } from "./sql_table.ts";

/** What a condition needs to be written. */
export interface PredicateScope {
  /** The SQL database. */
  readonly dialect: SqlDialect;
  /** Where values go. */
  readonly values: SqlValues;
  /** The column of a name. */
  column(name: string): SqlColumn;
  /** How values of a kind are written. */
  encoding(kind: ColumnKind): KindEncoding;
  /** Another table of the database, whose rows a condition looks at, and what conditions on it are written with. */
  other(name: string): { readonly table: SqlTable; readonly scope: PredicateScope };
}

/** More terms than this are joined as a balanced tree: databases limit how deep an expression nests. */
const FLAT_TERMS = 4;
/** A condition that no row satisfies. */
const NEVER = "1 = 0";
const INVERSE = { ">": "<=", ">=": "<", "<": ">=", "<=": ">" } as const;

/**
 * Writes a condition. `not` is pushed down to what compares, so that every part is true exactly where it should be: a part
 * that is not negated may be null instead of false, a negated one is never null.
 */
export function predicateSQL(scope: PredicateScope, predicate: Predicate): string {
  return positive(scope, predicate);
}

/** Writes a condition as those that must all be true; together they are what `predicateSQL` gives. */
export function conjuncts(scope: PredicateScope, predicate: Predicate): string[] {
  const terms: string[] = [];
  collect(scope, "and", [predicate], false, terms);
  return terms;
}

/** Joins conditions that must all be true. */
export function allOf(terms: readonly string[]): string {
  return terms.length === 0 ? "1 = 1" : balanced(terms, 0, terms.length, " AND ");
}

function anyOf(terms: readonly string[]): string {
  return terms.length === 0 ? NEVER : balanced(terms, 0, terms.length, " OR ");
}

function positive(scope: PredicateScope, predicate: Predicate): string {
  switch (predicate.kind) {
    case "and":
    case "or":
      return joined(scope, predicate.kind, predicate.items, false);
    case "not":
      return negative(scope, predicate.item);
    default:
      return atom(scope, predicate);
  }
}

function negative(scope: PredicateScope, predicate: Predicate): string {
  switch (predicate.kind) {
    case "and":
      return joined(scope, "or", predicate.items, true);
    case "or":
      return joined(scope, "and", predicate.items, true);
    case "not":
      return positive(scope, predicate.item);
    case "equal":
      if (predicate.path === null) return different(scope, predicate);
      break;
    case "null":
      if (predicate.path === null && scope.column(predicate.column).kind !== "json") {
        return `${scope.column(predicate.column).quoted} IS NOT NULL`;
      }
      break;
    case "compare":
      if (predicate.path === null && !scope.column(predicate.column).nullable) {
        return compare(scope, { ...predicate, operator: INVERSE[predicate.operator] });
      }
      break;
  }
  return scope.dialect.notTrue(atom(scope, predicate));
}

function joined(
  scope: PredicateScope,
  kind: "and" | "or",
  items: readonly Predicate[],
  negated: boolean,
): string {
  const terms: string[] = [];
  collect(scope, kind, items, negated, terms);
  return kind === "and" ? allOf(terms) : anyOf(terms);
}

/** Writes the terms, those of a nested list of the same kind among them. */
function collect(
  scope: PredicateScope,
  kind: "and" | "or",
  items: readonly Predicate[],
  negated: boolean,
  terms: string[],
): void {
  const same = negated ? (kind === "and" ? "or" : "and") : kind;
  for (const item of items) {
    if (item.kind === same) collect(scope, kind, item.items, negated, terms);
    else if (item.kind === "not") collect(scope, kind, [item.item], !negated, terms);
    else terms.push(negated ? negative(scope, item) : positive(scope, item));
  }
}

function balanced(terms: readonly string[], from: number, to: number, operator: string): string {
  if (to - from === 1) return terms[from] as string;
  if (to - from <= FLAT_TERMS) return `(${terms.slice(from, to).join(operator)})`;
  const middle = (from + to) >> 1;
  return `(${balanced(terms, from, middle, operator)}${operator}${balanced(terms, middle, to, operator)})`;
}

function atom(scope: PredicateScope, predicate: Exclude<Predicate, { kind: "and" | "or" | "not" }>): string {
  switch (predicate.kind) {
    case "null":
      return predicate.path === null
        ? isNull(scope, predicate.column)
        : scope.dialect.jsonIsNull(place(scope, predicate));
    case "equal":
      return equal(scope, predicate);
    case "tuples":
      return tuples(scope, predicate);
    case "has":
      return scope.dialect.jsonHas(place(scope, predicate), operand(scope, predicate.slot));
    case "related":
      return relatedSQL(scope, predicate, predicateSQL);
    case "test":
      return testSQL(scope, predicate);
    case "in":
      return inList(scope, predicate);
    case "compare":
      return compare(scope, predicate);
    case "between":
      return between(scope, predicate);
    case "text":
      return text(scope, predicate);
  }
}

function equal(scope: PredicateScope, predicate: EqualPredicate): string {
  const { dialect, values } = scope;
  const { slot } = predicate;
  if (predicate.path !== null) {
    return dialect.jsonEqual(place(scope, predicate), predicate.type as ScalarType, operand(scope, slot));
  }
  const column = scope.column(predicate.column);
  if (column.kind === "json") return wholeEqual(scope, predicate);
  if (column.equal !== null) return inRange(scope, column, column.equal, slot, slot);
  return `${column.quoted} = ${values.value(slot, column.encode)}`;
}

function different(scope: PredicateScope, predicate: EqualPredicate): string {
  const column = scope.column(predicate.column);
  if (column.kind === "json") return scope.dialect.notTrue(wholeEqual(scope, predicate));
  if (column.equal !== null) return scope.dialect.notTrue(equal(scope, predicate));
  const value = scope.values.value(predicate.slot, column.encode);
  return column.nullable ? scope.dialect.different(column.quoted, value) : `${column.quoted} <> ${value}`;
}

/** A whole JSON value is looked for as one of a list of one. */
function wholeEqual({ column, dialect, values }: PredicateScope, predicate: EqualPredicate): string {
  const list: Encode = one(dialect);
  return dialect.jsonAmong(column(predicate.column).qualified, values.value(predicate.slot, list));
}

function inList(scope: PredicateScope, predicate: InPredicate): string {
  const { dialect, values } = scope;
  const { slot, withNull } = predicate;
  const items = values.items(slot);
  if (predicate.path !== null) {
    const target = place(scope, predicate);
    const found = items === null
      ? dialect.jsonIn(target, values.value(slot, dialect.encodeJSONList))
      : anyOf(items.map((item) =>
        dialect.jsonEqual(
          target,
          typeof item as ScalarType,
          (encode) => literal(dialect, item, encode),
        )
      ));
    return withNull ? `(${dialect.jsonIsNull(target)} OR ${found})` : found;
  }
  const column = scope.column(predicate.column);
  if (column.kind === "json") {
    const found = dialect.jsonAmong(column.qualified, values.value(slot, dialect.encodeJSONValues));
    return withNull ? `(${dialect.jsonNull(column.quoted)} OR ${found})` : found;
  }
  const { compared } = column;
  const encode = column.equal?.one ?? column.encode;
  const found = items === null
    ? dialect.inList(column.kind, compared, values.value(slot, column.encodeList))
    : items.length === 0
    ? NEVER
    : `${compared} IN (${items.map((item) => literal(dialect, item, encode)).join(", ")})`;
  return withNull && column.nullable ? `(${column.quoted} IS NULL OR ${found})` : found;
}

function tuples(scope: PredicateScope, predicate: TuplesPredicate): string {
  const { dialect, values } = scope;
  const columns = predicate.columns.map((name) => scope.column(name));
  const written = values.items(predicate.slot) as readonly (readonly unknown[])[] | null;
  if (written === null) return dialect.tuples(columns, (encode) => values.value(predicate.slot, encode));
  const alternatives = written.map((tuple) =>
    allOf(
      columns.map(({ compared, equal, encode }, i) =>
        `${compared} = ${literal(dialect, tuple[i], equal?.one ?? encode)}`
      ),
    )
  );
  return alternatives.length === 0 ? NEVER : balanced(alternatives, 0, alternatives.length, " OR ");
}

function compare(scope: PredicateScope, { operator, slot, type, ...target }: ComparePredicate): string {
  if (target.path !== null) {
    return scope.dialect.jsonCompare(
      place(scope, target),
      [[operator, operand(scope, slot)]],
      type as ScalarType,
    );
  }
  const column = scope.column(target.column);
  if (column.equal !== null) {
    const beyond = operator === ">" || operator === "<=";
    const limit = scope.values.value(slot, beyond ? column.equal.after : column.equal.from);
    return `${column.quoted} ${operator.startsWith(">") ? ">=" : "<"} ${limit}`;
  }
  return `${column.quoted} ${operator} ${scope.values.value(slot, column.encode)}`;
}

/** The values from one to another, of which each can be stored in several ways. */
function inRange(
  { values }: PredicateScope,
  { quoted }: SqlColumn,
  form: EqualForm,
  low: number,
  high: number,
): string {
  return `(${quoted} >= ${values.value(low, form.from)} AND ${quoted} < ${values.value(high, form.after)})`;
}

function between(scope: PredicateScope, { low, high, type, ...target }: BetweenPredicate): string {
  const { dialect, values } = scope;
  if (target.path !== null) {
    const comparisons = [[">=", operand(scope, low)], ["<=", operand(scope, high)]] as const;
    return dialect.jsonCompare(place(scope, target), comparisons, type as ScalarType);
  }
  const column = scope.column(target.column);
  if (column.equal !== null) return inRange(scope, column, column.equal, low, high);
  return `${column.quoted} BETWEEN ${values.value(low, column.encode)} AND ${
    values.value(high, column.encode)
  }`;
}

function text(scope: PredicateScope, predicate: TextPredicate): string {
  const { dialect } = scope;
  const value = operand(scope, predicate.slot);
  return predicate.path === null
    ? dialect.text(predicate.operator, scope.column(predicate.column).quoted, value)
    : dialect.jsonText(predicate.operator, place(scope, predicate), value);
}

function isNull({ column, dialect }: PredicateScope, name: string): string {
  const { kind, quoted } = column(name);
  return kind === "json" ? dialect.jsonNull(quoted) : `${quoted} IS NULL`;
}

function operand({ values }: PredicateScope, slot: number): Operand {
  return (encode) => values.value(slot, encode);
}

/** The column and the paths, written: each whole number on the way may be an index or the name of a member. */
function place(scope: PredicateScope, { column, path, wholeSteps = 0 }: PredicateTarget): SqlPlace {
  const { dialect, values } = scope;
  const { quoted, qualified } = scope.column(column);
  const paths = path === null
    ? [dialect.literal(dialect.encodePath([]))]
    : pathEncodes(dialect, wholeSteps).map((encode) => values.value(path, encode));
  return { subject: quoted, qualified, paths };
}
