import type { DriverConfig } from "../contract/mod.ts";
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
} from "../schema/driver_options.ts";
import { describeValue } from "../schema/describe_value.ts";
import { isPlain, ownMembers } from "../schema/plain_object.ts";
import type { TransactionOptions } from "../transaction/options.ts";

/** The options of an ORM with their defaults. */
export interface ORMSettings<D> {
  readonly driver: D;
  readonly config: DriverConfig;
  readonly strictOperators: boolean;
  readonly transactions: TransactionOptions | undefined;
}

const CONFIG: OptionRules<DriverConfig> = {
  storageDir: FOLDER,
  databases: PLACES,
  url: ["a url", isText],
  readonly: FLAG,
  verbose: VERBOSE,
  options: ["a plain object", isRecord],
};

const ORM_MEMBERS: readonly string[] = ["driver", "config", "strictOperators", "transactions"];

/**
 * Checks the options of an ORM. A misspelt one is refused: `strictOperators` is not to be missed in silence.
 *
 * @throws {ValidationError} When one is unknown or makes no sense.
 */
export function checkORMOptions<D>(options: Partial<ORMSettings<D>>): ORMSettings<D> {
  const refuse = (reason: string): never => {
    throw new ValidationError(`Cannot make an ORM: ${reason}`, { code: "INVALID_OPTIONS" });
  };
  if (typeof options !== "object" || options === null) {
    return refuse("it needs options such as { driver: new MemoryDriver() }");
  }
  const { driver, config = {}, strictOperators = false, transactions } = ownMembers(options);
  const { connect, metadata } = (driver ?? {}) as { connect?: unknown; metadata?: { name?: unknown } };
  if (typeof connect !== "function" || typeof metadata?.name !== "string") {
    return refuse("`driver` is no driver; give one, such as new MemoryDriver()");
  }
  const unknown = Object.keys(options).find((name) => !ORM_MEMBERS.includes(name));
  if (unknown !== undefined) return refuse(`${JSON.stringify(unknown)} is none of ${ORM_MEMBERS.join(", ")}`);
  if (typeof strictOperators !== "boolean") return refuse("`strictOperators` is true or false");
  const mistake = mistakeIn(config, CONFIG);
  if (mistake !== null) return refuse(`in \`config\`, ${mistake}`);
  return { driver: driver as D, config: ownMembers(config), strictOperators, transactions };
}

/**
 * Checks the options of a model.
 *
 * @throws {ValidationError} When one is unknown or makes no sense.
 */
export function checkDefineOptions<T>(
  table: string,
  options: { readonly indexes?: readonly T[] },
): readonly T[] {
  const refuse = (reason: string): never => {
    throw new ValidationError(`Cannot define \`${table}\`: ${reason}`, { code: "INVALID_OPTIONS", table });
  };
  if (typeof options !== "object" || options === null || !isPlain(options)) {
    return refuse(`its options are a plain object, not ${describeValue(options)}`);
  }
  const unknown = Object.keys(options).find((name) => name !== "indexes");
  if (unknown !== undefined) return refuse(`${JSON.stringify(unknown)} is no option; there is \`indexes\``);
  const { indexes = [] } = ownMembers(options);
  if (!Array.isArray(indexes)) return refuse('`indexes` is a list such as [{ columns: ["name"] }]');
  return indexes;
}
