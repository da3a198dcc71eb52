import type { ExpressionCall, ExpressionType } from "../../contract/mod.ts";
import type { NoValueSQL, SqlExpressions } from "../sql_dialect.ts";

/** A statement that comes to it fails with "integer overflow", in every SQLite. */
const FAIL = "abs(-9223372036854775807 - 1)";
const SAFE = "BETWEEN -9007199254740991 AND 9007199254740991";
const LARGEST = "1.7976931348623157e308";
/** 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z, in milliseconds. */
const YEARS = "BETWEEN -62167219200000 AND 253402300799999";
/** The first Monday of the year 0: before it no week begins in four-digit years. */
const FIRST_MONDAY = "'0000-01-03'";

/** How many characters of a point in time are kept, and what follows them. */
const BEGINNINGS: Readonly<Partial<Record<ExpressionCall, readonly [kept: number, rest: string]>>> = {
  startOfYear: [4, "-01-01T00:00:00.000Z"],
  startOfMonth: [7, "-01T00:00:00.000Z"],
  startOfDay: [10, "T00:00:00.000Z"],
  startOfHour: [13, ":00:00.000Z"],
  startOfMinute: [16, ":00.000Z"],
  startOfSecond: [19, ".000Z"],
};

/** How SQLite writes expressions. */
export const sqliteExpressions: SqlExpressions = {
  call({ call, type, args: [first] }, args, none) {
    const [a, b, c] = args as readonly [string, string, string];
    switch (call) {
      case "dividedBy":
        return checked(
          `CAST(${a} AS REAL) / ${b}`,
          (v) => `abs(${v}) <= ${LARGEST}`,
          none,
          (v) => `${v} + 0.0`,
        );
      case "round":
        return checked(`round(${a})`, (v) => `${v} ${SAFE}`, none, (v) => `CAST(${v} AS INTEGER)`);
      case "atLeast":
        return `max(${a}, ${b})`;
      case "atMost":
        return `min(${a}, ${b})`;
      case "orElse":
        return `coalesce(${a}, ${b})`;
      case "lower":
        return `lower(${a})`;
      case "length":
        return `length(${a})`;
      case "concat":
        return `(${a} || ${b})`;
      case "slice":
        return c === undefined ? `substr(${a}, ${b} + 1)` : `substr(${a}, ${b} + 1, max(${c} - ${b}, 0))`;
      case "later":
        return checked(`${milliseconds(a)} + ${b}`, (v) => `${v} ${YEARS}`, none, timeText);
      case "elapsed":
        return `(${milliseconds(a)} - ${milliseconds(b)})`;
      case "set":
        return checked(
          `json_set(coalesce(nullif(${a}, 'null'), '{}'), ${b}, json(${c}))`,
          (v) => `json_type(${v}, ${b}) IS NOT NULL`,
          none,
        );
      default:
        return beginning(call, type, first?.type ?? type, a, none);
    }
  },

  exact(type, sql, nested, none) {
    if (type === "real") return checked(sql, (v) => `abs(${v}) <= ${LARGEST}`, none, (v) => `${v} + 0.0`);
    // A number that is no 64-bit integer is a fraction from there on.
    const whole = (v: string): string => `typeof(${v}) = 'integer'`;
    if (type === "bigint") return checked(sql, whole, none);
    return checked(sql, (v) => nested ? `${whole(v)} AND ${v} ${SAFE}` : `${v} ${SAFE}`, none);
  },

  orFail: (flags, sql) => `CASE WHEN ${flags.join(" OR ")} THEN ${FAIL} ELSE ${sql} END`,
  dayAsTime: (sql) => `(${sql} || 'T00:00:00.000Z')`,
  truth: (condition) => `((${condition}) IS TRUE)`,

  order(sql, direction, nulls) {
    if (direction === "ASC") return nulls === "least" ? sql : `${sql} NULLS LAST`;
    return nulls === "least" ? `${sql} DESC` : `${sql} DESC NULLS FIRST`;
  },

  text(operator, subject, operand) {
    switch (operator) {
      case "startsWith":
        return `substr(${subject}, 1, length(${operand})) = ${operand}`;
      case "endsWith":
        return `(length(${operand}) <= length(${subject}) AND substr(${subject}, length(${subject}) - length(${operand}) + 1) = ${operand})`;
      case "contains":
        return `instr(${subject}, ${operand}) > 0`;
    }
  },
};

function beginning(
  call: ExpressionCall,
  type: ExpressionType,
  of: ExpressionType,
  sql: string,
  none: NoValueSQL,
): string {
  const day = of === "date";
  if (call === "startOfWeek") {
    const monday = (v: string): string => `date(substr(${v}, 1, 10), '-6 days', 'weekday 1')`;
    return checked(
      sql,
      (v) => `${v} >= ${FIRST_MONDAY}`,
      none,
      (v) => type === "date" ? monday(v) : sqliteExpressions.dayAsTime(monday(v)),
    );
  }
  const [kept, rest] = BEGINNINGS[call] as readonly [number, string];
  if (!day) return `(substr(${sql}, 1, ${kept}) || '${rest}')`;
  return kept >= 10 ? sql : `(substr(${sql}, 1, ${kept}) || '${rest.slice(0, 10 - kept)}')`;
}

/** A point in time in milliseconds. */
export function milliseconds(time: string): string {
  return `(unixepoch(substr(${time}, 1, 19)) * 1000 + CAST(substr(${time}, 21, 3) AS INTEGER))`;
}

/** Milliseconds as a point in time. */
export function timeText(ms: string): string {
  const rest = `((${ms} % 1000) + 1000) % 1000`;
  return `strftime('%Y-%m-%dT%H:%M:%S', (${ms} - ${rest}) / 1000, 'unixepoch') || printf('.%03dZ', ${rest})`;
}

/** What is computed, when it is a value: once written when it is short, else once computed. */
function checked(
  sql: string,
  isValue: (computed: string) => string,
  none: NoValueSQL,
  result: (computed: string) => string = (computed) => computed,
): string {
  const choose = (v: string): string =>
    none === "null"
      ? `CASE WHEN ${isValue(v)} THEN ${result(v)} END`
      : none === "flag"
      ? `CASE WHEN ${isValue(v)} THEN 0 ELSE ${v} IS NOT NULL END`
      : `CASE WHEN ${isValue(v)} THEN ${result(v)} WHEN ${v} IS NULL THEN NULL ELSE ${FAIL} END`;
  if (sql.length <= SHORT) return `(${choose(`(${sql})`)})`;
  return `(SELECT ${choose("`$v`")} FROM (SELECT ${sql} AS \`$v\`))`;
}

/** A text up to here is repeated; a subquery costs more than to compute it again. */
const SHORT = 60;
