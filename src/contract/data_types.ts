/**
 * The data types a column can have. Each is a plain string, so that a schema is plain data.
 *
 * | type | value in JavaScript |
 * |---|---|
 * | TEXT, STRING | well-formed string without NUL |
 * | INTEGER | safe integer; `bigint` when the column says `bigint: true` (64 bit) |
 * | NUMBER, REAL | finite number, -0 is kept as 0 |
 * | BOOLEAN | boolean |
 * | DATE | Date at 00:00 UTC; accepts a Date or `YYYY-MM-DD` |
 * | DATETIME | Date, to the millisecond; accepts a Date, an ISO 8601 string or epoch milliseconds |
 * | JSON | any JSON value except a bare `null`, which is the column's own null |
 * | OBJECT, ARRAY | a JSON object, a JSON array |
 * | BLOB | Uint8Array |
 *
 * @example
 * ```ts
 * import { DataTypes } from "@rinari/orm";
 *
 * const schema = { id: { type: DataTypes.INTEGER, primaryKey: true }, name: { type: DataTypes.TEXT } };
 * ```
 */
export const DataTypes: {
  readonly TEXT: "TEXT";
  readonly STRING: "STRING";
  readonly INTEGER: "INTEGER";
  readonly NUMBER: "NUMBER";
  readonly REAL: "REAL";
  readonly BLOB: "BLOB";
  readonly BOOLEAN: "BOOLEAN";
  readonly DATE: "DATE";
  readonly DATETIME: "DATETIME";
  readonly JSON: "JSON";
  readonly OBJECT: "OBJECT";
  readonly ARRAY: "ARRAY";
} = Object.freeze({
  TEXT: "TEXT",
  STRING: "STRING",
  INTEGER: "INTEGER",
  NUMBER: "NUMBER",
  REAL: "REAL",
  BLOB: "BLOB",
  BOOLEAN: "BOOLEAN",
  DATE: "DATE",
  DATETIME: "DATETIME",
  JSON: "JSON",
  OBJECT: "OBJECT",
  ARRAY: "ARRAY",
});

/** One of the names in {@linkcode DataTypes}. */
export type DataType = (typeof DataTypes)[keyof typeof DataTypes];
