import { Buffer } from "node:buffer";
import type { DriverWhere } from "../../src/contract/mod.ts";
import { toDriverWhere } from "../../src/query/driver_where.ts";
import { readWhere } from "../../src/query/where_reader.ts";
import type { Row } from "../../src/reference/mod.ts";
import type { Column, ColumnKind } from "../../src/schema/column.ts";
import { writeISODate, writeISODateTime } from "../../src/schema/dates.ts";
import type { Table } from "../../src/schema/table.ts";
import { decodeBase64 } from "../../src/runtime/base64.ts";

const INTEGER_TEXT = /^(?:0|-?[1-9]\d{0,18})$/;

/** The kinds of value that JSON does not have, as text. */
const TO_TEXT: Partial<Readonly<Record<ColumnKind, (value: never) => string>>> = {
  bigint: (value: bigint) => String(value),
  date: writeISODate,
  datetime: writeISODateTime,
  blob: (value: Uint8Array) =>
    Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64"),
};

/** Makes the function that writes the rows of a table as JSON objects. */
export function rowWriter(table: Table): (row: Row) => string {
  const coded = table.columns.filter(({ kind }) => TO_TEXT[kind] !== undefined);
  if (coded.length === 0) return JSON.stringify;
  return (row) => {
    const copy: Record<string, unknown> = { ...row };
    for (const { name, kind } of coded) copy[name] = toJSON(kind, copy[name]);
    return JSON.stringify(copy);
  };
}

/** A value as JSON has it. */
export function toJSON(kind: ColumnKind, value: unknown): unknown {
  const write = TO_TEXT[kind];
  return write === undefined || value === null ? value : write(value as never);
}

/**
 * Takes a value as a file has it.
 *
 * @throws {ValidationError} When it is no value of the column.
 */
export function fromJSON(column: Column, stored: unknown): unknown {
  if (stored === null) return null;
  switch (column.kind) {
    case "bigint":
      return typeof stored === "string" && INTEGER_TEXT.test(stored)
        ? column.accept(BigInt(stored))
        : column.refuse(stored, "decimal text is needed");
    case "blob":
      return (typeof stored === "string" ? decodeBase64(stored) : null) ??
        column.refuse(stored, "base64 text is needed");
    case "date":
    case "datetime":
      return typeof stored === "string"
        ? column.accept(stored)
        : column.refuse(stored, "ISO 8601 text is needed");
    default:
      return column.accept(stored);
  }
}

/** The condition of a partial index, as JSON has it. */
export function whereToJSON(table: Table, where: DriverWhere): DriverWhere {
  const { predicate, params } = readWhere(table, where, false);
  return toDriverWhere(predicate, params, (column, value) => toJSON(table.column(column).kind, value));
}

/**
 * Takes the condition of a partial index as a file has it. Dates stay text, which conditions take.
 *
 * @throws {ValidationError} When a value in it is none of its column.
 */
export function whereFromJSON(table: Table, where: unknown): DriverWhere {
  if (typeof where !== "object" || where === null) return where as unknown as DriverWhere;
  const conditionOf = (key: string, operand: unknown): unknown => {
    if (key === "$not") return whereFromJSON(table, operand);
    if (key === "$and" || key === "$or") {
      return Array.isArray(operand) ? operand.map((each) => whereFromJSON(table, each)) : operand;
    }
    const column = table.get(key);
    return column?.kind === "bigint" || column?.kind === "blob" ? operandFromJSON(column, operand) : operand;
  };
  return Object.fromEntries(
    Object.entries(where).map(([key, operand]) => [key, conditionOf(key, operand)]),
  );
}

/** A value, a list of them, or an operator with either. */
function operandFromJSON(column: Column, operand: unknown): unknown {
  if (Array.isArray(operand)) return operand.map((each) => fromJSON(column, each));
  if (typeof operand !== "object" || operand === null) return fromJSON(column, operand);
  return Object.fromEntries(
    Object.entries(operand).map(([name, value]) => [name, operandFromJSON(column, value)]),
  );
}
