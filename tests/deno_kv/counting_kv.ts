import type { KVEntry, KVKey, KVStore } from "../../drivers/deno_kv.ts";

/** A store that counts what is read of it. */
export interface CountingKV {
  /** The store. */
  readonly kv: KVStore;
  /** Runs work and tells how many entries it read, and in how many requests. */
  count<T>(work: () => Promise<T>): Promise<{ result: T; entries: number; requests: number }>;
}

/** Counts the entries that are read of a store. */
export function countingKV(store: KVStore): CountingKV {
  let entries = 0;
  let requests = 0;
  const kv: KVStore = {
    async get(key) {
      entries++;
      requests++;
      return await store.get(key);
    },
    async getMany(keys: readonly KVKey[]) {
      entries += keys.length;
      requests++;
      return await store.getMany(keys);
    },
    async *list(range, options): AsyncGenerator<KVEntry> {
      requests++;
      for await (const entry of store.list(range, options)) {
        entries++;
        yield entry;
      }
    },
    atomic: () => store.atomic(),
    watch: (keys) => store.watch(keys),
    close: () => store.close(),
  };
  return {
    kv,
    async count(work) {
      entries = 0;
      requests = 0;
      const result = await work();
      return { result, entries, requests };
    },
  };
}
