import type { DriverMetadata } from "../contract/mod.ts";

/** What came of one test of the kit. */
export interface ConformanceResult {
  /** What it is about: `values`, `transactions`, `driver: rows`, … */
  readonly area: string;
  /** What is promised: the test's name, without the driver's. */
  readonly promise: string;
  /** `not run`: the runner has not come to it, or was told to leave it out. */
  readonly outcome: "passed" | "failed" | "skipped" | "not run";
  /** Why it is skipped; empty when it is not. */
  readonly reason: string;
  /** How the promise is broken, a {@linkcode ConformanceError} unless no driver could be made; null when it is kept. */
  readonly error: Error | null;
}

/** What the kit found of a driver. It is filled while the tests run. */
export interface ConformanceReport {
  /** What the driver says of itself. */
  readonly metadata: DriverMetadata;
  /** A result for each test, in the order in which they run. */
  readonly results: readonly ConformanceResult[];
}
