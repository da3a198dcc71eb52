import { chain, type Maybe } from "../chain/chain.ts";
import type { StoredForm } from "../contract/mod.ts";
import { type AnySession, asArrays, query } from "./any_engine.ts";
import type { StoredColumn, StoredTable } from "./sql_catalog.ts";
import type { AdoptedColumn, SqlColumn } from "./sql_column.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlTable } from "./sql_table.ts";

/** The columns of dates, and of booleans that are letters, of a table that is there of which more is known than the schema says, by their names. */
export type AdoptedColumns = ReadonlyMap<string, AdoptedColumn>;

/**
 * Finds out how the dates of a table are stored, where the schema does not say so or others have made it: by what the table
 * notes of its columns, else by a value that is stored in each.
 */
export function adoptedColumns(
  database: SqlDatabase,
  session: AnySession,
  wanted: SqlTable,
  stored: StoredTable,
): Maybe<AdoptedColumns> {
  const adopted = new Map<string, AdoptedColumn>();
  const unknown: SqlColumn[] = [];
  for (const column of wanted.columns) {
    const found = stored.columns.find(({ name }) => name === column.name);
    if (column.kind === "boolean" && found?.exact === false) unknown.push(column);
    if (column.stored === null || column.kind === "boolean" || found?.forms === undefined) continue;
    if (!found.exact) unknown.push(column);
    else {
      const form = chosenForm(column, found, found.forms[0] ?? null);
      if (form !== column.stored) adopted.set(column.name, { stored: form, foreign: false, sample: null });
    }
  }
  if (unknown.length === 0) return adopted;
  const { dialect, name } = { dialect: wanted.traits.dialect, name: wanted.name };
  const names = unknown.map((_, i) => `$${i}`);
  const samples = unknown.map(({ quoted }, i) =>
    `(SELECT ${quoted} FROM ${wanted.quoted} WHERE ${quoted} IS NOT NULL LIMIT 1) AS ${
      dialect.quote(`$${i}`)
    }`
  );
  const ask = () => session.all(query(`SELECT ${samples.join(", ")}`, names, { bigints: true }), []);
  return chain(database.guard("create", name, ask), (rows) => {
    const [row = []] = asArrays(rows, names);
    for (const [i, column] of unknown.entries()) {
      const found = stored.columns.find((each) => each.name === column.name) as StoredColumn;
      const sample = row[i] ?? null;
      const seen = dialect.formOf?.(sample) ?? null;
      if (column.kind === "boolean") {
        const letters = seen === "letters" || (sample === null && column.stored === "letters");
        if (letters) adopted.set(column.name, { stored: "letters", foreign: true, sample });
        continue;
      }
      const form = chosenForm(column, found, seen);
      adopted.set(column.name, { stored: form, foreign: true, sample });
    }
    return adopted;
  });
}

/** The form that is read and written: that of the schema; where it names none that of the store, unless that is coarser. */
function chosenForm(column: SqlColumn, { forms = [] }: StoredColumn, seen: StoredForm | null): StoredForm {
  const { definition } = column.column;
  const coarser = seen === "seconds" && column.kind === "datetime";
  if (definition.stored === undefined && seen !== null && !coarser && forms.includes(seen)) return seen;
  return column.stored as StoredForm;
}
