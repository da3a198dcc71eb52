import type { AsyncDriver, DriverConfig, SyncDriver } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import {
  FLAG,
  FOLDER,
  isRecord,
  isText,
  mistakeIn,
  type OptionRules,
  PLACES,
  VERBOSE,
  whole,
} from "../schema/driver_options.ts";
import { Clock, SYSTEM_CLOCK } from "../schema/clock.ts";
import { describeValue } from "../schema/describe_value.ts";
import { isPlain, ownMembers } from "../schema/plain_object.ts";
import type { Naming } from "../schema/naming.ts";
import { DEFAULT_RULES, type WhereRules } from "../schema/where_rules.ts";
import type { TransactionDefaults } from "../transaction/options.ts";

/** How large a condition may be. */
export interface ConditionLimits {
  /**
   * The most comparisons in a condition. A list of `$in` counts once, whatever its length, and so do alternatives of `$or` that are
   * equalities of the same columns. Default 1,000.
   */
  readonly terms?: number;
  /** The most characters of a pattern of `$like`: matching can cost as much as the pattern times the text. Default 256. */
  readonly pattern?: number;
}

/** The options of an ORM as they are given, to be checked. */
export interface GivenOptions<D> {
  readonly driver?: D;
  readonly config?: DriverConfig | undefined;
  readonly strictOperators?: boolean | undefined;
  readonly limits?: ConditionLimits | undefined;
  readonly transactions?: TransactionDefaults | undefined;
  readonly now?: (() => Date) | undefined;
  readonly naming?: Naming | undefined;
}

/** The options of an ORM with their defaults. */
export interface ORMSettings<D> {
  readonly driver: D;
  readonly config: DriverConfig;
  readonly rules: WhereRules;
  readonly transactions: TransactionDefaults | undefined;
  readonly clock: Clock;
  readonly naming: Naming | undefined;
}

const CONFIG: OptionRules<DriverConfig> = {
  storageDir: FOLDER,
  databases: PLACES,
  url: ["a url", isText],
  readonly: FLAG,
  verbose: VERBOSE,
  options: ["a plain object", isRecord],
};

const ORM_MEMBERS: readonly string[] = [
  "driver",
  "config",
  "strictOperators",
  "limits",
  "transactions",
  "now",
  "naming",
];

const LIMITS: OptionRules<ConditionLimits> = { terms: whole(1), pattern: whole(1, "characters") };

/** Whether a value looks like a driver. */
export function isDriver(value: unknown): value is SyncDriver | AsyncDriver {
  const { connect, metadata } = (value ?? {}) as { connect?: unknown; metadata?: { name?: unknown } };
  return typeof connect === "function" && typeof metadata?.name === "string";
}

/**
 * Checks the options of an ORM. A misspelt one is refused: `strictOperators` is not to be missed in silence.
 *
 * @throws {ValidationError} When one is unknown or makes no sense.
 */
export function checkORMOptions<D>(options: GivenOptions<D>): ORMSettings<D> {
  const refuse = (reason: string): never => {
    throw new ValidationError(`Cannot make an ORM: ${reason}`, { code: "INVALID_OPTIONS" });
  };
  if (typeof options !== "object" || options === null) {
    return refuse("it needs options such as { driver: new MemoryDriver() }");
  }
  const { driver, config = {}, strictOperators = false, limits = {}, transactions, now, naming } = ownMembers(
    options,
  );
  if (!isDriver(driver)) {
    return refuse("`driver` is no driver; give one, such as new MemoryDriver()");
  }
  const unknown = Object.keys(options).find((name) => !ORM_MEMBERS.includes(name));
  if (unknown !== undefined) return refuse(`${JSON.stringify(unknown)} is none of ${ORM_MEMBERS.join(", ")}`);
  if (typeof strictOperators !== "boolean") return refuse("`strictOperators` is true or false");
  if (now !== undefined && typeof now !== "function") return refuse("`now` is a function that gives a Date");
  if (naming !== undefined && naming !== "snake_case") return refuse('`naming` is "snake_case"');
  const mistake = mistakeIn(config, CONFIG);
  if (mistake !== null) return refuse(`in \`config\`, ${mistake}`);
  const excess = mistakeIn(limits, LIMITS);
  if (excess !== null) return refuse(`in \`limits\`, ${excess}`);
  const { terms = DEFAULT_RULES.terms, pattern = DEFAULT_RULES.pattern } = ownMembers(limits);
  const clock = now === undefined ? SYSTEM_CLOCK : new Clock(now);
  const rules = { strict: strictOperators, terms, pattern };
  return { driver: driver as D, config: ownMembers(config), rules, transactions, clock, naming };
}

/**
 * Checks the options of a model.
 *
 * @throws {ValidationError} When one is unknown or makes no sense.
 */
export function checkDefineOptions<T>(
  table: string,
  options: { readonly indexes?: readonly T[]; readonly relations?: unknown },
  isView: boolean = false,
): { readonly indexes: readonly T[]; readonly relations: unknown } {
  const refuse = (reason: string): never => {
    throw new ValidationError(`Cannot define \`${table}\`: ${reason}`, { code: "INVALID_OPTIONS", table });
  };
  if (typeof options !== "object" || options === null || !isPlain(options)) {
    return refuse(`its options are a plain object, not ${describeValue(options)}`);
  }
  const known = isView ? ["relations"] : ["indexes", "relations"];
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const names = known.map((name) => `\`${name}\``).join(" and ");
    return refuse(`${JSON.stringify(unknown)} is no option; there ${isView ? "is" : "are"} ${names}`);
  }
  const { indexes = [], relations } = ownMembers(options);
  if (!Array.isArray(indexes)) return refuse('`indexes` is a list such as [{ columns: ["name"] }]');
  return { indexes, relations };
}
