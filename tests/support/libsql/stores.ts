import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LibSQLDriver, type LibSQLOptions } from "../../../drivers/libsql.ts";
import { resetDatabase } from "./reset.ts";
import { Server } from "./server.ts";

/** How a driver reaches the servers. */
export type Reach = "http" | "ws" | "replica";

const shared = new Map<Reach, ServerStores>();
const NAMES = ["one", "two"] as const;

/** Two servers, started when the first driver is made, and emptied for each one that follows. */
export class ServerStores {
  readonly #reach: Reach;
  readonly #folders = new WeakMap<object, string>();
  #servers: Promise<readonly Server[]> | null = null;

  /** Prepares for one way to reach them. */
  constructor(reach: Reach) {
    this.#reach = reach;
  }

  /** The servers that the tests of a file share. */
  static shared(reach: Reach): ServerStores {
    let stores = shared.get(reach);
    if (stores === undefined) shared.set(reach, stores = new ServerStores(reach));
    return stores;
  }

  /** The names of the databases. */
  get databases(): readonly [string, string] {
    return NAMES;
  }

  /** A driver on empty databases, of which the first can have another name. */
  async driver(first: string = NAMES[0], options: LibSQLOptions = {}): Promise<LibSQLDriver> {
    const servers = await this.#started();
    await Promise.all(servers.map(({ url }) => resetDatabase(url)));
    const folder = this.#reach === "replica" ? mkdtempSync(join(tmpdir(), "rinari-")) : null;
    return this.#make(servers, folder, first, options);
  }

  /** Another driver on the same databases. */
  async reopen(driver: object): Promise<LibSQLDriver> {
    return this.#make(await this.#started(), this.#folders.get(driver) ?? null);
  }

  /** Removes what a driver left. */
  cleanup(driver: object): void {
    const folder = this.#folders.get(driver);
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }

  #started(): Promise<readonly Server[]> {
    return this.#servers ??= Promise.all(NAMES.map(() => Server.start()));
  }

  #make(
    servers: readonly Server[],
    folder: string | null,
    first: string = NAMES[0],
    options: LibSQLOptions = {},
  ): LibSQLDriver {
    const urls = Object.fromEntries(
      [first, NAMES[1]].map((name, i) =>
        [name, this.#reach === "ws" ? servers[i]?.wsURL : servers[i]?.url] as const
      ),
    ) as Record<string, string>;
    if (folder === null) return new LibSQLDriver({ ...options, databases: urls });
    const driver = new LibSQLDriver({
      ...options,
      storageDir: folder,
      syncUrl: (dbName) => urls[dbName] as string,
    });
    this.#folders.set(driver, folder);
    return driver;
  }
}
