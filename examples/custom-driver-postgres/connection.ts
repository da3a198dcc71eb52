import {
  isServerError,
  type MakePgClient,
  type PgClient,
  type PgClientConfig,
  type PgQuery,
} from "./client.ts";
import { quoteName } from "./names.ts";

/** What a statement came to. */
export interface PgResult {
  /** The rows as arrays of texts and nulls, exactly as the server wrote them. */
  readonly rows: (string | null)[][];
  /** The rows inserted, changed or removed. */
  readonly changes: number;
}

/** How the server is told to work for a connection. Times are in milliseconds. */
export interface SessionOptions {
  /** Nothing can be written. */
  readonly readonly: boolean;
  /** How long a statement waits for a lock. */
  readonly lockTimeout: number;
  /** How long a statement may take. */
  readonly requestTimeout: number;
}

const staleErrors = new WeakSet<object>();

/**
 * Whether a statement failed because it was prepared for a table that has been made anew since. The server did nothing of it, and
 * takes it when it is sent again.
 */
export function isStale(error: unknown): boolean {
  return typeof error === "object" && error !== null && staleErrors.has(error);
}

/** The most statements prepared by name; what comes later is prepared each time. */
const MAX_PREPARED = 500;
const types = { getTypeParser: () => (text: string) => text };

/** One connection to a server. Whoever has it uses it alone, for one statement at a time. */
export class PgConnection {
  readonly #client: PgClient;
  #broken = false;
  #schema: string | null = null;
  #prepared: Map<string, string> = new Map();
  #names = 0;

  private constructor(client: PgClient) {
    this.#client = client;
    const lost = (): void => {
      this.#broken = true;
    };
    // Without a listener, the loss of an idle connection would end the process.
    client.on("error", lost);
    client.on("end", lost);
  }

  /** Connects. */
  static async open(
    Client: MakePgClient,
    config: PgClientConfig,
    options: SessionOptions,
  ): Promise<PgConnection> {
    const client = new Client({ ...config, application_name: "rinari" });
    const connection = new PgConnection(client);
    try {
      await client.connect();
      await connection.execute(sessionSettings(options));
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** The connection was lost, or its state is not known: it must not be used any more. */
  get broken(): boolean {
    return this.#broken;
  }

  /** The schema its statements work in; null when that is not known. */
  get schema(): string | null {
    return this.#schema;
  }

  /** Has the statements that follow work in a schema. Not inside a transaction, with which it would be undone. */
  async enter(schema: string): Promise<void> {
    if (schema === this.#schema) return;
    this.#schema = null;
    // The same text is another statement there.
    this.#prepared = new Map();
    // The schema comes first, so that a table may be called as one of the system's is.
    await this.execute(`SET search_path TO ${quoteName(schema)}, pg_catalog, pg_temp`);
    this.#schema = schema;
  }

  /** Runs a statement with its values: texts, numbers, booleans, bigints, bytes or null. */
  query(text: string, values: readonly unknown[]): Promise<PgResult> {
    const prepared = this.#prepared.has(text);
    const name = this.#nameOf(text);
    const query: PgQuery = {
      text,
      values: [...values],
      rowMode: "array",
      types,
      ...(name === undefined ? null : { name }),
    };
    return this.#run(query, prepared);
  }

  /** Runs statements without values: in one message, which the server takes for one transaction when none is open. */
  execute(text: string): Promise<PgResult> {
    return this.#run({ text, rowMode: "array", types }, false);
  }

  /** Closes it. It never rejects. */
  async close(): Promise<void> {
    this.#broken = true;
    await this.#client.end().catch(() => undefined);
  }

  async #run(query: PgQuery, prepared: boolean): Promise<PgResult> {
    try {
      const results = await this.#client.query(query);
      const last = Array.isArray(results) ? results.at(-1) : results;
      return { rows: (last?.rows ?? []) as (string | null)[][], changes: last?.rowCount ?? 0 };
    } catch (error) {
      // An answer that did not come in time may still come, to the next statement.
      if (!isServerError(error) || error.severity === "FATAL") this.#broken = true;
      if (prepared && isOfStatement(error)) {
        this.#prepared = new Map();
        staleErrors.add(error as object);
      }
      // It may not have been prepared at all.
      if (!prepared) this.#prepared.delete(query.text);
      throw error;
    }
  }

  #nameOf(text: string): string | undefined {
    let name = this.#prepared.get(text);
    if (name === undefined && this.#prepared.size < MAX_PREPARED) {
      this.#prepared.set(text, name = `rinari_${++this.#names}`);
    }
    return name;
  }
}

/** Values come as texts, in forms that must not depend on the server's settings. */
function sessionSettings({ readonly, lockTimeout, requestTimeout }: SessionOptions): string {
  const settings = [
    "TimeZone TO 'UTC'",
    "DateStyle TO 'ISO, YMD'",
    "bytea_output TO 'hex'",
    "extra_float_digits TO 1",
    "standard_conforming_strings TO on",
    "client_min_messages TO warning",
    `lock_timeout TO ${lockTimeout}`,
    // The server gives up a little earlier than the client, so that the connection is not lost.
    `statement_timeout TO ${Math.ceil(requestTimeout * 0.9)}`,
    `default_transaction_read_only TO ${readonly ? "on" : "off"}`,
  ];
  return settings.map((setting) => `SET ${setting}`).join("; ");
}

/** Whether an error is about the statement itself: unknown names, types that do not fit, a plan that does not any more. */
function isOfStatement(error: unknown): boolean {
  return isServerError(error) &&
    (error.code.startsWith("42") || error.code === "0A000" || error.code === "26000");
}
