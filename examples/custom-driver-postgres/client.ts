/** The part of a `Client` of the package `pg` that is used. */
export interface PgClient {
  /** Opens the connection. */
  connect(): Promise<unknown>;
  /** Runs a statement, or several in one text. */
  query(query: PgQuery): Promise<PgClientResult | PgClientResult[]>;
  /** Hears of what happens to the connection. */
  on(event: "error" | "end", listener: () => void): unknown;
  /** Closes the connection. */
  end(): Promise<void>;
}

/** A statement as `pg` takes it. */
export interface PgQuery {
  /** The text. */
  readonly text: string;
  /** The values; absent for several statements in one text. */
  readonly values?: unknown[];
  /** The name it is prepared by, once for the connection. */
  readonly name?: string;
  /** Rows are arrays. */
  readonly rowMode: "array";
  /** Reads values, by the number of their type. */
  readonly types: { getTypeParser(): (text: string) => unknown };
}

/** What `pg` gives for a statement. */
export interface PgClientResult {
  /** The rows. */
  readonly rows: unknown[];
  /** The rows returned, inserted, changed or removed. */
  readonly rowCount: number | null;
}

/** How `pg` makes a client. */
export type MakePgClient = new (config: PgClientConfig) => PgClient;

/** How a client is made. */
export interface PgClientConfig {
  /** Where the server is. */
  readonly connectionString?: string;
  /** What takes the place of the network. */
  readonly stream?: () => object;
  /** Who connects; in a connection string it is part of that. */
  readonly user?: string;
  /** The database on the server; in a connection string it is part of that. */
  readonly database?: string;
  /** How long to wait for the connection, in milliseconds. */
  readonly connectionTimeoutMillis?: number;
  /** How long to wait for an answer, in milliseconds. */
  readonly query_timeout?: number;
  /** The name the server's administrator sees. */
  readonly application_name?: string;
  /** Notice that the other side is gone. */
  readonly keepAlive?: boolean;
}

/** The fields of an error that the server sent. */
export interface PgError {
  /** The SQLSTATE: five letters or digits. */
  readonly code: string;
  /** `ERROR`, or `FATAL` when the connection ends with it. */
  readonly severity: string;
  /** More about it: for a unique key, its columns and the values. */
  readonly detail?: string | undefined;
  /** The table. */
  readonly table?: string | undefined;
  /** The column. */
  readonly column?: string | undefined;
  /** The constraint. */
  readonly constraint?: string | undefined;
  /** What the server says. */
  readonly message: string;
}

/** Whether an error was sent by the server; every other one is of the connection, or of the client. */
export function isServerError(error: unknown): error is PgError {
  const { code, severity } = (error ?? {}) as { code?: unknown; severity?: unknown };
  return typeof code === "string" && /^[0-9A-Z]{5}$/.test(code) && typeof severity === "string";
}
