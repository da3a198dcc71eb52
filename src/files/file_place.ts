import { ValidationError } from "../errors/mod.ts";

/** The place of a database that has no file. */
export const MEMORY = ":memory:";

/** A `file:` url as its parts: the host, the path, what follows `?` and what follows `#`. */
const FILE_URL = /^file:(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(#.*)?$/is;

/** The url of something that is no file: a scheme with `//`, or one of those that are written without. */
const OTHER_URL = /^(?:[a-z][a-z0-9+.-]+:\/\/|(?:https?|wss?|libsql|sqlite3?|postgres(?:ql)?|mysql|jdbc):)/i;

/** `localhost:8080`, `db.example.com:443/app`. */
const HOST_AND_PORT = /^[a-z0-9.-]+:\d+(?:\/|$)/i;

/** What a variable becomes that has no value, when it is made a text. */
const NO_VALUE: ReadonlySet<string> = new Set(["undefined", "null", "NaN", "[object Object]"]);

/**
 * Reads where a database is, for every driver that has files: a path, `:memory:`, or a `file:` url. `file:a/b.db` is a path from
 * here, `file:/a/b.db` and `file:///a/b.db` one from the root; in a url `%20` is a blank.
 *
 * @param what What is read, for the error: ``Cannot open database `app`: its url``.
 * @returns The path, or `:memory:`.
 * @throws {ValidationError} When it is something else, or has what is not understood (`INVALID_OPTIONS`). The text is not shown: it
 * may hold a token.
 */
export function readFilePlace(driver: string, what: string, text: string): string {
  const refuse = (reason: string): never => {
    throw new ValidationError(`${what} ${reason}`, { code: "INVALID_OPTIONS", driver });
  };
  if (text === MEMORY) return MEMORY;
  if (NO_VALUE.has(text)) return refuse(`is the text "${text}", as of a variable that has no value`);
  if (text.includes("\0")) return refuse("has a NUL in it, which no path can have");
  if (!/^file:/i.test(text)) {
    if (OTHER_URL.test(text)) {
      return refuse("is of a scheme that is no file's; give a path, or begin it with file:");
    }
    if (HOST_AND_PORT.test(text)) {
      return refuse("is a host with a port, and no file; begin it with ./ when it is a path all the same");
    }
    return text;
  }
  const [, host = "", path = "", query, fragment] = FILE_URL.exec(text) as unknown as string[];
  if (host !== "" && host.toLowerCase() !== "localhost") {
    return refuse(
      "has a host after file://, which can only be this one; write file:a/b.db for a path from here, file:///a/b.db for one from the root",
    );
  }
  if (query !== undefined) return refuse(parameters(query));
  if (fragment !== undefined) {
    return refuse("has a fragment, which means nothing here; write %23 for a # in a path");
  }
  const decoded = decode(path);
  if (decoded === null || decoded.includes("\0")) {
    return refuse("is malformed; % begins two digits there, as %20 for a blank");
  }
  if (decoded === "") return refuse("has no path");
  // On Windows the path of a url begins before the drive.
  return decoded === MEMORY ? MEMORY : decoded.replace(/^\/(?=[a-z]:[\\/])/i, "");
}

/** What is said of parameters: a place has none, and what they ask for is asked for by options. */
function parameters(query: string): string {
  const names = query.split("&").map((each) => each.replace(/=.*/s, "")).filter((name) =>
    /^[\w.-]+$/.test(name)
  );
  const advice = names.includes("mode")
    ? "; for mode=ro give `readonly: true`, for mode=memory the place `:memory:`"
    : "; give options to the driver instead";
  return `has ${
    names.map((name) => `\`${name}\``).join(", ") || "something"
  } after ?, which is not understood${advice}`;
}

function decode(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
