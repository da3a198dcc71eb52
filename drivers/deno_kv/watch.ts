import type { Row } from "../../src/reference/mod.ts";
import { rowAt } from "./primary_key.ts";
import { readRow } from "./rows.ts";
import type { KVEntry } from "./kv.ts";
import type { Sessions } from "./sessions.ts";
import type { Store } from "./store.ts";

/** The states of a row, now and after each change. */
export async function* watchRow(
  store: Store,
  sessions: Sessions,
  database: string,
  tableName: string,
  key: unknown,
): AsyncGenerator<Row | null> {
  const place = rowAt((await sessions.catalog(database)).table(tableName), key);
  const reader: ReadableStreamDefaultReader<readonly KVEntry[]> = store.kv.watch([place.key]).getReader();
  let seen: string | null | undefined;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const versionstamp = value[0]?.versionstamp ?? null;
      if (versionstamp === seen) continue;
      seen = versionstamp;
      yield await sessions.read(
        database,
        async (work) => (await readRow(work, work.catalog.table(tableName), place))?.row ?? null,
      );
    }
  } finally {
    await reader.cancel();
  }
}
