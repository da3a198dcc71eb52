import type { StoredForm } from "../../contract/mod.ts";
import { corruptValue } from "../corrupt_value.ts";
import type { SqlColumnDescription } from "../sql_description.ts";
import type { Decode, DecoderOptions } from "../sql_dialect.ts";
import { sqliteDateReader, sqliteFormOf } from "./dates.ts";

/** The largest safe integer; its negative is the least. */
const SAFE = Number.MAX_SAFE_INTEGER;

/** How each form is written, by the function of SQLite that does so. */
const FORMS: Readonly<Record<StoredForm, readonly [example: string, written: string]>> = {
  iso: ["2026-01-31T09:30:00.000Z", "strftime('%Y-%m-%dT%H:%M:%fZ', …)"],
  milliseconds: ["1769851800000", "unixepoch(…) * 1000"],
  seconds: ["1769851800", "unixepoch(…)"],
  sql: ["2026-01-31 09:30:00", "datetime(…)"],
  letters: ["t", "iif(…, 't', 'f')"],
};
const DAY = ["2026-01-31", "date(…)"] as const;

/** What to do about a stored value that is no date in the form of its column. */
function dateAdvice({ kind, stored }: SqlColumnDescription, value: unknown): string {
  const [example, written] = kind === "date" && stored === "iso" ? DAY : FORMS[stored ?? "iso"];
  const other = sqliteFormOf(value);
  const declare = other === null || other === stored
    ? ""
    : `if all its values are so, declare the column with \`stored: ${JSON.stringify(other)}\`, else `;
  return `${declare}repair the value: its form is ${example}, as \`${written}\` writes it`;
}

/**
 * Makes the function that decodes a column's values of SQLite, or null when they come as they are.
 *
 * The function throws a CorruptValueError for what the column cannot hold: someone else wrote it, and
 * nothing that is not the stored value may be returned instead.
 */
export function sqliteDecoder(column: SqlColumnDescription, options: DecoderOptions): Decode | null {
  const { bigints, checked } = options;
  const corrupt = (value: unknown, advice?: string): never =>
    corruptValue(column, options.driver, value, advice);
  switch (column.kind) {
    case "text":
      return checked ? (value) => typeof value === "string" ? value : corrupt(value) : null;
    case "blob":
      return checked ? (value) => value instanceof Uint8Array ? value : corrupt(value) : null;
    case "real":
      // SQLite holds an infinity, as `9e999` writes it; nothing here writes or takes one.
      if (!checked) return (value) => value === Infinity || value === -Infinity ? corrupt(value) : value;
      return (value) =>
        (typeof value === "number" || typeof value === "bigint") && Number.isFinite(Number(value))
          ? Number(value)
          : corrupt(value);
    case "bigint":
      // An engine that was given from outside may read what a number holds as a number all the same.
      return (value) =>
        typeof value === "bigint"
          ? value
          : Number.isSafeInteger(value)
          ? BigInt(value as number)
          : corrupt(value);
    case "integer":
      if (bigints || checked) return (value) => readInteger(value) ?? corrupt(value);
      return (value) => (value as number) > SAFE || (value as number) < -SAFE ? corrupt(value) : value;
    case "boolean":
      if (column.stored === "letters") {
        return (value) => value === "t" ? true : value === "f" ? false : corrupt(value);
      }
      return (value) =>
        value === 1 || value === 1n ? true : value === 0 || value === 0n ? false : corrupt(value);
    case "date":
    case "datetime": {
      const read = sqliteDateReader(column);
      return (value) => read(value) ?? corrupt(value, dateAdvice(column, value));
    }
    case "json":
      return (value) => {
        // Where numbers are kept as numbers, JSON that is one is.
        if (typeof value === "number" && checked) return value;
        if (typeof value === "bigint" && checked) return readInteger(value) ?? corrupt(value);
        if (typeof value !== "string") return corrupt(value);
        try {
          return JSON.parse(value);
        } catch {
          return corrupt(value);
        }
      };
  }
}

function readInteger(value: unknown): number | null {
  const number = typeof value === "bigint" ? Number(value) : value;
  return Number.isSafeInteger(number) ? number as number : null;
}
