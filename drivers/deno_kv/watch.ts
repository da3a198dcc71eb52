import type { Row } from "../../src/reference/mod.ts";
import { builtInOpener, type KVChanges, type KVKey } from "./kv.ts";
import { rowAt } from "./primary_key.ts";
import { readRow } from "./rows.ts";
import type { Sessions } from "./sessions.ts";
import type { Store } from "./store.ts";
import { storeFailure } from "./store_failure.ts";

/** How often a key is looked at where the store does not tell of changes, in milliseconds. */
const INTERVAL = 100;

/** The states of a row, now and after each change, until the loop is left or the driver disconnects. */
export function watchRow(
  store: Store,
  sessions: Sessions,
  database: string,
  tableName: string,
  key: unknown,
): AsyncIterableIterator<Row | null> {
  const end = new AbortController();
  const states = statesOf(store, sessions, database, tableName, key, end);
  return {
    next: () => states.next(),
    // What waits for a change ends at once, instead of with the next one.
    return: () => {
      end.abort();
      return states.return(undefined);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* statesOf(
  store: Store,
  sessions: Sessions,
  database: string,
  tableName: string,
  key: unknown,
  end: AbortController,
): AsyncGenerator<Row | null, undefined> {
  store.watches.add(end);
  try {
    const place = rowAt((await sessions.catalog(database)).table(tableName), key);
    // What `@deno/kv` opens tells of no change of a local file.
    const follow = builtInOpener() === null ? polled : told;
    let seen: string | null | undefined;
    for await (const versionstamp of follow(store, store.readable(place.key), end.signal)) {
      if (versionstamp === seen) continue;
      seen = versionstamp;
      yield await sessions.read(database, async (work) => {
        const stored = await readRow(work, work.catalog.table(tableName), place);
        return stored?.row ?? null;
      });
    }
  } finally {
    store.watches.delete(end);
  }
}

async function* told(store: Store, key: KVKey, signal: AbortSignal): AsyncGenerator<string | null> {
  const reader = readerOf(store, key);
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  signal.addEventListener("abort", cancel, { once: true });
  try {
    while (!signal.aborted) {
      const { done, value } = await reader.read().catch((error) => Promise.reject(storeFailure(error)));
      if (done) return;
      yield value?.[0]?.versionstamp ?? null;
    }
  } finally {
    if (!signal.aborted) await reader.cancel();
  }
}

function readerOf({ kv }: Store, key: KVKey): ReturnType<KVChanges["getReader"]> {
  try {
    return kv.watch([key]).getReader();
  } catch (error) {
    throw storeFailure(error);
  }
}

async function* polled(store: Store, key: KVKey, signal: AbortSignal): AsyncGenerator<string | null> {
  let wake = (): void => undefined;
  signal.addEventListener("abort", () => wake(), { once: true });
  while (!signal.aborted) {
    yield (await store.get(key)).versionstamp;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, INTERVAL);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
