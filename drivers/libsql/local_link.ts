import { breath } from "../../src/chain/breath.ts";
import type { Maybe } from "../../src/chain/chain.ts";
import { RinariError, UnsupportedError } from "../../src/errors/mod.ts";
import { connectionFailure } from "./connection_failure.ts";
import { isUnopened } from "./libsql_failure.ts";
import type { LibSQLClient, LibSQLTransaction } from "./libsql_client.ts";
import type { LibSQLLink, OpenTransaction } from "./libsql_link.ts";
import type { LibSQLSettings } from "./libsql_options.ts";
import { collectHandles } from "./collect_handles.ts";
import type { LocalConnection } from "./local_connection.ts";
import type { Turn } from "./turn.ts";

/** The most bytes of a message that a primary takes: it hangs up on a longer one, which looks like a lost connection. */
const REPLICA_BYTES = 4 * 1024 * 1024;

const REFERENCES_OFF = "PRAGMA foreign_keys = OFF";
const REFERENCES_ON = "PRAGMA foreign_keys = ON";

/** How long after the primary of a replica was not there it is not asked again for what the copy can answer. */
const AWAY = 1_000;

/** What a local link is made of. */
export interface LocalParts {
  /** The driver's name. */
  readonly driver: string;
  /** The database's name. */
  readonly database: string;
  /** The connection that writes. */
  readonly writer: LocalConnection;
  /** The connection that reads; the one that writes when there is no other. */
  readonly reader: LocalConnection;
  /** Whose turn it is to use the writer. */
  readonly turn: Turn;
  /** The settings. */
  readonly settings: LibSQLSettings;
  /** Of an embedded replica, whose writes go to a server: opens its copy alone, to be read while that server is away. */
  readonly copy: (() => LocalConnection) | null;
  /** The file is to be switched to a write-ahead log. */
  readonly wal: boolean;
  /** It has files that were opened here, and nobody else frees. */
  readonly onFile: boolean;
  /** Called when it is closed. */
  readonly closed: () => void;
}

/**
 * A database in this process: a file, with one connection to write and one to read; or in memory or an embedded replica, with
 * one for both. Who writes, or has a transaction open, has the turn; SQLite itself could only refuse the others.
 */
export class LocalLink implements LibSQLLink {
  /** Nothing goes over a network, or only what an embedded replica writes. */
  readonly distant = false;
  /** What the primary of a replica takes. */
  readonly statementBytes: number;
  /** Whoever opened it looks for its file. */
  readonly presence = null;
  readonly #parts: LocalParts;
  readonly #open: Set<LibSQLTransaction> = new Set();
  #copy: LocalConnection | null = null;
  #awayUntil = 0;

  /** Makes a link. */
  constructor(parts: LocalParts) {
    this.#parts = parts;
    this.statementBytes = parts.copy !== null ? REPLICA_BYTES : Infinity;
  }

  /** Runs work with the connection for it. */
  async use<T>(kind: "read" | "write", work: (client: LibSQLClient) => Promise<T>): Promise<T> {
    const { reader, writer, driver, database } = this.#parts;
    const until = this.#deadline();
    // The client answers without leaving the turn of the event loop that it was called in.
    const turn = breath();
    if (turn !== undefined) await turn;
    const shares = kind === "read" && reader !== writer;
    // Every operation comes through here: what can be had at once is not awaited.
    const taken = shares ? null : this.#take();
    const leave = taken instanceof Promise ? await taken : taken;
    try {
      if (this.#awayUntil > Date.now() && kind === "read") return await this.#readCopy(work, until);
      return await (shares ? reader : writer).run(work, { lock: this.#lock(kind), until });
    } catch (error) {
      if (this.#parts.copy !== null && kind === "read" && isUnopened(error)) {
        this.#awayUntil = Date.now() + AWAY;
        return await this.#explained(kind, () => this.#readCopy(work, until));
      }
      throw connectionFailure(error, { driver, database, phase: kind }) ?? error;
    } finally {
      leave?.();
    }
  }

  /** Opens a transaction on the connection that writes. */
  async begin(withoutReferences: boolean): Promise<OpenTransaction> {
    const { writer } = this.#parts;
    if (withoutReferences) this.#checkPrimary();
    const until = this.#deadline();
    const leave = await this.#take();
    const enforce = async (): Promise<void> => {
      const run = { lock: "read", until: this.#deadline() } as const;
      await writer.run((client) => client.execute({ sql: REFERENCES_ON, args: [] }), run)
        .catch(() => writer.renew());
    };
    let transaction: LibSQLTransaction;
    try {
      const lock = this.#lock("write");
      const begin = async (client: LibSQLClient): Promise<LibSQLTransaction> => {
        if (withoutReferences) await client.execute({ sql: REFERENCES_OFF, args: [] });
        return await client.transaction(lock);
      };
      transaction = await this.#explained("transaction", () => writer.run(begin, { lock, until }));
    } catch (error) {
      if (withoutReferences) await enforce();
      leave();
      throw error;
    }
    this.#open.add(transaction);
    let failed = false;
    return {
      transaction,
      use: async (phase, work) => {
        const turn = breath();
        if (turn !== undefined) await turn;
        try {
          return await this.#explained(phase, work);
        } catch (error) {
          failed ||= writer.isSpoiltBy(error);
          throw error;
        }
      },
      patience: Infinity,
      abandon: () => Promise.resolve(),
      release: async () => {
        if (!this.#open.delete(transaction)) return;
        try {
          if (failed) await writer.renew();
          else if (withoutReferences) await enforce();
        } finally {
          leave();
        }
      },
    };
  }

  #checkPrimary(): void {
    const { copy, driver, database } = this.#parts;
    if (copy === null) return;
    throw new UnsupportedError(
      `Cannot remake a table of \`${database}\` that others refer to: it is a replica, whose writes go to a server; migrate there`,
      { driver },
    );
  }

  /** Switches the file to a write-ahead log, so that readers and a writer do not wait for one another. */
  async prepareWrite(): Promise<void> {
    if (!this.#parts.wal) return;
    try {
      await this.use("write", async (client) => {
        const { rows: [row] } = await client.execute({ sql: "PRAGMA journal_mode", args: [] });
        if ((row as Readonly<Record<number, unknown>> | undefined)?.[0] === "wal") return;
        await client.execute({ sql: "PRAGMA journal_mode = WAL", args: [] });
      });
    } catch (error) {
      // While the lock stays with another, the file is used as it is.
      if (!(error instanceof RinariError) || error.code !== "BUSY") throw error;
    }
  }

  /** Brings a replica up to date. */
  async sync(): Promise<void> {
    const { copy, writer } = this.#parts;
    if (copy === null) return;
    const until = this.#deadline();
    const leave = await this.#take();
    try {
      await this.#explained("read", () => writer.run((client) => client.sync(), { lock: "read", until }));
    } finally {
      leave();
    }
  }

  /** Forgets what a statement may have left open. */
  async heal(): Promise<void> {
    const { reader, writer } = this.#parts;
    if (reader !== writer) return await reader.renew();
    const leave = await this.#take();
    try {
      await writer.renew();
    } finally {
      leave();
    }
  }

  /** Closes the connections; what is open is rolled back. */
  async close(): Promise<void> {
    const { reader, writer, onFile, closed } = this.#parts;
    for (const transaction of this.#open) transaction.close();
    try {
      if (this.#parts.wal && !this.#parts.settings.readonly) await writer.checkpoint();
    } finally {
      reader.close();
      if (writer !== reader) writer.close();
      this.#copy?.close();
      if (onFile) await collectHandles();
      closed();
    }
  }

  /** A transaction that ends while the primary is away takes the connection along, and another needs the primary. */
  #readCopy<T>(work: (client: LibSQLClient) => Promise<T>, until: number): Promise<T> {
    this.#copy ??= this.#parts.copy?.() ?? null;
    return (this.#copy as LocalConnection).run(work, { lock: "read", until });
  }

  /** When the wait for another writer ends, in this process and in another one. */
  #deadline(): number {
    return Date.now() + this.#parts.settings.busyTimeout;
  }

  #lock(kind: "read" | "write"): "read" | "write" {
    return this.#parts.settings.readonly ? "read" : kind;
  }

  #take(): Maybe<() => void> {
    return this.#parts.turn.take(this.#parts.settings.busyTimeout, this.#parts);
  }

  async #explained<T>(
    phase: "read" | "write" | "transaction" | "commit",
    work: () => Promise<T>,
  ): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { driver, database } = this.#parts;
      throw connectionFailure(error, { driver, database, phase }) ?? error;
    }
  }
}
