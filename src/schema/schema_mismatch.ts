import { ValidationError } from "../errors/mod.ts";

/** Whose table it is, for messages. */
export interface TablePlace {
  /** The driver's name. */
  readonly driver: string;
  /** The database's name. */
  readonly database: string;
  /** The table's name. */
  readonly table: string;
}

/** What keeps a stored table from serving a schema. */
export interface SchemaDifference {
  /** The columns it is about. */
  readonly columns: readonly string[];
  /** A readable phrase. */
  readonly text: string;
}

/** The error for a table that exists with a different schema. */
export function schemaMismatch(
  { driver, database, table }: TablePlace,
  differences: readonly SchemaDifference[],
): ValidationError {
  const columns = [...new Set(differences.flatMap((difference) => difference.columns))];
  return new ValidationError(
    `Cannot use table \`${table}\` of \`${database}\`: it exists with a different schema: ${
      differences.map(({ text }) => text).join("; ")
    }; change the schema, or migrate the table`,
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
export function lonelyColumn(name: string, where: "store" | "schema"): SchemaDifference {
  const other = where === "store" ? "schema" : "store";
  return { columns: [name], text: `column \`${name}\` is in the ${where} and not in the ${other}` };
}

/** The differences of what a column is in the store and in the schema. */
export function columnDifference(name: string, stored: string, wanted: string): SchemaDifference[] {
  if (stored === wanted) return [];
  return [{
    columns: [name],
    text: `column \`${name}\` is ${stored} in the store and ${wanted} in the schema`,
  }];
}

/** The difference of two primary keys. */
export function keyDifference(stored: readonly string[], wanted: readonly string[]): SchemaDifference[] {
  const [before, now] = [stored, wanted].map((names) =>
    names.length === 0 ? "none" : names.map((name) => `\`${name}\``).join(", ")
  );
  if (before === now) return [];
  return [{
    columns: [...wanted, ...stored],
    text: `the primary key is ${before} in the store and ${now} in the schema`,
  }];
}
