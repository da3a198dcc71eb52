import { ValidationError } from "../../src/errors/mod.ts";
import { findSqliteFile, type SqliteFile } from "../../src/sql/sqlite/files.ts";
import { MEMORY } from "../../src/files/file_place.ts";
import { checkDatabaseName } from "../../src/schema/identifiers.ts";
import type { LibSQLClient } from "./libsql_client.ts";
import type { LibSQLOptions, LibSQLSettings, PerDatabase } from "./libsql_options.ts";

/** Where a database is. */
export type LibSQLPlace =
  | { readonly kind: "memory" }
  | { readonly kind: "file"; readonly file: SqliteFile }
  | { readonly kind: "replica"; readonly file: SqliteFile; readonly primary: RemotePlace }
  | { readonly kind: "client"; readonly client: LibSQLClient }
  | RemotePlace;

/** A database of a server. */
export interface RemotePlace {
  readonly kind: "remote";
  /** The url, without a token. */
  readonly url: string;
  /** The token that was in the url. */
  readonly token: string | null;
  /** The namespace, when the url does not name it. */
  readonly namespace: string | null;
}

const NAMESPACE = /^[a-z0-9][a-z0-9_-]{0,63}$/;
const MEMORY_URL = /^(?:file:)?:memory:$/i;
const REMOTE = /^(?:https?|wss?|libsql):/i;

/**
 * Finds a database.
 *
 * @param taken The database that has the one url or client already, or null.
 * @throws {ValidationError} When no place is known for the name.
 */
export function findPlace(
  driver: string,
  settings: LibSQLSettings,
  dbName: string,
  taken: string | null,
): LibSQLPlace {
  checkDatabaseName(dbName);
  const { databases, storageDir, url, client, syncUrl, namespace } = settings;
  const given = Object.hasOwn(databases, dbName) ? databases[dbName] as string : null;
  const named = given ?? (url === null ? null : urlFor(driver, url, dbName));
  const shared = given === null && storageDir === null && (client !== null || typeof url === "string");
  if (shared && namespace === null && taken !== null && taken !== dbName) {
    throw unknown(
      driver,
      dbName,
      `the one place there is serves \`${taken}\`; give \`namespace\`, a function as \`url\`, or \`databases\``,
    );
  }
  if (syncUrl !== null) {
    const primary = remote(driver, urlFor(driver, syncUrl, dbName), dbName, namespace);
    return { kind: "replica", file: findFile(driver, settings, dbName, named, given === null), primary };
  }
  if (named === null && client !== null && storageDir === null) return { kind: "client", client };
  if (named !== null && REMOTE.test(named)) return remote(driver, named, dbName, namespace);
  const file = findFile(driver, settings, dbName, named, given === null);
  return file.realPath === null ? { kind: "memory" } : { kind: "file", file };
}

/** Whether the options name a database that has one connection only: in memory, or an embedded replica. */
export function hasSingle({ databases = {}, url, syncUrl, client }: LibSQLOptions): boolean {
  if (syncUrl !== undefined || (client !== undefined && client.protocol === "file")) return true;
  return [...Object.values(databases), url].some((each) => typeof each === "string" && MEMORY_URL.test(each));
}

function findFile(
  driver: string,
  settings: LibSQLSettings,
  dbName: string,
  place: string | null,
  isURL: boolean,
): SqliteFile {
  if (place !== null) checkPlace(driver, place, dbName, isURL);
  const databases = place === null ? settings.databases : { [dbName]: place };
  return findSqliteFile(driver, { ...settings, databases }, dbName);
}

/** Refuses what was meant as the url of a server: it would become a file, and a token in it the name. */
function checkPlace(driver: string, place: string, dbName: string, isURL: boolean): void {
  if (place !== place.trim()) throw wrongURL(driver, dbName, "begins or ends with a blank");
  if (/authToken=/i.test(place)) {
    throw wrongURL(driver, dbName, "has a token, and is that of no server; begin it with libsql: or https:");
  }
  if (/^[a-z0-9.-]+\.turso\.\w+(?:[:/]|$)/i.test(place)) {
    throw wrongURL(driver, dbName, "is the name of a server, without libsql:// before it");
  }
  if (isURL && !/^file:/i.test(place) && place !== MEMORY) {
    throw wrongURL(
      driver,
      dbName,
      "has no scheme that is known; there are libsql:, https:, http:, wss: and ws: for servers, and file: for files",
    );
  }
}

function remote(
  driver: string,
  given: string,
  dbName: string,
  namespace: ((dbName: string) => string) | null,
): RemotePlace {
  if (!REMOTE.test(given)) {
    throw wrongURL(driver, dbName, "is that of no server; begin it with libsql:, https:, http:, wss: or ws:");
  }
  let url: URL;
  try {
    url = new URL(given);
    // The host of a scheme that is not the web's is read by no rule, until it is asked for.
    new URL(given.replace(/^libsql:/i, "https:"));
  } catch {
    throw wrongURL(driver, dbName, "is malformed");
  }
  if (url.hostname === "") throw wrongURL(driver, dbName, "has no host");
  if (url.username !== "" || url.password !== "") {
    throw wrongURL(driver, dbName, "has a user name or password; give `authToken`");
  }
  const token = url.searchParams.get("authToken");
  url.searchParams.delete("authToken");
  if (namespace === null) return { kind: "remote", url: url.href, token, namespace: null };
  const name = namespace(dbName);
  if (typeof name !== "string" || !NAMESPACE.test(name)) {
    throw new ValidationError(
      `Cannot open database \`${dbName}\`: its namespace is 1 to 64 of \`a-z 0-9 _ -\`, beginning with a letter or digit`,
      { code: "INVALID_NAME", driver },
    );
  }
  return { kind: "remote", url: url.href, token, namespace: name };
}

/** The error for a url. It may hold a token: it is not shown. */
export function wrongURL(driver: string, dbName: string, reason: string): ValidationError {
  return new ValidationError(`Cannot open database \`${dbName}\`: its url ${reason}`, {
    code: "INVALID_OPTIONS",
    driver,
  });
}

function urlFor(driver: string, url: PerDatabase<string>, dbName: string): string {
  const given: unknown = typeof url === "function" ? url(dbName) : url;
  if (typeof given === "string" && given !== "") return given;
  throw wrongURL(driver, dbName, "is no text");
}

function unknown(driver: string, dbName: string, reason: string): ValidationError {
  return new ValidationError(`Cannot open database \`${dbName}\`: ${reason}`, {
    code: "UNKNOWN_DATABASE",
    driver,
  });
}
