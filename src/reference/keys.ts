import type { Column, ColumnKind } from "../schema/column.ts";
import { canonicalJSON } from "../schema/json_value.ts";
import type { Row } from "./row.ts";

/** Stands for a value in a Map or Set: two values are equal exactly when their keys are. */
export type Key = string | number | bigint | boolean;

/**
 * The key of a value that is not null. Numbers of integer and bigint columns that are equal have one key, so that a
 * foreign key may join the two.
 */
export function keyOf(kind: ColumnKind, value: unknown): Key {
  switch (kind) {
    case "bigint":
    case "integer":
    case "real":
      return typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value as Key;
    case "date":
    case "datetime":
      return (value as Date).getTime();
    case "blob":
      return bytesKey(value as Uint8Array);
    case "json":
      return canonicalJSON(value);
    default:
      return value as Key;
  }
}

/** The key of a row's values in several columns, or null when one of them is null. */
export function rowKey(columns: readonly Column[], row: Row): Key | null {
  const [first] = columns;
  if (columns.length === 1 && first !== undefined) {
    const value = row[first.name] ?? null;
    return value === null ? null : keyOf(first.kind, value);
  }
  const parts: Key[] = [];
  for (const { name, kind } of columns) {
    const value = row[name] ?? null;
    if (value === null) return null;
    parts.push(keyOf(kind, value));
  }
  return joinKeys(parts);
}

/** The key that a row with these values in the columns has; none of them is null. */
export function tupleKey(columns: readonly Column[], values: readonly unknown[]): Key {
  return joinKeys(columns.map(({ kind }, i) => keyOf(kind, values[i])));
}

/** One key of several, null being a value; each place must always hold keys of one kind. */
export function joinKeys(parts: readonly (Key | null)[]): Key {
  return JSON.stringify(parts.map((part) => part === null ? null : String(part)));
}

function bytesKey(bytes: Uint8Array): string {
  let key = "";
  for (let i = 0; i < bytes.length; i++) key += String.fromCharCode(bytes[i] as number);
  return key;
}
