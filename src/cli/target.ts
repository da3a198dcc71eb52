import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { MigrationSteps } from "../migration/mod.ts";
import { INSIDES, type Insides } from "../orm/insides.ts";
import type { AnyORM } from "../orm/orm.ts";
import { UsageError } from "./usage_error.ts";

/** What a command works on. */
export interface Target {
  /** The ORM that the module exports. */
  readonly orm: AnyORM;
  /** The database. */
  readonly database: string;
  /** The steps that the module exports. */
  readonly steps: MigrationSteps<"sync" | "async">;
}

/** Says what to do where a module needs another runtime than the command was started with. */
function notLoaded(path: string, error: unknown): never {
  const { code, message } = (error ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  if (code === "ERR_UNKNOWN_FILE_EXTENSION") {
    throw new UsageError(
      `this Node reads no TypeScript, as ${path} is: use Node 22.18 or newer, Bun or Deno, or what it is compiled to`,
    );
  }
  if (/bun:sqlite/.test(String(message)) && !("Bun" in globalThis)) {
    throw new UsageError(`${path} uses bun:sqlite, and this is not Bun: run bunx --bun rinari`);
  }
  throw error;
}

/**
 * Loads the module of the user, which exports `orm` (or has it as its default) and possibly `steps` and `database`.
 *
 * @throws {UsageError} When it does not.
 */
export function loadTarget(path: string, given: string | undefined): Promise<Target> {
  return import(pathToFileURL(resolve(path)).href).catch((error) => notLoaded(path, error)).then(
    (module: Readonly<Record<string, unknown>>) => {
      const orm = (module["orm"] ?? module["default"]) as
        | AnyORM & { readonly [INSIDES]?: Insides }
        | undefined;
      if (typeof orm !== "object" || orm === null || orm[INSIDES] === undefined) {
        throw new UsageError(`${path} exports no \`orm\`: export const orm = new ORM(…), with its models`);
      }
      const databases = orm.getDatabases();
      const database = given ?? module["database"] ?? (databases.length === 1 ? databases[0] : undefined);
      if (typeof database !== "string") {
        throw new UsageError(
          databases.length === 0
            ? `${path} defines no model`
            : `the models of ${path} are of several databases (${
              databases.join(", ")
            }); say which with --database`,
        );
      }
      return { orm, database, steps: (module["steps"] ?? {}) as Target["steps"] };
    },
  );
}
