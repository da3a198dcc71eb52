import { outOfRange } from "../../src/errors/violations.ts";
import type { Column } from "../../src/schema/column.ts";
import { rangeBelow } from "./key.ts";
import { segmentCount } from "./segments.ts";
import type { StoredTable } from "./stored_table.ts";
import { decodeTagged, encodeTagged } from "./tagged_json.ts";
import { openListed } from "./rows.ts";
import type { Work } from "./work.ts";

const INT64_MAX = 2n ** 63n - 1n;

/** What is stored of the numbers of an autoIncrement column. */
interface Numbers {
  /** The largest one given, or used by an insert. */
  readonly last: number | bigint;
  /** An update changed the column, so that a row may have more than `last`. */
  readonly moved: boolean;
}

/** What this process last wrote of a table's numbers: an insert need not read them first. */
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
  const cache = sequenceCache(work.store);
  const known = cache.get(sequence.id);
  if (work.optimistic && known !== undefined) work.assume(sequence, known.value, known.versionstamp);
  const { value } = await work.get(sequence);
  let { last, moved } = value === null
    ? { last: column.kind === "bigint" ? 0n : 0, moved: false }
    : decodeTagged<Numbers>(value);
  if (given === "moved") {
    write(work, table, { last, moved: true });
    return null;
  }
  if (given !== null && given <= last) return given;
  if (given === null && moved) {
    const greatest = await greatestKey(work, table, column);
    if (greatest !== null && greatest > last) last = greatest;
    moved = false;
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
  write(work, table, { last: number > last ? number : last, moved });
  return number;
}

function write(work: Work, { sequence }: StoredTable, numbers: Numbers): void {
  const first = !work.writes.has(sequence.id);
  work.set(sequence, encodeTagged(numbers));
  if (!first) return;
  const cache = sequenceCache(work.store);
  cache.delete(sequence.id);
  work.afterwards((versionstamp) => {
    const written = work.writes.get(sequence.id)?.value;
    if (written) cache.set(sequence.id, { value: written, versionstamp });
  });
}

async function greatestKey(work: Work, table: StoredTable, column: Column): Promise<number | bigint | null> {
  await work.guard(table, true);
  const { entries } = await work.list(rangeBelow(table.rows), 1, true);
  const [last] = entries;
  if (last === undefined) return null;
  if (segmentCount(last.value as Uint8Array) === 0) {
    return table.codec.decode(last.value as Uint8Array).row[column.name] as number | bigint;
  }
  return (await openListed(work, table, last))?.row[column.name] as number | bigint ?? null;
}
