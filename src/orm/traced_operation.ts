import type { TableEntry } from "./table_entry.ts";
import type { Operation } from "./operation.ts";
import type { Maybe } from "../chain/chain.ts";
import { traced, type TracedOperation, tracing } from "../tracing/channel.ts";
import type { Connection } from "./connection.ts";

/** What is told of an operation of a table. */
export function describeOperation(entry: TableEntry, operation: Operation, given: unknown): TracedOperation {
  const batch = operation.kind === "insertAll" || operation.kind === "updateEach"
    ? (given as readonly unknown[]).length
    : undefined;
  return {
    operation: operation.kind === "change" ? operation.plan.kind : operation.kind,
    table: entry.table.name,
    database: entry.database,
    driver: entry.connection.driver.metadata.name,
    batch,
    pending: false,
    rows: undefined,
    error: undefined,
  };
}

/** How many rows an answer is about. */
export function rowsOf({ kind }: Operation, answer: unknown): number | undefined {
  switch (kind) {
    case "insert":
    case "upsert":
      return 1;
    case "update":
    case "delete":
    case "updateEach":
      return answer as number;
    case "select":
    case "load":
    case "group":
    case "change":
    case "insertAll":
      return (answer as readonly unknown[]).length;
    default:
      return undefined;
  }
}

/** Runs what is on no table, and tells of it when somebody listens. */
export function traceWork<T>(
  connection: Connection,
  operation: string,
  database: string | null,
  work: () => Maybe<T>,
  rowsOf: (answer: T) => number | undefined,
): Maybe<T> {
  if (tracing === null || !tracing.start.hasSubscribers) return work();
  const { name: driver } = connection.driver.metadata;
  const message: TracedOperation = {
    operation,
    table: null,
    database,
    driver,
    batch: undefined,
    pending: false,
    rows: undefined,
    error: undefined,
  };
  return traced(tracing, message, work, rowsOf);
}
