import type { JSONPath, OperatorName, Predicate, PredicateTarget, TestPredicate } from "../contract/mod.ts";
import { now } from "../schema/clock.ts";
import type { Column } from "../schema/column.ts";
import { inDateRange, isMidnight, parseDateTime } from "../schema/dates.ts";
import { isStorableText } from "../schema/json_value.ts";
import { Placeholder } from "./placeholder.ts";

/** SQLite's limit on the length of a LIKE pattern, in bytes. */
const MAX_PATTERN_BYTES = 50_000;

/** What a condition looks at: a column, or a place inside a JSON column. */
export interface Target {
  /** The column. */
  readonly column: Column;
  /** The steps into it, or null. */
  readonly path: JSONPath | null;
}

/** A value that a prepared query is given with each run, and how it is checked then. */
export class BoundPlaceholder {
  /** The parameter. */
  readonly name: string;
  /** Checks the value given with a run. */
  readonly accept: (value: unknown) => unknown;
  /**
   * What the predicate needs to know of the value: whether it is null, of a `value`; nulls in a `list`; the type at a `place`
   * inside JSON.
   */
  readonly decides: "value" | "list" | "place" | null;

  /** Makes one for a parameter. */
  constructor(
    name: string,
    accept: (value: unknown) => unknown,
    decides: BoundPlaceholder["decides"] = null,
  ) {
    this.name = name;
    this.accept = accept;
    this.decides = decides;
  }
}

/**
 * Checks an operand that is not null.
 *
 * @param ordered The operator compares by order, which JSON values do not have.
 * @throws {ValidationError} When it does not fit the column, or is null.
 */
export function acceptOperand(target: Target, operand: unknown, ordered: boolean): unknown {
  const { column, path } = target;
  if (operand instanceof Placeholder) {
    return new BoundPlaceholder(
      Placeholder.place(operand),
      (value) => value === null && !ordered ? null : acceptOperand(target, value, ordered),
      path === null ? (ordered ? null : "value") : "place",
    );
  }
  if (operand === null || operand === undefined) {
    return column.refuse(operand, ordered ? "an order comparison needs a value" : "a value is needed");
  }
  if (path === null) {
    if (ordered && !column.ordered) {
      return column.refuse(operand, "JSON values have no order; compare a path into them");
    }
    return column.accept(operand);
  }
  switch (typeof operand) {
    case "string":
      if (!isStorableText(operand)) return column.refuse(operand, "text holds NUL or a lone surrogate");
      return operand;
    case "number":
      if (!Number.isFinite(operand)) return column.refuse(operand, "a finite number is needed");
      return operand + 0;
    case "boolean":
      if (ordered) return column.refuse(operand, "true and false inside JSON have no order");
      return operand;
  }
  return column.refuse(operand, "a path is compared with a string, number, boolean or null");
}

/** Checks one member of a list. */
export function acceptListItem(target: Target, item: unknown): unknown {
  if (item instanceof Placeholder) return target.column.refuse(item, "a parameter stands for a whole list");
  return acceptOperand(target, item, false);
}

/**
 * Checks what an array is asked to have as an element.
 *
 * @throws {ValidationError} When the column is no JSON, or the element no string, number, boolean or null.
 */
export function acceptElement(target: Target, operand: unknown): unknown {
  const { column } = target;
  if (column.kind !== "json") return column.refuse(operand, "`$has` needs a JSON column");
  if (operand instanceof Placeholder) {
    return new BoundPlaceholder(Placeholder.place(operand), (value) => acceptElement(target, value));
  }
  return operand === null ? null : acceptOperand({ column, path: target.path ?? [] }, operand, false);
}

/**
 * Checks the operand of a text match.
 *
 * @param most The most characters of a pattern of `$like`.
 * @throws {ValidationError} When the column holds no text, or the pattern is no text, too long or ends in a lone backslash.
 */
export function acceptPattern(target: Target, operator: string, operand: unknown, most: number): unknown {
  const { column, path } = target;
  if (operand instanceof Placeholder) {
    return new BoundPlaceholder(
      Placeholder.place(operand),
      (value) => acceptPattern(target, operator, value, most),
    );
  }
  if (path === null && column.kind !== "text") {
    return column.refuse(operand, `\`$${operator}\` needs a text column`);
  }
  if (typeof operand !== "string" || !isStorableText(operand)) {
    return column.refuse(operand, `\`$${operator}\` needs a string without NUL or lone surrogates`);
  }
  if (operator === "like") {
    if (operand.length > most) {
      return column.refuse(
        operand,
        `a pattern has at most ${most} characters, because each can cost the length of the text (the ORM's \`limits.pattern\`)`,
      );
    }
    if (
      operand.length > MAX_PATTERN_BYTES / 4 && new TextEncoder().encode(operand).length > MAX_PATTERN_BYTES
    ) {
      return column.refuse(operand, `a pattern has at most ${MAX_PATTERN_BYTES} bytes`);
    }
    if (/(?:^|[^\\])(?:\\\\)*\\$/.test(operand)) {
      return column.refuse(operand, "the pattern ends in a backslash that escapes nothing");
    }
  }
  return operand;
}

/** What is looked at inside a JSON value also says how many whole numbers are on the way. */
export function inside(target: Target, predicate: Extract<Predicate, PredicateTarget>): Predicate {
  const wholeSteps = target.path?.filter((step) => typeof step === "number").length;
  return wholeSteps ? { ...predicate, wholeSteps } : predicate;
}

/** What is looked at, as messages name it. */
export function nameOfTarget(target: Target): string {
  return target.path === null
    ? `\`${target.column.name}\``
    : `\`${[target.column.name, ...target.path].join(".")}\``;
}

const DAY = 86_400_000;
/** What a day is compared with a time by, by what it is with the beginning of the time's day. */
const BESIDE_TIME: Readonly<Record<string, OperatorName>> = {
  $gt: "$gt",
  $gte: "$gt",
  $lt: "$lte",
  $lte: "$lte",
};

/** A comparison of a DATE with a point in time as one with a day: a day is the moment at which it begins. */
export function besideDay(
  { column, path }: Target,
  operator: OperatorName,
  operand: unknown,
): readonly [OperatorName, unknown] {
  const beside = BESIDE_TIME[operator];
  if (column.kind !== "date" || path !== null || beside === undefined) return [operator, operand];
  const time = operand === now
    ? column.clock.read().getTime()
    : operand instanceof Date
    ? operand.getTime()
    : typeof operand === "string"
    ? parseDateTime(operand)
    : null;
  if (time === null || !inDateRange(time)) return [operator, operand];
  return isMidnight(time) ? [operator, new Date(time)] : [beside, new Date(Math.floor(time / DAY) * DAY)];
}

/** How computed values are compared, by the operator. */
export const TESTS: Readonly<Partial<Record<OperatorName, TestPredicate["operator"]>>> = {
  $eq: "eq",
  $gt: "gt",
  $gte: "gte",
  $lt: "lt",
  $lte: "lte",
  $in: "in",
  $like: "like",
  $startsWith: "startsWith",
  $endsWith: "endsWith",
  $contains: "contains",
};
