import type { Column, ColumnKind } from "../../src/schema/column.ts";
import { inDateRange, isMidnight } from "../../src/schema/dates.ts";

const strict = new TextDecoder("utf-8", { fatal: true });
const decoder = new TextDecoder();

/** An integer in its one form. */
const INTEGER = /^(?:0|-?[1-9]\d{0,18})$/;

/** A value that is no BLOB, as JSON has it. */
export function encodeValue(kind: ColumnKind, value: unknown): unknown {
  switch (kind) {
    case "bigint":
      return String(value);
    case "date":
    case "datetime":
      return (value as Date).getTime();
    default:
      return value;
  }
}

/** Reads what {@linkcode encodeValue} gave, of a BLOB its length. @returns Undefined when it is no value of the column. */
export function decodeValue({ kind }: Pick<Column, "kind">, item: unknown): unknown {
  switch (kind) {
    case "text":
      return typeof item === "string" ? item : undefined;
    case "integer":
      return Number.isSafeInteger(item) ? item : undefined;
    case "real":
      return Number.isFinite(item) ? item : undefined;
    case "boolean":
      return typeof item === "boolean" ? item : undefined;
    case "bigint":
      return decodeBigint(item);
    case "date":
    case "datetime": {
      const fits = inDateRange(item as number) && (kind === "datetime" || isMidnight(item as number));
      return fits ? new Date(item as number) : undefined;
    }
    case "json":
      return item ?? undefined;
    case "blob":
      return Number.isSafeInteger(item) && (item as number) >= 0 ? item : undefined;
  }
}

function decodeBigint(item: unknown): bigint | undefined {
  if (typeof item !== "string" || !INTEGER.test(item)) return undefined;
  const value = BigInt(item);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** Reads a text of bytes. @throws {TypeError} When they are none. */
export function decodeText(bytes: Uint8Array): string {
  const text = decoder.decode(bytes);
  // What stands for bytes that are no text may also have been written: only the slower decoder tells.
  return text.includes("\ufffd") ? strict.decode(bytes) : text;
}
