import { TimeoutError } from "../../mod.ts";
import type { PgConnection } from "./connection.ts";

/** How connections are made and shared. Times are in milliseconds. */
export interface PoolOptions {
  /** The driver's name, for errors. */
  readonly driver: string;
  /** Opens a connection, set up for use. */
  readonly open: () => Promise<PgConnection>;
  /** The most connections open at once. */
  readonly size: number;
}

/** Goes on with a connection, or with the right to open one. */
type Waiter = (connection: PgConnection | null) => void;

/**
 * Connections to one server, each lent to one flow at a time. Whoever finds none free waits, first come, first served, and nobody
 * for ever.
 */
export class Pool {
  /** The most connections open at once. */
  readonly size: number;
  readonly #options: PoolOptions;
  readonly #idle: PgConnection[] = [];
  readonly #lent: Set<PgConnection> = new Set();
  readonly #waiting: Waiter[] = [];
  #opening = 0;
  #closed = false;

  /** Makes a pool without a connection. */
  constructor(options: PoolOptions) {
    this.#options = options;
    this.size = options.size;
  }

  /** Lends a connection to work, in a schema. */
  async use<T>(schema: string, timeout: number, work: (connection: PgConnection) => Promise<T>): Promise<T> {
    const lease = await this.take(schema, timeout);
    try {
      return await work(lease.connection);
    } finally {
      lease.release();
    }
  }

  /**
   * Lends a connection until it is released.
   *
   * @throws {TimeoutError} When none has become free in time.
   */
  async take(schema: string, timeout: number): Promise<Lease> {
    const connection = await this.#take(schema, timeout);
    try {
      await connection.enter(schema);
    } catch (error) {
      this.#give(connection);
      throw error;
    }
    let released = false;
    return {
      connection,
      release: () => {
        if (released) return;
        released = true;
        this.#give(connection);
      },
    };
  }

  /** Closes every connection: work that is under way fails. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#idle.splice(0), ...this.#lent].map((connection) => connection.close()));
  }

  async #take(schema: string, timeout: number): Promise<PgConnection> {
    const until = Date.now() + timeout;
    for (;;) {
      const free = this.#free(schema);
      if (free !== null) return free;
      if (this.#lent.size + this.#opening < this.size) return await this.#open();
      const given = await this.#wait(until - Date.now(), timeout);
      if (given !== null) return given;
    }
  }

  /** An idle connection, if possible one that is in the schema already; null when none is idle. */
  #free(schema: string): PgConnection | null {
    for (const broken of this.#idle.filter((connection) => connection.broken)) {
      this.#idle.splice(this.#idle.indexOf(broken), 1);
    }
    const free = this.#idle.find((connection) => connection.schema === schema) ?? this.#idle[0];
    if (free === undefined) return null;
    this.#idle.splice(this.#idle.indexOf(free), 1);
    this.#lent.add(free);
    return free;
  }

  async #open(): Promise<PgConnection> {
    this.#opening++;
    try {
      const connection = await this.#options.open();
      this.#lent.add(connection);
      return connection;
    } catch (error) {
      this.#waiting.shift()?.(null);
      throw error;
    } finally {
      this.#opening--;
    }
  }

  /** Takes a connection back, and hands it on to who waits longest. One that is broken makes room for another. */
  #give(connection: PgConnection): void {
    const usable = !this.#closed && !connection.broken;
    const next = this.#waiting.shift();
    if (usable && next !== undefined) return next(connection);
    this.#lent.delete(connection);
    if (usable) {
      this.#idle.push(connection);
      return;
    }
    connection.close();
    next?.(null);
  }

  #wait(left: number, timeout: number): Promise<PgConnection | null> {
    return new Promise((resolve, reject) => {
      const waiter: Waiter = (connection) => {
        clearTimeout(timer);
        resolve(connection);
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(
          new TimeoutError(
            `Cannot use a connection: all ${this.size} were busy for ${timeout} ms; make transactions shorter, do not wait inside ` +
              "one for work outside of it, or raise `poolSize` or `waitTimeout`",
            { code: "WAIT_TIMEOUT", driver: this.#options.driver, retryable: true },
          ),
        );
      }, Math.max(0, left));
      this.#waiting.push(waiter);
    });
  }
}

/** A connection that is lent. */
export interface Lease {
  /** The connection. */
  readonly connection: PgConnection;
  /** Gives it back. A second call does nothing. */
  release(): void;
}
