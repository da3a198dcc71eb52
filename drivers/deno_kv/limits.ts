import { TransactionError, ValidationError } from "../../src/errors/mod.ts";
import type { Column } from "../../src/schema/column.ts";

/** The name of the driver in errors. */
export const NAME = "deno-kv";

/** What the store cannot go beyond. Sizes are in bytes. */
export interface KVLimits {
  /** The largest key. */
  readonly keyBytes: number;
  /** The largest value: what is larger is stored in segments. */
  readonly valueBytes: number;
  /** The most mutations of one commit. */
  readonly mutations: number;
  /** The most checks of one commit. */
  readonly checks: number;
  /** The most bytes of keys and values of one commit. */
  readonly commitBytes: number;
  /** The most bytes of keys of one commit. */
  readonly commitKeyBytes: number;
  /** The most keys read at once. */
  readonly getMany: number;
}

/** The limits of a local store. */
export const LOCAL_LIMITS: KVLimits = {
  keyBytes: 2_048,
  valueBytes: 65_536,
  mutations: 1_000,
  checks: 100,
  commitBytes: 819_200,
  commitKeyBytes: 81_920,
  getMany: 10,
};

/** The limits of other stores: a KV Connect server and `@deno/kv` take ten checks. */
export const REMOTE_LIMITS: KVLimits = { ...LOCAL_LIMITS, checks: 10 };

/** What the driver adds to the key of a row for a segment, and two bytes that the store adds. */
const KEY_MARGIN = 16;

/** The most bytes that the key of a row, or of an index entry, may have. */
export function mostKeyBytes({ keyBytes }: KVLimits): number {
  return keyBytes - KEY_MARGIN;
}

/** A value is too long to be a key, or an index entry. */
export function keyTooLong(
  table: string,
  key: readonly Column[],
  bytes: number,
  limits: KVLimits,
): ValidationError {
  const columns = key.map(({ name }) => name);
  const names = columns.map((name) => `\`${name}\``).join(", ");
  return new ValidationError(
    `Cannot store a row of \`${table}\`: its key in ${names} has ${bytes} bytes, and the limit \`keyBytes\` of the store leaves ` +
      `at most ${mostKeyBytes(limits)}; use shorter values, or leave the column out of keys and indexes`,
    { code: "LIMIT_EXCEEDED", driver: NAME, table, columns },
  );
}

/** One row is larger than a commit holds. */
export function rowTooLarge(table: string, bytes: number, limit: number): ValidationError {
  return new ValidationError(
    `Cannot store a row of \`${table}\`: it has ${bytes} bytes, and the limit \`commitBytes\` of the store is ${limit}; ` +
      "keep large values in several rows or elsewhere",
    { code: "LIMIT_EXCEEDED", driver: NAME, table },
  );
}

/** The work is more than one commit holds. */
export function commitTooLarge(what: keyof KVLimits, count: number, limit: number): TransactionError {
  return new TransactionError(
    `Cannot commit: the work needs ${count} of \`${what}\`, and the limit of the store is ${limit} a commit; nothing was written; ` +
      "do it in parts, such as by ranges of the key" +
      (what === "checks" ? ", that read and write fewer rows" : ""),
    { code: "LIMIT_EXCEEDED", driver: NAME },
  );
}
