import type { Maybe } from "../chain/chain.ts";
import type { ColumnDefinition, TableSchema } from "../contract/mod.ts";
import type { CompleteDriver } from "../composed/complete_driver.ts";
import { UnsupportedError, ValidationError } from "../errors/mod.ts";
import type { ModelColumn } from "../schema/model_schema.ts";
import type { Table } from "../schema/table.ts";
import { type Answer, type Given, type Operation, READS } from "./operation.ts";
import { TableEntry } from "./table_entry.ts";

/** What only rows that are written need. */
const WRITING: readonly (keyof ModelColumn)[] = [
  "autoIncrement",
  "generated",
  "default",
  "touch",
  "version",
  "validate",
];

/** The door to a view: nothing that writes passes. */
export class ViewEntry extends TableEntry {
  override readonly isView = true;

  override execute<K extends Operation["kind"]>(
    operation: Operation & { readonly kind: K },
    given: Given[K],
    signal?: AbortSignal,
  ): Maybe<Answer[K]> {
    if (!READS.includes(operation.kind)) throw readOnly(this.table.name);
    return super.execute(operation, given, signal);
  }

  /** Nothing holds a view to keys and references: the store is not told of them. */
  override get storeSchema(): TableSchema {
    const columns = Object.entries(super.storeSchema).map(([name, column]): [string, ColumnDefinition] => {
      const { references: _references, unique: _unique, ...rest } = column;
      return [name, rest];
    });
    return Object.fromEntries(columns);
  }
}

/** The error for what would write a view. */
export function readOnly(view: string): UnsupportedError {
  return new UnsupportedError(
    `Cannot write \`${view}\`: it is a view, which is only read; write the tables beneath it`,
    { code: "READ_ONLY_VIEW", table: view },
  );
}

/**
 * Refuses columns whose values the store gives where none can: only one with tables of others, which is one with views, does, and only
 * what is not composed leaves columns out.
 *
 * @throws {UnsupportedError} Naming the column.
 */
export function checkByStore(
  { metadata: { name: driver }, useView, composes }: CompleteDriver,
  table: Table,
): void {
  const column = useView === undefined || composes === true
    ? table.columns.find(({ byStore }) => byStore !== null)
    : undefined;
  if (column === undefined) return;
  throw new UnsupportedError(
    `Cannot define column \`${column.name}\` of \`${table.name}\`: the store of driver ${driver} gives no column a value; use a function, ` +
      "as `default` or where the value is read",
    { driver, table: table.name, columns: [column.name] },
  );
}

/**
 * Checks what a view can be.
 *
 * @throws {UnsupportedError} When the driver's store has no views.
 * @throws {ValidationError} When a column says what only rows that are written need.
 */
export function checkView({ metadata: { name: driver }, useView }: CompleteDriver, table: Table): void {
  if (useView === undefined) {
    throw new UnsupportedError(
      `Cannot use view \`${table.name}\`: driver ${driver} keeps its rows in a store without views; use a scope, groupBy or functions of the row`,
      { driver, table: table.name },
    );
  }
  for (const { name, definition } of table.columns) {
    const written = WRITING.find((each) => definition[each] !== undefined);
    if (written === undefined) continue;
    throw new ValidationError(
      `Cannot define column \`${name}\` of \`${table.name}\`: a view is only read, and takes no \`${written}\``,
      { code: "INVALID_SCHEMA", table: table.name, columns: [name] },
    );
  }
}
