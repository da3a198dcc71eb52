import { FilePool, type Pooled, tick } from "../../src/files/file_pool.ts";
import { FilePresence } from "../../src/files/file_presence.ts";
import { isOutOfDescriptors, tooManyFiles } from "../../src/files/open_error.ts";
import { collectHandles } from "./collect_handles.ts";
import type { LibSQLClient } from "./libsql_client.ts";
import type { LibSQLLink, OpenTransaction } from "./libsql_link.ts";

/** What a file takes: its two connections have it and its log open, and share the index of that. */
const DESCRIPTORS = 5;

/** How many are closed before what holds their descriptors is collected: that stops the whole program for some milliseconds. */
const TOGETHER = 8;

/** How many may be open in a process that may have few files open: what is to be collected needs descriptors too. */
const LEAST = 16;

/** The files that a driver has open, and those that are being closed. */
export class LinkPool {
  readonly #driver: string;
  readonly #files: FilePool;
  readonly #closing: Set<Promise<void>> = new Set();
  #left = 0;

  /** Makes an empty pool. `most`: how many may be open, null for what the process can afford. */
  constructor(driver: string, most: number | null) {
    this.#driver = driver;
    this.#files = new FilePool(most, DESCRIPTORS, LEAST);
  }

  /**
   * Opens one; others are closed when there are too many, or the process can open no more.
   *
   * @throws {ConnectionError} When the process can open no more, and none is idle.
   */
  async open(item: Pooled, database: string, open: () => Promise<LibSQLLink>): Promise<LibSQLLink> {
    this.#files.makeRoom();
    // It counts from now on, for others that are opened meanwhile.
    this.#files.add(item);
    try {
      for (;;) {
        await Promise.all(this.#closing);
        try {
          return await open();
        } catch (error) {
          if (!isOutOfDescriptors()) throw error;
          if (await this.shrink()) continue;
          throw tooManyFiles(this.#driver, `Cannot open database \`${database}\``, error);
        }
      }
    } catch (error) {
      this.#files.remove(item);
      throw error;
    }
  }

  /** Frees some descriptors, because the process can open no more files. @returns Whether there were any to free. */
  async shrink(): Promise<boolean> {
    let closed = 0;
    while (closed < TOGETHER && this.#files.shrink()) closed++;
    if (closed === 0 && this.#left === 0) return false;
    await Promise.all(this.#closing);
    await this.#collect();
    return true;
  }

  /** Closes a link, to be opened again. */
  rest(link: LibSQLLink): void {
    const closing = link.close().catch(() => undefined).then(() =>
      ++this.#left < TOGETHER ? undefined : this.#collect()
    ).finally(() => this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  /** Forgets one that is closed for good, and waits until its descriptors are free. */
  async leave(item: Pooled, link: LibSQLLink | null): Promise<void> {
    this.#files.remove(item);
    try {
      await link?.close();
    } finally {
      if (link !== null) this.#left++;
      await Promise.all(this.#closing);
      if (this.#left > 0) await this.#collect();
    }
  }

  async #collect(): Promise<void> {
    await collectHandles();
    this.#left = 0;
  }
}

/** What a link that can be closed and opened again is made of. */
export interface PooledParts {
  /** The database's name. */
  readonly database: string;
  /** The path without symbolic links. */
  readonly path: string;
  /** Commits are not forced to the disk. */
  readonly relaxed: boolean;
  /** What else is open. */
  readonly pool: LinkPool;
  /** Opens the file. */
  readonly open: () => Promise<LibSQLLink>;
  /** The error of what comes after the end. */
  readonly disconnected: () => unknown;
  /** Called when it is closed for good. */
  readonly closed: () => void;
}

/** A file that is closed while it is idle and others need its descriptors, and opened again on use. */
export class PooledLink implements LibSQLLink, Pooled {
  /** Nothing goes over a network. */
  readonly distant = false;
  /** A file takes what SQLite does. */
  readonly statementBytes = Infinity;
  /** When it was used last. */
  lastUsed = 0;
  readonly #parts: PooledParts;
  #presence: FilePresence | null = null;
  #link: LibSQLLink | null = null;
  #opening: Promise<LibSQLLink> | null = null;
  #using = 0;
  #closed = false;

  /** Makes a link; `open` opens it. */
  constructor(parts: PooledParts) {
    this.#parts = parts;
  }

  /** Opens a file. */
  static async open(parts: PooledParts): Promise<PooledLink> {
    const link = new PooledLink(parts);
    await link.#with(() => Promise.resolve());
    return link;
  }

  /** Tells whether the file is still there. */
  get presence(): FilePresence | null {
    return this.#presence;
  }

  /** Whether nothing is under way with it. */
  get idle(): boolean {
    return this.#using === 0 && this.#link !== null;
  }

  /** Closes the file, to be opened again on use. */
  rest(): void {
    const link = this.#link;
    this.#link = null;
    if (link !== null) this.#parts.pool.rest(link);
  }

  /** Runs work with the connection for it. */
  use<T>(kind: "read" | "write", work: (client: LibSQLClient) => Promise<T>): Promise<T> {
    return this.#with((link) => link.use(kind, work));
  }

  /** Opens a transaction; the file stays open until its end. */
  async begin(withoutReferences: boolean): Promise<OpenTransaction> {
    const open = await this.#with(async (link) => {
      const open = await link.begin(withoutReferences);
      this.#using++;
      return open;
    });
    let released = false;
    return {
      transaction: open.transaction,
      use: (phase, work) => open.use(phase, work),
      patience: open.patience,
      abandon: () => open.abandon(),
      release: async () => {
        if (released) return;
        released = true;
        try {
          await open.release();
        } finally {
          this.#using--;
        }
      },
    };
  }

  /** Switches the file to a write-ahead log. */
  prepareWrite(): Promise<void> {
    return this.#with((link) => link.prepareWrite());
  }

  /** A file is up to date with itself. */
  sync(): Promise<void> {
    return Promise.resolve();
  }

  /** Forgets what a statement may have left open. */
  async heal(): Promise<void> {
    if (this.#link !== null) await this.#with((link) => link.heal());
  }

  /** Closes it for good. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening?.catch(() => undefined);
    const link = this.#link;
    this.#link = null;
    try {
      await this.#parts.pool.leave(this, link);
    } finally {
      this.#parts.closed();
    }
  }

  async #with<T>(work: (link: LibSQLLink) => Promise<T>): Promise<T> {
    this.lastUsed = tick();
    this.#using++;
    try {
      return await work(this.#link ?? await this.#open());
    } finally {
      this.#using--;
    }
  }

  #open(): Promise<LibSQLLink> {
    return this.#opening ??= this.#openAgain().finally(() => {
      this.#opening = null;
    });
  }

  /** @throws {FileMoved} When the file is not what it was before it was closed. */
  async #openAgain(): Promise<LibSQLLink> {
    if (this.#closed) throw this.#parts.disconnected();
    const { pool, database, path, relaxed, open } = this.#parts;
    this.#presence?.checkNow();
    const link = await pool.open(this, database, open);
    this.#presence ??= new FilePresence(path, relaxed);
    return this.#link = link;
  }
}
