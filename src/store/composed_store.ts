import { chain, chainAll, type Maybe } from "../chain/chain.ts";
import type { GroupPlan, UpsertOptions } from "../contract/mod.ts";
import { readFind } from "../query/find_options.ts";
import {
  type Call,
  type CountPlan,
  type DeletePlan,
  keepPlan,
  type SelectPlan,
  type UpdatePlan,
} from "../query/plans.ts";
import { readWhere } from "../query/where_reader.ts";
import { computesValues, givenValues, rowChange } from "../reference/computed_values.ts";
import type { Attempt } from "../errors/violations.ts";
import type { Table } from "../schema/table.ts";
import type { AnyDriver, AnyIterator, Row } from "./any_driver.ts";
import { explainSearch } from "./composed_explain.ts";
import { groupStored } from "./composed_group.ts";
import { createIndex, createTable, dropIndex, dropTable } from "./composed_schema.ts";
import { divideSearch, searchRows } from "./composed_select.ts";
import { ComposedStatement } from "./composed_statement.ts";
import { enforcesReferences } from "./foreign_keys.ts";
import type { Split } from "./pushdown.ts";
import type { StoreContext } from "./store_context.ts";
import { type SteppedStore, StoredTable } from "./stored_table.ts";
import type { StoreIndex } from "./table_store.ts";
import { uniqueRules } from "./unique_rules.ts";

/**
 * A table of a driver that does less than everything. What the driver declares is left to it; every other condition,
 * order, constraint and undo is done here, from the sixteen methods, with the meaning of the reference.
 */
export class ComposedStore implements SteppedStore {
  /** The table as the driver stores it. */
  readonly stored: StoredTable;
  readonly #table: Table;
  readonly #context: StoreContext;

  /** Makes the store of one table. */
  constructor(driver: AnyDriver, database: string, table: Table, context: StoreContext) {
    this.stored = new StoredTable(driver, database, table, context);
    this.#table = table;
    this.#context = context;
  }

  /** The rows found. */
  select(plan: SelectPlan, params: Params): Maybe<Row[]> {
    return searchRows(this.stored, plan, params);
  }

  /** Null: rows are paged by their key. */
  iterate(_plan: SelectPlan, _params: Params): AnyIterator | null {
    return null;
  }

  /** Whether the driver applies the limit of a search. */
  canLimit(plan: SelectPlan, params: Params): boolean {
    return !divideSearch(this.stored, plan, params).limits;
  }

  /** How many rows match. */
  count({ where }: CountPlan | UpdatePlan, params: Params): Maybe<number> {
    const split = this.stored.pushdown.split(where, params);
    if (split.residual === null) return this.stored.countWhere(split.where);
    return chain(this.stored.findSplit(split, params), (rows) => rows.length);
  }

  /** Stores a row. */
  insert(row: Row): Maybe<Row> {
    return this.#statement(() =>
      chain(this.#checkInsert([row]), (statement) => {
        if (statement?.waitsForNumber !== true) return this.stored.insert(row);
        return this.#steps(2, () =>
          chain(this.stored.insert(row), (stored) => {
            statement.checkAssigned(stored);
            return stored;
          }));
      })
    );
  }

  /** Stores all rows or none. */
  insertAll(rows: readonly Row[]): Maybe<Row[]> {
    if (rows.length === 0) return [];
    // What refers to a number, or competes with one, that the driver has yet to assign is checked when it is assigned.
    if (this.#dependsOnAssigned(rows)) {
      return this.#context.atomically(() => chainAll(rows, (row) => this.insert(row)));
    }
    return this.#statement(() => chain(this.#checkInsert(rows), () => this.stored.insertAll(rows)));
  }

  /** Changes the rows that match. */
  update(plan: UpdatePlan, params: Params): Maybe<number> {
    if (plan.set.length === 0) return this.count(plan, params);
    const split = this.stored.pushdown.split(plan.where, params);
    if (computesValues(plan)) return this.#updateComputed(split, plan, params);
    const data = valuesOf(plan, params);
    const checked = this.#isChecked(Object.keys(data));
    if (!checked && split.residual === null && this.stored.undoes) {
      return this.stored.updateWhere(data, split.where ?? {}, []);
    }
    return this.#onFound(split, params, "update", {
      plan: checked ? (statement, rows) => statement.update(rows, () => data, Object.keys(data)) : null,
      whole: (rows) => this.stored.updateWhere(data, split.where ?? {}, rows),
      each: (rows) => this.stored.updateRows(data, rows),
    });
  }

  /** Changes rows to values that are computed of each. */
  #updateComputed(split: Split, { set }: UpdatePlan, params: Params): Maybe<number> {
    return this.#statement(() =>
      chain(this.stored.findSplit(split, params), (rows) => {
        if (rows.length === 0) return 0;
        const change = rowChange(this.#table, set, params, this.stored.scene);
        const statement = new ComposedStatement(this.stored, "update");
        return chain(statement.update(rows, change, set.map(({ column }) => column)), () => {
          const writes = statement.writes();
          return this.#steps(writes.calls, () => chain(writes.run(), () => rows.length));
        });
      })
    );
  }

  /** Makes all updates or none. */
  updateEach(updates: readonly Call<UpdatePlan>[]): Maybe<number> {
    const { driver, database, pushdown } = this.stored;
    const splits = updates.map(({ plan, params }) => pushdown.split(plan.where, params));
    const direct = this.stored.undoes && splits.every(({ residual }) => residual === null) &&
      updates.every(({ plan: { set } }) =>
        set.length > 0 && !computesValues({ set }) && !this.#isChecked(set.map(({ column }) => column))
      );
    if (direct) {
      const each = updates.map(({ plan, params }, i) => ({
        data: this.stored.codec.encode(valuesOf(plan, params)),
        where: splits[i]?.where ?? {},
      }));
      return driver.bulkUpdate(database, this.#table.name, each);
    }
    return this.#context.atomically(() =>
      chain(
        chainAll(updates, ({ plan, params }) => this.update(plan, params)),
        (counts) => counts.reduce((sum, n) => sum + n, 0),
      )
    );
  }

  /** Removes the rows that match. */
  delete({ where }: DeletePlan, params: Params): Maybe<number> {
    const split = this.stored.pushdown.split(where, params);
    const checked = enforcesReferences(this.stored) && this.#context.referrers(this.#table.name).length > 0;
    if (!checked && split.residual === null && this.stored.undoes) {
      return this.stored.deleteWhere(split.where ?? {}, []);
    }
    return this.#onFound(split, params, "delete from", {
      plan: checked ? (statement, rows) => statement.delete(rows) : null,
      whole: (rows) => this.stored.deleteWhere(split.where ?? {}, rows),
      each: (rows) => this.stored.deleteRows(rows),
    });
  }

  /** Inserts a row, or updates the row equal in the conflict columns. */
  upsert(row: Row, { conflict, set }: UpsertOptions): Maybe<Row> {
    return this.#context.atomically(() =>
      chain(this.#equalRow(row, conflict), (existing) => {
        if (existing === undefined) return this.insert(row);
        return set.length === 0 ? existing : this.#change(existing, pick(row, set));
      })
    );
  }

  /** Aggregates by group. */
  group(plan: GroupPlan): Maybe<Row[]> {
    return groupStored(this.stored, plan);
  }

  /** Who does what of a search. */
  explain(plan: SelectPlan, params: Params): Maybe<string[]> {
    return explainSearch(this.stored, plan, params);
  }

  /** Makes the table. */
  create(): Maybe<void> {
    return createTable(this.stored);
  }

  /** Not offered: indexes are made one by one. */
  createWith(_indexes: readonly StoreIndex[]): Maybe<void> | null {
    return null;
  }

  /** Removes the table. */
  drop(): Maybe<void> {
    return dropTable(this.stored);
  }

  /** Makes an index. */
  createIndex(index: StoreIndex): Maybe<void> {
    return createIndex(this.stored, index);
  }

  /** Removes an index. */
  dropIndex(name: string): Maybe<void> {
    return dropIndex(this.stored, name);
  }

  /** Runs what reads before it writes; with a driver that runs flows beside each other, in a transaction of its own. */
  #statement<T>(work: () => Maybe<T>): Maybe<T> {
    return this.#isConcurrent ? this.#context.atomically(work) : work();
  }

  /** Runs several writes as one. */
  #steps<T>(calls: number, work: () => Maybe<T>): Maybe<T> {
    return calls > 1 && !this.#isConcurrent ? this.#context.atomically(work) : work();
  }

  get #isConcurrent(): boolean {
    return this.stored.declared.transactions === "concurrent";
  }

  /** Finds the rows of a statement, checks what it does to them, and writes: with one call when the driver finds them too. */
  #onFound(split: Split, params: Params, attempt: Attempt, work: FoundWork): Maybe<number> {
    return this.#statement(() =>
      chain(this.stored.findSplit(split, params), (rows) => {
        if (rows.length === 0) return 0;
        if (work.plan === null) return this.#write(split, rows, work);
        const statement = new ComposedStatement(this.stored, attempt);
        return chain(work.plan(statement, rows), () => {
          if (!statement.spread) return this.#write(split, rows, work);
          const writes = statement.writes();
          return this.#steps(writes.calls, () => chain(writes.run(), () => rows.length));
        });
      })
    );
  }

  #write(split: Split, rows: readonly Row[], { whole, each }: FoundWork): Maybe<number> {
    return split.residual === null ? whole(rows) : this.#steps(this.stored.callsFor(rows), () => each(rows));
  }

  #checkInsert(rows: readonly Row[]): Maybe<ComposedStatement | null> {
    const refers = enforcesReferences(this.stored) &&
      this.#table.columns.some(({ references }) => references !== null);
    if (!refers && uniqueRules(this.stored).length === 0) return null;
    const statement = new ComposedStatement(this.stored, "insert into");
    return chain(statement.insert(rows), () => statement);
  }

  /** Whether a change of some columns can break what is enforced here. */
  #isChecked(names: readonly string[]): boolean {
    if (uniqueRules(this.stored).some(({ reads }) => names.some((name) => reads.has(name)))) return true;
    if (!enforcesReferences(this.stored)) return false;
    return names.some((name) => this.#table.column(name).references !== null) || this.#isReferredTo(names);
  }

  #isReferredTo(names: readonly string[]): boolean {
    return this.#context.referrers(this.#table.name)
      .some(({ column }) => names.includes(column.references?.column ?? ""));
  }

  #dependsOnAssigned(rows: readonly Row[]): boolean {
    const number = this.#table.autoIncrement?.name;
    if (number === undefined) return false;
    const assigned = rows.filter((row) => (row[number] ?? null) === null).length;
    if (assigned === 0) return false;
    const own = this.#table.columns.filter(({ references }) =>
      references?.table === this.#table.name && references.column === number
    );
    return assigned < rows.length || rows.some((row) => own.some(({ name }) => (row[name] ?? null) !== null));
  }

  /** Changes one row; returns it as it is then stored. */
  #change(existing: Row, data: Row): Maybe<Row> {
    const key = this.#table.primaryKey.map(({ name }) => name);
    const { predicate: where, params } = readWhere(this.#table, pick(existing, key), false);
    const changed = { ...existing, ...data };
    const set = Object.keys(data).map((column, i) => ({ column, slot: params.length + i }));
    const plan = keepPlan<UpdatePlan>(this.#table, { kind: "update", where, set });
    return chain(this.update(plan, [...params, ...Object.values(data)]), () => {
      // What refers to a changed value follows it, and that can be the row itself.
      if (!this.#isReferredTo(Object.keys(data))) return changed;
      return chain(this.#equalRow(changed, key), (stored) => stored ?? changed);
    });
  }

  #equalRow(row: Row, columns: readonly string[]): Maybe<Row | undefined> {
    const values = pick(row, columns);
    if (Object.values(values).includes(null)) return undefined;
    const { plan, params } = readFind(this.#table, { where: values, limit: 1 }, false);
    return chain(this.select(plan, params), (rows) => rows[0]);
  }
}

/** The values of a plan's slots. */
type Params = readonly unknown[];

/** The values that an update gives to its columns. */
export function valuesOf({ set }: UpdatePlan, params: Params): Row {
  return givenValues(set, params);
}

/** What a statement does to the rows it found. */
interface FoundWork {
  /** Checks it, or null when there is nothing to check. */
  readonly plan: ((statement: ComposedStatement, rows: readonly Row[]) => Maybe<void>) | null;
  /** Writes to all of them with the statement's own condition. */
  readonly whole: (rows: readonly Row[]) => Maybe<number>;
  /** Writes to them by their keys. */
  readonly each: (rows: readonly Row[]) => Maybe<number>;
}

function pick(row: Row, columns: readonly string[]): Row {
  return Object.fromEntries(columns.map((name) => [name, row[name] ?? null]));
}
