import { UnsupportedError } from "../../src/errors/mod.ts";

/** What a statement brought, as `@libsql/client` gives it. */
export interface LibSQLResult {
  /** The names of the columns. */
  readonly columns: readonly string[];
  /** The rows: objects that have their values by position too. */
  readonly rows: readonly object[];
  /** The rows changed; 0 for a statement with RETURNING on a file. */
  readonly rowsAffected: number;
}

/** A value as it is bound. */
export type LibSQLValue = string | number | bigint | Uint8Array | null;

/** A statement as `@libsql/client` takes it. */
export interface LibSQLStatement {
  /** The text. */
  readonly sql: string;
  /** The values. */
  readonly args: LibSQLValue[];
}

/** The part of a `Transaction` of `@libsql/client` that is used. */
export interface LibSQLTransaction {
  /** Whether it has ended, as far as the client knows. */
  readonly closed: boolean;
  /** Runs a statement. */
  execute(statement: LibSQLStatement): Promise<LibSQLResult>;
  /** Runs statements in one request. */
  batch(statements: LibSQLStatement[]): Promise<LibSQLResult[]>;
  /** Runs a text of several statements, and keeps no answer. Absent in older versions. */
  executeMultiple?(sql: string): Promise<void>;
  /** Makes the work permanent. */
  commit(): Promise<void>;
  /** Undoes the work. */
  rollback(): Promise<void>;
  /** Gives up. */
  close(): void;
}

/** The part of a `Client` of `@libsql/client` that is used. */
export interface LibSQLClient {
  /** `file`, `http` or `ws`. */
  readonly protocol: string;
  /** Whether it was closed. */
  readonly closed: boolean;
  /** Runs a statement. */
  execute(statement: LibSQLStatement): Promise<LibSQLResult>;
  /** Runs statements as one transaction, in one request. */
  batch(statements: LibSQLStatement[], mode?: "write" | "read" | "deferred"): Promise<LibSQLResult[]>;
  /** Runs statements and keeps none of them. Absent in older versions. */
  executeMultiple?(sql: string): Promise<void>;
  /** Opens an interactive transaction. */
  transaction(mode?: "write" | "read" | "deferred"): Promise<LibSQLTransaction>;
  /** Brings an embedded replica up to date. */
  sync(): Promise<unknown>;
  /** Makes its connections anew. Absent in older versions. */
  reconnect?(): void | Promise<void>;
  /** Closes it. */
  close(): void;
}

/** The configuration a client is made with. */
export interface LibSQLClientConfig {
  readonly url: string;
  readonly intMode: "bigint";
  readonly concurrency?: number;
  readonly authToken?: string | undefined;
  readonly syncUrl?: string | undefined;
  readonly syncInterval?: number | undefined;
  readonly readYourWrites?: boolean | undefined;
  readonly encryptionKey?: string | undefined;
  readonly fetch?: unknown;
}

/** Makes clients. */
export type CreateClient = (config: LibSQLClientConfig) => LibSQLClient;

/** The package that has to be installed. */
const PACKAGE = "@libsql/client";

/**
 * Loads the client's package.
 *
 * @throws {UnsupportedError} When it is not installed, or not made for this platform.
 */
export async function loadClient(driver: string): Promise<CreateClient> {
  try {
    const module = await import("@libsql/client") as unknown as { createClient: CreateClient };
    return module.createClient;
  } catch (cause) {
    throw new UnsupportedError(`Cannot connect driver ${driver}: ${whyNotLoaded(cause)}`, { driver, cause });
  }
}

/** What is said when the package is there, and its native code is not, as bundlers leave it out. */
const WITHOUT_NATIVE = /@libsql\/(?!client\b)[a-z0-9-]+|dynamic(?:ally)? require|\.node\b/i;

/** Why the package could not be loaded, and what to do. */
export function whyNotLoaded(cause: unknown): string {
  const { name, message: whole } = (cause ?? {}) as { name?: unknown; message?: unknown };
  // What follows the first line is who asked for it.
  const [message] = String(whole).split("\n");
  if (name === "NotCapable") {
    return `Deno lets its package ${PACKAGE} do too little: ${message}; it needs --allow-env, --allow-ffi and --allow-sys`;
  }
  if (WITHOUT_NATIVE.test(String(message))) {
    return `its package ${PACKAGE} is there, and the native code that it needs is not (${message}), as when a bundler has joined it; keep ` +
      `it out of the bundle (\`--external ${PACKAGE}\`, esbuild \`--external:${PACKAGE}\`) and install it beside, or for servers give a ` +
      `\`client\` made by ${PACKAGE}/web`;
  }
  return `its package ${PACKAGE} cannot be loaded; install it (\`npm install ${PACKAGE}\`, \`bun add ${PACKAGE}\`, ` +
    `\`deno add npm:${PACKAGE}\`), or give a \`client\` of your own`;
}
