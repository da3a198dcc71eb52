import type { UpsertOptions } from "../../src/contract/mod.ts";
import type { Predicate } from "../../src/contract/mod.ts";
import type { Row } from "../../src/reference/mod.ts";
import { matchRows } from "./search.ts";
import { KVStatement } from "./statement.ts";
import type { StoredTable } from "./stored_table.ts";
import type { Work } from "./work.ts";

/** Inserts a row or, when one is equal to it in the conflict columns, changes that one. */
export async function upsertRow(
  work: Work,
  table: StoredTable,
  record: Row,
  { conflict, set }: UpsertOptions,
  expiresAt: number | null,
): Promise<Row> {
  const params = conflict.map((name) => Object.hasOwn(record, name) ? record[name] ?? null : null);
  const items = conflict.map((column, slot): Predicate => ({
    kind: "equal",
    column,
    path: null,
    slot,
    type: null,
  }));
  const [existing] = params.includes(null)
    ? []
    : await matchRows(work, table, { where: { kind: "and", items }, params });
  const statement = new KVStatement(work, table, existing === undefined ? "insert into" : "update");
  let stored = existing;
  if (existing === undefined) {
    stored = await statement.insert(record, expiresAt);
  } else if (set.length > 0) {
    const values = Object.fromEntries(
      set.map((name) => [name, Object.hasOwn(record, name) ? record[name] : undefined]),
    );
    stored = await statement.update(existing, values) ?? existing;
  }
  await statement.finish();
  return stored?.row as Row;
}
