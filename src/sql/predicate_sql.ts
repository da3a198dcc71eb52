import type {
  BetweenPredicate,
  ComparePredicate,
  EqualPredicate,
  InPredicate,
  Predicate,
  PredicateTarget,
  ScalarType,
  TextPredicate,
} from "../contract/mod.ts";
import { testSQL } from "./expression_sql.ts";
import type { ColumnKind } from "./sql_description.ts";
import type { Encode, KindEncoding, SqlDialect, SqlValues } from "./sql_dialect.ts";
import type { SqlColumn } from "./sql_column.ts";

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
      if (predicate.path === null) return `${scope.column(predicate.column).quoted} IS NOT NULL`;
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
  if (kind === "and") return allOf(terms);
  return terms.length === 0 ? NEVER : balanced(terms, 0, terms.length, " OR ");
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
        ? `${scope.column(predicate.column).quoted} IS NULL`
        : scope.dialect.jsonIsNull(...place(scope, predicate));
    case "equal":
      return equal(scope, predicate);
    case "has": {
      const { dialect, values } = scope;
      const path = predicate.path === null
        ? dialect.literal(dialect.encodePath([]))
        : values.value(predicate.path, dialect.encodePath);
      return dialect.jsonHas(
        scope.column(predicate.column).quoted,
        path,
        values.value(predicate.slot, dialect.encodeJSON),
      );
    }
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
  if (predicate.path !== null) {
    return dialect.jsonEqual(...place(scope, predicate), values.value(predicate.slot, dialect.encodeJSON));
  }
  const column = scope.column(predicate.column);
  const value = values.value(predicate.slot, column.encode);
  return predicate.nullable && column.nullable
    ? dialect.same(column.compared, value)
    : `${column.compared} = ${value}`;
}

function different(scope: PredicateScope, predicate: EqualPredicate): string {
  const column = scope.column(predicate.column);
  const value = scope.values.value(predicate.slot, column.encode);
  return predicate.nullable || column.nullable
    ? scope.dialect.different(column.compared, value)
    : `${column.compared} <> ${value}`;
}

function inList(scope: PredicateScope, predicate: InPredicate): string {
  const { dialect, values } = scope;
  const { slot, withNull } = predicate;
  if (predicate.path !== null) {
    const [subject, path] = place(scope, predicate);
    const items = values.items(slot, dialect.encodeJSON);
    const found = items === null
      ? dialect.jsonIn(subject, path, values.value(slot, dialect.encodeJSONList))
      : items === ""
      ? NEVER
      : dialect.jsonInItems(subject, path, items);
    return withNull ? `(${dialect.jsonIsNull(subject, path)} OR ${found})` : found;
  }
  const column = scope.column(predicate.column);
  const items = values.items(slot, column.encode);
  const found = items === null
    ? dialect.inList(column.kind, column.compared, values.value(slot, column.encodeList))
    : items === ""
    ? NEVER
    : `${column.compared} IN (${items})`;
  return withNull && column.nullable ? `(${column.quoted} IS NULL OR ${found})` : found;
}

function compare(scope: PredicateScope, { operator, slot, type, ...target }: ComparePredicate): string {
  if (target.path !== null) {
    return scope.dialect.jsonCompare(
      ...place(scope, target),
      [[operator, scalar(scope, slot)]],
      type as ScalarType,
    );
  }
  const column = scope.column(target.column);
  return `${column.quoted} ${operator} ${scope.values.value(slot, column.encode)}`;
}

function between(scope: PredicateScope, { low, high, type, ...target }: BetweenPredicate): string {
  const { dialect, values } = scope;
  if (target.path !== null) {
    const comparisons = [[">=", scalar(scope, low)], ["<=", scalar(scope, high)]] as const;
    return dialect.jsonCompare(...place(scope, target), comparisons, type as ScalarType);
  }
  const column = scope.column(target.column);
  return `${column.quoted} BETWEEN ${values.value(low, column.encode)} AND ${
    values.value(high, column.encode)
  }`;
}

function text(scope: PredicateScope, predicate: TextPredicate): string {
  const { dialect, values } = scope;
  const operand = (encode: Encode | null): string => values.value(predicate.slot, encode);
  return predicate.path === null
    ? dialect.text(predicate.operator, scope.column(predicate.column).quoted, operand)
    : dialect.jsonText(predicate.operator, ...place(scope, predicate), operand);
}

/** The column and the path, written. */
function place(scope: PredicateScope, target: PredicateTarget): [subject: string, path: string] {
  return [
    scope.column(target.column).quoted,
    scope.values.value(target.path as number, scope.dialect.encodePath),
  ];
}

function scalar(scope: PredicateScope, slot: number): string {
  return scope.values.value(slot, null);
}
