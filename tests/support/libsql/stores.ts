import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { LibSQLDriver, type LibSQLOptions } from "../../../drivers/libsql.ts";
import { resetDatabase } from "./reset.ts";
import { Server } from "./server.ts";

/** How a driver reaches the servers. */
export type Reach = "http" | "ws" | "replica";

const shared = new Map<Reach, ServerStores>();
const NAMES = ["one", "two"] as const;
/** How many drivers use the same servers: an embedded replica holds connections there after it was closed. */
const DRIVERS: Readonly<Record<Reach, number>> = { http: Infinity, ws: Infinity, replica: 40 };

/** A server for each database. */
interface Pair {
  readonly servers: Promise<readonly Server[]>;
  /** The folder of the replicas. They are kept: a new one copies all that its primary ever did. */
  readonly folder: string | null;
  /** How many drivers it has served. */
  served: number;
  /** How many of them are in use. */
  open: number;
}

/** Two servers, started when the first driver is made, and emptied for each one that follows. */
export class ServerStores {
  readonly #reach: Reach;
  readonly #pairs = new WeakMap<object, Pair>();
  #pair: Pair | null = null;

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
    const pair = this.#nextPair();
    const servers = await pair.servers;
    if (pair.served > 1) await Promise.all(servers.map(({ url }) => resetDatabase(url)));
    return this.#make(pair, servers, first, options);
  }

  /** Another driver on the same databases. */
  async reopen(driver: object): Promise<LibSQLDriver> {
    const pair = this.#pairs.get(driver) as Pair;
    return this.#make(pair, await pair.servers);
  }

  /** Told that a driver, and those that were opened after it on the same databases, are closed. */
  async cleanup(driver: object): Promise<void> {
    const pair = this.#pairs.get(driver) as Pair;
    if (--pair.open > 0 || pair.served < DRIVERS[this.#reach]) return;
    await Promise.all((await pair.servers).map((server) => server.stop()));
    if (pair.folder !== null) rmSync(pair.folder, { recursive: true, force: true });
  }

  #nextPair(): Pair {
    if (this.#pair === null || this.#pair.served >= DRIVERS[this.#reach]) this.#pair = this.#start();
    this.#pair.served++;
    this.#pair.open++;
    return this.#pair;
  }

  #start(): Pair {
    const folder = this.#reach === "replica" ? mkdtempSync(join(tmpdir(), "rinari-")) : null;
    // The last pair is in use to the end.
    if (folder !== null) process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
    return { servers: Promise.all(NAMES.map(() => Server.start())), folder, served: 0, open: 0 };
  }

  #make(
    pair: Pair,
    servers: readonly Server[],
    first: string = NAMES[0],
    options: LibSQLOptions = {},
  ): LibSQLDriver {
    const urls = Object.fromEntries(
      [first, NAMES[1]].map((name, i) =>
        [name, this.#reach === "ws" ? servers[i]?.wsURL : servers[i]?.url] as const
      ),
    ) as Record<string, string>;
    const driver = pair.folder === null
      ? new LibSQLDriver({ ...options, databases: urls })
      : new LibSQLDriver({
        ...options,
        storageDir: pair.folder,
        syncUrl: (dbName) => urls[dbName] as string,
      });
    this.#pairs.set(driver, pair);
    return driver;
  }
}
