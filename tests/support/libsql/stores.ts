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
/**
 * How many drivers use the same servers. An embedded replica copies all that its primary ever did, table by table that is gone,
 * and holds connections there after it was closed: with new servers now and then each begins with little.
 */
const DRIVERS: Readonly<Record<Reach, number>> = { http: Infinity, ws: Infinity, replica: 8 };

/** A server for each database. */
interface Pair {
  readonly servers: Promise<readonly Server[]>;
  /** How many drivers it has served. */
  served: number;
  /** How many of them are in use. */
  open: number;
}

/** What was made for a driver. */
interface Place {
  readonly pair: Pair;
  /** The folder of the replicas. */
  readonly folder: string | null;
}

/** Two servers, started when the first driver is made, and emptied for each one that follows. */
export class ServerStores {
  readonly #reach: Reach;
  readonly #places = new WeakMap<object, Place>();
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
    const folder = this.#reach === "replica" ? mkdtempSync(join(tmpdir(), "rinari-")) : null;
    return this.#make(servers, { pair, folder }, first, options);
  }

  /** Another driver on the same databases. */
  async reopen(driver: object): Promise<LibSQLDriver> {
    const place = this.#places.get(driver) as Place;
    return this.#make(await place.pair.servers, place);
  }

  /** Removes what a driver left, once for all that had the same databases. */
  async cleanup(driver: object): Promise<void> {
    const { pair, folder } = this.#places.get(driver) as Place;
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
    if (--pair.open === 0 && pair.served >= DRIVERS[this.#reach]) {
      await Promise.all((await pair.servers).map((server) => server.stop()));
    }
  }

  #nextPair(): Pair {
    if (this.#pair === null || this.#pair.served >= DRIVERS[this.#reach]) {
      this.#pair = { servers: Promise.all(NAMES.map(() => Server.start())), served: 0, open: 0 };
    }
    this.#pair.served++;
    this.#pair.open++;
    return this.#pair;
  }

  #make(
    servers: readonly Server[],
    place: Place,
    first: string = NAMES[0],
    options: LibSQLOptions = {},
  ): LibSQLDriver {
    const urls = Object.fromEntries(
      [first, NAMES[1]].map((name, i) =>
        [name, this.#reach === "ws" ? servers[i]?.wsURL : servers[i]?.url] as const
      ),
    ) as Record<string, string>;
    const driver = place.folder === null
      ? new LibSQLDriver({ ...options, databases: urls })
      : new LibSQLDriver({
        ...options,
        storageDir: place.folder,
        syncUrl: (dbName) => urls[dbName] as string,
      });
    this.#places.set(driver, place);
    return driver;
  }
}
