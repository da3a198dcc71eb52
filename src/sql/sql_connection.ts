import { chain, chainAll, ensure, type Maybe } from "../chain/chain.ts";
import type { DriverConfig } from "../contract/mod.ts";
import { ConnectionError } from "../errors/mod.ts";
import type { AnyEngine } from "./any_engine.ts";
import { SqlDatabase } from "./sql_database.ts";
import type { Frame } from "./sql_transactions.ts";
import { SqlTransactions } from "./sql_transactions.ts";

/** What a driver is made of: where its engines come from. */
export interface AnyProvider {
  readonly name: string;
  readonly mode: "sync" | "async";
  configure(config: DriverConfig): void;
  open(dbName: string): Maybe<AnyEngine>;
}

/** The databases of a driver and the transaction open on it. */
export class SqlConnection {
  /** Where engines come from. */
  readonly provider: AnyProvider;
  /** The transaction that is open. */
  readonly transactions: SqlTransactions = new SqlTransactions();
  readonly #databases = new Map<string, SqlDatabase>();
  #connected = false;
  #alone: Promise<void> | null = null;

  /** Makes a connection that is closed. */
  constructor(provider: AnyProvider) {
    this.provider = provider;
  }

  /** The driver's name. */
  get name(): string {
    return this.provider.name;
  }

  /** Opens the connection. A second call does nothing. */
  connect(config: DriverConfig): void {
    if (this.#connected) return;
    this.provider.configure(config);
    this.#connected = true;
  }

  /** Closes every database. A second call does nothing. */
  disconnect(): Maybe<void> {
    if (!this.#connected) return;
    this.#connected = false;
    this.transactions.clear();
    return chain(chainAll([...this.#databases.values()], (database) => database.close()), () => undefined);
  }

  /** The database of a name, open or not. */
  database(name: string): SqlDatabase {
    const known = this.#databases.get(name);
    if (known !== undefined) return known;
    this.checkConnected();
    const database = new SqlDatabase(this, name);
    this.#databases.set(name, database);
    return database;
  }

  /** Runs work when nothing runs alone: at once, with a sync driver. */
  whenFree<T>(work: () => Maybe<T>): Maybe<T> {
    return this.#alone === null ? work() : this.#alone.then(() => this.whenFree(work));
  }

  /** Runs steps of an async driver with nothing in between: what else comes waits in `enter`. */
  alone<T>(work: () => Maybe<T>): Maybe<T> {
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
