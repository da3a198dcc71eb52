import { chain, chainAll, isPromise, type Maybe, settle } from "../chain/chain.ts";
import type { AnyPrepared, Row, TableDriver } from "../composed/complete_driver.ts";
import { NamedDriver } from "../composed/named_driver.ts";
import type {
  GroupPlan,
  NamedIndex,
  Predicate,
  QueryPlan,
  TableIndex,
  TableSchema,
} from "../contract/mod.ts";
import { atCaller } from "../errors/caller_frames.ts";
import { renameInError } from "../errors/rename_in_error.ts";
import { ValidationError } from "../errors/mod.ts";
import { toDriverWhere, toQueryOptions } from "../query/driver_where.ts";
import { defersList, withoutLists } from "../query/deferred_list.ts";
import type { Call, KindOfPlan, SelectPlan, UpdatePlan } from "../query/plans.ts";
import { relateTable } from "../query/related.ts";
import { TableNames } from "../query/table_names.ts";
import { type ReadWhere, readWhere } from "../query/where_reader.ts";
import { givenValues } from "../reference/computed_values.ts";
import { loadSearch } from "../relations/load_search.ts";
import { Relations } from "../relations/relations.ts";
import { checkIdentifier } from "../schema/identifiers.ts";
import { storeNameOf } from "../schema/naming.ts";
import { ownMembers } from "../schema/plain_object.ts";
import type { Column } from "../schema/column.ts";
import type { Table } from "../schema/table.ts";
import { driverSchema } from "../store/driver_schema.ts";
import { checkLimits } from "../store/limits.ts";
import { type FoundWhere, foundWhere, isDeferredWhere, preparePlan } from "./deferred_plan.ts";
import { leadsBack } from "./leads_back.ts";
import { indexesToMake } from "./referring_indexes.ts";
import { checkTarget, refuseParent, refuseView, storedReference } from "./check_target.ts";
import type { Connection, SharedTable } from "./connection.ts";
import type { DatabaseTables } from "./database_tables.ts";
import { explainSearch } from "./explain_search.ts";
import { defaultName, type IndexDefinition, readIndex } from "./index_definition.ts";
import { traced, tracing } from "../tracing/channel.ts";
import { checkReading } from "../transaction/abort.ts";
import { describeOperation, rowsOf } from "./traced_operation.ts";
import { TableChanges } from "./table_changes.ts";
import { type Answer, type Given, type Operation, READS, whereOf } from "./operation.ts";

/** A defined table: the one door to it, and whether it is known to exist. */
export class TableEntry {
  /** The database's name. */
  readonly database: string;
  /** The checked schema. */
  readonly table: Table;
  /** Whether it is of a view, which is only read. */
  readonly isView: boolean = false;
  /** The driver in use. */
  readonly connection: Connection;
  /** The rows of other tables that belong to a row. */
  readonly relations: Relations;
  /** The names of the store, when it has others. */
  readonly names: TableNames | null;
  readonly #driver: TableDriver;
  /** The tables of the same database and ORM. */
  readonly siblings: DatabaseTables;
  /** The relations as they were declared. */
  readonly declaredRelations: ReadonlyMap<string, () => unknown>;
  readonly #declared: readonly NamedIndex[];
  /** The conditions of indexes, as the model has them, by the name of the index. */
  readonly #conditions: Map<string, ReadWhere> = new Map();
  readonly #shared: SharedTable;
  readonly #changes: TableChanges;
  #schema: TableSchema | null = null;
  /** What the driver has prepared, for as long as its plan is kept. */
  #prepared: WeakMap<QueryPlan, AnyPrepared> = new WeakMap();
  #epoch = 0;

  /** Makes the entry of a table that may not exist yet. */
  constructor(
    connection: Connection,
    database: string,
    table: Table,
    indexes: readonly (IndexDefinition & { readonly name?: string | undefined })[],
    siblings: DatabaseTables,
    relations: ReadonlyMap<string, () => unknown>,
  ) {
    this.connection = connection;
    this.database = database;
    this.table = table;
    this.names = table.renamed ? new TableNames(table) : null;
    this.#driver = this.names === null ? connection.driver : new NamedDriver(
      connection.driver,
      this.names,
      (error) => renameInError(error, table, [...siblings.values()].map((each) => each.table)),
    );
    this.siblings = siblings;
    this.declaredRelations = relations;
    this.relations = new Relations(this, relations);
    if (relations.size > 0) relateTable(table, this.relations);
    this.#changes = new TableChanges({
      database,
      table,
      siblings: { [Symbol.iterator]: () => siblings.values() },
    });
    this.#shared = connection.shared(database, table.storeName);
    this.#declared = indexes.map((index) => {
      const { name, columns, unique, where } = ownMembers(index ?? {}) as Partial<typeof index>;
      const read = readIndex(table, this.names, name ?? defaultName({ columns, unique }), index);
      this.#keepCondition(read.name, where);
      return read;
    });
  }

  /** The door to the whole table: itself, unless it leads to a part. */
  get base(): TableEntry {
    return this;
  }

  /** Data of a new row with what is known of every row here. */
  filled(data: unknown): unknown {
    return data;
  }

  /** Whether the table is known to exist. */
  get isReady(): boolean {
    return this.#epoch === this.#shared.epoch;
  }

  /**
   * Does something to the table: when it is its turn, and when the table exists. Everything that a model does passes here.
   *
   * @param operation What is done, without values.
   * @param given The values of its slots, or its rows.
   * @param signal Ends it, when it changes nothing.
   */
  execute<K extends Operation["kind"]>(
    operation: Operation & { readonly kind: K },
    given: Given[K],
    signal?: AbortSignal,
  ): Maybe<Answer[K]> {
    const { transactions, changes } = this.connection;
    try {
      if (tracing !== null && tracing.start.hasSubscribers) {
        return this.#traced(operation, given, signal) as Maybe<Answer[K]>;
      }
      if (transactions.idle && this.isReady && !changes.watched && signal === undefined) {
        return this.#perform(operation, given) as Maybe<Answer[K]>;
      }
      return this.#inTurn(operation, given, signal) as Maybe<Answer[K]>;
    } catch (error) {
      throw atCaller(error, TableEntry.prototype.execute);
    }
  }

  #traced(operation: Operation, given: unknown, signal: AbortSignal | undefined): Maybe<unknown> {
    return traced(
      tracing as NonNullable<typeof tracing>,
      describeOperation(this, operation, given),
      () => this.#inTurn(operation, given, signal),
      (answer) => rowsOf(operation, answer),
    );
  }

  #inTurn(operation: Operation, given: unknown, signal: AbortSignal | undefined): Maybe<unknown> {
    const { transactions } = this.connection;
    const { name } = this.table;
    checkReading(signal, name);
    const perform = () => this.#perform(operation, given, signal);
    // Between the statements of a load, and those that find a list, nothing may be written.
    const alone = operation.kind === "load" || isDeferredWhere(this, whereOf(operation)) ||
      (this.#driver.writesAlone === true && !READS.includes(operation.kind));
    const done = transactions.run(
      this.database,
      alone,
      () =>
        this.isReady
          ? perform()
          : operation.kind === "dropIndex"
          ? this.#dropAnyIndex(perform)
          : chain(this.ensure(), perform),
      signal,
    );
    if (READS.includes(operation.kind)) {
      return signal === undefined ? done : chain(done, (answer) => {
        checkReading(signal, name);
        return answer;
      });
    }
    return chain(done, (answer) => {
      const change = this.#changes.of(operation, answer);
      if (change !== null) this.connection.changed(change);
      return answer;
    });
  }

  /** Removes an index also when it is what keeps those that are declared from being made. */
  #dropAnyIndex(drop: () => Maybe<unknown>): Maybe<unknown> {
    return settle(() => this.ensure(), drop, (error) => {
      if (!(error instanceof ValidationError) || error.code !== "INDEX_MISMATCH") throw error;
      return chain(this.#create([]), drop);
    });
  }

  #perform(operation: Operation, given: unknown, signal?: AbortSignal): Maybe<unknown> {
    const params = given as Params;
    switch (operation.kind) {
      case "select":
        return (this.#prepared.get(operation) ?? this.#prepare(operation)).all(params);
      case "insert":
        return this.#driver.insert(this.database, this.table.name, given as Row);
      case "count":
      case "update":
      case "delete":
        return (this.#prepared.get(operation) ?? this.#prepare(operation)).number(params);
      default:
        return this.#performRare(operation, given, signal);
    }
  }

  #performRare(operation: Operation, given: unknown, signal: AbortSignal | undefined): Maybe<unknown> {
    const { database } = this;
    const { name } = this.table;
    const driver = this.#driver;
    switch (operation.kind) {
      case "insertAll":
        return (given as readonly Row[]).length === 0
          ? []
          : driver.bulkInsert(database, name, given as readonly Row[]);
      case "updateEach": {
        if ((given as readonly Call<UpdatePlan>[]).some(({ plan }) => defersList(plan.where))) {
          const each = chainAll(
            given as readonly Call<UpdatePlan>[],
            ({ plan, params }) => (this.#prepared.get(plan) ?? this.#prepare(plan)).number(params),
          );
          return chain(each, (counts) => counts.reduce((sum, count) => sum + count, 0));
        }
        const updates = (given as readonly Call<UpdatePlan>[]).map(({ plan, params }) => {
          const { set, where } = this.#stored(plan);
          return { data: givenValues(set, params), where: toDriverWhere(where, params) };
        });
        return updates.length === 0 ? 0 : driver.bulkUpdate(database, name, updates);
      }
      case "change":
        return this.#rowsOf(operation.plan, given as Params);
      case "upsert":
        return driver.upsert(database, name, given as Row, operation);
      case "group":
        return this.readGroups({ ...operation, params: given as Params });
      case "iterate":
        return this.#found(
          operation.plan.where,
          given as Params,
          ({ where, params }) =>
            driver.iterate(
              database,
              name,
              toQueryOptions(this.#stored({ ...operation.plan, where }), params),
            ),
        );
      case "load":
        return loadSearch(this, operation, given as Params, signal);
      case "explain":
        return this.#found(
          operation.plan.where,
          given as Params,
          ({ where, params }) =>
            explainSearch(
              this.table,
              { ...operation.plan, where },
              (plan) => driver.explain(database, name, toQueryOptions(this.#stored(plan), params)),
            ),
        );
      case "indexes":
        return this.#indexes();
      case "createIndex":
        return this.#createIndex(operation.index);
      case "dropIndex":
        return chain(driver.dropIndex(database, name, operation.name), () => this.#forgetIndexes());
      case "drop":
        return chain(driver.dropTable(database, name), () => {
          this.forget();
        });
      default:
        return undefined;
    }
  }

  /** A plan with the names of the store. */
  #stored<P extends QueryPlan>(plan: P): P {
    return this.names === null ? plan : this.names.plan(plan);
  }

  /** Goes on with a condition whose lists are found. */
  #found<T>(where: Predicate | null, params: Params, run: (found: FoundWhere) => Maybe<T>): Maybe<T> {
    return chain(foundWhere(this, where, params), run);
  }

  /** The rows of a search that is a part of an operation whose turn it is. */
  read(plan: SelectPlan, params: Params): Maybe<Row[]> {
    return this.#rowsOf(plan, params);
  }

  #rowsOf(plan: QueryPlan, params: Params): Maybe<Row[]> {
    return (this.#prepared.get(plan) ?? this.#prepare(plan)).all(params);
  }

  /** Aggregates by group that are a part of an operation whose turn it is. */
  readGroups(plan: GroupPlan): Maybe<Row[]> {
    return this.#found(
      plan.where,
      plan.params,
      (found) => this.#driver.group(this.database, this.table.name, { ...plan, ...found }),
    );
  }

  #prepare(plan: QueryPlan): AnyPrepared {
    const again = (found: QueryPlan) => this.#prepared.get(found) ?? this.#prepare(found);
    const ask = (asked: QueryPlan) => this.#driver.prepare(this.database, this.table.name, asked);
    const prepared = preparePlan(this, plan as KindOfPlan, again, ask);
    this.#prepared.set(plan, prepared);
    return prepared;
  }

  /** Whether the driver gives the rows of a change. What foreign keys change in turn it does not show. */
  get returnsRows(): boolean {
    const driver = this.#driver;
    return driver.composes !== true && driver.metadata.capabilities?.returning === true &&
      !leadsBack(this.siblings, this.table.name, this.table.name, new Set());
  }

  /** Whether no more rows are read for a search than its limit says. */
  readsNoMore(plan: SelectPlan, params: Params): boolean {
    return this.#driver.readsNoMore?.(this.table, plan, withoutLists(params)) ?? true;
  }

  /** Makes the table, those it refers to and its indexes, when they are absent. */
  ensure(): Maybe<void> {
    if (this.isReady) return;
    // One at a time, so that two tables which refer to each other never wait for each other.
    const { creating } = this.siblings;
    if (creating !== null) return creating.then(() => this.ensure());
    const made = chain(this.connection.opened(), () => this.#make(new Set()));
    if (isPromise(made)) {
      const done = (): void => {
        this.siblings.creating = null;
      };
      this.siblings.creating = made.then(done, done);
    }
    return made;
  }

  /**
   * Refuses rows that are larger than the store takes.
   *
   * @throws {ValidationError} Naming the limit.
   */
  checkLimits(rows: readonly Row[]): void {
    const { name, capabilities } = this.connection.driver.metadata;
    if (capabilities?.limits !== undefined) {
      checkLimits({ name, limits: capabilities.limits }, this.table, rows);
    }
  }

  /** Makes an index. */
  createIndex(name: string, definition: IndexDefinition): Maybe<void> {
    const index = readIndex(this.table, this.names, name, definition);
    const { where } = ownMembers(definition);
    return chain(this.execute({ kind: "createIndex", index }, null), () => this.#keepCondition(name, where));
  }

  #keepCondition(name: string, where: unknown): void {
    if (where !== undefined) {
      this.#conditions.set(name, readWhere(this.table, where, this.table.rules.strict));
    }
  }

  /** Removes an index. */
  dropIndex(name: string): Maybe<void> {
    checkIdentifier("index", name);
    return this.execute({ kind: "dropIndex", name: storeNameOf(name, this.table.naming) }, null);
  }

  /** Another table of the same database and ORM. */
  sibling(name: string): TableEntry | null {
    return this.siblings.get(name) ?? null;
  }

  /** The condition of a part of the table, outside of which no row is seen; null for the whole. */
  get condition(): ReadWhere | null {
    return null;
  }

  /** Whether no two rows have the same value in a column, as the model says. */
  isUnique(column: Column): boolean {
    return column.unique ||
      this.#declared.some(({ unique, where, columns }) =>
        unique === true && where === undefined && columns.length === 1 && columns[0] === column.storeName
      );
  }

  /** The indexes that are made with the table. */
  get declared(): readonly NamedIndex[] {
    return this.#declared;
  }

  /** What was established of the table no longer holds, for every ORM on the driver. */
  forget(): void {
    this.#shared.epoch++;
    this.#forgetIndexes();
  }

  /** The indexes that are known to be there; null when the driver was not asked. */
  get indexes(): readonly TableIndex[] | null {
    const { indexes } = this.#shared;
    return indexes === null ? null : this.#named(indexes);
  }

  #indexes(): Maybe<readonly TableIndex[]> {
    const told = this.#driver.indexes(this.database, this.table.name);
    return chain(told, (indexes) => this.#named(this.#shared.indexes = indexes));
  }

  #named(indexes: readonly TableIndex[]): readonly TableIndex[] {
    const { names } = this;
    return names === null ? indexes : indexes.map((index) => names.index(index));
  }

  /** The condition of a partial index, when this model has asked for it. */
  conditionOf(name: string): ReadWhere | undefined {
    return this.#conditions.get(name);
  }

  #createIndex({ name, ...options }: NamedIndex): Maybe<void> {
    const made = this.#driver.createIndex(this.database, this.table.name, name, options);
    return chain(made, () => this.#forgetIndexes());
  }

  /** They are others now, and once more when the transaction is undone. */
  #forgetIndexes(): void {
    const shared = this.#shared;
    shared.indexes = null;
    this.connection.transactions.current?.forget.push(() => shared.indexes = null);
  }

  #make(path: Set<TableEntry>): Maybe<void> {
    if (this.isReady || path.has(this)) return;
    path.add(this);
    const scope = this.connection.transactions.current;
    return chain(
      this.#makeParents(path),
      () =>
        chain(chain(indexesToMake(this), (all) => this.#create(all)), () => {
          this.#prepared = new WeakMap();
          this.#epoch = this.#shared.epoch;
          scope?.forget.push(() => this.#epoch = 0);
        }),
    );
  }

  #create(indexes: readonly NamedIndex[]): Maybe<void> {
    if (this.isView) return this.#driver.useView?.(this.database, this.table.name, this.storeSchema);
    return this.#driver.createTableWithIndexes(this.database, this.table.name, this.storeSchema, indexes);
  }

  /** The columns as the driver is told of them, with the names of the store. */
  get storeSchema(): TableSchema {
    return this.#schema ??= driverSchema(
      this.table,
      (reference) => storedReference(this.siblings, reference),
    );
  }

  /** Sees that the tables referred to exist, with a column that can be referred to. */
  #makeParents(path: Set<TableEntry>): Maybe<unknown> {
    return chainAll(this.table.columns, (column) => {
      const reference = column.references;
      if (reference === null || this.isView) return;
      const parent = this.siblings.get(reference.table);
      if (parent?.isView) return refuseView(this.table.name, column, reference.table);
      if (parent === undefined) return refuseParent(this.table.name, column, reference.table, this.database);
      checkTarget(this.table.name, column, reference, parent.table.column(reference.column));
      return parent.#make(path);
    });
  }
}

/** The values of a plan's slots. */
type Params = readonly unknown[];
