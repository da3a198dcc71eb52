import type { SqlFailureKind } from "./sql_failure.ts";

/** What the values of one row can be wrong about: the statement is undone, a transaction around it stays open. */
export const ROW_FAILURES: readonly SqlFailureKind[] = [
  "unique",
  "foreignKey",
  "notNull",
  "check",
  "type",
  "outOfRange",
];
