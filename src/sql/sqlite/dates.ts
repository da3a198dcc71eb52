import type { StoredForm } from "../../contract/mod.ts";
import {
  DAY_MS,
  inDateRange,
  readDay,
  readMilliseconds,
  readSeconds,
  writeSQLDateTime,
} from "../../schema/dates.ts";
import type { SqlColumnDescription } from "../sql_description.ts";
import type { ColumnForm, Encode } from "../sql_dialect.ts";
import { milliseconds, timeText } from "./expressions.ts";

/** Times from here on, in milliseconds, are none in seconds: those would be in the year 5138. */
const SECONDS_END = 100_000_000_000;
const MOST_DIGITS = 6;
const ISO_LENGTH = 24;
const OFFSET = "+00:00";
/** A text up to here is repeated; a subquery costs more than to compute it again. */
const SHORT = 60;

const listOf = (one: Encode): Encode => (list) => JSON.stringify((list as unknown[]).map(one));
const time = (date: unknown): number => (date as Date).getTime();

/** What is written after a second, as others have written it. */
interface Style {
  readonly digits: number;
  readonly suffix: string;
}

/** How the dates and booleans of a column are written where it is not as in a table of ours without `stored`; null where it is. */
export function sqliteDateForm(
  column: SqlColumnDescription,
  integers: "number" | "bigint",
): ColumnForm | null {
  const isDay = column.kind === "date";
  const { quoted, stored, foreign } = column;
  switch (stored) {
    case "milliseconds":
    case "seconds":
      return countedForm(quoted, isDay, stored === "seconds" ? 1000 : 1, integers);
    case "sql":
      return textForm(quoted, isDay, " ", column.sample);
    case "letters":
      return lettersForm(quoted);
    case "iso":
      return foreign && !isDay ? textForm(quoted, false, "T", column.sample) : null;
    default:
      return null;
  }
}

/** Which form a stored value has, as far as it tells; null when it has none. */
export function sqliteFormOf(value: unknown): StoredForm | null {
  if (typeof value === "bigint" || typeof value === "number") {
    return Math.abs(Number(value)) >= SECONDS_END ? "milliseconds" : "seconds";
  }
  if (typeof value !== "string") return null;
  if (value === "t" || value === "f") return "letters";
  if (readSQLDateTime(value) !== null) return "sql";
  return value.length === 10 || readISODateTime(value, true) !== null ? "iso" : null;
}

/** Reads a stored date in its form, or null when it has not that form. */
export function sqliteDateReader(
  { kind, stored, foreign }: SqlColumnDescription,
): (value: unknown) => Date | null {
  const read = reader(kind === "date", stored, foreign);
  return kind !== "date" || stored === "iso" ? read : (value) => {
    const date = read(value);
    return date !== null && date.getTime() % DAY_MS === 0 ? date : null;
  };
}

function reader(
  isDay: boolean,
  stored: StoredForm | null,
  foreign: boolean,
): (value: unknown) => Date | null {
  switch (stored) {
    case "milliseconds":
      return (value) => readCounted(value, 1);
    case "seconds":
      return (value) => readCounted(value, 1000);
    case "sql":
      return (value) => typeof value === "string" ? readSQLDateTime(value) : null;
    default:
      return isDay
        ? (value) => typeof value === "string" ? readISODate(value) : null
        : (value) => typeof value === "string" ? readISODateTime(value, foreign) : null;
  }
}

function readCounted(value: unknown, unit: number): Date | null {
  const count = typeof value === "bigint" ? Number(value) : value as number;
  return Number.isInteger(count) && inDateRange(count * unit) ? new Date(count * unit) : null;
}

function readISODate(text: string): Date | null {
  const day = text.length === 10 ? readDay(text) : NaN;
  return day === day ? new Date(day * DAY_MS) : null;
}

/** Conditions and orders compare the text: no other form of the same time would do, but one that others use throughout. */
function readISODateTime(text: string, foreign: boolean): Date | null {
  if (text.length !== ISO_LENGTH) {
    if (!foreign || text.length !== ISO_LENGTH + 5 || !text.endsWith(OFFSET)) return null;
  } else if (text.charCodeAt(23) !== 90) return null;
  if (text.charCodeAt(10) !== 84) return null;
  const ms = readDay(text) * DAY_MS + readSeconds(text) + readMilliseconds(text);
  return ms === ms ? new Date(ms) : null;
}

/** Reads `YYYY-MM-DD hh:mm:ss` and up to six digits of a second, of which the first three count. */
function readSQLDateTime(text: string): Date | null {
  if (text.charCodeAt(10) !== 32) return null;
  const ms = readDay(text) * DAY_MS + readSeconds(text);
  if (text.length === 19) return ms === ms ? new Date(ms) : null;
  if (!/^\.\d{1,6}$/.test(text.slice(19))) return null;
  const whole = ms + readMilliseconds(`${text}00`);
  return whole === whole ? new Date(whole) : null;
}

/** Booleans as others have written them. */
function lettersForm(quoted: string): ColumnForm {
  const one: Encode = (value) => value ? "t" : "f";
  return {
    encoding: { one, list: listOf(one) },
    value: `(${quoted} = 't')`,
    store: (sql) => `CASE ${sql} WHEN 1 THEN 't' WHEN 0 THEN 'f' END`,
    equal: null,
  };
}

function countedForm(
  quoted: string,
  isDay: boolean,
  unit: 1 | 1000,
  integers: "number" | "bigint",
): ColumnForm {
  // A condition may ask for a time that is finer than the column keeps: it is equal to none, and between two.
  const number = (date: unknown): number => time(date) / unit;
  const one: Encode = integers === "number" ? number : (date) => {
    const value = number(date);
    return Number.isInteger(value) ? BigInt(value) : value;
  };
  const seconds = unit === 1000 ? quoted : `${quoted} / 1000`;
  return {
    encoding: { one, list: listOf(number) },
    value: isDay
      ? `date(${seconds}, 'unixepoch')`
      : unit === 1000
      ? `strftime('%Y-%m-%dT%H:%M:%S.000Z', ${quoted}, 'unixepoch')`
      : `(${timeText(quoted)})`,
    store: (sql) =>
      isDay
        ? `(unixepoch(${sql})${unit === 1000 ? "" : " * 1000"})`
        : unit === 1000
        ? `unixepoch(substr(${sql}, 1, 19))`
        : once(sql, milliseconds),
    equal: null,
  };
}

/** Texts that can have several digits of a second, and an offset behind them. */
function textForm(quoted: string, isDay: boolean, between: "T" | " ", sample: unknown): ColumnForm {
  const iso = between === "T";
  const { digits, suffix } = styleOf(sample, iso);
  const write: Encode = (date) => {
    const ms = millisecond(date);
    const fraction = digits === 0 && ms === "000" ? "" : `.${ms.padEnd(digits, "0")}`;
    return wholeSecond(date, between) + fraction + suffix;
  };
  const end = iso ? "Z" : "";
  const exactText: Encode = (date) => `${wholeSecond(date, between)}.${millisecond(date)}${end}`;
  /** The least of the texts that say the time: without zeros at its end. */
  const from: Encode = (date) => {
    const fraction = millisecond(date).replace(/0+$/, "");
    return fraction === "" ? wholeSecond(date, between) : `${wholeSecond(date, between)}.${fraction}`;
  };
  const after: Encode = (date) =>
    inDateRange(time(date) + 1) ? from(new Date(time(date) + 1)) : `9999-12-31${between}23:59:60`;
  const exact = iso
    ? `(substr(${quoted}, 1, 23) || 'Z')`
    : `substr(CASE WHEN length(${quoted}) = 19 THEN ${quoted} || '.' ELSE ${quoted} END || '000', 1, 23)`;
  const zeros = (count: number): string => "0".repeat(Math.max(count, 0));
  return {
    encoding: { one: write, list: listOf(exactText) },
    value: isDay ? `substr(${quoted}, 1, 10)` : iso ? exact : `(replace(${exact}, ' ', 'T') || 'Z')`,
    store: (sql) =>
      once(sql, (v) => {
        if (isDay) return `${v} || ' 00:00:00${digits === 0 ? "" : `.${zeros(digits)}`}'`;
        const fraction = `substr(${v}, 20, 4) || '${zeros(digits - 3)}${suffix}'`;
        const rest = digits === 0
          ? `CASE WHEN substr(${v}, 21, 3) = '000' THEN '' ELSE ${fraction} END`
          : fraction;
        return `replace(substr(${v}, 1, 19), 'T', '${between}') || ${rest}`;
      }),
    equal: { exact, from, after, one: exactText },
  };
}

function wholeSecond(date: unknown, between: "T" | " "): string {
  const text = writeSQLDateTime(date as Date);
  return between === "T" ? text.replace(" ", "T") : text;
}

function millisecond(date: unknown): string {
  return String(((time(date) % 1000) + 1000) % 1000).padStart(3, "0");
}

/** A value that is written several times is computed once. */
function once(sql: string, write: (value: string) => string): string {
  if (sql.length <= SHORT) return `(${write(sql)})`;
  return `(SELECT ${write("`$v`")} FROM (SELECT ${sql} AS \`$v\`))`;
}

function styleOf(sample: unknown, iso: boolean): Style {
  const [, digits = "", suffix = iso ? "Z" : ""] =
    /^.{19}(?:\.(\d+))?(Z|\+00:00)?$/.exec(typeof sample === "string" ? sample : "") ?? [];
  return { digits: iso ? 3 : Math.min(digits.length, MOST_DIGITS), suffix };
}
