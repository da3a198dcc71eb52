/** What is used of a Deno KV store: `Deno.Kv` and what `@deno/kv` opens both have it. */

/** A part of a key. */
export type KVKeyPart = Uint8Array | string | number | bigint | boolean;

/** A key. */
export type KVKey = readonly KVKeyPart[];

/** What is stored under a key; value and versionstamp are null when nothing is. */
export interface KVEntry {
  /** The key. */
  readonly key: readonly unknown[];
  /** The value. */
  readonly value: unknown;
  /** The version, which grows with every commit. */
  readonly versionstamp: string | null;
}

/** A commit in the making. */
export interface KVAtomic {
  /** Refuses the commit when the key has another version. */
  check(...checks: { readonly key: KVKey; readonly versionstamp: string | null }[]): unknown;
  /** Stores a value. */
  set(key: KVKey, value: unknown, options?: { expireIn?: number }): unknown;
  /** Removes a key. */
  delete(key: KVKey): unknown;
  /** Adds to a 64-bit counter, modulo 2^64. */
  sum(key: KVKey, n: bigint): unknown;
  /** Does all of it, or nothing when a check fails. */
  commit(): Promise<{ readonly ok: boolean; readonly versionstamp?: string }>;
}

/** The part of a `ReadableStream` of changes that is used: no library of types has to be there for it. */
export interface KVChanges {
  /** Reads them one after the other. */
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: readonly KVEntry[] | undefined }>;
    cancel(): Promise<void>;
  };
}

/** An open store. */
export interface KVStore {
  /** Reads one key. */
  get(key: KVKey): Promise<KVEntry>;
  /** Reads several keys of one moment. */
  getMany(keys: readonly KVKey[]): Promise<readonly KVEntry[]>;
  /** Reads a range of keys. */
  list(
    range: { readonly start: KVKey; readonly end: KVKey },
    options: { readonly limit?: number; readonly reverse?: boolean; readonly batchSize?: number },
  ): AsyncIterable<KVEntry>;
  /** Begins a commit. */
  atomic(): KVAtomic;
  /** Tells of changes of keys. */
  watch(keys: readonly KVKey[]): KVChanges;
  /** Closes the store. */
  close(): void;
}

/** The runtime's own `Deno.openKv`, or null. */
export function builtInOpener(): ((path?: string) => Promise<KVStore>) | null {
  const { Deno } = globalThis as { Deno?: { openKv?: (path?: string) => Promise<KVStore> } };
  return Deno?.openKv === undefined ? null : (path) => (Deno.openKv as NonNullable<typeof Deno.openKv>)(path);
}
