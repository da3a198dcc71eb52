import { now } from "./clock.ts";
import type { Column, ColumnKind } from "./column.ts";
import { inDateRange, isMidnight, parseDate, parseDateTime, wholeSeconds } from "./dates.ts";
import { copyJSON, isStorableText, JSONProblem } from "./json_value.ts";

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/** By kind of column: takes a value that is not null and returns its one normal form, or throws a ValidationError. */
export const acceptors: Readonly<Record<ColumnKind, (column: Column, value: unknown) => unknown>> = {
  text(column, value) {
    if (typeof value !== "string") return column.refuse(value, "a string is needed");
    if (!isStorableText(value)) {
      return column.refuse(value, "text holds NUL or a lone surrogate, which not every store keeps");
    }
    return value;
  },
  integer(column, value) {
    if (!Number.isSafeInteger(value)) {
      return column.refuse(
        value,
        "a safe integer is needed (for 64 bit, declare the column with `bigint: true`)",
      );
    }
    return (value as number) + 0;
  },
  bigint(column, value) {
    const big = typeof value === "bigint"
      ? value
      : Number.isSafeInteger(value)
      ? BigInt(value as number)
      : null;
    if (big === null || big < INT64_MIN || big > INT64_MAX) {
      return column.refuse(value, "a bigint of 64 bit, or a safe integer, is needed");
    }
    return big;
  },
  real(column, value) {
    if (typeof value !== "number" || !Number.isFinite(value)) {
      return column.refuse(value, "a finite number is needed");
    }
    return value + 0;
  },
  boolean(column, value) {
    if (typeof value !== "boolean") return column.refuse(value, "true or false is needed");
    return value;
  },
  date(column, value) {
    const ms = value instanceof Date ? value.getTime() : typeof value === "string" ? parseDate(value) : null;
    if (ms === null || !inDateRange(ms)) {
      return column.refuse(value, "a valid Date or `YYYY-MM-DD` is needed");
    }
    if (!isMidnight(ms)) {
      return column.refuse(
        value,
        "a DATE is at 00:00 UTC (`YYYY-MM-DD` says it plainly; DATETIME keeps the time)",
      );
    }
    return new Date(ms);
  },
  datetime(column, value) {
    if (value === now) return column.coarse ? wholeSeconds(column.clock.read()) : column.clock.read();
    const ms = value instanceof Date
      ? value.getTime()
      : typeof value === "string"
      ? parseDateTime(value)
      : typeof value === "number"
      ? value
      : null;
    if (ms === null || !inDateRange(ms)) {
      return column.refuse(
        value,
        "a valid Date in years 0 to 9999, an ISO 8601 string with its offset from UTC and at most three digits of a second, or whole epoch milliseconds is needed",
      );
    }
    return new Date(ms);
  },
  json(column, value) {
    const copy = copyJSON(value);
    if (copy instanceof JSONProblem) {
      // The way to it is made of names that are part of the value.
      return column.refuse(
        value,
        copy.path === "" || column.sensitive ? copy.reason : `${copy.reason} (at \`${copy.path}\`)`,
      );
    }
    if (column.type === "ARRAY" && !Array.isArray(copy)) return column.refuse(value, "an array is needed");
    if (column.type === "OBJECT" && (typeof copy !== "object" || Array.isArray(copy))) {
      return column.refuse(value, "an object is needed");
    }
    return copy;
  },
  blob(column, value) {
    if (!(value instanceof Uint8Array)) return column.refuse(value, "a Uint8Array is needed");
    return new Uint8Array(value);
  },
};
