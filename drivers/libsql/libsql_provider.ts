import type { DriverConfig } from "../../src/contract/mod.ts";
import { ConnectionError, type RinariError, UnsupportedError } from "../../src/errors/mod.ts";
import { builtinModule } from "../../src/runtime/builtin_module.ts";
import { claimFile, confirmClaim } from "../../src/sql/sqlite/open_files.ts";
import { refuseOptions } from "../../src/schema/driver_options.ts";
import { sqlError } from "../../src/sql/sql_error.ts";
import type { AsyncSqlProvider, GivenClient } from "../../src/sql/sql_provider.ts";
import type { SqliteFile } from "../../src/sql/sqlite/files.ts";
import { connectionFailure, unauthorized } from "./connection_failure.ts";
import { deadlineFetch } from "./deadline.ts";
import {
  type CreateClient,
  type LibSQLClient,
  type LibSQLClientConfig,
  loadClient,
} from "./libsql_client.ts";
import { LibSQLEngine } from "./libsql_engine.ts";
import { libsqlFailure } from "./libsql_failure.ts";
import type { LibSQLLink } from "./libsql_link.ts";
import { type LibSQLOptions, type LibSQLSettings, libsqlSettings } from "./libsql_options.ts";
import { findPlace, hasSingle, type LibSQLPlace, type RemotePlace, wrongURL } from "./libsql_place.ts";
import { LocalConnection, type LocalRun } from "./local_connection.ts";
import { LocalLink } from "./local_link.ts";
import { LinkPool, PooledLink } from "./pooled_link.ts";
import { RemoteLink } from "./remote_link.ts";
import { refusesToken, tokenFor } from "./token.ts";
import { Turn, turnOfFile } from "./turn.ts";

/** Equal for all drivers that open files with this library. */
const LIBRARY = "libsql";

/** Where the engines of the driver come from. */
export class LibSQLProvider implements AsyncSqlProvider {
  /** The driver's name. */
  readonly name: string;
  /** The driver's version. */
  readonly version: string;
  /** Answers come as Promises. */
  readonly mode = "async";
  /** Every flow has a transaction of its own. */
  readonly separates = true;
  /** Flows are kept apart here, unless all share one connection. */
  readonly capabilities: { readonly transactions: "exclusive" | "concurrent"; readonly expressions: true };
  readonly #engines: Map<string, LibSQLEngine> = new Map();
  readonly #options: LibSQLOptions;
  #settings: LibSQLSettings | null = null;
  #create: CreateClient | null = null;
  #taken: string | null = null;
  #pool: LinkPool;
  #isOpen = false;

  /** Makes a provider. */
  constructor(name: string, version: string, options: LibSQLOptions) {
    this.name = name;
    this.version = version;
    this.#pool = new LinkPool(name, null);
    this.#options = options;
    this.capabilities = {
      transactions: hasSingle(options) ? "exclusive" : "concurrent",
      expressions: true,
    };
  }

  /** The client given from outside, where one connection is all there is: on a server a transaction begins with a statement. */
  get given(): GivenClient | null {
    const { client = null, storageDir = null, databases = {}, url = null } = this.#settings ?? {};
    const only = storageDir === null && url === null && Object.keys(databases).length === 0;
    return only && client?.protocol === "file" && this.#taken !== null ? { database: this.#taken } : null;
  }

  /** Checks the options and loads the client's package. */
  async configure(config: DriverConfig): Promise<void> {
    this.#settings = libsqlSettings(this.name, this.#options, config);
    this.#taken = null;
    this.#pool = new LinkPool(this.name, this.#settings.maxOpen);
    if (this.#settings.client === null) this.#create = await loadClient(this.name);
    this.#isOpen = true;
  }

  /**
   * The open database of a name, if it is open; all that are when none is named.
   *
   * @throws {ConnectionError} When the driver is not connected.
   * @throws {ValidationError} When no place is known for the name.
   */
  opened(dbName?: string): LibSQLEngine[] {
    const settings = this.#settings;
    if (!this.#isOpen || settings === null) {
      throw new ConnectionError(`Cannot sync driver ${this.name}: it is not connected; call connect first`, {
        code: "NOT_CONNECTED",
        driver: this.name,
      });
    }
    if (dbName === undefined) return [...this.#engines.values()];
    findPlace(this.name, settings, dbName, this.#taken);
    const engine = this.#engines.get(dbName);
    return engine === undefined ? [] : [engine];
  }

  /** Forgets the engines, which were closed. */
  close(): void {
    this.#isOpen = false;
    this.#engines.clear();
  }

  /** Opens a database. */
  async open(dbName: string): Promise<LibSQLEngine> {
    const settings = this.#settings as LibSQLSettings;
    const place = await this.#findPlace(dbName, settings);
    try {
      const link = place.kind === "remote"
        ? await this.#openRemote(dbName, place)
        : place.kind === "client"
        ? await this.#borrow(dbName, place.client)
        : place.kind === "memory"
        ? await this.#openSingle(dbName, this.#client({ url: ":memory:" }), { memory: true })
        : place.kind === "replica"
        ? await this.#openReplica(dbName, place.file, place.primary)
        : await this.#openFile(dbName, place.file);
      if (place.kind === "client") await this.#checkIntegers(dbName, link);
      if (place.kind === "client" || typeof settings.url === "string") this.#taken ??= dbName;
      const engine = new LibSQLEngine(link, settings.readonly, settings.log);
      this.#engines.set(dbName, engine);
      return engine;
    } catch (error) {
      throw this.#explain(dbName, error);
    }
  }

  /** Looking for a file needs a descriptor. */
  async #findPlace(dbName: string, settings: LibSQLSettings): Promise<LibSQLPlace> {
    for (;;) {
      try {
        return findPlace(this.name, settings, dbName, this.#taken);
      } catch (error) {
        const { code } = error as { code?: unknown };
        if (code !== "TOO_MANY_FILES" || !await this.#pool.shrink()) throw error;
      }
    }
  }

  async #openFile(dbName: string, file: SqliteFile): Promise<PooledLink> {
    const { readonly, durability } = this.#settings as LibSQLSettings;
    const path = file.realPath ?? file.path;
    if (readonly) this.#checkThere(dbName, path);
    const release = claimFile(path, LIBRARY, this.name);
    const shared = turnOfFile(path);
    const closed = (): void => {
      shared.release();
      release();
    };
    let isFirst = true;
    try {
      return await PooledLink.open({
        database: dbName,
        path,
        relaxed: durability === "relaxed",
        pool: this.#pool,
        open: async () => {
          if (!isFirst) confirmClaim(path, LIBRARY, this.name);
          try {
            const link = await this.#openConnections(dbName, file, shared.turn);
            isFirst = false;
            return link;
          } catch (error) {
            throw isFirst ? error : this.#explain(dbName, error);
          }
        },
        disconnected: () => this.#explain(dbName, { code: "CLIENT_CLOSED" }),
        closed,
      });
    } catch (error) {
      closed();
      throw error;
    }
  }

  /** The two connections of a file. */
  async #openConnections(dbName: string, file: SqliteFile, turn: Turn): Promise<LocalLink> {
    const settings = this.#settings as LibSQLSettings;
    const clients: LibSQLClient[] = [];
    const connection = (): LocalConnection => {
      const client = this.#client({ url: fileURL(file.path), concurrency: 1 });
      clients.push(client);
      return new LocalConnection(client, this.#pragmas(), "file");
    };
    try {
      const [reader, writer] = [connection(), connection()];
      await reader.run((client) => client.execute(CHECK), opening(settings));
      return new LocalLink({
        driver: this.name,
        database: dbName,
        reader,
        writer,
        turn,
        settings,
        copy: null,
        wal: true,
        onFile: false,
        closed: () => undefined,
      });
    } catch (error) {
      for (const client of clients) client.close();
      throw error;
    }
  }

  /** The client makes a file that is absent, whatever is asked of it. */
  #checkThere(dbName: string, path: string): void {
    const fs = builtinModule<typeof import("node:fs")>("node:fs");
    if (fs?.existsSync(path) !== false) return;
    throw new ConnectionError(
      `Cannot open database \`${dbName}\`: it is to be read only, and there is no file ${
        JSON.stringify(path)
      }`,
      { code: "CANNOT_OPEN", driver: this.name },
    );
  }

  async #openReplica(dbName: string, file: SqliteFile, primary: RemotePlace): Promise<LocalLink> {
    const settings = this.#settings as LibSQLSettings;
    const { syncInterval, readYourWrites } = settings;
    const release = claimFile(file.realPath ?? file.path, LIBRARY, this.name);
    let client: LibSQLClient | null = null;
    let authToken: string | undefined;
    try {
      authToken = await tokenFor(this.name, settings, dbName, primary);
      client = this.#client({
        url: fileURL(file.path),
        syncUrl: withNamespace(primary, this.name),
        authToken,
        readYourWrites,
        // The client takes seconds.
        syncInterval: syncInterval === undefined ? undefined : syncInterval / 1_000,
      });
      await client.sync();
      const copy = (): LocalConnection => {
        const alone = this.#client({ url: fileURL(file.path), concurrency: 1 });
        return new LocalConnection(alone, ["PRAGMA query_only = ON"], "file");
      };
      return await this.#openSingle(dbName, client, { copy, closed: release });
    } catch (error) {
      client?.close();
      release();
      // The client does not tell why it could not begin.
      if (client !== null && await refusesToken(settings, primary.url, authToken)) {
        throw unauthorized(this.name, `Cannot open database \`${dbName}\``, error);
      }
      throw error;
    }
  }

  /** A database with one connection for everything. */
  async #openSingle(
    dbName: string,
    client: LibSQLClient,
    { memory = false, copy = null, borrowed = false, closed = () => undefined }: {
      memory?: boolean;
      copy?: (() => LocalConnection) | null;
      borrowed?: boolean;
      closed?: () => void;
    },
  ): Promise<LocalLink> {
    const settings = this.#settings as LibSQLSettings;
    const replica = copy !== null;
    // A client of someone else keeps what it was set to, unless more was asked for.
    const endures = borrowed && !memory && settings.durabilityGiven;
    const pragmas = replica
      ? []
      : !borrowed
      ? this.#pragmas()
      : ["PRAGMA foreign_keys = ON", ...(endures ? [synchronous(settings)] : [])];
    const kept = borrowed ? unclosed(client) : client;
    const connection = new LocalConnection(kept, pragmas, memory ? "never" : replica ? "replica" : "file");
    await connection.run((each) => each.execute(CHECK), opening(settings));
    return new LocalLink({
      driver: this.name,
      database: dbName,
      reader: connection,
      writer: connection,
      turn: new Turn(),
      settings,
      copy,
      wal: endures,
      onFile: !memory && !borrowed,
      closed,
    });
  }

  async #openRemote(dbName: string, place: RemotePlace): Promise<RemoteLink> {
    const settings = this.#settings as LibSQLSettings;
    const { requestTimeout, busyTimeout, concurrency, authToken } = settings;
    const { namespace } = place;
    const web = /^wss?:/i.test(place.url);
    // Whoever goes without TLS is in a network of their own.
    const near = /^http:/i.test(place.url);
    let token: string | undefined;
    const make = async (): Promise<LibSQLClient> => {
      token = await tokenFor(this.name, settings, dbName, place);
      return this.#client({
        url: web ? withNamespace(place, this.name) : place.url,
        authToken: token,
        concurrency,
        ...(web ? null : {
          fetch: deadlineFetch(settings.fetch, {
            driver: this.name,
            url: place.url,
            timeout: requestTimeout,
            namespace,
            near,
          }),
        }),
      });
    };
    return new RemoteLink({
      driver: this.name,
      database: dbName,
      client: await make(),
      remake: make,
      renewable: typeof authToken === "function",
      refuses: web ? () => refusesToken(settings, place.url, token) : null,
      resends: !web && settings.ownFetch,
      timed: !web,
      requestTimeout,
      busyTimeout,
    });
  }

  async #borrow(dbName: string, client: LibSQLClient): Promise<LocalLink | RemoteLink> {
    if (client.protocol !== "file") {
      const { requestTimeout, busyTimeout, durabilityGiven } = this.#settings as LibSQLSettings;
      if (durabilityGiven) {
        refuseOptions(this.name, "the `client` is of a server, which has its own `durability`; leave it out");
      }
      return new RemoteLink({
        driver: this.name,
        database: dbName,
        client,
        remake: null,
        renewable: false,
        refuses: null,
        resends: client.protocol === "http",
        timed: false,
        requestTimeout,
        busyTimeout,
      });
    }
    const { rows } = await client.execute({
      sql: "SELECT file FROM pragma_database_list WHERE name = 'main'",
      args: [],
    });
    const path = String((rows[0] as Readonly<Record<number, unknown>> | undefined)?.[0] ?? "");
    if (path === "") return await this.#openSingle(dbName, client, { memory: true, borrowed: true });
    const release = claimFile(path, LIBRARY, this.name);
    try {
      return await this.#openSingle(dbName, client, { borrowed: true, closed: release });
    } catch (error) {
      release();
      throw error;
    }
  }

  /** What a client reads as a number has lost digits, or fails, beyond what one holds. */
  async #checkIntegers(dbName: string, link: LibSQLLink): Promise<void> {
    const { rows: [row] } = await link.use("read", (client) => client.execute(ONE));
    const value = (row as Readonly<Record<number, unknown>> | undefined)?.[0];
    if (typeof value === "bigint") return;
    await link.close();
    refuseOptions(
      this.name,
      `the \`client\` for database \`${dbName}\` reads integers as ${typeof value}; make it with \`intMode: "bigint"\``,
    );
  }

  #client(config: Omit<LibSQLClientConfig, "intMode">): LibSQLClient {
    return (this.#create as CreateClient)({ ...config, intMode: "bigint" });
  }

  #pragmas(): string[] {
    const { durability, readonly } = this.#settings as LibSQLSettings;
    const pragmas = ["PRAGMA foreign_keys = ON", "PRAGMA trusted_schema = OFF"];
    pragmas.push(synchronous({ durability }));
    if (readonly) pragmas.push("PRAGMA query_only = ON");
    return pragmas;
  }

  #explain(dbName: string, error: unknown): RinariError {
    const { code } = (error ?? {}) as { code?: unknown };
    if (typeof code === "string" && code.startsWith("URL_")) {
      return wrongURL(this.name, dbName, `cannot be used (${code})`);
    }
    const scene = { driver: this.name, database: dbName } as const;
    const typed = connectionFailure(error, { ...scene, phase: "read" });
    return typed ??
      sqlError(libsqlFailure(error), { ...scene, table: undefined, attempt: null, tables: [] }, error);
  }
}

function synchronous({ durability }: Pick<LibSQLSettings, "durability">): string {
  return `PRAGMA synchronous = ${durability === "full" ? "FULL" : "NORMAL"}`;
}

const ONE = { sql: "SELECT 1", args: [] };
const CHECK = { sql: "SELECT count(*) FROM sqlite_schema", args: [] };

/** How a database is looked at when it is opened. */
function opening({ busyTimeout }: LibSQLSettings): LocalRun {
  return { lock: "read", until: Date.now() + busyTimeout };
}

function fileURL(path: string): string {
  return `file:${path.split("/").map(encodeURIComponent).join("/")}`;
}

/** A client that stays open when it is closed here. */
function unclosed(client: LibSQLClient): LibSQLClient {
  return {
    protocol: client.protocol,
    closed: client.closed,
    execute: (statement) => client.execute(statement),
    batch: (statements, mode) => client.batch(statements, mode),
    transaction: (mode) => client.transaction(mode),
    sync: () => client.sync(),
    ...(client.reconnect && { reconnect: () => client.reconnect?.() }),
    close: () => undefined,
  };
}

/** Where no header can be sent, the namespace is the first label of the host's name. */
function withNamespace({ url, namespace }: RemotePlace, driver: string): string {
  if (namespace === null) return url;
  const parsed = new URL(url);
  if (/^[\d.]+$|^\[/.test(parsed.hostname)) {
    throw new UnsupportedError(
      "Cannot choose a namespace over a web socket or for a replica when the server is given by its address: there it is the " +
        "first label of the host's name; give a name, or use http",
      { driver },
    );
  }
  parsed.hostname = `${namespace}.${parsed.hostname}`;
  return parsed.href;
}
