import { isAbsolute, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type DriverName, DRIVERS } from "./drivers.ts";
import { runtime } from "./runtime.ts";

/** What the command line asks for. */
export interface AtlasOptions {
  readonly driver: DriverName;
  /** The database's file; null when it is kept in memory. */
  readonly path: string | null;
  /** Load anew, whatever is there. */
  readonly fresh: boolean;
  /** How many cities to load; null for all. */
  readonly limit: number | null;
}

/** A command line that makes no sense. */
export class UsageError extends Error {}

const FOLDER = fileURLToPath(new URL("./data", import.meta.url));

/** What `--help` prints. */
export const HELP = `Usage: npm start -- [options]
       bun run examples/atlas.ts [options]
       deno run -A examples/atlas.ts [options]

  --runtime <name>  bun, deno or node (only with npm start; default node)
  --driver <name>   memory, bun-sqlite (Bun), node-sqlite or deno-kv; default the runtime's own SQLite
  --dir <path>      folder of the database file; default examples/atlas/data
  --limit <count>   load only this many cities, spread over the whole list
  --fresh           load anew instead of using the database of an earlier start
  --help            this text`;

/**
 * Reads the command line.
 *
 * @throws {UsageError} When it makes no sense.
 */
export function readOptions(args: string[]): AtlasOptions | "help" {
  const { driver: name = runtime === "bun" ? "bun-sqlite" : "node-sqlite", dir, limit, fresh, help } = parse(
    args,
  );
  if (help) return "help";
  const driver = readDriver(name);
  const { file } = DRIVERS[driver];
  if (file === null && dir !== undefined) {
    throw new UsageError(`Cannot use --dir with --driver ${driver}: it keeps no file`);
  }
  if (dir === "") throw new UsageError("Cannot use --dir: it is empty; give the path of a folder");
  return {
    driver,
    path: file === null ? null : join(folderOf(dir), file),
    fresh,
    limit: limit === undefined ? null : readLimit(limit),
  };
}

function parse(
  args: string[],
): { driver?: string; dir?: string; limit?: string; fresh: boolean; help: boolean } {
  try {
    return parseArgs({
      args,
      options: {
        driver: { type: "string" },
        dir: { type: "string" },
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
