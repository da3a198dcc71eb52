import { below, type KeyRange, type Place, placeOf, rangeBelow } from "./key.ts";
import type { KVKey } from "./kv.ts";
import type { Catalog } from "./catalog.ts";
import { keysOf } from "./layout.ts";
import { type Store, unlocked } from "./store.ts";
import { encodeTagged } from "./tagged_json.ts";
import type { Work } from "./work.ts";

/** How many keys are removed in one commit at most. */
const STEP = 400;

/**
 * Removes a table, or a section of one, which nothing leads to once the work is committed: step by step after the commit, and
 * when that is interrupted, when the database is next opened.
 *
 * @param part The number of the table, and the section.
 */
export function removeKeys(work: Work, part: string): void {
  const { removals, root } = work.catalog;
  const note = below(removals, part);
  work.set(note, encodeTagged(1));
  work.afterwards(() => clear(work.store, keysOf(root, part), note));
}

/** A table, or the entries of an index or a column of one. */
const PART = /^([0-9a-z]{1,10})([NUF][0-9a-z]{1,10})?$/;

/** Goes on with what was interrupted. What is in use is never removed, whatever is written down. */
export async function resumeRemovals(store: Store, { removals, root, tables }: Catalog): Promise<void> {
  const used = new Set<string>();
  for (const { record, indexes } of tables.values()) {
    for (const index of record.indexes) used.add(record.id + index.id);
    for (const { place } of indexes) used.add(String(place.key[root.key.length]));
  }
  const ids = new Set([...tables.values()].map(({ record }) => record.id));
  for (const { key } of await store.list(rangeBelow(removals), 1_000, false)) {
    const part = String(key.at(-1));
    const [, table = "", section] = PART.exec(part) ?? [];
    const isUsed = section === undefined ? table === "" || ids.has(table) : used.has(part);
    if (!isUsed) await clear(store, keysOf(root, part), placeOf(key as KVKey));
  }
}

async function clear(store: Store, range: KeyRange, note: Place): Promise<void> {
  await removeRange(store, range);
  const done = store.atomic();
  done.delete(note.key);
  await unlocked(() => done.commit());
}

/** Removes all keys of a range, some in each commit. */
export async function removeRange(store: Store, range: KeyRange): Promise<void> {
  for (;;) {
    const entries = await store.list(range, STEP, false);
    let bytes = 0;
    const atomic = store.atomic();
    let count = 0;
    for (const { key } of entries) {
      bytes += placeOf(key as KVKey).id.length;
      if (bytes > store.limits.commitKeyBytes / 2) break;
      atomic.delete(key as KVKey);
      count++;
    }
    if (count === 0) return;
    await unlocked(() => atomic.commit());
  }
}
