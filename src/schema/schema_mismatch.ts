import type { DifferenceKind, SchemaDifference } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import { remedyText } from "./remedies.ts";
import type { Table } from "./table.ts";

/** Whose table it is, for messages. */
export interface TablePlace {
  /** The driver's name. */
  readonly driver: string;
  /** The database's name. */
  readonly database: string;
  /** The table's name. */
  readonly table: string;
}

/**
 * The error for a table that exists with a different schema.
 *
 * @param wanted The schema.
 * @param foreign Others have made the table: it is not this library that changes it.
 */
export function schemaMismatch(
  { driver, database, table }: TablePlace,
  differences: readonly SchemaDifference[],
  wanted: Table,
  foreign: boolean = false,
): ValidationError {
  const remedy = foreign
    ? "others have made the table, so write it as it is there into the schema"
    : remedyText(database, differences, wanted);
  const columns = [...new Set(differences.flatMap((difference) => difference.columns))];
  return new ValidationError(
    `Cannot use table \`${table}\` of \`${database}\`: it exists with a different schema: ${
      differences.map(({ text }) => text).join("; ")
    }; ${remedy}`,
    { code: "SCHEMA_MISMATCH", driver, table, columns },
  );
}

/** The error for a view that is not what its model says. */
export function viewMismatch(
  { driver, database, table }: TablePlace,
  differences: readonly SchemaDifference[],
): ValidationError {
  const columns = [...new Set(differences.flatMap((difference) => difference.columns))];
  return new ValidationError(
    `Cannot use view \`${table}\` of \`${database}\`: ${
      differences.map(({ text }) => text).join("; ")
    }; write it as it is there into the schema`,
    { code: "SCHEMA_MISMATCH", driver, table, columns },
  );
}

/**
 * The error for another index under the name of the one that is asked for.
 *
 * @param stored The name it has in the store, when that is another one.
 */
export function indexMismatch(
  { driver, table }: Pick<TablePlace, "driver" | "table">,
  name: string,
  columns: readonly string[],
  stored: string = name,
): ValidationError {
  const place = stored === name ? "" : ` (\`${stored}\` in the store)`;
  return new ValidationError(
    `Cannot make index \`${name}\` of \`${table}\`: another index has that name${place}; drop it first with ` +
      `dropIndex(${JSON.stringify(name)}), or use another name`,
    { code: "INDEX_MISMATCH", driver, table, columns },
  );
}

/** The difference of a column that only one of the two has. */
export function lonelyColumn(name: string, where: "store" | "schema", what: string): SchemaDifference {
  const other = where === "store" ? "schema" : "store";
  return {
    kind: where === "store" ? "extra" : "absent",
    columns: [name],
    stored: where === "store" ? what : null,
    wanted: where === "schema" ? what : null,
    text: `column \`${name}\` is in the ${where} and not in the ${other}`,
  };
}

/** The differences of what a column is in the store and in the schema. */
export function columnDifference(
  kind: DifferenceKind,
  name: string,
  stored: string,
  wanted: string,
): SchemaDifference[] {
  if (stored === wanted) return [];
  const text = `column \`${name}\` is ${stored} in the store and ${wanted} in the schema`;
  return [{ kind, columns: [name], stored, wanted, text }];
}

/** The difference of two primary keys. */
export function keyDifference(stored: readonly string[], wanted: readonly string[]): SchemaDifference[] {
  const [before, now] = [stored, wanted].map((names) =>
    names.length === 0 ? "none" : names.map((name) => `\`${name}\``).join(", ")
  ) as [string, string];
  if (before === now) return [];
  return [{
    kind: "primaryKey",
    columns: [...wanted, ...stored],
    stored: before,
    wanted: now,
    text: `the primary key is ${before} in the store and ${now} in the schema`,
  }];
}

/** What is wrong with a whole table. */
export function tableDifference(text: string, stored: string | null = null): SchemaDifference {
  return { kind: "table", columns: [], stored, wanted: null, text };
}

/** A column in the words of its differences, for those that only one of the two has. */
export function columnWords(
  { type, nullable, unique }: { type: string; nullable: boolean; unique: boolean },
): string {
  return `${type}, ${nullable ? "nullable" : "not null"}${unique ? ", unique" : ""}`;
}
