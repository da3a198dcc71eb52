import { isBusy, isRemoteFailure } from "./libsql_failure.ts";
import type { LibSQLClient } from "./libsql_client.ts";
import { pause } from "./pause.ts";

/**
 * A client of a file with one connection. An error can leave its statement open: then the connection reads an old snapshot for
 * ever and keeps others from writing. So after every error it is made anew, and set up again, because that is a matter of the
 * connection.
 */
export class LocalConnection {
  /** The client. */
  readonly client: LibSQLClient;
  readonly #pragmas: readonly string[];
  readonly #renewable: boolean;
  #preparing: Promise<void> | null = null;
  #ready = false;
  #closed = false;

  /** Takes a client. One that cannot be renewed, because its database would be lost, is kept as it is after errors. */
  constructor(client: LibSQLClient, pragmas: readonly string[], renewable: boolean) {
    this.client = client;
    this.#pragmas = pragmas;
    this.#renewable = renewable;
  }

  /** Runs work, again while another process holds the file, until `busyTimeout` has passed. */
  async run<T>(work: (client: LibSQLClient) => Promise<T>, busyTimeout: number): Promise<T> {
    const until = Date.now() + busyTimeout;
    for (let attempt = 0;; attempt++) {
      try {
        if (!this.#ready) await this.#setUp();
        return await work(this.client);
      } catch (error) {
        if (!isRemoteFailure(error)) await this.renew();
        // Someone else's error has renewed the connection under this one, or the file is held.
        const again = (error as { code?: unknown } | null)?.code === "CLIENT_CLOSED" || isBusy(error);
        if (this.#closed || !again || Date.now() >= until) throw error;
      }
      await pause(attempt);
    }
  }

  /** Forgets what a statement may have left open. */
  async renew(): Promise<void> {
    if (this.#closed || !this.#renewable || this.client.reconnect === undefined) return;
    this.#ready = false;
    this.#preparing = null;
    await this.client.reconnect();
  }

  /** Closes it. */
  close(): void {
    this.#closed = true;
    this.client.close();
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
