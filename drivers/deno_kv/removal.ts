import { below, type KeyRange, type Place, placeOf, rangeBelow } from "./key.ts";
import type { KVKey } from "./kv.ts";
import type { Catalog } from "./catalog.ts";
import { keysOf } from "./layout.ts";
import { type Store, unlocked } from "./store.ts";
import { decodeTagged, encodeTagged } from "./tagged_json.ts";
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

/** Goes on with what was interrupted. */
export async function resumeRemovals(store: Store, { removals, root }: Catalog): Promise<void> {
  for (const { key, value } of await store.list(rangeBelow(removals), 1_000, false)) {
    if (value === null || decodeTagged(value as Uint8Array) !== 1) continue;
    await clear(store, keysOf(root, String(key.at(-1))), placeOf(key as KVKey));
  }
}

async function clear(store: Store, range: KeyRange, note: Place): Promise<void> {
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
    if (count === 0) break;
    await unlocked(() => atomic.commit());
  }
  const done = store.atomic();
  done.delete(note.key);
  await unlocked(() => done.commit());
}
