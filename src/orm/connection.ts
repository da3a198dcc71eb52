import { chain, isPromise, type Maybe } from "../chain/chain.ts";
import type { AsyncDriver, Capabilities, DriverConfig, SyncDriver } from "../contract/mod.ts";
import { OPERATORS } from "../contract/mod.ts";
import { ConnectionError } from "../errors/mod.ts";
import { type AnyDriver, anyDriver } from "../store/any_driver.ts";
import { AsyncTransactions } from "../transaction/async_transactions.ts";
import { type TransactionOptions, transactionSettings } from "../transaction/options.ts";
import { SyncTransactions } from "../transaction/sync_transactions.ts";
import type { Transactions } from "../transaction/transactions.ts";
import type { Mode } from "../types/mode.ts";

const connections = new WeakMap<object, Connection>();

/** A driver in use, by one ORM or several: whether it is open, what it can do, and whose turn it is. */
export class Connection {
  /** The driver. */
  readonly driver: AnyDriver;
  /** Whether the driver returns values or Promises. */
  readonly mode: Mode;
  /** Whether the driver does everything itself, so that nothing has to be composed. */
  readonly complete: boolean;
  /** Who owns what runs. */
  readonly transactions: Transactions;
  /** Counts how often the driver was closed: what was established before does not hold after. */
  epoch = 1;
  #closed = false;
  #opening: Promise<void> | null = null;

  private constructor(driver: AnyDriver, opened: Maybe<void>, options: TransactionOptions | undefined) {
    const capabilities = driver.metadata.capabilities ?? {};
    this.driver = driver;
    this.complete = isComplete(capabilities);
    this.mode = isPromise(opened) ? "async" : "sync";
    const host = {
      begin: <T>(work: () => Maybe<T>): Maybe<T> =>
        chain(this.#opening ?? undefined, () => driver.transaction(work)),
      undoes: capabilities.transactions !== undefined,
      savepoints: capabilities.transactions !== undefined && capabilities.savepoints === true,
      concurrent: capabilities.transactions === "concurrent",
    };
    const settings = transactionSettings(options);
    this.transactions = this.mode === "sync"
      ? new SyncTransactions(host)
      : new AsyncTransactions(host, settings);
    this.#open(opened);
  }

  /**
   * The connection of a driver, opened.
   *
   * @throws {RinariError} When a sync driver cannot open; an async driver's failure is thrown by the first operation.
   */
  static of(
    driver: SyncDriver | AsyncDriver,
    config: DriverConfig,
    options: TransactionOptions | undefined,
  ): Connection {
    const known = connections.get(driver);
    const any = anyDriver(driver);
    const opened = any.connect(config);
    if (known !== undefined) {
      known.#open(opened);
      return known;
    }
    const connection = new Connection(any, opened, options);
    connections.set(driver, connection);
    return connection;
  }

  /**
   * Waits until the driver is open.
   *
   * @throws {ConnectionError} When it was closed.
   */
  opened(): Maybe<void> {
    if (this.#closed) {
      throw new ConnectionError("Cannot use the ORM: it was disconnected; make a new ORM to connect again", {
        code: "NOT_CONNECTED",
        driver: this.driver.metadata.name,
      });
    }
    return this.#opening ?? undefined;
  }

  /** Closes the driver. */
  close(): Maybe<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.epoch++;
    return this.driver.disconnect();
  }

  #open(opened: Maybe<void>): void {
    this.#closed = false;
    if (!isPromise(opened)) return;
    this.#opening = opened.then(() => {
      this.#opening = null;
    });
    // The failure is thrown by every operation that waits for it; alone it is no unhandled rejection.
    this.#opening.catch(() => undefined);
  }
}

/** Whether the driver declares everything that would otherwise be composed. */
function isComplete(declared: Capabilities): boolean {
  const { nativeTypes = [], operators = [] } = declared;
  const flags = [
    declared.logic,
    declared.jsonPaths,
    declared.orderBy,
    declared.limit,
    declared.select,
    declared.unique,
    declared.uniqueIndexes,
    declared.partialIndexes,
    declared.references,
    declared.savepoints,
  ];
  return flags.every((flag) => flag === true) && declared.transactions !== undefined &&
    (["date", "bytes", "bigint"] as const).every((type) => nativeTypes.includes(type)) &&
    OPERATORS.every((operator) => operators.includes(operator));
}
