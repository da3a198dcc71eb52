import { compilePredicate, type RowTest } from "../reference/evaluate.ts";
import { predicateColumns } from "../query/computed_condition.ts";
import type { Column } from "../schema/column.ts";
import type { StoredIndex, StoredTable } from "./stored_table.ts";

/** A uniqueness that the driver does not promise, so that it is enforced here. */
export interface UniqueRule {
  /** The columns that no two rows are equal in. Null is equal to nothing. */
  readonly columns: readonly Column[];
  /** The rows it is about; null for all. */
  readonly filter: RowTest | null;
  /** The columns whose change can break it. */
  readonly reads: ReadonlySet<string>;
}

/** What must be unique in a table and is enforced here. */
export function uniqueRules(stored: StoredTable): UniqueRule[] {
  const { table, declared, indexes } = stored;
  const rules: UniqueRule[] = [];
  if (declared.unique !== true) {
    const columns = table.columns.filter(({ unique, primaryKey }) =>
      unique && !(primaryKey && table.primaryKey.length === 1)
    );
    for (const each of [table.primaryKey, ...columns.map((column) => [column])]) {
      rules.push(ruleOf(each, null, []));
    }
  }
  for (const index of indexes.values()) {
    if (isEnforcedHere(stored, index)) rules.push(indexRule(stored, index));
  }
  return rules;
}

/** The rule that a unique index makes. */
export function indexRule({ table }: StoredTable, { columns, where }: StoredIndex): UniqueRule {
  const indexed = columns.map((name) => table.column(name));
  if (where === null || where.predicate === null) return ruleOf(indexed, null, []);
  return ruleOf(
    indexed,
    compilePredicate(table, where.predicate, where.params),
    predicateColumns(where.predicate),
  );
}

/** Whether a driver understands an index as it is. */
export function isUnderstood({ declared, pushdown }: StoredTable, { where }: StoredIndex): boolean {
  if (where === null || where.predicate === null) return true;
  return declared.partialIndexes === true && pushdown.split(where.predicate, where.params).residual === null;
}

/** Whether an index is unique and the driver does not promise so. */
export function isEnforcedHere(stored: StoredTable, index: StoredIndex): boolean {
  return index.unique && !(stored.declared.uniqueIndexes === true && isUnderstood(stored, index));
}

function ruleOf(columns: readonly Column[], filter: RowTest | null, more: readonly string[]): UniqueRule {
  return { columns, filter, reads: new Set([...columns.map(({ name }) => name), ...more]) };
}
