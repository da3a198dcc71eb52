import { chain, chainAll, isPromise, type Maybe, settle } from "../chain/chain.ts";
import type { Predicate } from "../contract/mod.ts";
import { atCaller } from "../errors/caller_frames.ts";
import { UnsupportedError, ValidationError } from "../errors/mod.ts";
import { readWhere } from "../query/where_reader.ts";
import { describeValue } from "../schema/describe_value.ts";
import { checkIdentifier } from "../schema/identifiers.ts";
import { ownMembers } from "../schema/plain_object.ts";
import type { Table } from "../schema/table.ts";
import { ComposedStore } from "../store/composed_store.ts";
import type { Row } from "../store/any_driver.ts";
import { DirectStore } from "../store/direct_store.ts";
import { checkLimits } from "../store/limits.ts";
import type { Referrer, StoreContext } from "../store/store_context.ts";
import type { StoreIndex, TableStore } from "../store/table_store.ts";
import type { Connection } from "./connection.ts";
import { type Answer, type Given, type Operation, READS } from "./operation.ts";

/** An index as a user describes it. */
export interface IndexDefinition {
  /** The columns, in order. */
  readonly columns: readonly string[];
  /** Whether it refuses rows equal in all the columns, none of them null. */
  readonly unique?: boolean | undefined;
  /** Only rows that satisfy this are in the index. */
  readonly where?: unknown;
}

/** The tables of one database, by name. */
export class DatabaseTables extends Map<string, TableEntry> {
  /** Fulfilled when the table that is being made is done. */
  creating: Promise<void> | null = null;
}

/** A defined table: its store, and whether it is known to exist. */
export class TableEntry implements StoreContext {
  /** The database's name. */
  readonly database: string;
  /** The checked schema. */
  readonly table: Table;
  /** The driver in use. */
  readonly connection: Connection;
  /** The rows. */
  readonly store: TableStore;
  readonly #siblings: DatabaseTables;
  readonly #indexes = new Map<string, StoreIndex>();
  readonly #declared: readonly StoreIndex[];
  #epoch = 0;

  /** Makes the entry of a table that may not exist yet. */
  constructor(
    connection: Connection,
    database: string,
    table: Table,
    indexes: readonly (IndexDefinition & { readonly name?: string | undefined })[],
    siblings: DatabaseTables,
  ) {
    this.connection = connection;
    this.database = database;
    this.table = table;
    this.#siblings = siblings;
    const Store = connection.complete ? DirectStore : ComposedStore;
    this.store = new Store(connection.driver, database, table, this);
    this.#declared = indexes.map((index) => {
      const { name, columns, unique } = ownMembers(index ?? {}) as Partial<typeof index>;
      return readIndex(table, name ?? defaultName({ columns, unique }), index);
    });
  }

  /** Whether the table is known to exist. */
  get isReady(): boolean {
    return this.#epoch === this.connection.epoch;
  }

  /**
   * Does something to the table: when it is its turn, and when the table exists. Everything that a model does passes here.
   *
   * @param operation What is done, without values.
   * @param given The values of its slots, or its rows.
   */
  execute<K extends Operation["kind"]>(
    operation: Operation & { readonly kind: K },
    given: Given[K],
  ): Maybe<Answer[K]> {
    const { transactions } = this.connection;
    try {
      if (transactions.idle && this.isReady) return this.#perform(operation, given) as Maybe<Answer[K]>;
      return this.#inTurn(operation, given) as Maybe<Answer[K]>;
    } catch (error) {
      throw atCaller(error, TableEntry.prototype.execute);
    }
  }

  #inTurn(operation: Operation, given: unknown): Maybe<unknown> {
    const { transactions, complete } = this.connection;
    const perform = () => this.#perform(operation, given);
    const alone = !complete && !READS.includes(operation.kind);
    return transactions.run(
      this.database,
      alone,
      () =>
        this.isReady
          ? perform()
          : operation.kind === "dropIndex"
          ? this.#dropAnyIndex(perform)
          : chain(this.ensure(), perform),
    );
  }

  /** Removes an index also when it is what keeps those that are declared from being made. */
  #dropAnyIndex(drop: () => Maybe<unknown>): Maybe<unknown> {
    return settle(() => this.ensure(), drop, (error) => {
      if (!(error instanceof ValidationError) || error.code !== "INDEX_MISMATCH") throw error;
      return chain(this.store.create(), drop);
    });
  }

  #perform(operation: Operation, given: unknown): Maybe<unknown> {
    const { store } = this;
    const params = given as Params;
    switch (operation.kind) {
      case "select":
        return store.select(operation, params);
      case "insert":
        return store.insert(given as Row);
      case "count":
        return store.count(operation, params);
      case "update":
        return store.update(operation, params);
      case "delete":
        return store.delete(operation, params);
      case "insertAll":
        return (given as readonly Row[]).length === 0 ? [] : store.insertAll(given as readonly Row[]);
      case "updateEach":
        return (given as Given["updateEach"]).length === 0
          ? 0
          : store.updateEach(given as Given["updateEach"]);
      case "upsert":
        return store.upsert(given as Row, operation);
      case "group":
        return store.group({ ...operation, params });
      case "iterate":
        return store.iterate(operation.plan, params);
      case "explain":
        return store.explain(operation.plan, params);
      case "createIndex":
        return this.#createIndex(operation.index);
      case "dropIndex":
        return this.#dropIndex(operation.name);
      case "drop":
        return this.#drop();
      case "ready":
        return undefined;
    }
  }

  /** Makes the table, those it refers to and its indexes, when they are absent. */
  ensure(): Maybe<void> {
    if (this.isReady) return;
    // One at a time, so that two tables which refer to each other never wait for each other.
    const { creating } = this.#siblings;
    if (creating !== null) return creating.then(() => this.ensure());
    const made = chain(this.connection.opened(), () => this.#make(new Set()));
    if (isPromise(made)) {
      const done = (): void => {
        this.#siblings.creating = null;
      };
      this.#siblings.creating = made.then(done, done);
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
    const index = readIndex(this.table, name, definition);
    return this.execute({ kind: "createIndex", index }, null);
  }

  /** Removes an index. */
  dropIndex(name: string): Maybe<void> {
    checkIdentifier("index", name);
    return this.execute({ kind: "dropIndex", name }, null);
  }

  #dropIndex(name: string): Maybe<void> {
    return chain(this.store.dropIndex(name), () => {
      const index = this.#indexes.get(name);
      this.#indexes.delete(name);
      if (index !== undefined) {
        this.connection.transactions.current?.forget.push(() => this.#indexes.set(name, index));
      }
    });
  }

  /** Removes the table with its rows; the next operation makes it anew. */
  #drop(): Maybe<void> {
    return chain(this.store.drop(), () => {
      const indexes = [...this.#indexes];
      this.#epoch = 0;
      this.#indexes.clear();
      this.connection.transactions.current?.forget.push(() => {
        for (const [name, index] of indexes) this.#indexes.set(name, index);
      });
    });
  }

  /** Runs several steps as one. */
  atomically<T>(work: () => Maybe<T>): Maybe<T> {
    return this.connection.transactions.steps(work);
  }

  /** Remembers how to undo a write. */
  undo(step: () => Maybe<void>): void {
    this.connection.transactions.current?.undo.push(step);
  }

  /** The indexes known. */
  indexes(): readonly StoreIndex[] {
    return [...this.#indexes.values()];
  }

  /** The indexes there are, and those that will be made with the table. */
  knownIndexes(): readonly StoreIndex[] {
    return this.isReady ? this.indexes() : [...this.#declared, ...this.#indexes.values()];
  }

  /** Another table of the same database. */
  related(tableName: string): TableEntry | null {
    return this.#siblings.get(tableName) ?? null;
  }

  /** The columns that refer to a table. */
  referrers(tableName: string): readonly Referrer[] {
    return [...this.#siblings.values()].flatMap(({ table, store }) =>
      table.columns
        .filter((column) => column.references?.table === tableName)
        .map((column) => ({ table, column, store }))
    );
  }

  #make(path: Set<TableEntry>): Maybe<void> {
    if (this.isReady || path.has(this)) return;
    path.add(this);
    const scope = this.connection.transactions.current;
    const create = (): Maybe<unknown> => {
      const made = this.store.createWith(this.#declared);
      if (made !== null) return chain(made, () => this.#declared.forEach((index) => this.#knowIndex(index)));
      return chain(this.store.create(), () => chainAll(this.#declared, (index) => this.#createIndex(index)));
    };
    return chain(this.#makeParents(path), () =>
      chain(create(), () => {
        this.#epoch = this.connection.epoch;
        scope?.forget.push(() => this.#epoch = 0);
      }));
  }

  #createIndex(index: StoreIndex): Maybe<void> {
    const { name, capabilities } = this.connection.driver.metadata;
    // A unique index that the driver cannot take is enforced by the store; one that only makes searches faster is refused.
    if (index.where !== null && !index.unique && capabilities?.partialIndexes !== true) {
      throw new UnsupportedError(
        `Cannot create index \`${index.name}\` on \`${this.table.name}\`: driver ${name} has no partial indexes; leave \`where\` out`,
        { driver: name, table: this.table.name },
      );
    }
    return chain(this.store.createIndex(index), () => this.#knowIndex(index));
  }

  #knowIndex(index: StoreIndex): void {
    this.#indexes.set(index.name, index);
    this.connection.transactions.current?.forget.push(() => this.#indexes.delete(index.name));
  }

  /** Sees that the tables referred to exist, with a column that can be referred to. */
  #makeParents(path: Set<TableEntry>): Maybe<unknown> {
    return chainAll(this.table.columns, (column) => {
      const reference = column.references;
      if (reference === null) return;
      const parent = this.related(reference.table);
      if (parent === null) {
        throw new ValidationError(
          `Cannot use \`${this.table.name}\`: column \`${column.name}\` refers to table \`${reference.table}\`, which no model ` +
            `of database \`${this.database}\` defines; define it before the first operation`,
          { code: "INVALID_SCHEMA", table: this.table.name, columns: [column.name] },
        );
      }
      const target = parent.table.column(reference.column);
      if (!target.unique || target.kind !== column.kind) {
        throw new ValidationError(
          `Cannot use \`${this.table.name}\`: column \`${column.name}\` refers to \`${reference.table}.${reference.column}\`, which ` +
            (target.unique
              ? `is ${target.type}, not ${column.type}`
              : "is neither the primary key nor unique"),
          { code: "INVALID_SCHEMA", table: this.table.name, columns: [column.name] },
        );
      }
      return parent.#make(path);
    });
  }
}

/** The values of a plan's slots. */
type Params = readonly unknown[];

const INDEX_MEMBERS: readonly string[] = ["name", "columns", "unique", "where"];

function readIndex(table: Table, name: string, definition: IndexDefinition): StoreIndex {
  checkIdentifier("index", name);
  const refuse = (reason: string, columns: readonly string[] = []): never => {
    throw new ValidationError(`Cannot create index \`${name}\` on \`${table.name}\`: ${reason}`, {
      code: "INVALID_INDEX",
      table: table.name,
      columns,
    });
  };
  if (typeof definition !== "object" || definition === null) {
    return refuse(
      `it is described by an object such as { columns: ["name"] }, not ${describeValue(definition)}`,
    );
  }
  const unknown = Object.keys(definition).find((member) => !INDEX_MEMBERS.includes(member));
  if (unknown !== undefined) return refuse(`${JSON.stringify(unknown)} is none of columns, unique, where`);
  const { columns, unique = false, where } = ownMembers(definition);
  if (typeof unique !== "boolean") return refuse("`unique` is true or false");
  if (!Array.isArray(columns) || columns.length === 0 || new Set(columns).size !== columns.length) {
    return refuse("it needs columns, each once");
  }
  for (const column of columns) {
    if (!table.column(column).ordered) refuse(`\`${column}\` is JSON, which has no order`, [column]);
  }
  const read = where === undefined ? null : readWhere(table, where, table.rules.strict);
  const whole = read === null ? null : wholeJSON(table, read.predicate);
  if (whole !== null) {
    refuse(
      `its condition looks at \`${whole}\` as a whole or for an element; compare a place in it, such as "${whole}.kind"`,
      [whole],
    );
  }
  return { name, columns: [...columns], unique, where: read };
}

/** The JSON column of which a condition asks what the index of a store cannot tell: of a whole value, or an element. */
function wholeJSON(table: Table, predicate: Predicate | null): string | null {
  switch (predicate?.kind) {
    case "and":
    case "or":
      return predicate.items.map((item) => wholeJSON(table, item)).find((name) => name !== null) ?? null;
    case "not":
      return wholeJSON(table, predicate.item);
    case "has":
      return predicate.column;
    case "equal":
    case "in":
      return predicate.path === null && table.column(predicate.column).kind === "json"
        ? predicate.column
        : null;
    default:
      return null;
  }
}

function defaultName({ columns, unique }: { columns: unknown; unique: unknown }): string {
  return `${Array.isArray(columns) ? columns.join("_") : ""}_${unique ? "unique" : "index"}`;
}
