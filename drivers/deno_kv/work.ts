import { ConflictError } from "../../src/errors/mod.ts";
import type { Catalog } from "./catalog.ts";
import { commitWork } from "./commit.ts";
import { idOf, type KeyRange, type Place, placeOf, rightAfter } from "./key.ts";
import type { KVEntry, KVKey } from "./kv.ts";
import { sectionPlace, SECTIONS, tableOf } from "./layout.ts";
import { NAME } from "./limits.ts";
import type { Store } from "./store.ts";
import type { StoredTable } from "./stored_table.ts";

/** The part of a commit's checks that a transaction spends on single keys before it reads versions of whole tables. */
const CHECKED_ALONE = 0.2;

/** A key with what is stored under it, as a piece of work sees it. */
export interface Found {
  /** The key. */
  readonly key: KVKey;
  /** The bytes, or null when there is nothing. */
  readonly value: Uint8Array | null;
  /** The version read; null when there is nothing, or it is of the work itself. */
  readonly versionstamp: string | null;
}

/** Stands for what is stored and is no bytes: no reader takes it for something of its own. */
const NO_BYTES = Uint8Array.of(0xff);

/** What the store tells of a key, where the driver stores bytes. */
export function foundOf(entry: KVEntry): Found {
  const { value, versionstamp } = entry;
  if (versionstamp === null || value instanceof Uint8Array) return entry as Found;
  return { key: entry.key as KVKey, value: NO_BYTES, versionstamp };
}

/** What a piece of work promises of what it read. `read`: nothing; `statement`: what it writes was not changed meanwhile;
 * `transaction`: nothing it looked at was changed meanwhile. */
export type WorkMode = "read" | "statement" | "transaction";

/** A read that the commit checks. */
export interface Read {
  /** Where. */
  readonly place: Place;
  /** What was there. */
  readonly found: Found;
  /**
   * `read`: as it was found. `listed`: only the version is kept. `assumed`: nothing was read, the commit alone finds out
   * whether it is so.
   */
  readonly kind: "read" | "listed" | "assumed";
  /** When it was read, counted from the beginning of the work. */
  readonly order: number;
}

/** The version of a whole table, read before anything else of it. */
export interface Guard {
  /** The table's counter. */
  readonly place: Place;
  /** Its version. */
  readonly versionstamp: string | null;
  /** Whether the commit has to check it. */
  mandatory: boolean;
  /** When it was read: what was read of the table since then needs no check of its own. */
  readonly order: number;
}

/**
 * Reads and buffered writes that belong together: one statement, or a transaction. Its reads see its writes; one commit
 * writes them all, when nothing it relies on has changed.
 */
export class Work {
  /** Where it reads and writes. */
  readonly store: Store;
  /** What it promises. */
  readonly mode: WorkMode;
  /** The tables as it sees them. */
  catalog: Catalog;
  /** Absent keys are left to the commit to find out: no read is needed for an insert. */
  optimistic = false;
  /** The catalog was seen to be the current one when keys were read. */
  confirmed = false;
  /** Entries were listed since: whether the catalog was still the current one has to be seen afterwards. */
  unconfirmed = false;
  /** How many index entries led to no matching row. */
  stale = 0;
  /** What is written: null removes. */
  readonly writes: Map<string, { readonly place: Place; readonly value: Uint8Array | null }> = new Map();
  /** How the numbers of rows change. */
  readonly counts: Map<string, { readonly place: Place; readonly delta: number }> = new Map();
  /** What the commit checks. */
  readonly reads: Map<string, Read> = new Map();
  /** The versions of tables. */
  readonly guards: Map<string, Guard> = new Map();
  /** The keys of rows that were given a number: the commit sees that they are free, as far as it has room for it. */
  readonly free: Map<string, Place> = new Map();
  /** The autoIncrement columns, by the place of their last number, whose rows were seen to have no greater one. */
  readonly looked: Set<string> = new Set();
  /** What is done after the commit. */
  readonly after: ((versionstamp: string) => void | Promise<void>)[] = [];
  readonly #base: Catalog;
  #order = 0;
  readonly #journal: (() => void)[] = [];
  #running = 0;
  #last: Promise<void> = Promise.resolve();

  /** Begins work on a database. */
  constructor(store: Store, catalog: Catalog, mode: WorkMode) {
    this.store = store;
    this.catalog = catalog;
    this.#base = catalog;
    this.mode = mode;
  }

  /** The catalog that the work began with: the one whose version the commit checks. */
  get base(): Catalog {
    return this.#base;
  }

  /** Runs statements one after another, each undone when it fails. */
  statement<T>(run: () => Promise<T>): Promise<T> {
    const result = this.#running === 0 ? this.#undoable(run) : this.#last.then(() => this.#undoable(run));
    this.#running++;
    const done = (): void => void this.#running--;
    this.#last = result.then(done, done);
    return result;
  }

  async #undoable<T>(run: () => Promise<T>): Promise<T> {
    const mark = this.mark();
    try {
      return await run();
    } catch (error) {
      this.rollback(mark);
      throw error;
    }
  }

  /** Reads a key. */
  async get(place: Place): Promise<Found> {
    if (this.mode === "read") return foundOf(await this.store.get(place.key));
    const seen = this.#seen(place);
    if (seen !== null) return seen;
    if (this.#unguarded([place]).length > 0) await this.#fetch([place]);
    else {
      const order = this.#order++;
      this.#record(place, foundOf(await this.store.get(place.key)), "read", order);
    }
    return this.#seen(place) as Found;
  }

  /** Reads keys. */
  async getMany(places: readonly Place[]): Promise<Found[]> {
    if (this.mode === "read") return await this.#readMany(places);
    const missing = places.filter((place) => this.#seen(place) === null);
    if (missing.length > 0) await this.#fetch(missing);
    return places.map((place) => this.#seen(place) as Found);
  }

  /**
   * Whether something is at a place, when that can be told without a read; else null. Of what an optimistic work has not read
   * it takes it that nothing is there, and the commit finds out.
   */
  isOccupied(place: Place): boolean | null {
    const seen = this.#seen(place);
    if (seen !== null) return seen.value !== null;
    if (!this.optimistic) return null;
    this.#record(place, { key: place.key, value: null, versionstamp: null }, "assumed");
    return false;
  }

  /** Takes what is remembered of a key for read; the commit checks it. */
  assume(place: Place, value: Uint8Array | null, versionstamp: string | null): void {
    if (!this.reads.has(place.id)) this.#record(place, { key: place.key, value, versionstamp }, "assumed");
  }

  /** Relies on the version of a key that was found in a list. */
  rely(place: Place, versionstamp: string | null): void {
    if (versionstamp === null || this.mode === "read" || this.reads.has(place.id)) return;
    this.#record(place, { key: place.key, value: null, versionstamp }, "listed");
  }

  /** The next entries of a range: at most `limit` of those stored, with what the work wrote among them. */
  async list(
    range: KeyRange,
    limit: number,
    reverse: boolean,
  ): Promise<{ entries: Found[]; rest: KeyRange | null }> {
    const stored = await this.store.list(range, limit, reverse);
    const entries = stored.map(foundOf);
    if (entries.length > 0) this.unconfirmed = true;
    const end = stored.length < limit ? null : placeOf(stored.at(-1)?.key as KVKey);
    const covered: KeyRange = end === null
      ? range
      : reverse
      ? { start: end, end: range.end }
      : { start: range.start, end: rightAfter(end) };
    const rest: KeyRange | null = end === null
      ? null
      : reverse
      ? { start: range.start, end }
      : { start: covered.end, end: range.end };
    return { entries: this.writes.size === 0 ? entries : this.#merge(entries, covered, reverse), rest };
  }

  /** Reads the version of a table, once, before something is read of it. */
  async guard(table: StoredTable, mandatory: boolean): Promise<void> {
    if (this.mode === "read") return;
    const { id } = table.counter;
    let guard = this.guards.get(id);
    if (guard === undefined) {
      const order = this.#order++;
      const { versionstamp } = await this.store.get(table.counter.key);
      // Another read of this work may have been faster: the older version counts.
      guard = this.guards.get(id) ?? { place: table.counter, versionstamp, mandatory, order };
      this.guards.set(id, guard);
    }
    guard.mandatory ||= mandatory || this.mode === "transaction";
  }

  /**
   * Finds out which of many keys of a table are there, with one read when few lie between the first and the last of them.
   * The version of the table must be guarded.
   */
  async prefetch(places: readonly Place[]): Promise<void> {
    const unknown = places.filter((place) => this.#seen(place) === null)
      .sort((a, b) => a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
    const [start, end] = [unknown[0], unknown.at(-1)];
    if (start === undefined || end === undefined) return;
    const limit = Math.min(500, unknown.length);
    const found = await this.store.list({ start, end: rightAfter(end) }, limit, false);
    if (found.length === limit && limit > 1) return void await this.getMany(unknown);
    const known = new Map(found.map((entry) => [idOf(entry.key), entry]));
    for (const place of unknown) {
      const entry = known.get(place.id);
      const value = entry === undefined ? null : foundOf(entry).value;
      this.#record(place, { key: place.key, value, versionstamp: entry?.versionstamp ?? null }, "read");
    }
  }

  /** Stores a value. */
  set(place: Place, value: Uint8Array): void {
    this.#write(place, value);
  }

  /** Removes a key. */
  delete(place: Place): void {
    this.#write(place, null);
  }

  /** Notes that rows of a table were written, and how their number changes. */
  touch(table: StoredTable, delta: number): void {
    const { id } = table.counter;
    const before = this.counts.get(id);
    this.counts.set(id, { place: table.counter, delta: (before?.delta ?? 0) + delta });
    this.#undo(() => before === undefined ? this.counts.delete(id) : this.counts.set(id, before));
  }

  /** Sees the tables differently from now on. */
  redefine(catalog: Catalog): void {
    const before = this.catalog;
    this.catalog = catalog;
    this.#undo(() => this.catalog = before);
  }

  /** Does something after the commit, unless it is rolled back. */
  afterwards(work: (versionstamp: string) => void | Promise<void>): void {
    this.after.push(work);
    this.#undo(() => this.after.splice(this.after.indexOf(work), 1));
  }

  /** Where a rollback can return to. */
  mark(): number {
    return this.#journal.length;
  }

  /** Undoes what was written since a mark. What was read stays read. */
  rollback(mark: number): void {
    while (this.#journal.length > mark) (this.#journal.pop() as () => void)();
  }

  /** Commits. @returns Whether nothing it relies on has changed; else nothing was written. */
  async commit(): Promise<boolean> {
    if (this.mode === "transaction") await this.#last;
    return await commitWork(this);
  }

  /** What the work reads has changed since it began: it cannot be committed. */
  conflict(): ConflictError {
    return new ConflictError(
      `Cannot commit on \`${this.catalog.name}\`: another writer changed what the work had read; run it again`,
      { driver: NAME, retryable: true },
    );
  }

  async #fetch(places: readonly Place[]): Promise<void> {
    const counters = this.#unguarded(places);
    // What is read together is of one moment; what is not is read after the versions of the tables.
    const together = counters.length + places.length <= this.store.limits.getMany;
    const guarded = this.#order++;
    const order = this.#order++;
    if (!together) {
      this.#guardAll(
        counters,
        await this.store.getMany(counters.map(({ key }) => key)),
        guarded,
      );
    }
    const before = together ? counters.length : 0;
    const keys = places.map(({ key }) => key);
    const found = await this.store.getMany(
      before === 0 ? keys : [...counters.map(({ key }) => key), ...keys],
    );
    if (together) this.#guardAll(counters, found, guarded);
    places.forEach((place, i) => this.#record(place, foundOf(found[before + i] as KVEntry), "read", order));
  }

  /** Reads keys of which nothing is remembered; several of them are of the tables as they are now, or it is an error. */
  async #readMany(places: readonly Place[]): Promise<Found[]> {
    const keys = places.map(({ key }) => key);
    const confirm = this.unconfirmed || (!this.confirmed && places.length > 1);
    if (!confirm) return (await this.store.getMany(keys)).map(foundOf);
    const found = [...await this.store.getMany([...keys, this.#base.place.key])];
    if (found.pop()?.versionstamp !== this.#base.versionstamp) throw new StaleCatalog();
    this.confirmed = true;
    this.unconfirmed = false;
    return found.map(foundOf);
  }

  /** The counters of the tables that a transaction reads something of for the first time. */
  #unguarded(places: readonly Place[]): Place[] {
    if (this.mode !== "transaction" || this.#fewReads(places.length)) return [];
    const tables = new Map<string, Place>();
    const { root } = this.#base;
    for (const { key } of places) {
      const table = tableOf(key, root);
      if (table === "" || tables.has(table)) continue;
      const counter = sectionPlace(root, table, SECTIONS.counter);
      if (!this.guards.has(counter.id)) tables.set(table, counter);
    }
    return [...tables.values()];
  }

  /** Whether the commit can well check what was read one by one, with so many more. */
  #fewReads(more: number): boolean {
    return this.reads.size + more <= this.store.limits.checks * CHECKED_ALONE - 2;
  }

  #guardAll(counters: readonly Place[], found: readonly KVEntry[], order: number): void {
    counters.forEach((place, i) => {
      if (this.guards.has(place.id)) return;
      this.guards.set(place.id, {
        place,
        versionstamp: found[i]?.versionstamp ?? null,
        mandatory: false,
        order,
      });
    });
  }

  /** What is at a place, when the work wrote it or has read it; else null. */
  #seen({ key, id }: Place): Found | null {
    const written = this.writes.get(id);
    if (written !== undefined) return { key, value: written.value, versionstamp: null };
    const read = this.reads.get(id);
    if (read === undefined) return null;
    return read.kind === "read" || (read.kind === "assumed" && this.optimistic) ? read.found : null;
  }

  #record(place: Place, found: Found, kind: Read["kind"], order: number = this.#order++): void {
    const before = this.reads.get(place.id);
    if (before !== undefined) {
      if (before.found.versionstamp !== found.versionstamp) throw this.conflict();
      order = before.order;
    }
    this.reads.set(place.id, { place, found, kind, order });
  }

  #write(place: Place, value: Uint8Array | null): void {
    const before = this.writes.get(place.id);
    this.writes.set(place.id, { place, value });
    this.#undo(() => before === undefined ? this.writes.delete(place.id) : this.writes.set(place.id, before));
  }

  /** Remembers how to undo a step: only transactions go back, other work is done as a whole or not at all. */
  #undo(step: () => void): void {
    if (this.mode === "transaction") this.#journal.push(step);
  }

  #merge(entries: readonly Found[], { start, end }: KeyRange, reverse: boolean): Found[] {
    const own = [...this.writes.values()].filter(({ place }) => place.id >= start.id && place.id < end.id);
    if (own.length === 0) return [...entries];
    const merged = new Map(entries.map((entry) => [idOf(entry.key), entry]));
    for (const { place, value } of own) {
      if (value === null) merged.delete(place.id);
      else merged.set(place.id, { key: place.key, value, versionstamp: null });
    }
    const sorted = [...merged].sort(([a], [b]) => a < b ? -1 : 1).map(([, entry]) => entry);
    return reverse ? sorted.reverse() : sorted;
  }
}

/** The catalog that work began with is no longer the current one. */
export class StaleCatalog extends Error {}
