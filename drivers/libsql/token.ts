import { ValidationError } from "../../src/errors/mod.ts";
import type { LibSQLSettings } from "./libsql_options.ts";
import type { RemotePlace } from "./libsql_place.ts";

/** Text that can be sent in a header; a file it was read from may end with a new line. */
const TOKEN = /^[\x21-\x7e]*\s*$/;

/**
 * The token for a database: of the options, or of the url.
 *
 * @throws {ValidationError} When it cannot be sent. The error does not show it, as that of whoever is given it would.
 */
export async function tokenFor(
  driver: string,
  { authToken }: LibSQLSettings,
  dbName: string,
  { token }: RemotePlace,
): Promise<string | undefined> {
  const given: unknown = await (typeof authToken === "function" ? authToken(dbName) : authToken) ?? token;
  if (given === null || given === undefined) return undefined;
  if (typeof given === "string" && TOKEN.test(given)) return given.trim();
  throw new ValidationError(
    `Cannot open database \`${dbName}\`: its \`authToken\` is no text of letters, digits and signs`,
    { code: "INVALID_OPTIONS", driver },
  );
}

/** Asks a server over http whether it refuses a token. It never rejects: what is not known is no. */
export async function refusesToken(
  { fetch, requestTimeout }: LibSQLSettings,
  url: string,
  token: string | undefined,
): Promise<boolean> {
  try {
    const response = await fetch(
      new URL("v2/pipeline", url.replace(/^ws/i, "http").replace(/^libsql/i, "https")),
      {
        method: "POST",
        headers: {
          "content-type": "application/json",
          ...(token === undefined ? null : { authorization: `Bearer ${token}` }),
        },
        body: JSON.stringify({ requests: [{ type: "close" }] }),
        signal: AbortSignal.timeout(requestTimeout),
        redirect: "manual",
      },
    );
    await response.body?.cancel();
    return response.status === 401;
  } catch {
    return false;
  }
}
