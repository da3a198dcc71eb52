import { chain, chainAll, ensure, isPromise, type Maybe } from "../chain/chain.ts";
import { type FlowStorage, flowStorage } from "../chain/flow.ts";
import type { DriverConfig } from "../contract/mod.ts";
import { ConnectionError } from "../errors/mod.ts";
import type { AnyEngine } from "./any_engine.ts";
import { SqlDatabase } from "./sql_database.ts";
import type { GivenClient } from "./sql_provider.ts";
import { type Frame, SqlTransactions } from "./sql_transactions.ts";

/** What a driver is made of: where its engines come from. */
export interface AnyProvider {
  readonly name: string;
  readonly mode: "sync" | "async";
  readonly separates?: boolean;
  readonly given?: GivenClient | null;
  configure(config: DriverConfig): Maybe<void>;
  open(dbName: string): Maybe<AnyEngine>;
  close?(): void;
}

/** The name of the database of a client, as long as none was used. */
const UNNAMED = "";

/** The databases of a driver and the transactions open on it. */
export class SqlConnection {
  /** Where engines come from. */
  readonly provider: AnyProvider;
  readonly #whole: SqlTransactions = new SqlTransactions();
  readonly #flows: FlowStorage<SqlTransactions> | null;
  readonly #open: Set<SqlTransactions> = new Set();
  readonly #databases = new Map<string, SqlDatabase>();
  #connected = false;
  #connecting: Promise<void> | null = null;
  #alone: Promise<void> | null = null;

  /** Makes a connection that is closed. */
  constructor(provider: AnyProvider) {
    this.provider = provider;
    this.#flows = provider.separates === true ? flowStorage() : null;
  }

  /** The transaction of the calling flow, where each has one of its own; else the only one. */
  get transactions(): SqlTransactions {
    return this.#flows === null ? this.#whole : this.#flows.getStore() ?? this.#whole;
  }

  /** Whether every flow has a transaction of its own. */
  get separates(): boolean {
    return this.#flows !== null;
  }

  /** The driver's name. */
  get name(): string {
    return this.provider.name;
  }

  /** Opens the connection. A second call does nothing. */
  connect(config: DriverConfig): Maybe<void> {
    if (this.#connected) return;
    if (this.#connecting !== null) return this.#connecting;
    const connected = chain(this.provider.configure(config), () => {
      this.#connected = true;
    });
    if (!isPromise(connected)) return;
    return this.#connecting = connected.finally(() => this.#connecting = null);
  }

  /** Closes every database. A second call does nothing. */
  disconnect(): Maybe<void> {
    if (this.#connecting !== null) return this.#connecting.then(() => this.disconnect(), () => undefined);
    if (!this.#connected) return;
    this.#connected = false;
    // Together: each may have to wait for a server that does not answer.
    const undone = [this.#whole, ...this.#open].map((each) => each.clear()).filter(isPromise);
    const closeAll = () => chainAll([...this.#databases.values()], (each) => each.close());
    const close = () => undone.length === 0 ? closeAll() : Promise.all(undone).then(closeAll);
    return chain(ensure(close, () => this.provider.close?.()), () => undefined);
  }

  /** The database of a name, open or not. */
  database(name: string): SqlDatabase {
    const known = this.#databases.get(name);
    if (known !== undefined) return known;
    this.checkConnected();
    const unnamed = this.#databases.get(UNNAMED);
    if (unnamed === undefined || name === UNNAMED) return this.#add(new SqlDatabase(this, name));
    // What was begun on a client before any name was used, is on the database that now has one.
    this.#databases.delete(UNNAMED);
    unnamed.name = name;
    const { given } = this.provider;
    if (given?.database === UNNAMED) given.database = name;
    return this.#add(unnamed);
  }

  #add(database: SqlDatabase): SqlDatabase {
    this.#databases.set(database.name, database);
    return database;
  }

  /** Runs work when nothing runs alone: at once, with a sync driver. */
  whenFree<T>(work: () => Maybe<T>): Maybe<T> {
    return this.#alone === null ? work() : this.#alone.then(() => this.whenFree(work));
  }

  /** Runs work in a flow that has a transaction of its own, unless it is in one already or there is only one. */
  inFlow<T>(work: () => Maybe<T>): Maybe<T> {
    const flows = this.#flows;
    this.transactions.checkNotEnded(this.name);
    if (flows === null || this.transactions.open) return work();
    const own = new SqlTransactions();
    this.#open.add(own);
    return ensure(() => flows.run(own, work), () => {
      own.end();
      this.#open.delete(own);
    });
  }

  /** Runs steps of an async driver with nothing in between: what else comes waits in `enter`, or is in another flow. */
  alone<T>(work: () => Maybe<T>): Maybe<T> {
    if (this.#flows !== null) return this.inFlow(work);
    return this.whenFree(() => this.#runAlone(work));
  }

  #runAlone<T>(work: () => Maybe<T>): Maybe<T> {
    let done = (): void => undefined;
    this.#alone = new Promise((resolve) => {
      done = () => {
        this.#alone = null;
        resolve();
      };
    });
    this.#leave();
    return ensure(work, done);
  }

  /** Opens a transaction or savepoint: from here on every operation enters it. */
  push(): Frame {
    this.checkConnected();
    this.#leave();
    return this.transactions.push();
  }

  /**
   * Begins what was opened last, where statements run that are not seen here: on a client of someone else. Elsewhere it is begun by
   * the first operation, which tells the database.
   */
  beginAtOnce(): Maybe<void> {
    const { given } = this.provider;
    if (given === undefined || given === null) return;
    return chain(this.database(given.database ?? UNNAMED).enter(), () => undefined);
  }

  #leave(): void {
    for (const database of this.#databases.values()) database.leave();
  }

  /**
   * Checks that the driver is in use.
   *
   * @throws {ConnectionError} When it is not connected.
   */
  checkConnected(): void {
    if (this.#connected) return;
    throw new ConnectionError(`Cannot use driver ${this.name}: it is not connected; call connect first`, {
      code: "NOT_CONNECTED",
      driver: this.name,
    });
  }
}
