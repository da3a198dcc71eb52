import type { Change } from "../transaction/commit.ts";
import type { Table } from "../schema/table.ts";
import type { Answer, Operation } from "./operation.ts";

/** A table, and those that may refer to it. */
interface Home {
  readonly database: string;
  readonly table: Table;
  readonly siblings: Iterable<{ readonly table: Table }>;
}

/** What operations of a table may change: its rows, and those that foreign keys change with them. */
export class TableChanges {
  readonly #inserted: Change;
  readonly #updated: Change;
  readonly #deleted: Change;
  readonly #dropped: Change;

  /** Tells of one table. */
  constructor(home: Home) {
    const { database, table: { name } } = home;
    this.#inserted = { database, tables: () => [name] };
    this.#updated = { database, tables: () => reachedBy(home, "onUpdate") };
    this.#deleted = { database, tables: () => reachedBy(home, "onDelete") };
    this.#dropped = { database, tables: () => null };
  }

  /** What an operation has changed, or null for nothing. */
  of(operation: Operation, answer: unknown): Change | null {
    switch (operation.kind) {
      case "insert":
        return this.#inserted;
      case "insertAll":
        return (answer as Answer["insertAll"]).length === 0 ? null : this.#inserted;
      case "update":
      case "updateEach":
        return answer === 0 ? null : this.#updated;
      case "upsert":
        return this.#updated;
      case "delete":
        return answer === 0 ? null : this.#deleted;
      case "change":
        if ((answer as Answer["change"]).length === 0) return null;
        return operation.plan.kind === "delete" ? this.#deleted : this.#updated;
      case "drop":
        return this.#dropped;
      default:
        return null;
    }
  }
}

/** The table, and those whose rows follow a change of its rows. */
function reachedBy({ table, siblings }: Home, action: "onUpdate" | "onDelete"): readonly string[] {
  const reached = new Set([table.name]);
  for (const name of reached) {
    for (const { table: other } of siblings) {
      const follows = other.columns.some(({ references }) =>
        references?.table === name && (references[action] === "CASCADE" || references[action] === "SET NULL")
      );
      if (follows) reached.add(other.name);
    }
  }
  return [...reached];
}
