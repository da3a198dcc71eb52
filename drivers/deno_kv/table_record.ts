import type { IndexOptions, TableSchema } from "../../src/contract/mod.ts";
import type { ColumnKind } from "../../src/schema/column.ts";
import { corruptStore } from "./corrupt.ts";
import type { KVKey } from "./kv.ts";

/** What is stored of an index made by name. */
export interface IndexRecord {
  /** The name. */
  readonly name: string;
  /** What keys of its entries have after the table. Never used again. */
  readonly id: string;
  /** `building` until every row has its entry: writers keep it, readers do not use it. */
  readonly state: "ready" | "building";
  /** What it was made of. */
  readonly options: IndexOptions;
}

/**
 * What the items of a row are, in order: the column that has the value now, or null when it is gone, and the form in which the value
 * was written.
 */
export type RowLayout = readonly { readonly column: string | null; readonly kind: ColumnKind }[];

/** What is stored of a table. */
export interface TableRecord {
  /** What keys of the table have after the database. Never used again. */
  readonly id: string;
  /** The schema as it was given. */
  readonly schema: TableSchema;
  /** The number of the next index. */
  readonly nextIndex: number;
  /** The indexes made by name. */
  readonly indexes: readonly IndexRecord[];
  /** How rows were written, from the first time on. Absent: all in the order of the schema. */
  readonly layouts?: readonly RowLayout[];
  /** What rows have in columns that were not there when they were written. */
  readonly initial?: Readonly<Record<string, unknown>>;
  /** Where the entries of unique and referring columns are, by column, when the table was changed. Never used again. */
  readonly columnPlaces?: Readonly<Record<string, string>>;
  /** The number of the next such place. */
  readonly nextPlace?: number;
}

const TABLE_ID = /^[0-9a-z]{1,10}$/;
const INDEX_ID = /^N[0-9a-z]{1,10}$/;
const COLUMN_PLACE = /^[NUF][0-9a-z]{1,10}$/;

/**
 * Sees that what is stored is the description of a table, but for the schema and the options of indexes, which are checked where
 * they are used.
 *
 * @throws {CorruptValueError} When it is none (`CORRUPT_VALUE`).
 */
export function readRecord(found: unknown, table: string, key: KVKey): TableRecord {
  const record = (found ?? {}) as Partial<TableRecord>;
  const { id, schema, nextIndex, indexes } = record;
  const isRecord = isID(TABLE_ID, id) && Number.isSafeInteger(nextIndex) && typeof schema === "object" &&
    Array.isArray(indexes) && indexes.every(isIndex) && isChange(record);
  if (!isRecord) throw corruptStore(table, key, "what is no description of a table");
  // What lags behind would give an index the place of another one.
  const next = Math.max(
    nextIndex as number,
    1,
    ...[...indexes.map(({ id }) => id), ...Object.values(record.columnPlaces ?? {})]
      .filter((id) => id.startsWith("N")).map((id) => 1 + Number.parseInt(id.slice(1), 36)),
  );
  return { ...record as TableRecord, nextIndex: next };
}

/** Whether what is told of the changes of a table can be. */
function isChange(
  { layouts = [[]], initial = {}, columnPlaces = {}, nextPlace = 0 }: Partial<TableRecord>,
): boolean {
  return Array.isArray(layouts) && layouts.length > 0 && layouts.every((layout) => Array.isArray(layout)) &&
    typeof initial === "object" && initial !== null && typeof columnPlaces === "object" &&
    columnPlaces !== null &&
    Object.values(columnPlaces).every((place) => isID(COLUMN_PLACE, place)) &&
    Number.isSafeInteger(nextPlace);
}

function isIndex(found: unknown): found is IndexRecord {
  const { name, id, state, options } = (found ?? {}) as Partial<IndexRecord>;
  return typeof name === "string" && isID(INDEX_ID, id) && (state === "ready" || state === "building") &&
    typeof options === "object" && options !== null;
}

function isID(pattern: RegExp, id: unknown): boolean {
  return typeof id === "string" && pattern.test(id);
}
