import type { SqlDatabase } from "./sql_database.ts";
import type { SqlTable } from "./sql_table.ts";

/**
 * Whether deleting rows of a table can delete other rows of it by way of foreign keys. Then a row can be gone before its turn,
 * and the store does not count it among those that were deleted.
 */
export function cascadesBack(database: SqlDatabase, table: SqlTable): boolean {
  const known = table.cascades;
  if (known !== null && known.generation === database.generation) return known.back;
  const back = reaches(database, table.name, table.name, new Set());
  table.cascades = { generation: database.generation, back };
  return back;
}

function reaches(database: SqlDatabase, from: string, to: string, seen: Set<string>): boolean {
  for (const { name, table } of database.tables.values()) {
    const cascades = table.columns.some(({ references }) =>
      references?.table === from && references.onDelete === "CASCADE"
    );
    if (!cascades) continue;
    if (name === to) return true;
    if (seen.has(name)) continue;
    seen.add(name);
    if (reaches(database, name, to, seen)) return true;
  }
  return false;
}

/** Whether a change of some columns can change other columns of the same rows, which refer to them. */
export function changesItself(table: SqlTable, changed: readonly string[]): boolean {
  return table.table.columns.some(({ references }) =>
    references !== null && references.table === table.name && changed.includes(references.column) &&
    (references.onUpdate === "CASCADE" || references.onUpdate === "SET NULL")
  );
}
