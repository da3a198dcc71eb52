import { outOfRange } from "../../src/errors/violations.ts";
import type { Column } from "../../src/schema/column.ts";
import { corruptStore } from "./corrupt.ts";
import { below, type KeyRange, rightAfter } from "./key.ts";
import type { StoredTable } from "./stored_table.ts";
import { decodeTagged, encodeTagged } from "./tagged_json.ts";
import type { Found, Work } from "./work.ts";

const INT64_MAX = 2n ** 63n - 1n;

/** What is stored of the numbers of an autoIncrement column. */
export interface Numbers {
  /** The largest one given, or used by an insert. */
  readonly last: number | bigint;
  /** An update changed the column, so that a row may have more than `last`. */
  readonly moved: boolean;
}

/**
 * What this process last wrote of a table's numbers: an insert need not read them first. It had seen that no row has a greater
 * number, and who gives a row one writes the numbers.
 */
type SequenceCache = Map<string, { readonly value: Uint8Array; readonly versionstamp: string }>;

const caches = new WeakMap<object, SequenceCache>();

/** What is remembered for a store. */
function sequenceCache(store: object): SequenceCache {
  let cache = caches.get(store);
  if (cache === undefined) caches.set(store, cache = new Map());
  return cache;
}

/**
 * Gives an insert its number, or takes notice of the one it was given, or of an update (`moved`).
 *
 * @returns The number of the row.
 */
export async function takeNumber(
  work: Work,
  table: StoredTable,
  given: number | bigint | null | "moved",
): Promise<number | bigint | null> {
  const { sequence, scene } = table;
  const column = table.table.autoIncrement as Column;
  const known = sequenceCache(work.store).get(sequence.id);
  if (work.optimistic && known !== undefined) work.assume(sequence, known.value, known.versionstamp);
  const found = await work.get(sequence);
  const trusted = known !== undefined && found.versionstamp === known.versionstamp;
  let { last, moved } = readNumbers(table, found);
  if (given === "moved") {
    write(work, table, { last, moved: true }, trusted);
    return null;
  }
  if (given !== null && given <= last) return given;
  if (given === null && (moved || mustLook(work, table, trusted))) {
    const greatest = await greatestNumber(work, table, last);
    if (greatest !== null) last = greatest;
    moved = false;
    work.looked.add(sequence.id);
  }
  let number = given;
  if (number === null) {
    number = typeof last === "bigint"
      ? last < INT64_MAX ? last + 1n : null
      : last < Number.MAX_SAFE_INTEGER
      ? last + 1
      : null;
  }
  if (number === null) {
    throw outOfRange(
      scene,
      "insert into",
      column,
      `no number is left for \`${column.name}\`; give the row one yourself`,
    );
  }
  write(work, table, { last: number > last ? number : last, moved }, trusted);
  return number;
}

/** What the store holds of a table's numbers. */
export function readNumbers(table: StoredTable, { key, value }: Found): Numbers {
  const { kind } = table.table.autoIncrement as Column;
  if (value === null) return { last: kind === "bigint" ? 0n : 0, moved: false };
  const { last, moved } = decodeTagged<Partial<Numbers> | null>(value, table.table.name, key) ?? {};
  const fits = kind === "bigint" ? typeof last === "bigint" : Number.isSafeInteger(last);
  if (!fits || typeof moved !== "boolean") {
    throw corruptStore(table.table.name, key, "what is no last number of an autoIncrement column");
  }
  return { last: last as number | bigint, moved };
}

/** Writes down the last number. */
export function writeNumbers(work: Work, { sequence }: StoredTable, numbers: Numbers): void {
  sequenceCache(work.store).delete(sequence.id);
  work.set(sequence, encodeTagged(numbers));
}

/** The greatest number of a row that is more than `last`; null when there is none. */
export async function greatestNumber(
  work: Work,
  table: StoredTable,
  last: number | bigint,
): Promise<number | bigint | null> {
  const { entries } = await work.list(numbersAfter(table, last), 1, true);
  return entries.length === 0 ? null : numberOf(table, entries[0] as Found);
}

/** Where the rows are that have more than a number. */
function numbersAfter({ rows }: StoredTable, last: number | bigint): KeyRange {
  const most = typeof last === "bigint" ? INT64_MAX : Number.MAX_SAFE_INTEGER;
  return { start: rightAfter(below(rows, last)), end: rightAfter(below(rows, most)) };
}

function numberOf({ rows }: StoredTable, { key }: Found): number | bigint {
  const part = key[rows.key.length] as number | bigint;
  return typeof part === "number" ? Math.ceil(part) : part;
}

/**
 * Whether the rows have to be looked at before a number is given: the stored one may lag behind them, as it does in a copy that
 * was made key by key beside a writer.
 *
 * @param trusted The stored number is the one that this process wrote when it had looked.
 */
function mustLook(work: Work, { sequence }: StoredTable, trusted: boolean): boolean {
  if (work.looked.has(sequence.id)) return false;
  // So many keys that the commit may not be able to check that each of them is free.
  if (work.free.size >= work.store.limits.checks / 4) return true;
  return !trusted && !work.writes.has(sequence.id);
}

function write(work: Work, table: StoredTable, numbers: Numbers, trusted: boolean): void {
  const { sequence } = table;
  if (work.writes.has(sequence.id)) return work.set(sequence, encodeTagged(numbers));
  writeNumbers(work, table, numbers);
  work.afterwards((versionstamp) => {
    const written = work.writes.get(sequence.id)?.value;
    if (!written || !(trusted || work.looked.has(sequence.id))) return;
    sequenceCache(work.store).set(sequence.id, { value: written, versionstamp });
  });
}
