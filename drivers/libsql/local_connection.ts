import { isBusy, isLeftOpen, mayBeLeftOpen } from "./libsql_failure.ts";
import type { LibSQLClient } from "./libsql_client.ts";
import { collectHandles } from "./collect_handles.ts";
import { pause } from "./pause.ts";

/** What finds out, and leaves nothing open, whether the lock can be had that work needs. */
export const PROBES = {
  read: "SELECT count(*) FROM sqlite_schema",
  write: "BEGIN IMMEDIATE; COMMIT",
} as const;

/** How long a lock that was met is looked for before anything is run: whoever writes often meets it again. */
const CAREFUL = 5_000;
/** How often the connection is made anew until what the old ones hold is collected. */
const MOST_LEFT = 32;

/**
 * When a connection is made anew: after each error that may have left a statement open; of a replica, which needs its primary for
 * that, only when it surely has; or never, because the database would be lost.
 */
export type Renewal = "file" | "replica" | "never";

/** How work is run. */
export interface LocalRun {
  /** What it needs. */
  readonly lock: keyof typeof PROBES;
  /** Until when it waits for another process. */
  readonly until: number;
}

/**
 * A client of a file with one connection. A statement that meets a lock is left open: then the connection reads an old snapshot
 * for ever and keeps others from writing. So after such an error it is made anew, and set up again, because that is a matter of
 * the connection. What the old one holds is held until it is collected; while a lock is waited for, it is therefore looked for by
 * other means.
 */
export class LocalConnection {
  /** The client. */
  readonly client: LibSQLClient;
  readonly #pragmas: readonly string[];
  readonly #renewal: Renewal;
  #preparing: Promise<void> | null = null;
  #ready = false;
  #closed = false;
  #carefulUntil = 0;
  #left = 0;

  /** Takes a client. */
  constructor(client: LibSQLClient, pragmas: readonly string[], renewal: Renewal) {
    this.client = client;
    this.#pragmas = pragmas;
    this.#renewal = renewal;
  }

  /** Runs work, again while another process holds the file. */
  async run<T>(work: (client: LibSQLClient) => Promise<T>, { lock, until }: LocalRun): Promise<T> {
    for (let attempt = 0;; attempt++) {
      let probing = false;
      try {
        if (!this.#ready) await this.#setUp();
        if (this.#carefulUntil !== 0) {
          probing = true;
          await this.#probe(lock);
          probing = false;
        }
        return await work(this.client);
      } catch (error) {
        if (!probing && this.isSpoiltBy(error)) await this.renew();
        const busy = isBusy(error);
        if (busy) this.#carefulUntil = Date.now() + CAREFUL;
        // Someone else's error has renewed the connection under this one, or the file is held.
        const again = busy || (error as { code?: unknown } | null)?.code === "CLIENT_CLOSED";
        if (this.#closed || !again || Date.now() >= until) throw error;
      }
      await pause(attempt);
    }
  }

  /** Whether an error may have left a statement open, so that the connection has to be made anew. */
  isSpoiltBy(error: unknown): boolean {
    return this.#renewal === "replica" ? isLeftOpen(error) : mayBeLeftOpen(error);
  }

  /** Forgets what a statement may have left open. */
  async renew(): Promise<void> {
    if (this.#closed || this.#renewal === "never" || this.client.reconnect === undefined) return;
    this.#ready = false;
    this.#preparing = null;
    await this.client.reconnect();
    if (++this.#left < MOST_LEFT) return;
    this.#left = 0;
    await collectHandles();
  }

  /** Moves what a write-ahead log holds into the file, as far as nobody is in the way: a copy of the file has it all then. */
  async checkpoint(): Promise<void> {
    await this.client.executeMultiple?.("PRAGMA wal_checkpoint(TRUNCATE)").catch(() => undefined);
  }

  /** Closes it. */
  close(): void {
    this.#closed = true;
    this.client.close();
  }

  async #probe(lock: keyof typeof PROBES): Promise<void> {
    await this.client.executeMultiple?.(PROBES[lock]);
    if (Date.now() >= this.#carefulUntil) this.#carefulUntil = 0;
  }

  async #setUp(): Promise<void> {
    const preparing = this.#preparing ??= this.#prepare();
    await preparing;
    // Otherwise it was renewed in between.
    if (this.#preparing === preparing) this.#ready = true;
  }

  async #prepare(): Promise<void> {
    for (const sql of this.#pragmas) await this.client.execute({ sql, args: [] });
  }
}
