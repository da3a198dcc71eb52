import type { AsyncDriver, DriverConfig, SyncDriver } from "../contract/mod.ts";

/** A driver of either kind. */
export type AnyKindOfDriver = SyncDriver | AsyncDriver;

/** What the kit needs to know of a driver. */
export interface DriverUnderTest {
  /**
   * Makes a driver that nobody else uses, on an empty store. Called once for each test, and once more at the beginning to
   * learn what the driver declares.
   */
  readonly driver: () => AnyKindOfDriver | Promise<AnyKindOfDriver>;
  /** Stands before the name of each test. Default: the driver's `metadata.name`. */
  readonly name?: string;
  /** Given to the driver's `connect`. Default: nothing. */
  readonly config?: DriverConfig;
  /** Called after each test, when the driver is disconnected: removes what the driver left behind. */
  readonly cleanup?: (driver: AnyKindOfDriver) => void | Promise<void>;
  /**
   * Makes another driver on the store of one that was disconnected. Absent: the store does not outlive its driver, and the tests
   * of reopening are skipped.
   */
  readonly reopen?: (driver: AnyKindOfDriver) => AnyKindOfDriver | Promise<AnyKindOfDriver>;
  /**
   * Makes the store of a driver refuse every write from now on, as a full disk does, and returns what ends that. Absent: the tests
   * of writes that fail are skipped.
   */
  readonly failWrites?: (
    driver: AnyKindOfDriver,
  ) => (() => void | Promise<void>) | Promise<() => void | Promise<void>>;
  /** The names of two databases, for drivers that must know them beforehand. Default: two names for each test. */
  readonly databases?: readonly [string, string];
  /**
   * The milliseconds a test may take; one that has not ended by then fails and names the calls that are pending. Each that takes as
   * long shortens the time of those after it. It should be less than what the runner allows. Default: 30,000.
   */
  readonly timeout?: number;
  /** Tests known to fail, by their name without the driver's, with the reason. A name that no test has is refused. */
  readonly skip?: Readonly<Record<string, string>>;
}

/** What `conformance` needs to know. */
export interface ConformanceOptions extends DriverUnderTest {
  /** Registers a test: the `test` of `bun:test`, `Deno.test`, the `test` of `node:test`, or what stands for them. */
  readonly test: (name: string, fn: () => void | Promise<void>) => unknown;
  /**
   * Registers a test that is left out, with the reason. Absent: a test that does nothing is registered, whose name says that
   * it is skipped and why.
   */
  readonly skipTest?: (name: string, reason: string) => unknown;
}

/** What `checkDriver` needs to know. */
export interface CheckOptions extends DriverUnderTest {
  /** Which tests to run, by their name without the driver's. Default: all of them. */
  readonly only?: (promise: string) => boolean;
}
