import { RinariError, UnsupportedError } from "../../src/errors/mod.ts";
import { connectionFailure, unauthorized } from "./connection_failure.ts";
import { before } from "./deadline.ts";
import type { LibSQLClient, LibSQLTransaction } from "./libsql_client.ts";
import type { LibSQLLink, OpenTransaction } from "./libsql_link.ts";
import { pause } from "./pause.ts";

/** What a link to a server is made of. */
export interface RemoteParts {
  /** The driver's name. */
  readonly driver: string;
  /** The database's name. */
  readonly database: string;
  /** The client to begin with. */
  readonly client: LibSQLClient;
  /** Makes the client anew, with a new token where a function gives it; null when it was given from outside. */
  readonly remake: (() => Promise<LibSQLClient>) | null;
  /** Whether a refused token can be replaced. */
  readonly renewable: boolean;
  /** Asks by another way whether the token is refused: some runtimes see only that a socket was closed. */
  readonly refuses: (() => Promise<boolean>) | null;
  /** Whoever makes the requests is not known here, and may make one twice when its answer is lost. */
  readonly resends: boolean;
  /** The client's own requests end at a deadline. */
  readonly timed: boolean;
  /** How long to wait for an answer. */
  readonly requestTimeout: number;
  /** How long to wait for another writer. */
  readonly busyTimeout: number;
}

/** What passes by itself, and has changed nothing. */
const AWAITED: ReadonlySet<string> = new Set(["BUSY", "OVERLOADED"]);

/** Begins a transaction anew on the connection of one that has done nothing yet. */
const WITHOUT_REFERENCES = "ROLLBACK; PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE";

/** How long undoing a transaction waits for a server, in milliseconds. What is given up, the server undoes by itself. */
const PATIENCE = 1_000;

type Phase = "read" | "write" | "transaction" | "commit";

/** A database of a server, over http or a web socket. */
export class RemoteLink implements LibSQLLink {
  /** Every call goes over a network. */
  readonly distant = true;
  /** The server itself refuses what is too large for it. */
  readonly statementBytes = Infinity;
  /** There is no file here. */
  readonly presence = null;
  readonly #parts: RemoteParts;
  #client: LibSQLClient;
  #proven: LibSQLClient | null = null;
  #remaking: Promise<void> | null = null;
  #closed = false;
  /** Those that are not used for anything new, and when they are closed. */
  readonly #left: Map<LibSQLClient, ReturnType<typeof setTimeout>> = new Map();

  /** Makes a link. */
  constructor(parts: RemoteParts) {
    this.#parts = parts;
    this.#client = parts.client;
  }

  /** Runs work, again while another writer holds the database, or once more with a new token. */
  async use<T>(kind: "read" | "write", work: (client: LibSQLClient) => Promise<T>): Promise<T> {
    return await this.#persist(kind, work);
  }

  /** Opens a transaction; the server learns of it with its first statement. */
  async begin(withoutReferences: boolean): Promise<OpenTransaction> {
    const { client, transaction } = await this.#persist("transaction", async (client) => ({
      client,
      transaction: await this.#opened(client, withoutReferences),
    }));
    return {
      transaction,
      use: (phase, work) => this.#explained(phase, client, work),
      patience: PATIENCE,
      abandon: () => this.#leave(client),
      release: () => Promise.resolve(),
    };
  }

  /**
   * A transaction of a client. A server heeds the switch of foreign keys only outside of one, and what is sent outside of one goes
   * to another connection: so it is ended, and begun again, in one text on the connection that it has.
   */
  async #opened(client: LibSQLClient, withoutReferences: boolean): Promise<LibSQLTransaction> {
    const transaction = await client.transaction("write");
    if (!withoutReferences) return transaction;
    try {
      if (transaction.executeMultiple === undefined) {
        const { driver, database } = this.#parts;
        throw new UnsupportedError(
          `Cannot remake a table of \`${database}\` that others refer to: the client has no \`executeMultiple\` in a transaction; ` +
            "use a newer @libsql/client",
          { driver },
        );
      }
      await transaction.executeMultiple(WITHOUT_REFERENCES);
      return transaction;
    } catch (error) {
      transaction.close();
      throw error;
    }
  }

  /** A server journals as it is told by whoever runs it. */
  prepareWrite(): Promise<void> {
    return Promise.resolve();
  }

  /** A server is always up to date with itself. */
  sync(): Promise<void> {
    return Promise.resolve();
  }

  /** The server leaves nothing open. */
  heal(): Promise<void> {
    return Promise.resolve();
  }

  /** Closes the client, unless it was given from outside. */
  close(): Promise<void> {
    this.#closed = true;
    for (const [client, timer] of this.#left) {
      clearTimeout(timer);
      client.close();
    }
    this.#left.clear();
    if (this.#parts.remake !== null) this.#client.close();
    return Promise.resolve();
  }

  async #persist<T>(phase: Phase, work: (client: LibSQLClient) => Promise<T>): Promise<T> {
    const until = Date.now() + this.#parts.busyTimeout;
    let renewed = false;
    for (let attempt = 0;; attempt++) {
      const client = this.#client;
      try {
        return await this.#explained(phase, client, () => work(client));
      } catch (error) {
        if (!(error instanceof RinariError)) throw error;
        if (error.code === "UNAUTHORIZED" && this.#parts.renewable && !renewed) {
          renewed = true;
          await this.#remake(client);
        } else if (!AWAITED.has(error.code) || Date.now() >= until) throw error;
      }
      await pause(attempt);
    }
  }

  async #explained<T>(phase: Phase, client: LibSQLClient, work: () => Promise<T>): Promise<T> {
    const { driver, database, resends, timed, requestTimeout } = this.#parts;
    try {
      const result = await (timed ? work() : before(work(), requestTimeout));
      this.#proven = client;
      return result;
    } catch (error) {
      const typed = connectionFailure(error, { driver, database, phase, resends });
      if (
        typed?.code === "CONNECTION_LOST" && this.#proven !== client && await this.#parts.refuses?.() === true
      ) {
        throw unauthorized(driver, `Cannot use database \`${database}\``, error);
      }
      // A socket that does not answer is left; a new one may.
      if (typed?.code === "REQUEST_TIMEOUT" && !timed) await this.#remake(client);
      throw typed ?? error;
    }
  }

  /** Makes a new client for what comes, when all goes over one socket, on which nothing may be answered any more. */
  async #leave(client: LibSQLClient): Promise<void> {
    if (this.#parts.timed || this.#client !== client) return;
    const { requestTimeout } = this.#parts;
    await this.#replace(client, () => {
      // What else is under way on it has its time.
      const close = (): void => {
        this.#left.delete(client);
        client.close();
      };
      this.#left.set(client, setTimeout(close, requestTimeout));
    });
  }

  async #remake(failed: LibSQLClient): Promise<void> {
    await this.#replace(failed, () => failed.close());
  }

  async #replace(client: LibSQLClient, leave: () => void): Promise<void> {
    const { remake } = this.#parts;
    if (remake === null || this.#closed || this.#client !== client) return;
    const done = (): void => {
      this.#remaking = null;
    };
    this.#remaking ??= remake().then((made) => {
      if (this.#closed) return made.close();
      this.#client = made;
      leave();
    }).finally(done);
    await this.#remaking;
  }
}
