import { chain, chainAll, type Maybe } from "../chain/chain.ts";
import { keyOf } from "../reference/keys.ts";
import type { Link } from "../reference/statement.ts";
import type { Column } from "../schema/column.ts";
import type { Row } from "./any_driver.ts";
import type { StoredTable } from "./stored_table.ts";
import { type WorkingEntry, type WorkingIndex, WorkingTable } from "./working_table.ts";

/** A foreign key, with the rows that refer. */
export type ForeignKey = Link<WorkingTable>;

/** Whether foreign keys are enforced here: the driver does not, or could not undo what its actions change. */
export function enforcesReferences({ declared, undoes }: StoredTable): boolean {
  return declared.references !== true || !undoes;
}

/** The tables that one statement looks at, and the foreign keys between them. */
export class ForeignKeys {
  readonly #target: StoredTable;
  readonly #enforced: boolean;
  readonly #tables: Map<string, WorkingTable> = new Map();
  readonly #referrers: Map<string, readonly ForeignKey[]> = new Map();

  /** Begins with the table a statement is about. */
  constructor(target: StoredTable) {
    this.#target = target;
    this.#enforced = enforcesReferences(target);
  }

  /** The rows of a table. */
  working(stored: StoredTable): WorkingTable {
    const { name } = stored.table;
    let working = this.#tables.get(name);
    if (working === undefined) {
      this.#tables.set(name, working = new WorkingTable(stored));
    }
    return working;
  }

  /** The foreign keys of a table. */
  of(child: WorkingTable): ForeignKey[] {
    if (!this.#enforced) return [];
    return child.stored.table.columns.flatMap((column) =>
      column.references === null ? [] : [foreignKey(child, column)]
    );
  }

  /** The foreign keys that refer to a table. */
  to(parent: WorkingTable): readonly ForeignKey[] {
    if (!this.#enforced) return [];
    const { name } = parent.stored.table;
    let referrers = this.#referrers.get(name);
    if (referrers === undefined) {
      referrers = this.#target.home.referrers(name)
        .map(({ stored, column }) => foreignKey(this.working(stored), column));
      this.#referrers.set(name, referrers);
    }
    return referrers;
  }

  /** Reads the rows that have the values referred to. */
  loadParents(reference: ForeignKey, values: readonly unknown[]): Maybe<void> {
    const parent = this.#parent(reference);
    if (parent === null) return;
    const [working, index] = parent;
    return working.load(index, values.map((value) => ({ [reference.parentColumn]: value })));
  }

  /** Whether a row has a value; the rows that have it were read. */
  hasParent(reference: ForeignKey, value: unknown): boolean {
    const parent = this.#parent(reference);
    return parent !== null && parent[1].hash.has(keyOf(reference.column.kind, value));
  }

  /** Reads the rows that refer to one of several rows. */
  loadChildren({ child, column, parentColumn }: ForeignKey, parents: readonly Row[]): Maybe<void> {
    return child.load(
      child.column(column),
      parents.map((row) => ({ [column.name]: row[parentColumn] })),
    );
  }

  /** The rows that refer to a row; they were read. */
  childrenOf(reference: ForeignKey, parent: Row): WorkingEntry[] {
    return this.childrenWith(reference, parent[reference.parentColumn]);
  }

  /** The rows that have a value in the referring column; they were read. */
  childrenWith({ child, column }: ForeignKey, value: unknown): WorkingEntry[] {
    if ((value ?? null) === null) return [];
    return child.column(column).hash.get(keyOf(column.kind, value)) as WorkingEntry[];
  }

  /** Reads all the rows that a delete can lead to, level by level, so that each table is asked once a level. */
  loadDependents(top: WorkingTable, entries: readonly WorkingEntry[]): Maybe<void> {
    const seen = new Set(entries);
    const descend = (level: readonly (readonly [WorkingTable, readonly WorkingEntry[]])[]): Maybe<void> => {
      if (level.length === 0) return;
      const below: (readonly [WorkingTable, readonly WorkingEntry[]])[] = [];
      const follow = (parents: readonly WorkingEntry[], reference: ForeignKey): Maybe<void> =>
        chain(this.loadChildren(reference, parents.map(({ row }) => row)), () => {
          if (reference.onDelete !== "CASCADE") return;
          const children = parents.flatMap(({ row }) => this.childrenOf(reference, row)).filter((each) =>
            !seen.has(each)
          );
          for (const each of children) seen.add(each);
          if (children.length > 0) below.push([reference.child, children]);
        });
      return chain(
        chainAll(level, ([parent, parents]) => chainAll(this.to(parent), (each) => follow(parents, each))),
        () => descend(below),
      );
    };
    return descend([[top, entries]]);
  }

  /** Whether the table that is referred to exists. */
  hasParentTable(reference: ForeignKey): boolean {
    return this.#parent(reference) !== null;
  }

  #parent({ parentTable, parentColumn }: ForeignKey): readonly [WorkingTable, WorkingIndex] | null {
    const stored = this.#target.home.find(parentTable);
    if (stored === null) return null;
    const working = this.working(stored);
    return [working, working.column(stored.table.column(parentColumn))];
  }
}

function foreignKey(child: WorkingTable, column: Column): ForeignKey {
  const { table, column: parentColumn, onDelete, onUpdate } = column.references as NonNullable<
    Column["references"]
  >;
  return {
    child,
    column,
    parentTable: table,
    parentColumn,
    onDelete: onDelete ?? "NO ACTION",
    onUpdate: onUpdate ?? "NO ACTION",
  };
}
