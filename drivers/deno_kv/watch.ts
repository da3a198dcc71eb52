import type { Row } from "../../src/reference/mod.ts";
import { builtInOpener, type KVKey } from "./kv.ts";
import { rowAt } from "./primary_key.ts";
import { readRow } from "./rows.ts";
import type { Sessions } from "./sessions.ts";
import type { Store } from "./store.ts";

/** How often a key is looked at where the store does not tell of changes, in milliseconds. */
const INTERVAL = 100;

/** The states of a row, now and after each change. */
export async function* watchRow(
  store: Store,
  sessions: Sessions,
  database: string,
  tableName: string,
  key: unknown,
): AsyncGenerator<Row | null> {
  const place = rowAt((await sessions.catalog(database)).table(tableName), key);
  // What `@deno/kv` opens tells of no change of a local file.
  const versions = builtInOpener() === null ? polled(store, place.key) : told(store, place.key);
  let seen: string | null | undefined;
  for await (const versionstamp of versions) {
    if (versionstamp === seen) continue;
    seen = versionstamp;
    yield await sessions.read(database, async (work) => {
      const stored = await readRow(work, work.catalog.table(tableName), place);
      return stored?.row ?? null;
    });
  }
}

async function* told(store: Store, key: KVKey): AsyncGenerator<string | null> {
  const reader = store.kv.watch([key]).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value?.[0]?.versionstamp ?? null;
    }
  } finally {
    await reader.cancel();
  }
}

async function* polled(store: Store, key: KVKey): AsyncGenerator<string | null> {
  for (;;) {
    yield (await store.get(key)).versionstamp;
    await new Promise((resolve) => setTimeout(resolve, INTERVAL));
  }
}
