import { ConnectionError } from "../../src/errors/mod.ts";
import { isCorrupt } from "./corrupt.ts";
import { below, type Place } from "./key.ts";
import type { KVAtomic } from "./kv.ts";
import { tableOf } from "./layout.ts";
import { commitTooLarge, type KVLimits, NAME } from "./limits.ts";
import { counterValue } from "./row_count.ts";
import { pause, unlocked } from "./store.ts";
import type { Guard, Read, Work } from "./work.ts";

/** How long the token of a commit is kept, in milliseconds. */
const TOKEN_LIFE = 600_000;
/** How often a lost answer is looked for. */
const LOOKS = 5;
/** The bytes of keys, of those that a commit may have, that are spent on seeing that numbered rows are new. */
const FREE_BYTES = 8_192;
/** The bytes of a counter. */
const COUNTER_BYTES = 8;

/** The codes of what a store refuses, so that nothing was written. */
const NOT_DONE: readonly unknown[] = ["LIMIT_EXCEEDED", "STORE_FULL", "READ_ONLY", "CORRUPT_VALUE"];

/** A check of a commit. */
interface Check {
  readonly place: Place;
  readonly versionstamp: string | null;
}

/** A read, and the table it is of. */
interface TableRead extends Read {
  readonly table: string;
}

/**
 * Writes a piece of work in one commit.
 *
 * @returns False when something it relies on has changed: then nothing was written.
 * @throws {TransactionError} When it is more than a commit holds (`LIMIT_EXCEEDED`): then nothing was written.
 */
export async function commitWork(work: Work): Promise<boolean> {
  const { store, writes, counts } = work;
  const reading = writes.size === 0 && counts.size === 0;
  if (reading && (work.mode !== "transaction" || isOneRead(work))) return true;
  const checks = checksOf(work);
  addFree(work, checks);
  const token = store.remote && !reading ? below(work.base.root, "!x", crypto.randomUUID()) : null;
  checkLimits(work, checks, token);
  const attempt = (): Promise<{ ok: boolean; versionstamp?: string }> => send(work, checks, token);
  const sent = token === null ? unlocked(attempt) : commitRemotely(work, attempt, token);
  const result = await sent.catch((error) =>
    isCorrupt(error) ? findCorruptCounter(work, error) : Promise.reject(error)
  );
  if (!result.ok) return false;
  for (const each of work.after) await each(result.versionstamp ?? "");
  return true;
}

/** What the commit has to check: single keys, or whole tables where those are too many. */
export function checksOf(work: Work): Check[] {
  const { guards, reads, base, store } = work;
  const room = store.limits.checks - 1;
  const all = { place: base.place, versionstamp: base.versionstamp };
  if (guards.size === 0 && reads.size <= room) {
    const checks: Check[] = [all];
    for (const { place, found: { versionstamp } } of reads.values()) {
      if (place.id !== base.place.id) checks.push({ place, versionstamp });
    }
    return checks;
  }
  const tables = new Map(
    [...guards.values()].map((guard) => [tableOf(guard.place.key, base.root), guard]),
  );
  const covered = ({ table, order, kind }: TableRead): boolean => {
    const guard = tables.get(table);
    return guard !== undefined && kind !== "assumed" && order > guard.order;
  };
  const each = [...reads.values()].filter(({ place }) => place.id !== base.place.id)
    .map((read): TableRead => ({ ...read, table: tableOf(read.place.key, base.root) }));
  const single = (): TableRead[] =>
    each.filter((read) => tables.get(read.table)?.mandatory !== true || !covered(read));
  const whole = (): Guard[] => [...guards.values()].filter(({ mandatory }) => mandatory);
  // A table with more reads than fit is checked as a whole, when its version was read before them.
  const sizes = new Map<string, number>();
  for (const read of each) if (covered(read)) sizes.set(read.table, (sizes.get(read.table) ?? 0) + 1);
  for (const [, guard] of [...tables].sort(([a], [b]) => (sizes.get(b) ?? 0) - (sizes.get(a) ?? 0))) {
    if (single().length + whole().length <= room) break;
    guard.mandatory = true;
  }
  return [
    all,
    ...whole().map(({ place, versionstamp }) => ({ place, versionstamp })),
    ...single().map(({ place, found: { versionstamp } }) => ({ place, versionstamp })),
  ];
}

/** Adds that the keys of rows which were given a number are free, as far as the commit has room for it. */
function addFree({ store: { limits }, free, reads }: Work, checks: Check[]): void {
  let bytes = 0;
  for (const place of free.values()) {
    bytes += place.id.length;
    if (checks.length >= limits.checks || bytes > FREE_BYTES) return;
    // Of one that was found taken this makes a conflict: the work is done again with another number.
    if (reads.get(place.id)?.found.versionstamp !== null) checks.push({ place, versionstamp: null });
  }
}

/** Refuses what one commit cannot hold, before anything is sent. */
function checkLimits({ store, writes, counts }: Work, checks: readonly Check[], token: Place | null): void {
  const { limits } = store;
  if (fitsAnyway(limits, writes.size + counts.size + 1, checks.length)) return;
  let keys = token === null ? 0 : token.id.length;
  let bytes = 0;
  for (const { place } of checks) keys += place.id.length;
  for (const { place, value } of writes.values()) {
    keys += place.id.length;
    bytes += value?.length ?? 0;
  }
  for (const { place } of counts.values()) {
    keys += place.id.length;
    bytes += COUNTER_BYTES;
  }
  const used: [keyof KVLimits, number][] = [
    ["mutations", writes.size + counts.size + (token === null ? 0 : 1)],
    ["checks", checks.length],
    ["commitKeyBytes", keys],
    ["commitBytes", keys + bytes],
  ];
  for (const [what, count] of used) if (count > limits[what]) throw commitTooLarge(what, count, limits[what]);
}

/** Whether so many mutations and checks fit a commit however long their keys and values are. */
function fitsAnyway(limits: KVLimits, mutations: number, checks: number): boolean {
  const keys = (mutations + checks) * limits.keyBytes;
  return mutations <= limits.mutations && checks <= limits.checks && keys <= limits.commitKeyBytes &&
    keys + mutations * limits.valueBytes <= limits.commitBytes;
}

function send(
  work: Work,
  checks: readonly Check[],
  token: Place | null,
): Promise<{ ok: boolean; versionstamp?: string }> {
  const atomic: KVAtomic = work.store.atomic();
  for (const { place, versionstamp } of checks) {
    atomic.check({ key: work.store.readable(place.key), versionstamp });
  }
  for (const { place: { key }, value } of work.writes.values()) {
    if (value === null) atomic.delete(key);
    else atomic.set(key, value);
  }
  for (const { place: { key }, delta } of work.counts.values()) {
    atomic.sum(key, BigInt.asUintN(64, BigInt(delta)));
  }
  if (token !== null) atomic.set(token.key, new Uint8Array(0), { expireIn: TOKEN_LIFE });
  return atomic.commit();
}

/**
 * Commits where the answer can be lost. The client itself sends a commit again when no answer comes, so that "a check
 * failed" can be the answer to the second sending of a commit that was done: its token tells.
 */
async function commitRemotely(
  { store, catalog }: Work,
  attempt: () => Promise<{ ok: boolean; versionstamp?: string }>,
  token: Place,
): Promise<{ ok: boolean; versionstamp?: string }> {
  let failure: unknown;
  try {
    const result = await unlocked(attempt);
    if (result.ok) return result;
  } catch (error) {
    if (NOT_DONE.includes((error as { code?: unknown }).code)) throw error;
    failure = error;
  }
  for (let look = 0; look < LOOKS; look++) {
    try {
      const { versionstamp } = await store.get(token.key);
      if (versionstamp !== null) return { ok: true, versionstamp };
      if (failure === undefined) return { ok: false };
    } catch (error) {
      failure ??= error;
    }
    await pause(100 * 2 ** look);
  }
  throw new ConnectionError(
    `Cannot tell whether a commit on \`${catalog.name}\` was done: its answer was lost; read what it wrote before you repeat it`,
    { code: "COMMIT_UNKNOWN", driver: NAME, cause: failure, outcome: "unknown" },
  );
}

/** Throws which of the counters is none: the store does not tell. */
async function findCorruptCounter({ store, counts, catalog }: Work, error: unknown): Promise<never> {
  for (const table of catalog.tables.values()) {
    if (counts.has(table.counter.id)) counterValue(table, (await store.get(table.counter.key)).value);
  }
  throw error;
}

function isOneRead({ reads, guards }: Work): boolean {
  return reads.size <= 1 && [...guards.values()].every(({ mandatory }) => !mandatory);
}
