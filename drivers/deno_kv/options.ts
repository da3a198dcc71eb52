import type { DriverConfig, DriverMetadata } from "../../src/contract/mod.ts";
import { EVERYTHING } from "../../src/contract/everything.ts";
import { UnsupportedError } from "../../src/errors/mod.ts";
import {
  checkOptions,
  FLAG,
  isRecord,
  isText,
  logOf,
  opened,
  type OptionRules,
  refuseOptions,
  VERBOSE,
} from "../../src/schema/driver_options.ts";
import type { BulkMode } from "./bulk.ts";
import { builtInOpener, type KVKey, type KVStore } from "./kv.ts";
import { type KVLimits, LOCAL_LIMITS, NAME, REMOTE_LIMITS } from "./limits.ts";

/** The largest row, in bytes: what one commit holds besides its keys. */
const ROW_BYTES = 760_000;

/** How an open store is used. */
export interface KVUsage {
  /** Nothing may be written. */
  readonly readonly: boolean;
  /** What is told of each operation, or null. */
  readonly log: ((message: string) => void) | null;
}

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
  /** Refuse to write. Default false. */
  readonly readonly?: boolean;
  /** Called with each operation; `true` prints to the console. */
  readonly verbose?: boolean | ((message: string) => void);
}

const RULES: OptionRules<DenoKVOptions> = {
  path: ["the path of a file, `:memory:` or a url", isText],
  kv: opened("store"),
  prefix: ["a list of parts of a key: texts, numbers, bigints, true or false, bytes", isKey],
  bulk: ['"atomic" or "chunked"', (value) => value === "atomic" || value === "chunked"],
  limits: [
    `an object with a whole number from 1 for ${Object.keys(LOCAL_LIMITS).join(", ")}`,
    (value) => isRecord(value) && Object.entries(value).every(([name, limit]) => isLimit(name, limit)),
  ],
  remote: FLAG,
  expireIn: [
    "an object with milliseconds from 0 for each `database.table`",
    (value) => isRecord(value) && Object.values(value).every(isDuration),
  ],
  readonly: FLAG,
  verbose: VERBOSE,
};

/**
 * Checks the options.
 *
 * @throws {ValidationError} When one is unknown or makes no sense (`INVALID_OPTIONS`).
 * @throws {UnsupportedError} When the runtime has no KV and no open store is given.
 */
export function checkKVOptions(options: DenoKVOptions): void {
  checkOptions(NAME, options, RULES);
  checkRuntime(options);
}

/**
 * Whether nothing may be written, and what is told of each operation.
 *
 * @throws {ValidationError} When `connect` was given options of the driver, which its constructor takes (`INVALID_OPTIONS`).
 */
export function usageOf(options: DenoKVOptions, config: DriverConfig): KVUsage {
  if (Object.keys(config.options ?? {}).length > 0) {
    refuseOptions(NAME, "its options are given to its constructor, not as `options` of `config`");
  }
  return {
    readonly: options.readonly ?? config.readonly ?? false,
    log: logOf(options.verbose ?? config.verbose),
  };
}

function checkRuntime(options: DenoKVOptions): void {
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
  const standard = kv !== undefined || isURL(path) ? REMOTE_LIMITS : LOCAL_LIMITS;
  const given = Object.entries(limits ?? {}).filter(([, limit]) => limit !== undefined);
  return { ...standard, ...Object.fromEntries(given) };
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
      findsReferring: true,
      ...EVERYTHING,
      expressions: true,
      transactions: "concurrent",
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

function isLimit(name: string, limit: unknown): boolean {
  return Object.hasOwn(LOCAL_LIMITS, name) &&
    (limit === undefined || Number.isSafeInteger(limit) && (limit as number) > 0);
}

function isDuration(value: unknown): boolean {
  return Number.isFinite(value) && (value as number) >= 0;
}

function isKey(value: unknown): boolean {
  const types = ["string", "number", "bigint", "boolean"];
  return Array.isArray(value) &&
    value.every((part) => types.includes(typeof part) || part instanceof Uint8Array);
}
