import type { DriverMetadata } from "../../src/contract/mod.ts";
import { OPERATORS } from "../../src/contract/mod.ts";
import { UnsupportedError } from "../../src/errors/mod.ts";
import type { BulkMode } from "./bulk.ts";
import { builtInOpener, type KVKey, type KVStore } from "./kv.ts";
import { type KVLimits, LOCAL_LIMITS, NAME, REMOTE_LIMITS } from "./limits.ts";

/** The largest row, in bytes: what one commit holds besides its keys. */
const ROW_BYTES = 760_000;

/** Where the store is, and how it is used. */
export interface DenoKVOptions {
  /**
   * The file, `:memory:`, or the url of a KV Connect server, for `Deno.openKv`. Absent: the default store of the program or
   * of the Deno Deploy project.
   */
  readonly path?: string;
  /** An open store, such as one of `openKv` of `@deno/kv`. It is left open when the driver disconnects. */
  readonly kv?: KVStore;
  /** What every key begins with, to share a store with others. Default `["rinari"]`. */
  readonly prefix?: KVKey;
  /**
   * What `bulkInsert` does with more rows than one commit holds. `"atomic"` (default): it refuses them with an error that names
   * the limit, and writes nothing. `"chunked"`: it stores them in several commits, each of them whole; when one fails, those
   * before it stay.
   */
  readonly bulk?: BulkMode;
  /** Limits of this store that differ. Ten `checks` a commit are assumed of a store that is given, or reached by a url. */
  readonly limits?: Partial<KVLimits>;
  /**
   * Whether the answer to a commit can be lost on its way, so that each commit writes a token to be recognised by. Default:
   * false for a local file, `:memory:` and the default store, else true.
   */
  readonly remote?: boolean;
  /** How long rows of a table stay after they are inserted, in milliseconds, by `database.table`. */
  readonly expireIn?: Readonly<Record<string, number>>;
}

/**
 * Sees that there is a store to be used.
 *
 * @throws {UnsupportedError} When the runtime has none and none is given.
 */
export function checkRuntime(options: DenoKVOptions): void {
  if (options.kv === undefined && builtInOpener() === null) {
    throw new UnsupportedError(
      'Cannot use Deno KV: this runtime has no `Deno.openKv`; under Deno run with `--unstable-kv` (or `"unstable": ["kv"]` ' +
        "in deno.json), elsewhere give `{ kv: await openKv(…) }` with `openKv` of the package `@deno/kv`",
      { driver: NAME },
    );
  }
}

/** The limits of the store that is opened. */
export function limitsOf({ kv, limits }: DenoKVOptions, path: string | undefined): KVLimits {
  return { ...(kv !== undefined || isURL(path) ? REMOTE_LIMITS : LOCAL_LIMITS), ...limits };
}

/** Whether the answer to a commit can be lost. */
export function isRemote({ remote, kv }: DenoKVOptions, path: string | undefined): boolean {
  return remote ?? (kv !== undefined || isURL(path));
}

/**
 * What the driver says of itself: everything is declared, what the store does not have the driver does. A bulk call takes as
 * many rows as a commit holds when each has one entry besides itself.
 */
export function metadataOf(options: DenoKVOptions): DriverMetadata {
  const { mutations } = limitsOf(options, options.path);
  return {
    name: NAME,
    version: "0.1.0",
    capabilities: {
      nativeTypes: ["date", "bytes", "bigint"],
      operators: OPERATORS,
      logic: true,
      jsonPaths: true,
      orderBy: true,
      limit: true,
      select: true,
      unique: true,
      uniqueIndexes: true,
      partialIndexes: true,
      references: true,
      transactions: "concurrent",
      savepoints: true,
      limits: {
        rowBytes: ROW_BYTES,
        ...(options.bulk === "chunked" ? null : { batchRows: Math.floor((mutations - 4) / 2) }),
      },
    },
  };
}

function isURL(path: string | undefined): boolean {
  return path !== undefined && /^https?:/.test(path);
}
