import { ConflictError } from "../../src/errors/mod.ts";
import type { KVAtomic, KVEntry, KVKey, KVStore } from "./kv.ts";
import { type KeyRange, readableKey } from "./key.ts";
import { type KVLimits, NAME } from "./limits.ts";
import { storeFailure } from "./store_failure.ts";

/** How often an operation on a locked file is tried. */
const LOCKED_TRIES = 60;
/** The most keys a list reads at once. */
const LIST_BATCH = 500;
/** How many reads of several keys run beside each other. */
const READERS = 16;

/** The open store, with what the driver needs to know of it. */
export class Store {
  /** The store itself. */
  readonly kv: KVStore;
  /** What it cannot go beyond. */
  readonly limits: KVLimits;
  /** What every key begins with. */
  readonly prefix: KVKey;
  /** Whether the answer to a commit can be lost. */
  readonly remote: boolean;
  /** Ends each loop that follows a row. */
  readonly watches: Set<AbortController> = new Set();

  /** Wraps an open store. */
  constructor(kv: KVStore, prefix: KVKey, limits: KVLimits, remote: boolean) {
    this.kv = kv;
    this.prefix = prefix;
    this.limits = limits;
    this.remote = remote;
  }

  /** Reads one key. */
  get(key: KVKey): Promise<KVEntry> {
    const readable = this.readable(key);
    return unlocked(() => this.kv.get(readable));
  }

  /** Reads keys; those of one group of ten are of one moment. */
  async getMany(given: readonly KVKey[]): Promise<readonly KVEntry[]> {
    const { getMany } = this.limits;
    if (given.length === 1) return [await this.get(given[0] as KVKey)];
    const keys = given.map((key) => this.readable(key));
    if (keys.length <= getMany) return keys.length === 0 ? [] : await unlocked(() => this.kv.getMany(keys));
    const results: KVEntry[] = new Array(keys.length);
    let next = 0;
    const reader = async (): Promise<void> => {
      while (next < keys.length) {
        const from = next;
        next += getMany;
        const found = await unlocked(() => this.kv.getMany(keys.slice(from, from + getMany)));
        for (let i = 0; i < found.length; i++) results[from + i] = found[i] as KVEntry;
      }
    };
    await Promise.all(Array.from({ length: Math.min(READERS, Math.ceil(keys.length / getMany)) }, reader));
    return results;
  }

  /** Reads the first, or last, keys of a range. */
  list({ start, end }: KeyRange, limit: number, reverse: boolean): Promise<KVEntry[]> {
    if (start.id >= end.id) return Promise.resolve([]);
    const range = { start: this.readable(start.key), end: this.readable(end.key) };
    return unlocked(async () => {
      const entries: KVEntry[] = [];
      const options = { limit, reverse, batchSize: Math.min(limit, LIST_BATCH) };
      for await (const entry of this.kv.list(range, options)) {
        entries.push(entry);
      }
      return entries;
    });
  }

  /** The key to ask for in place of one that is too long to be there. */
  readable(key: KVKey): KVKey {
    return readableKey(key, this.limits.keyBytes);
  }

  /** Ends what follows rows: the driver is done with the store. */
  leave(): void {
    for (const watch of this.watches) watch.abort();
  }

  /** Begins a commit. */
  atomic(): KVAtomic {
    return this.kv.atomic();
  }
}

/** Runs an operation, again for a while when another handle holds the file. */
export function unlocked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return work().catch((error) => again(work, error));
  } catch (error) {
    return again(work, error);
  }
}

async function again<T>(work: () => Promise<T>, failure: unknown): Promise<T> {
  let error = failure;
  for (let attempt = 0;; attempt++) {
    if (!/database is locked/i.test(String((error as Error)?.message))) throw storeFailure(error);
    if (attempt >= LOCKED_TRIES) {
      throw new ConflictError(
        "Cannot use the KV store: another process held its file for long; try again, and use one handle a process",
        { code: "BUSY", driver: NAME, cause: error, retryable: true },
      );
    }
    await pause(Math.min(64, 2 ** attempt));
    try {
      return await work();
    } catch (next) {
      error = next;
    }
  }
}

/** Waits for a random part of some milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * milliseconds));
}
