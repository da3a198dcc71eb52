import type { FilePresence } from "../../src/files/file_presence.ts";
import type { LibSQLClient, LibSQLTransaction } from "./libsql_client.ts";

/** How the clients of one database are used: whose turn it is, what is tried again, what is healed after an error. */
export interface LibSQLLink {
  /** Whether every call goes over a network. */
  readonly distant: boolean;
  /** The most bytes that a statement which writes may have with its values. */
  readonly statementBytes: number;
  /** Tells whether the file is still there, when it is one that could be removed. */
  readonly presence: FilePresence | null;
  /** Runs work that needs a client for reading or for writing. Its error is one of this library when it is of the connection. */
  use<T>(kind: "read" | "write", work: (client: LibSQLClient) => Promise<T>): Promise<T>;
  /** Opens an interactive transaction. */
  begin(withoutReferences: boolean): Promise<OpenTransaction>;
  /** Called before the first write. */
  prepareWrite(): Promise<void>;
  /** Brings a replica up to date. */
  sync(): Promise<void>;
  /** Forgets connections that a statement may have left open. */
  heal(): Promise<void>;
  /** Closes it. */
  close(): Promise<void>;
}

/** An interactive transaction with what it holds. */
export interface OpenTransaction {
  /** The client's transaction. */
  readonly transaction: LibSQLTransaction;
  /** Runs work in it. */
  use<T>(phase: "transaction" | "commit", work: () => Promise<T>): Promise<T>;
  /** How long to wait for a statement that is under way, and for the rollback, before it is given up. */
  readonly patience: number;
  /** Called before `release` when a statement in it is not answered: what follows goes another way. */
  abandon(): Promise<void>;
  /** Gives back what it holds. A second call does nothing. */
  release(): Promise<void>;
}
