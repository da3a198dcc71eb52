import { ValidationError } from "../errors/mod.ts";
import { describeValue } from "../schema/describe_value.ts";
import { isPlain, ownMembers } from "../schema/plain_object.ts";
import type { Mode } from "../types/mode.ts";
import type { MigrationSteps } from "./migration_steps.ts";

/** What `plan` takes. */
export interface PlanOptions<M extends Mode = "sync"> {
  /** The steps, by name, in order. */
  readonly steps?: MigrationSteps<M> | undefined;
  /**
   * The name of the last step that was done, for a store that was changed before anything was written down. Without it such a store
   * has done all steps when its tables are as the models say, and none otherwise.
   */
  readonly baseline?: string | undefined;
}

/** What `migrate` takes. */
export interface MigrateOptions<M extends Mode = "sync"> extends PlanOptions<M> {
  /** Copies the database to a file beside it before anything is changed. Only files of SQLite and JSON. */
  readonly backup?: boolean | undefined;
  /** Does everything, to find rows that refuse, and undoes it. */
  readonly dryRun?: boolean | undefined;
  /** Called when something begins, and after each chunk of rows that a step changes. */
  readonly progress?: ((now: MigrationProgress) => void) | undefined;
  /** How long it is waited for another process that migrates, in milliseconds. Default 60,000. */
  readonly waitTimeout?: number | undefined;
}

/** Where a migration stands. */
export interface MigrationProgress {
  /** The step that runs; null when the models are followed. */
  readonly step: string | null;
  /** The table whose rows are changed, or null. */
  readonly table: string | null;
  /** How many of its rows were looked at. */
  readonly rows: number;
}

/** The options with their defaults. */
export interface MigrationSettings {
  /** The steps, by name, in order. */
  readonly steps: readonly (readonly [name: string, run: (db: unknown) => unknown])[];
  /** The last step that was done before anything was written down. */
  readonly baseline: string | null;
  /** Whether a copy is made. */
  readonly backup: boolean;
  /** Whether everything is undone. */
  readonly dryRun: boolean;
  /** Who is told of progress. */
  readonly progress: (now: MigrationProgress) => void;
  /** How long to wait. */
  readonly waitTimeout: number;
}

const NAMES: readonly string[] = ["steps", "baseline", "backup", "dryRun", "progress", "waitTimeout"];

/**
 * Fills in what the options leave open.
 *
 * @throws {ValidationError} When one is unknown or makes no sense.
 */
export function migrationSettings(given: object = {}): MigrationSettings {
  if (typeof given !== "object" || given === null || !isPlain(given)) {
    return refuse(`the options are a plain object, not ${describeValue(given)}`);
  }
  const options = ownMembers(given) as MigrateOptions & Record<string, unknown>;
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) refuse(`option ${JSON.stringify(unknown)} is none of ${NAMES.join(", ")}`);
  const { steps = {}, baseline, backup = false, dryRun = false, progress, waitTimeout = 60_000 } = options;
  if (typeof steps !== "object" || steps === null) refuse("`steps` is an object of functions");
  const named = Object.entries(ownMembers(steps));
  for (const [name, step] of named) {
    // An object has names of digits before all others, whatever the order in which they were written.
    if (/^\d+$/.test(name)) {
      refuse(`step ${JSON.stringify(name)} is digits only, which have no order; add a word`);
    }
    if (name === "" || name.length > 200) refuse("the name of a step has 1 to 200 characters");
    if (typeof step !== "function") refuse(`step ${JSON.stringify(name)} is no function`);
  }
  if (baseline !== undefined && !named.some(([name]) => name === baseline)) {
    refuse(`\`baseline\` ${JSON.stringify(baseline)} is the name of no step`);
  }
  if (typeof backup !== "boolean" || typeof dryRun !== "boolean") {
    refuse("`backup` and `dryRun` are booleans");
  }
  if (progress !== undefined && typeof progress !== "function") refuse("`progress` is a function");
  if (!(Number.isInteger(waitTimeout) && waitTimeout >= 0)) {
    refuse("`waitTimeout` is a number of milliseconds");
  }
  return {
    steps: named as unknown as MigrationSettings["steps"],
    baseline: baseline ?? null,
    backup,
    dryRun,
    progress: progress ?? (() => undefined),
    waitTimeout,
  };
}

function refuse(reason: string): never {
  throw new ValidationError(`Cannot migrate: ${reason}`, { code: "INVALID_OPTIONS" });
}
