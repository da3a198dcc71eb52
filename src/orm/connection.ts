import { chain, isPromise, type Maybe } from "../chain/chain.ts";
import type { CompleteDriver } from "../composed/complete_driver.ts";
import { wholeDriver } from "../composed/whole_driver.ts";
import type { AsyncDriver, DriverConfig, SyncDriver, TableIndex } from "../contract/mod.ts";
import { ConnectionError, ValidationError } from "../errors/mod.ts";
import { AsyncTransactions } from "../transaction/async_transactions.ts";
import {
  type TransactionDefaults,
  type TransactionSettings,
  transactionSettings,
} from "../transaction/options.ts";
import { ChangeFeed } from "./change_feed.ts";
import { SyncTransactions } from "../transaction/sync_transactions.ts";
import type { Change } from "../transaction/commit.ts";
import type { Transactions } from "../transaction/transactions.ts";
import type { Mode } from "../types/mode.ts";

const connections = new WeakMap<object, Connection>();

/** How a driver is used, by every ORM on it. */
interface Use {
  readonly config: DriverConfig;
  readonly transactions: TransactionSettings;
}

/** What every ORM on a driver knows of a table. */
export interface SharedTable {
  /** Counts how often what was established of it ceased to hold: the driver was closed, or the table dropped. */
  epoch: number;
  /** The indexes there are, when the driver was asked. */
  indexes: readonly TableIndex[] | null;
}

/** A driver in use, by one ORM or several: whether it is open, what it can do, and whose turn it is. */
export class Connection {
  /** The driver, completed. */
  readonly driver: CompleteDriver;
  /** The driver as it was given. */
  readonly given: SyncDriver | AsyncDriver;
  /** Whether the driver returns values or Promises. */
  readonly mode: Mode;
  /** Who is told of commits. */
  readonly changes: ChangeFeed = new ChangeFeed();
  /** Who owns what runs. */
  readonly transactions: Transactions;
  readonly #tables: Map<string, SharedTable> = new Map();
  /** Counts how often the driver was closed. */
  #epoch = 1;
  #closed = false;
  #failed = false;
  #opening: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  #use: Use;

  private constructor(
    given: SyncDriver | AsyncDriver,
    driver: CompleteDriver,
    opened: Maybe<void>,
    use: Use,
  ) {
    this.given = given;
    this.driver = driver;
    this.mode = isPromise(opened) ? "async" : "sync";
    const host = {
      begin: <T>(work: () => Maybe<T>): Maybe<T> => chain(this.opened(), () => driver.transaction(work)),
      committed: (changes: ReadonlySet<Change>): void => this.changes.committed(changes),
      concurrent: driver.metadata.capabilities?.transactions === "concurrent",
      settings: () => this.#use.transactions,
    };
    this.#use = use;
    this.transactions = this.mode === "sync" ? new SyncTransactions(host) : new AsyncTransactions(host);
    this.#open(opened);
  }

  /**
   * The connection of a driver, opened. An ORM that joins others on an open one works as they do.
   *
   * @throws {ValidationError} When an option makes no sense, or differs from what an open connection works with.
   * @throws {RinariError} When a sync driver cannot open; an async driver's failure is thrown by the first operation.
   */
  static of(
    driver: SyncDriver | AsyncDriver,
    config: DriverConfig,
    options: TransactionDefaults | undefined,
  ): Connection {
    const known = connections.get(driver);
    const joined = known === undefined || known.#closed || known.#failed ? undefined : known.#use;
    if (joined !== undefined) checkSameUse(driver.metadata.name, joined, { config, transactions: options });
    const use = joined ?? { config, transactions: transactionSettings(options) };
    const whole = wholeDriver(driver);
    const opened = chain(known && known.#closing, () => whole.connect(use.config));
    if (known !== undefined) {
      known.#use = use;
      known.#open(opened);
      return known;
    }
    const connection = new Connection(driver, whole, opened, use);
    connections.set(driver, connection);
    return connection;
  }

  /**
   * Waits until the driver is open.
   *
   * @throws {ConnectionError} When it was closed, or is closed meanwhile.
   */
  opened(): Maybe<void> {
    const epoch = this.#epoch;
    this.#check(epoch);
    return this.#opening?.then(() => this.#check(epoch));
  }

  /** What is known of a table by every ORM on the driver. */
  shared(database: string, table: string): SharedTable {
    const name = `${database}/${table}`;
    let shared = this.#tables.get(name);
    if (shared === undefined) {
      this.#tables.set(name, shared = { epoch: 1, indexes: null });
    }
    return shared;
  }

  /** Notes a change: at once, or with the commit of the transaction it is in. */
  changed(change: Change): void {
    const scope = this.transactions.current;
    if (scope !== null) scope.note(change);
    else if (this.changes.watched) this.changes.committed(new Set([change]));
  }

  #check(epoch: number): void {
    if (!this.#closed && epoch === this.#epoch) return;
    throw new ConnectionError("Cannot use the ORM: it was disconnected; make a new ORM to connect again", {
      code: "NOT_CONNECTED",
      driver: this.driver.metadata.name,
    });
  }

  /** Closes the driver, when it is open. */
  close(): Maybe<void> {
    if (this.#closed) return this.#closing;
    this.#closed = true;
    this.changes.end();
    this.#epoch++;
    for (const table of this.#tables.values()) {
      table.epoch++;
      table.indexes = null;
    }
    const close = (): Maybe<void> => this.driver.disconnect();
    const closing = this.#opening === undefined ? close() : this.#opening.then(close, close);
    if (!isPromise(closing)) return;
    const done = (): void => {
      if (this.#closing === closed) this.#closing = undefined;
    };
    const closed = this.#closing = closing.then(done, done);
    return closing;
  }

  #open(opened: Maybe<void>): void {
    this.#closed = false;
    this.#failed = false;
    if (!isPromise(opened)) return;
    const opening = this.#opening = opened.then(() => {
      if (this.#opening === opening) this.#opening = undefined;
    });
    // The failure is thrown by every operation that waits for it; alone it is no unhandled rejection.
    opening.catch(() => {
      if (this.#opening === opening) this.#failed = true;
    });
  }
}

/** What a further ORM asks of an open connection has to be what there is: it would be dropped in silence. */
function checkSameUse(
  driver: string,
  use: Use,
  asked: { readonly config: DriverConfig; readonly transactions: TransactionDefaults | undefined },
): void {
  const transactions = transactionSettings(asked.transactions, use.transactions);
  const different = firstDifference(use.config, asked.config) ??
    firstDifference(use.transactions, transactions);
  if (different === null) return;
  throw new ValidationError(
    `Cannot make an ORM: driver ${driver} is in use by another ORM with another \`${different}\`; leave it out, disconnect ` +
      "that one first, or make a driver of its own",
    { code: "INVALID_OPTIONS", driver },
  );
}

function firstDifference<T extends object>(there: T, asked: T): string | null {
  const names = Object.keys(asked) as (keyof T & string)[];
  return names.find((name) => asked[name] !== undefined && asked[name] !== there[name]) ?? null;
}
