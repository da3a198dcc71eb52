import type { IndexOptions, TableSchema } from "../../src/contract/mod.ts";
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
}

const TABLE_ID = /^[0-9a-z]{1,10}$/;
const INDEX_ID = /^N[0-9a-z]{1,10}$/;

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
    Array.isArray(indexes) && indexes.every(isIndex);
  if (!isRecord) throw corruptStore(table, key, "what is no description of a table");
  // What lags behind would give an index the place of another one.
  const next = Math.max(
    nextIndex as number,
    1,
    ...indexes.map((index) => 1 + Number.parseInt(index.id.slice(1), 36)),
  );
  return { ...record as TableRecord, nextIndex: next };
}

function isIndex(found: unknown): found is IndexRecord {
  const { name, id, state, options } = (found ?? {}) as Partial<IndexRecord>;
  return typeof name === "string" && isID(INDEX_ID, id) && (state === "ready" || state === "building") &&
    typeof options === "object" && options !== null;
}

function isID(pattern: RegExp, id: unknown): boolean {
  return typeof id === "string" && pattern.test(id);
}
