import { type FilePool, type Pooled, tick } from "../../files/file_pool.ts";
import { FilePresence } from "../../files/file_presence.ts";

/** The file of a client that can be closed and opened again. */
export interface ClientFile<Client> {
  /** The path without symbolic links. */
  readonly path: string;
  /** What else is open. */
  readonly pool: FilePool;
  /** Commits are not forced to the disk: they are cheap, and looking for the file at each would not be. */
  readonly relaxed: boolean;
  /** Opens it, set up. */
  open(): Client;
  /** Whether a transaction is open. */
  active(client: Client): boolean;
}

/** The client of a database as an engine uses it. It may be closed and opened again between two calls. */
export interface OpenedClient<Client> {
  /** When it was used last: an engine notes it. */
  lastUsed: number;
  /** Searches that are being read: while there are any it stays open. */
  holds: number;
  /** Called when it is closed, to be opened again: what was prepared is gone. */
  onRest: () => void;
  /** The client, open. */
  readonly open: Client;
  /** The client, if it is open. */
  readonly now: Client | null;
  /** Throws when its file is no longer where others look for it. */
  checkThere(): void;
  /** Closes it for good. */
  close(): void;
}

/** The client of a database. That of a file is closed while it is idle and others need its descriptors, and opened again on use. */
export class SqliteClient<Client> implements Pooled, OpenedClient<Client> {
  /** When it was used last. */
  lastUsed: number = tick();
  /** Searches that are being read, and what else of the connection would be lost. */
  holds = 0;
  /** Called when it is closed, to be opened again: what was prepared is gone. */
  onRest: () => void = () => undefined;
  readonly #file: ClientFile<Client> | null;
  readonly #close: ((client: Client) => void) | null;
  #client: Client | null;
  #presence: FilePresence | null = null;

  /**
   * Takes a client that is open. Without a file it stays open until its end.
   *
   * @param close What closes it; null when someone else does.
   */
  constructor(client: Client, file: ClientFile<Client> | null, close: ((client: Client) => void) | null) {
    this.#client = client;
    this.#file = file;
    this.#close = close;
    if (file === null) return;
    this.#presence = new FilePresence(file.path, file.relaxed);
    file.pool.add(this);
  }

  /** Whether it is a file that could be removed. */
  get isFile(): boolean {
    return this.#file !== null;
  }

  /**
   * The client, open.
   *
   * @throws {FileMoved} When its file is not what it was before it was closed.
   */
  get open(): Client {
    return this.#client ?? this.#openAgain(this.#file as ClientFile<Client>);
  }

  /** The client, if it is open. */
  get now(): Client | null {
    return this.#client;
  }

  /** Whether it can be closed without ending anything. */
  get idle(): boolean {
    return this.holds === 0 && this.#client !== null && this.#file?.active(this.#client) === false;
  }

  /**
   * Looks whether the file is where it was opened.
   *
   * @throws {FileMoved} When it is not.
   */
  checkThere(): void {
    if (this.#client !== null) this.#presence?.check();
  }

  /** Closes it, to be opened again on use. */
  rest(): void {
    const client = this.#client;
    if (client === null) return;
    this.#client = null;
    this.onRest();
    this.#close?.(client);
  }

  /** Closes it for good. */
  close(): void {
    this.#file?.pool.remove(this);
    this.rest();
  }

  #openAgain(file: ClientFile<Client>): Client {
    this.#presence?.checkNow();
    const client = this.#client = file.open();
    file.pool.add(this);
    return client;
  }
}

/** Keeps a client open of which a statement makes something that ends with the connection. */
export function keepTemporary<Client>(client: OpenedClient<Client>, sql: string): void {
  if (/\bTEMP(?:ORARY)?\b/i.test(sql)) client.holds++;
}
