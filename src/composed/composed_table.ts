import { chain, chainAll, type Maybe } from "../chain/chain.ts";
import type {
  BulkUpdate,
  GroupPlan,
  NamedIndex,
  QueryOptions,
  QueryPlan,
  UpsertOptions,
} from "../contract/mod.ts";
import type { Attempt } from "../errors/violations.ts";
import { updateOf } from "../query/changes.ts";
import { readFind } from "../query/find_options.ts";
import type { Call, CountPlan, DeletePlan, SelectPlan, UpdatePlan } from "../query/plans.ts";
import { readWhere } from "../query/where_reader.ts";
import { computesValues, givenValues, rowChange } from "../reference/computed_values.ts";
import type { Table } from "../schema/table.ts";
import type { AnyDriver, AnyIterator, AnyPrepared, Row } from "../store/any_driver.ts";
import { explainSearch } from "../store/composed_explain.ts";
import { computesGroups, groupStored } from "../store/composed_group.ts";
import { divideSearch, leavesNothing, searchRows } from "../store/composed_select.ts";
import { ComposedStatement } from "../store/composed_statement.ts";
import { enforcesReferences } from "../store/foreign_keys.ts";
import type { Split } from "../store/pushdown.ts";
import type { StoredIndex, StoredTable } from "../store/stored_table.ts";
import type { ComposedTransactions } from "./composed_transactions.ts";

/** The values of a plan's slots. */
type Params = readonly unknown[];

/**
 * A table of a driver that does less than everything. What the driver declares is left to it, each plan and each optional member
 * by its own needs; every other condition, order, constraint and undo is done here, with the meaning of the reference.
 */
export class ComposedTable {
  /** The table as the driver stores it. */
  readonly stored: StoredTable;
  readonly #table: Table;
  readonly #driver: AnyDriver;
  readonly #database: string;
  readonly #transactions: ComposedTransactions;
  /** What the driver has prepared, for as long as its plan is kept; null where it cannot. */
  readonly #prepared: WeakMap<QueryPlan, AnyPrepared | null> = new WeakMap();

  /** Works on one table. */
  constructor(stored: StoredTable) {
    this.stored = stored;
    this.#table = stored.table;
    this.#driver = stored.driver;
    this.#database = stored.database;
    this.#transactions = stored.home.transactions;
  }

  /** The rows found. */
  select(plan: SelectPlan, params: Params): Maybe<Row[]> {
    const native = this.#nativeSelect(plan);
    return native === null
      ? searchRows(this.stored, plan, params)
      : chain(native.all(params), (rows) => this.stored.decode("prepare", rows, plan.select));
  }

  /** The rows one by one; null when the driver does not find them all by itself. */
  iterate(options: QueryOptions): AnyIterator | null {
    const { plan, params } = readFind(this.#table, options, false);
    if (this.#driver.iterate === undefined || !this.#leavesNothing(plan, params)) return null;
    return this.#driver.iterate(this.#database, this.#table.name, options);
  }

  /** How many rows match. */
  count(plan: CountPlan | UpdatePlan, params: Params): Maybe<number> {
    const native = plan.kind === "count" ? this.#native(plan, this.stored.pushdown.takes(plan.where)) : null;
    if (native !== null) return this.stored.checkCount("prepare", native.number(params));
    const split = this.stored.pushdown.split(plan.where, params);
    if (split.residual === null) return this.stored.countWhere(split.where);
    return chain(this.stored.findSplit(split, params, []), (rows) => rows.length);
  }

  /** Stores a row. */
  insert(row: Row): Maybe<Row> {
    if (this.#trusts && !this.#checksInserts) {
      return this.#driver.insert(this.#database, this.#table.name, row);
    }
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
    if (this.#trusts && !this.#checksInserts) {
      return this.#driver.bulkInsert(this.#database, this.#table.name, rows);
    }
    // What refers to a number, or competes with one, that the driver has yet to assign is checked when it is assigned.
    if (this.#dependsOnAssigned(rows)) {
      return this.#transactions.run(() => chainAll(rows, (row) => this.insert(row)));
    }
    return this.#statement(() => chain(this.#checkInsert(rows), () => this.stored.insertAll(rows)));
  }

  /** Changes the rows that match. */
  update(plan: UpdatePlan, params: Params): Maybe<number> {
    const names = plan.set.map(({ column }) => column);
    if (names.length === 0) return this.count(plan, params);
    const checked = this.#isChecked(names);
    const computes = computesValues(plan);
    const { pushdown, declared, undoes } = this.stored;
    const can = pushdown.takes(plan.where) && (!computes || declared.expressions === true);
    const native = checked || !undoes ? null : this.#native(plan, can);
    if (native !== null) return this.stored.checkCount("prepare", native.number(params));
    const split = pushdown.split(plan.where, params);
    if (computes) return this.#updateComputed(split, plan, params);
    const data = givenValues(plan.set, params);
    if (!checked && split.residual === null && this.stored.undoes) {
      return this.stored.updateWhere(data, split.where ?? {}, []);
    }
    return this.#onFound(split, params, "update", {
      needs: checked ? null : this.stored.undoes ? [] : names,
      plan: checked ? (statement, rows) => statement.update(rows, () => data, names) : null,
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
  updateEach(updates: readonly BulkUpdate[]): Maybe<number> {
    const calls = updates.map(({ data, where }): Call<UpdatePlan> =>
      updateOf(this.#table, data, readWhere(this.#table, where, false))
    );
    const splits = calls.map(({ plan, params }) => this.stored.pushdown.split(plan.where, params));
    const direct = this.stored.undoes && splits.every(({ residual }) => residual === null) &&
      calls.every(({ plan: { set } }) => set.length > 0 && !this.#isChecked(set.map(({ column }) => column)));
    if (direct) {
      const each = updates.map(({ data }, i) => ({
        data: this.stored.codec.encode(data),
        where: splits[i]?.where ?? {},
      }));
      return this.#driver.bulkUpdate(this.#database, this.#table.name, each);
    }
    return this.#transactions.run(() =>
      chain(
        chainAll(calls, ({ plan, params }) => this.update(plan, params)),
        (counts) => counts.reduce((sum, n) => sum + n, 0),
      )
    );
  }

  /** Removes the rows that match. */
  delete(plan: DeletePlan, params: Params): Maybe<number> {
    const checked = enforcesReferences(this.stored) &&
      this.stored.home.referrers(this.#table.name).length > 0;
    const native = checked || !this.stored.undoes
      ? null
      : this.#native(plan, this.stored.pushdown.takes(plan.where));
    if (native !== null) return this.stored.checkCount("prepare", native.number(params));
    const split = this.stored.pushdown.split(plan.where, params);
    if (!checked && split.residual === null && this.stored.undoes) {
      return this.stored.deleteWhere(split.where ?? {}, []);
    }
    return this.#onFound(split, params, "delete from", {
      needs: checked || !this.stored.undoes ? null : [],
      plan: checked ? (statement, rows) => statement.delete(rows) : null,
      whole: (rows) => this.stored.deleteWhere(split.where ?? {}, rows),
      each: (rows) => this.stored.deleteRows(rows),
    });
  }

  /** Inserts a row, or updates the row equal in the conflict columns. */
  upsert(row: Row, options: UpsertOptions): Maybe<Row> {
    const { conflict, set } = options;
    const { codec, undoes } = this.stored;
    const native = codec.native && undoes && !this.#checksInserts && !this.#isChecked(set);
    if (native && this.#driver.upsert !== undefined) {
      const stored = this.#driver.upsert(this.#database, this.#table.name, row, options);
      return chain(stored, (found) => this.stored.decode("upsert", [found])[0] as Row);
    }
    return this.#transactions.run(() =>
      chain(this.#equalRow(row, conflict), (existing) => {
        if (existing === undefined) return this.insert(row);
        return set.length === 0 ? existing : this.#change(existing, pick(row, set));
      })
    );
  }

  /** Aggregates by group. */
  group(plan: GroupPlan): Maybe<Row[]> {
    const { declared, pushdown } = this.stored;
    const takes = declared.expressions === true || !computesGroups(plan);
    return takes && this.#driver.group !== undefined && pushdown.takes(plan.where)
      ? this.#driver.group(this.#database, this.#table.name, plan)
      : groupStored(this.stored, plan);
  }

  /** Who does what of a search. */
  explain(options: QueryOptions): Maybe<string[]> {
    const { plan, params } = readFind(this.#table, options, false);
    return this.#driver.explain !== undefined && this.#leavesNothing(plan, params)
      ? this.#driver.explain(this.#database, this.#table.name, options)
      : explainSearch(this.stored, plan, params);
  }

  /** Reads an index as it is handed down. */
  readIndex({ name, columns, unique, where }: NamedIndex): StoredIndex {
    const read = where === undefined ? null : readWhere(this.#table, where, false);
    return { name, columns, unique: unique === true, where: read };
  }

  /** Whether the driver makes writes by itself, and returns what it stored as it has to. */
  get #trusts(): boolean {
    return this.stored.trusted && this.stored.undoes;
  }

  /** Whether a search is the driver's alone, and its rows are given away as they come. */
  #leavesNothing(plan: SelectPlan, params: Params): boolean {
    return this.stored.trusted && this.stored.pushdown.takes(plan.where) &&
      leavesNothing(divideSearch(this.stored, plan, params));
  }

  get #checksInserts(): boolean {
    const refers = enforcesReferences(this.stored) &&
      this.#table.columns.some(({ references }) => references !== null);
    return refers || this.stored.rules.length > 0;
  }

  #nativeSelect(plan: SelectPlan): AnyPrepared | null {
    const { pushdown, declared } = this.stored;
    const { limit, offset, select, orderBy } = plan;
    return this.#native(
      plan,
      pushdown.takes(plan.where) && pushdown.canOrder(orderBy ?? []) &&
        ((limit === undefined && offset === undefined) || declared.limit === true) &&
        (select === undefined || declared.select === true),
    );
  }

  /** What the driver prepared for a plan that it can run by itself, or null. */
  #native(plan: QueryPlan, can: boolean): AnyPrepared | null {
    if (this.#driver.prepare === undefined || !can) return null;
    const known = this.#prepared.get(plan);
    if (known !== undefined) return known;
    const prepared = this.#driver.prepare(this.#database, this.#table.name, plan);
    this.#prepared.set(plan, prepared);
    return prepared;
  }

  /** Runs what reads before it writes; with a driver that runs flows beside each other, in a transaction of its own. */
  #statement<T>(work: () => Maybe<T>): Maybe<T> {
    return this.#transactions.concurrent ? this.#transactions.run(work) : work();
  }

  /** Runs several writes as one. */
  #steps<T>(calls: number, work: () => Maybe<T>): Maybe<T> {
    return calls > 1 && !this.#transactions.concurrent ? this.#transactions.run(work) : work();
  }

  /** Finds the rows of a statement, checks what it does to them, and writes: with one call when the driver finds them too. */
  #onFound(split: Split, params: Params, attempt: Attempt, work: FoundWork): Maybe<number> {
    return this.#statement(() =>
      chain(this.stored.findSplit(split, params, work.needs), (rows) => {
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
    if (!this.#checksInserts) return null;
    const statement = new ComposedStatement(this.stored, "insert into");
    return chain(statement.insert(rows), () => statement);
  }

  /** Whether a change of some columns can break what is enforced here. */
  #isChecked(names: readonly string[]): boolean {
    if (this.stored.rules.some(({ reads }) => names.some((name) => reads.has(name)))) return true;
    if (!enforcesReferences(this.stored)) return false;
    return names.some((name) => this.#table.column(name).references !== null) || this.#isReferredTo(names);
  }

  #isReferredTo(names: readonly string[]): boolean {
    return this.stored.home.referrers(this.#table.name)
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
    const where = readWhere(this.#table, pick(existing, key), false);
    const { plan, params } = updateOf(this.#table, data, where);
    const changed = { ...existing, ...data };
    return chain(this.update(plan, params), () => {
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

/** What a statement does to the rows it found. */
interface FoundWork {
  /** The columns it needs of the rows beside their key; null for all. */
  readonly needs: readonly string[] | null;
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
