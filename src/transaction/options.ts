/** How long transactions may take, and how often they are tried. Times are in milliseconds. */
export interface TransactionOptions {
  /** How long an operation waits for a transaction of another flow on the same connection. Default 5,000. */
  readonly waitTimeout?: number | undefined;
  /** How long a transaction may stay open, with an async driver. Default 30,000. */
  readonly timeout?: number | undefined;
  /**
   * How often the whole callback is run again, with an async driver, when the store reports a conflict or is busy. Default 5.
   * 0 when the callback does what must not be done twice.
   */
  readonly retries?: number | undefined;
}

/** The options with their defaults. */
export type TransactionSettings = { readonly [K in keyof TransactionOptions]-?: number };

/** What holds when nothing is said. */
export const DEFAULTS: TransactionSettings = { waitTimeout: 5_000, timeout: 30_000, retries: 5 };

/** Fills in what the options leave open. */
export function transactionSettings(
  options: TransactionOptions = {},
  defaults: TransactionSettings = DEFAULTS,
): TransactionSettings {
  return {
    waitTimeout: options.waitTimeout ?? defaults.waitTimeout,
    timeout: options.timeout ?? defaults.timeout,
    retries: options.retries ?? defaults.retries,
  };
}
