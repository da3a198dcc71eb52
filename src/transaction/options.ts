import { ValidationError } from "../errors/mod.ts";
import { describeValue } from "../schema/describe_value.ts";
import { ownMembers } from "../schema/plain_object.ts";
import { isSignal } from "./abort.ts";

/** How long transactions may take, and how often they are tried. Times are in milliseconds. */
export interface TransactionDefaults {
  /** How long an operation waits for a transaction of another flow on the same connection. Default 5,000. */
  readonly waitTimeout?: number | undefined;
  /**
   * How long a transaction may take from when it is its turn, its further runs included, with an async driver; a store that does not
   * answer is given half a second more. Default 30,000.
   */
  readonly timeout?: number | undefined;
  /**
   * How often the whole callback is run again, with an async driver, when the store reports a conflict. Default 5. A store that was
   * busy for as long as its driver waits (`BUSY`) is not waited for again. 0 when the callback does what must not be done twice.
   */
  readonly retries?: number | undefined;
}

/** How one transaction runs. */
export interface TransactionOptions extends TransactionDefaults {
  /**
   * Ends it (`ABORTED`) as long as it is not being committed: it does not wait for its turn any more, its callback is not waited for, what it
   * did is rolled back, and it is not tried again. With a sync driver it is looked at before the callback and before the commit.
   */
  readonly signal?: AbortSignal | undefined;
}

/** The options with their defaults. */
export type TransactionSettings = { readonly [K in keyof TransactionDefaults]-?: number };

/** What holds when nothing is said. */
const DEFAULTS: TransactionSettings = { waitTimeout: 5_000, timeout: 30_000, retries: 5 };

/** The longest time a timer takes; beyond it one fires at once. */
const MAX_MS = 2 ** 31 - 1;

/**
 * Fills in what the options leave open.
 *
 * @throws {ValidationError} When one is unknown, or no number of milliseconds or retries.
 */
export function transactionSettings(
  given: TransactionDefaults = {},
  defaults: TransactionSettings = DEFAULTS,
): TransactionSettings {
  if (typeof given !== "object" || given === null) return refuse("they are an object");
  const options = ownMembers(given);
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(DEFAULTS, name)) {
      return refuse(`${JSON.stringify(name)} is none of ${Object.keys(DEFAULTS).join(", ")}`);
    }
    const value = options[name as keyof TransactionDefaults];
    if (value !== undefined && !(Number.isInteger(value) && value >= 0 && value <= MAX_MS)) {
      return refuse(`\`${name}\` is a whole number from 0 to ${MAX_MS}, not ${describeValue(value)}`);
    }
  }
  return {
    waitTimeout: options.waitTimeout ?? defaults.waitTimeout,
    timeout: options.timeout ?? defaults.timeout,
    retries: options.retries ?? defaults.retries,
  };
}

/** The options of one transaction, with what holds for all of them. */
export interface OpenSettings {
  readonly settings: TransactionSettings;
  readonly signal: AbortSignal | undefined;
}

/**
 * Reads the options of one transaction.
 *
 * @throws {ValidationError} As {@linkcode transactionSettings}, and when the signal is none.
 */
export function openSettings(
  given: TransactionOptions | undefined,
  defaults: TransactionSettings,
): OpenSettings {
  if (typeof given !== "object" || given === null || !Object.hasOwn(given, "signal")) {
    return {
      settings: given === undefined ? defaults : transactionSettings(given, defaults),
      signal: undefined,
    };
  }
  const { signal, ...rest } = given;
  if (signal !== undefined && !isSignal(signal)) {
    return refuse(`\`signal\` is an AbortSignal, not ${describeValue(signal)}`);
  }
  return { settings: transactionSettings(rest, defaults), signal };
}

function refuse(reason: string): never {
  throw new ValidationError(`Cannot use these options of transactions: ${reason}`, {
    code: "INVALID_OPTIONS",
  });
}
