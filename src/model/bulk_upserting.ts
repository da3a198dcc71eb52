import { chain, chainAll, type Maybe } from "../chain/chain.ts";
import { INSERT_ALL, UPDATE_EACH } from "../orm/operation.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import { type Call, searchOf, type SelectPlan, type UpdatePlan } from "../query/plans.ts";
import { updateOf } from "../query/changes.ts";
import { readWhere } from "../query/where_reader.ts";
import type { Predicate } from "../contract/mod.ts";
import { computesValues } from "../reference/computed_values.ts";
import { compilePredicate, type RowTest } from "../reference/evaluate.ts";
import { type Key, rowKey } from "../reference/keys.ts";
import type { Column } from "../schema/column.ts";
import type { Row } from "../store/any_driver.ts";
import { findKeys } from "./changed_rows.ts";
import type { Conflict } from "./conflict.ts";
import type { ModelHost } from "./model_host.ts";
import { meet } from "./upserting.ts";
import type { Upsert } from "./upsert_input.ts";

/** A row that is there: what is known of it, which changes with it. */
interface Known {
  row: Row;
}

/**
 * Stores rows, or changes those they meet, in order, all or none: with one search for what is there, and as few writes as the
 * order allows. A row that an earlier one of the same call stored is one that is there.
 *
 * @returns A row for each one given, as it is at the end.
 */
export function upsertAll(entry: TableEntry, host: ModelHost, upserts: readonly Upsert[]): Maybe<Row[]> {
  entry.checkLimits(upserts.map(({ row }) => row));
  if (upserts.length === 0) return [];
  return host.transaction(entry.database, () => new BulkUpsert(entry, host).run(upserts), undefined);
}

class BulkUpsert {
  readonly #entry: TableEntry;
  readonly #host: ModelHost;
  readonly #targets: ConflictRows[] = [];
  /** What each row given became. */
  readonly #done: (Known | undefined)[] = [];
  /** New rows that are not written yet, by their place among those given. */
  #inserts: { readonly at: number; readonly row: Row }[] = [];
  /** Changes that are not written yet. */
  #updates: Call<UpdatePlan>[] = [];

  constructor(entry: TableEntry, host: ModelHost) {
    this.#entry = entry;
    this.#host = host;
  }

  run(upserts: readonly Upsert[]): Maybe<Row[]> {
    const targets = upserts.map(({ conflict, row }) =>
      conflict === null ? null : this.#target(conflict, row)
    );
    const steps = (): Maybe<unknown> =>
      chainAll(upserts, (upsert, at) => this.#step(upsert, at, targets[at] ?? null));
    return chain(
      chainAll(this.#targets, (target) => this.#search(target)),
      () => chain(steps(), () => chain(this.#flush(), () => this.#rows())),
    );
  }

  #target(conflict: Conflict, row: Row): ConflictRows {
    let target = this.#targets.find((each) => each.isOf(conflict));
    if (target === undefined) this.#targets.push(target = new ConflictRows(this.#entry, conflict));
    target.wanted.push(row);
    return target;
  }

  /** Finds the rows that are there. */
  #search(target: ConflictRows): Maybe<void> {
    const { plan, params } = target.search();
    return chain(this.#entry.execute(plan, params), (rows) => {
      for (const row of rows) {
        // One row may be met in several ways: there is one thing known of it.
        const known = this.#targets.map((each) =>
          each.get(row)
        ).find((each) => each !== undefined && this.#isSame(each.row, row)) ?? { row };
        target.set(known);
      }
    });
  }

  #step(upsert: Upsert, at: number, target: ConflictRows | null): Maybe<unknown> {
    const { row, change } = upsert;
    const insert = (): Maybe<unknown> => {
      const write = this.#updates.length > 0 ? this.#flush() : undefined;
      return chain(write, () => {
        this.#inserts.push({ at, row });
        for (const each of this.#targets) each.wait(row);
      });
    };
    if (target === null) return insert();
    const waits = target.waits(row) || (this.#inserts.length > 0 && this.#isNumbered(target));
    return chain(waits ? this.#flush() : undefined, () => {
      const known = target.get(row);
      if (known === undefined) return insert();
      this.#done[at] = known;
      if (Object.keys(change).length === 0) return;
      return this.#change(upsert, known, target);
    });
  }

  #change(upsert: Upsert, known: Known, target: ConflictRows): Maybe<unknown> {
    const { change, where } = upsert;
    const { table } = this.#entry;
    const key = Object.fromEntries(table.primaryKey.map(({ name }) => [name, known.row[name]]));
    const call = where === undefined ? updateOf(table, change, readWhere(table, key, false)) : null;
    if (call !== null && !computesValues(call.plan)) {
      this.#entry.checkLimits([change]);
      const write = this.#inserts.length > 0 ? this.#flush() : undefined;
      return chain(write, () => {
        this.#updates.push(call);
        this.#moved(known, { ...known.row, ...change });
      });
    }
    return chain(this.#flush(), () =>
      chain(meet(this.#entry, this.#host, upsert, target.conflict), (row) => {
        if (row !== undefined) this.#moved(known, row);
      }));
  }

  /** Writes what waits: there is only one kind of it. */
  #flush(): Maybe<void> {
    const [inserts, updates] = [this.#inserts, this.#updates];
    this.#inserts = [];
    this.#updates = [];
    for (const target of this.#targets) target.written();
    const inserted = inserts.length === 0
      ? undefined
      : chain(this.#entry.execute(INSERT_ALL, inserts.map(({ row }) => row)), (rows) => {
        for (const [i, row] of rows.entries()) {
          const known = { row };
          this.#done[(inserts[i] as { at: number }).at] = known;
          for (const target of this.#targets) target.set(known);
        }
      });
    return chain(
      inserted,
      () =>
        updates.length === 0 ? undefined : chain(this.#entry.execute(UPDATE_EACH, updates), () => undefined),
    );
  }

  /** Rows meet by a number that the store may have yet to assign. */
  #isNumbered({ conflict }: ConflictRows): boolean {
    const number = this.#entry.table.autoIncrement?.name;
    return number !== undefined && conflict.columns.includes(number) &&
      this.#inserts.some(({ row }) => (row[number] ?? null) === null);
  }

  #moved(known: Known, row: Row): void {
    for (const target of this.#targets) target.delete(known);
    known.row = row;
    for (const target of this.#targets) target.set(known);
  }

  #rows(): Maybe<Row[]> {
    const key = this.#entry.table.primaryKey;
    const done = this.#done as Known[];
    const keys = done.map(({ row }) => key.map(({ name }) => row[name]));
    return chain(findKeys(this.#entry, keys), (rows) => {
      const byKey = new Map(rows.map((row) => [rowKey(key, row), row]));
      return done.map(({ row }) => byKey.get(rowKey(key, row)) ?? row);
    });
  }

  #isSame(a: Row, b: Row): boolean {
    const key = this.#entry.table.primaryKey;
    return rowKey(key, a) === rowKey(key, b);
  }
}

/** The rows that are there, by the columns in which new ones meet them. */
class ConflictRows {
  readonly conflict: Conflict;
  /** The rows that are looked for. */
  readonly wanted: Row[] = [];
  readonly #entry: TableEntry;
  readonly #columns: readonly Column[];
  readonly #holds: RowTest;
  readonly #rows: Map<Key, Known> = new Map();
  readonly #waiting: Set<Key> = new Set();

  constructor(entry: TableEntry, conflict: Conflict) {
    this.#entry = entry;
    this.conflict = conflict;
    this.#columns = conflict.columns.map((name) => entry.table.column(name));
    const { predicate = null, params = [] } = conflict.within ?? {};
    this.#holds = compilePredicate(entry.table, predicate, params);
  }

  isOf({ columns, index }: Conflict): boolean {
    const own = this.conflict;
    return index === own.index && columns.length === own.columns.length &&
      columns.every((name, i) => name === own.columns[i]);
  }

  get(row: Row): Known | undefined {
    const key = this.#keyOf(row);
    return key === null ? undefined : this.#rows.get(key);
  }

  set(known: Known): void {
    const key = this.#keyOf(known.row);
    if (key !== null) this.#rows.set(key, known);
  }

  delete(known: Known): void {
    const key = this.#keyOf(known.row);
    if (key !== null && this.#rows.get(key) === known) this.#rows.delete(key);
  }

  /** Notes a row that is not written yet. */
  wait(row: Row): void {
    const key = this.#keyOf(row);
    if (key !== null) this.#waiting.add(key);
  }

  /** Whether a row meets one that is not written yet. */
  waits(row: Row): boolean {
    const key = this.#keyOf(row);
    return key !== null && this.#waiting.has(key);
  }

  /** What was waiting is written. */
  written(): void {
    this.#waiting.clear();
  }

  /** The search for the rows that are there. */
  search(): Call<SelectPlan> {
    const { table } = this.#entry;
    const params: unknown[] = [...this.conflict.within?.params ?? []];
    const values = this.wanted.map((row) => this.#columns.map(({ name }) => row[name]));
    const [first] = this.#columns as [Column];
    const met: Predicate = this.#columns.length === 1
      ? {
        kind: "in",
        column: first.name,
        path: null,
        slot: params.push(values.map(([value]) => value)) - 1,
        withNull: false,
      }
      : { kind: "tuples", columns: this.conflict.columns, slot: params.push(values) - 1 };
    const within = this.conflict.within?.predicate ?? null;
    const where: Predicate = within === null ? met : { kind: "and", items: [met, within] };
    const plan = searchOf(table, where);
    return { plan, params };
  }

  #keyOf(row: Row): Key | null {
    return this.#holds(row) ? rowKey(this.#columns, row) : null;
  }
}
