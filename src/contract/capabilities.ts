import type { OperatorName } from "./query_options.ts";

/**
 * A kind of value beyond string, number, boolean and null that a driver takes and returns as it is. The core encodes the
 * kinds a driver does not name: `date` (a Date) as ISO 8601 text, `bytes` (Uint8Array) as base64 text, `bigint` as decimal
 * text (a safe one in an autoIncrement column as a number); a structured JSON value is handed over as a plain structure
 * either way.
 */
export type NativeType = "date" | "bytes" | "bigint";

/** Numbers a store cannot go beyond. The core refuses what is larger before anything is written. */
export interface DriverLimits {
  /** The largest text or bytes value, in bytes. */
  readonly valueBytes?: number;
  /** The largest serialised row, in bytes. */
  readonly rowBytes?: number;
  /** The most rows a bulk call can write at once atomically. */
  readonly batchRows?: number;
}

/**
 * What a driver does beyond the least. Each member is optional; what is absent is not trusted, and the core composes it
 * from the required methods. What is declared, the conformance kit checks.
 */
export interface Capabilities {
  /** The kinds of value stored and returned natively. Absent: JSON-safe values only. */
  readonly nativeTypes?: readonly NativeType[];
  /** The operators `where` may use, with the meaning the reference evaluator gives them. Absent: equality on scalars. */
  readonly operators?: readonly OperatorName[];
  /** `$and`, `$or` and `$not` may occur in `where`. */
  readonly logic?: boolean;
  /** Paths into JSON columns may occur in `where`. */
  readonly jsonPaths?: boolean;
  /**
   * Computed values may occur in the predicates, orders and new values of plans, and in `where` as `{ $test: … }`. Requires `prepare`.
   */
  readonly expressions?: boolean;
  /** A prepared `update` or `delete` whose plan says `returning` gives the rows concerned. Requires `prepare`. */
  readonly returning?: boolean;
  /**
   * Conditions on rows of other tables of the same database may occur in the predicates of plans, and in `where` as `{ $test: … }`, with
   * the names of the store. Requires `prepare` and `expressions`.
   */
  readonly related?: boolean;
  /** `orderBy` is applied exactly. */
  readonly orderBy?: boolean;
  /** `limit` and `offset` are applied (after the order). Requires `orderBy`. */
  readonly limit?: boolean;
  /** `select` is applied: rows have exactly these columns. */
  readonly select?: boolean;
  /** Primary keys and unique columns are enforced with `UniqueConstraintError`; a failed statement changes nothing. */
  readonly unique?: boolean;
  /** `createIndex` with `unique` is enforced too. */
  readonly uniqueIndexes?: boolean;
  /** `createIndex` with `where` is understood. */
  readonly partialIndexes?: boolean;
  /** Foreign keys are enforced with their actions. */
  readonly references?: boolean;
  /** Rows are found by what they refer to without an index: none is made of a column with `references`. */
  readonly findsReferring?: boolean;
  /**
   * How `transaction` behaves. `"exclusive"`: it commits or rolls back as a whole on the one connection there is, and the core
   * keeps other work out while it is open. `"concurrent"`: the driver itself keeps flows apart. Absent: only that `fn` is
   * called; the core undoes the work of a failed transaction itself.
   */
  readonly transactions?: "exclusive" | "concurrent";
  /** `transaction` inside `transaction` is a savepoint. */
  readonly savepoints?: boolean;
  /** What the store cannot go beyond. */
  readonly limits?: DriverLimits;
}

/** What a driver says of itself. */
export interface DriverMetadata {
  /** A short name in kebab case, used in error messages. */
  readonly name: string;
  /** The driver's version. */
  readonly version: string;
  /** What the driver does beyond the least. */
  readonly capabilities?: Capabilities;
}
