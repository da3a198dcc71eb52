import { FileMoved } from "../files/file_moved.ts";
import { type FilePool, type Pooled, tick } from "../files/file_pool.ts";
import { builtinModule } from "../runtime/builtin_module.ts";

let fs: typeof import("node:fs") | undefined;

/** How long a file that is written without forcing it to the disk is not looked at again, in milliseconds. */
const UNSEEN = 20;

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

/** The client of a database. That of a file is closed while it is idle and others need its descriptors, and opened again on use. */
export class SqliteClient<Client> implements Pooled {
  /** When it was used last. */
  lastUsed: number = tick();
  /** Searches that are being read, and what else of the connection would be lost. */
  holds = 0;
  /** Called when it is closed, to be opened again: what was prepared is gone. */
  onRest: () => void = () => undefined;
  readonly #file: ClientFile<Client> | null;
  readonly #close: ((client: Client) => void) | null;
  #client: Client | null;
  #identity: string | null | undefined;
  #looked = 0;

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
    this.#identity = identityOf(file.path);
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
    const file = this.#file;
    if (file === null || this.#client === null) return;
    if (file.relaxed) {
      const now = Date.now();
      if (now - this.#looked < UNSEEN) return;
      this.#looked = now;
    }
    this.#compare(file);
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
    this.#compare(file);
    const client = this.#client = file.open();
    file.pool.add(this);
    return client;
  }

  #compare(file: ClientFile<Client>): void {
    const identity = identityOf(file.path);
    if (identity !== undefined && this.#identity !== undefined && identity !== this.#identity) {
      throw new FileMoved(file.path);
    }
  }
}

/** Tells a file from others that come to its path; null when there is none, undefined when that cannot be seen. */
function identityOf(path: string): string | null | undefined {
  fs ??= builtinModule<typeof import("node:fs")>("node:fs");
  try {
    const stats = fs?.statSync(path, { throwIfNoEntry: false });
    return stats === undefined ? null : `${stats.dev} ${stats.ino} ${stats.birthtimeMs}`;
  } catch {
    return undefined;
  }
}

/** Keeps a client open of which a statement makes something that ends with the connection. */
export function keepTemporary<Client>(client: SqliteClient<Client>, sql: string): void {
  if (/\bTEMP(?:ORARY)?\b/i.test(sql)) client.holds++;
}
