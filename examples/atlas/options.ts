import { isAbsolute, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type DriverName, DRIVERS } from "./drivers.ts";
import { runtime } from "./runtime.ts";

/** What the command line asks for. */
export interface AtlasOptions {
  readonly driver: DriverName;
  /** The database's file; null when it is kept in memory or on a server. */
  readonly path: string | null;
  /** The url of the database's server, or null. */
  readonly url: string | null;
  /** What the server wants to see. */
  readonly authToken: string | undefined;
  /** Load anew, whatever is there. */
  readonly fresh: boolean;
  /** How many cities to load; null for all. */
  readonly limit: number | null;
}

/** A command line that makes no sense. */
export class UsageError extends Error {}

const OWN_DRIVER: DriverName = runtime === "bun" ? "bun-sqlite" : "node-sqlite";
const FOLDER = fileURLToPath(new URL("./data", import.meta.url));

/** What `--help` prints. */
export const HELP = `Usage: npm start -- [options]
       bun run examples/atlas.ts [options]
       deno run -A examples/atlas.ts [options]

  --runtime <name>  bun, deno or node (only with npm start; default node)
  --driver <name>   memory, bun-sqlite (Bun), node-sqlite, libsql or deno-kv; default the runtime's own SQLite
  --dir <path>      folder of the database file; default examples/atlas/data
  --url <url>       the server of the database (libsql): http, https, ws, wss or libsql
  --auth-token <t>  what the server wants to see
  --limit <count>   load only this many cities, spread over the whole list
  --fresh           load anew instead of using the database of an earlier start
  --help            this text`;

/**
 * Reads the command line.
 *
 * @throws {UsageError} When it makes no sense.
 */
export function readOptions(args: string[]): AtlasOptions | "help" {
  const { driver: name = OWN_DRIVER, dir, url, "auth-token": authToken, limit, fresh, help } = parse(args);
  if (help) return "help";
  const driver = readDriver(name);
  const { file } = DRIVERS[driver];
  if (file === null && dir !== undefined) {
    throw new UsageError(`Cannot use --dir with --driver ${driver}: it keeps no file`);
  }
  if (url !== undefined) checkURL(driver, url, dir);
  else if (authToken !== undefined) throw new UsageError("Cannot use --auth-token without --url");
  if (dir === "") throw new UsageError("Cannot use --dir: it is empty; give the path of a folder");
  return {
    driver,
    path: file === null || url !== undefined ? null : join(folderOf(dir), file),
    url: url ?? null,
    authToken,
    fresh,
    limit: limit === undefined ? null : readLimit(limit),
  };
}

function parse(
  args: string[],
): {
  driver?: string;
  dir?: string;
  url?: string;
  "auth-token"?: string;
  limit?: string;
  fresh: boolean;
  help: boolean;
} {
  try {
    return parseArgs({
      args,
      options: {
        driver: { type: "string" },
        dir: { type: "string" },
        url: { type: "string" },
        "auth-token": { type: "string" },
        limit: { type: "string" },
        fresh: { type: "boolean", default: false },
        help: { type: "boolean", short: "h", default: false },
      },
    }).values;
  } catch (error) {
    if (args.some((arg) => /^--runtime\b/.test(arg))) {
      throw new UsageError(
        `Cannot choose a runtime here, this is ${runtime} already: use npm start -- --runtime <name>`,
      );
    }
    throw new UsageError(error instanceof Error ? firstSentence(error.message) : String(error));
  }
}

/** What follows in Node's message advises how to pass a file whose name begins with a dash. */
function firstSentence(message: string): string {
  return message.split(/\. (?=[A-Z])/)[0] as string;
}

function readDriver(name: string): DriverName {
  const driver = (Object.keys(DRIVERS) as DriverName[]).find((one) => one === name);
  if (driver === undefined) {
    throw new UsageError(`Unknown driver "${name}": use ${Object.keys(DRIVERS).join(", ")}`);
  }
  const { runtimes } = DRIVERS[driver];
  if (!runtimes.some((one) => one === runtime)) {
    const runsIn = runtimes.join(", ");
    throw new UsageError(
      `Cannot use ${driver} in ${runtime}: it runs in ${runsIn}; try --driver node-sqlite`,
    );
  }
  return driver;
}

function checkURL(driver: DriverName, url: string, dir: string | undefined): void {
  if (!("remote" in DRIVERS[driver])) {
    throw new UsageError(
      `Cannot use --url with --driver ${driver}: it reaches no server; try --driver libsql`,
    );
  }
  if (dir !== undefined) throw new UsageError("Cannot use --dir with --url: the database is on the server");
  if (!/^(https?|wss?|libsql):\/\/./.test(url)) {
    throw new UsageError(
      `Cannot use --url ${JSON.stringify(url)}: it begins with http, https, ws, wss or libsql`,
    );
  }
}

function readLimit(text: string): number {
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && Number.isSafeInteger(limit)) return limit;
  throw new UsageError(`Cannot load ${JSON.stringify(text)} cities: --limit needs a whole number from 1`);
}

/** npm runs scripts in the folder of package.json and tells in INIT_CWD where the user is. */
function folderOf(dir: string | undefined): string {
  if (dir === undefined) return FOLDER;
  return isAbsolute(dir) ? dir : join(process.env["INIT_CWD"] ?? process.cwd(), dir);
}
