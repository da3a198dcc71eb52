import type { ColumnDefinition, StoredForm } from "../../contract/mod.ts";
import { Column, type ColumnKind, TYPES } from "../../schema/column.ts";
import type { StoredColumn } from "../../sql/sql_catalog.ts";
import { SqlColumn } from "../../sql/sql_column.ts";
import { sqliteFormOf } from "../../sql/sqlite/dates.ts";
import { sqliteDecoder } from "../../sql/sqlite/decoder.ts";
import { sqliteDialect } from "../../sql/sqlite/dialect.ts";

/** What a column is in a model. */
export interface GuessedColumn {
  /** Its type and form. */
  readonly definition: ColumnDefinition;
  /** What was guessed, for a comment; null where the table says it all. */
  readonly note: string | null;
}

const DATE_TEXT = /^\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d|$)/;
const DATE_NAME = /(?:_at|At|_on|On|[Dd]ate|[Tt]ime|[Tt]imestamp)$/;
/** 1985 in seconds: smaller numbers are counted, not dated. */
const LEAST_TIME = 473_385_600;

/**
 * What a column can be in a model, so that each of its values is read.
 *
 * @param values Those that are stored, without null and each once; integers as `bigint`.
 * @param plain It joins or tells rows apart, so that it is what the table says.
 * @returns Null when it is nothing: its values are of several types.
 */
export function guessColumn(
  stored: StoredColumn,
  values: readonly unknown[],
  plain: boolean,
): GuessedColumn | null {
  const dated = plain || stored.exact ? null : datedKind(stored, values);
  const kinds = dated === null ? stored.kinds : [dated, ...stored.kinds];
  for (const kind of kinds) {
    const isDate = kind === "date" || kind === "datetime";
    const letters = kind === "boolean" && !stored.exact && (values[0] === "t" || values[0] === "f");
    for (const form of isDate ? formsOf(stored, values) : [letters ? "letters" as const : undefined]) {
      const definition: ColumnDefinition = {
        type: TYPES[kind],
        ...(kind === "bigint" && { bigint: true }),
        ...(form !== undefined && form !== "iso" && { stored: form }),
      };
      if (!holds(stored.name, definition, values)) continue;
      return { definition, note: noteOf(stored, kind, isDate, values.length) };
    }
  }
  return null;
}

function noteOf({ exact, kinds, type }: StoredColumn, kind: ColumnKind, isDate: boolean, values: number) {
  if (exact) return null;
  if (values === 0 && (isDate || type === "")) return "without a value to tell by";
  return isDate || kind !== kinds[0] || type === "" ? "guessed from its values" : null;
}

/** Dates that the declared type does not tell: texts that look like nothing else, and numbers where the name says so. */
function datedKind({ kinds, name }: StoredColumn, values: readonly unknown[]): ColumnKind | null {
  if (values.length === 0) return null;
  if (kinds[0] === "text" || kinds[0] === "date" || kinds[0] === "datetime") {
    if (!values.every((value) => typeof value === "string" && DATE_TEXT.test(value))) return null;
    return values.every((value) => (value as string).length === 10) ? "date" : "datetime";
  }
  if (kinds[0] !== "integer" || !DATE_NAME.test(name)) return null;
  return values.every((value) => typeof value === "bigint" && value >= LEAST_TIME) ? "datetime" : null;
}

/** The forms to try: that of the values first. */
function formsOf({ exact, forms = [] }: StoredColumn, values: readonly unknown[]): readonly StoredForm[] {
  const seen = exact || values.length === 0 ? null : sqliteFormOf(values[0]);
  return seen === null ? forms.slice(0, 1) : forms.includes(seen) ? [seen] : [];
}

/** Whether each value is read as what it is. */
function holds(name: string, definition: ColumnDefinition, values: readonly unknown[]): boolean {
  const column = new Column("", name, 0, definition);
  const { kind } = column;
  const form = column.stored;
  const adopted = form === null ? undefined : { stored: form, foreign: true, sample: values[0] ?? null };
  const described = new SqlColumn(column, sqliteDialect, "number", adopted);
  const decode = sqliteDecoder(described, { driver: "sqlite", bigints: true, checked: true });
  return values.every((value) => {
    // Read as a number, a larger one would be another.
    if (kind === "real" && typeof value === "bigint" && !Number.isSafeInteger(Number(value))) return false;
    if (kind === "bigint" && typeof value !== "bigint") return false;
    try {
      decode?.(value);
      return true;
    } catch {
      return false;
    }
  });
}
