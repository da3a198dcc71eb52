import { ValidationError } from "../errors/mod.ts";
import type { Column } from "../schema/column.ts";
import type { Table } from "../schema/table.ts";
import { decodeBase64, encodeBase64 } from "../runtime/base64.ts";
import type { ColumnOrder } from "./order.ts";

/**
 * Writes the place of a row in an order as a text that is safe in a url. It is no secret: the row's values of the order, its key
 * among them, stand in it in base64.
 */
export function writeCursor(
  table: Table,
  order: ColumnOrder,
  row: Readonly<Record<string, unknown>>,
): string {
  const values = order.map(([name]) => encode(table.column(name), row[name]));
  const bytes = new TextEncoder().encode(JSON.stringify([signature(order), ...values]));
  return encodeBase64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * Reads what {@linkcode writeCursor} wrote.
 *
 * @throws {ValidationError} When it was not written for this order, or is no cursor at all.
 */
export function readCursor(table: Table, order: ColumnOrder, cursor: unknown): unknown[] {
  const parts = parse(cursor);
  if (parts === null) return refuse(table);
  if (parts.length !== order.length + 1 || parts[0] !== signature(order)) {
    return refuse(table, undefined, otherOrder(table, parts[0], order));
  }
  return order.map(([name], i) => {
    const value = parts[i + 1];
    const column = table.column(name);
    if (value === null) return column.nullable ? null : refuse(table);
    try {
      return column.accept(decode(column, value));
    } catch (error) {
      return refuse(table, error);
    }
  });
}

function refuse(table: Table, cause?: unknown, why: string = "it is not one of this order"): never {
  throw new ValidationError(
    `Cannot continue after this cursor in \`${table.name}\`: ${why}; give \`next\` of a page with the same \`orderBy\``,
    { code: "INVALID_CURSOR", table: table.name, cause },
  );
}

function parse(cursor: unknown): unknown[] | null {
  if (typeof cursor !== "string") return null;
  const bytes = decodeBase64(cursor.replaceAll("-", "+").replaceAll("_", "/"));
  if (bytes === null) return null;
  try {
    const parts: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return Array.isArray(parts) ? parts : null;
  } catch {
    return null;
  }
}

/** What the order of a cursor is, and what it should be, as far as the cursor names columns of the table. */
function otherOrder(table: Table, written: unknown, order: ColumnOrder): string | undefined {
  if (typeof written !== "string") return undefined;
  const known = written.split(",").every((term) => {
    const end = term.lastIndexOf(" ");
    return table.get(term.slice(0, end)) !== undefined && /^ (ASC|DESC)$/.test(term.slice(end));
  });
  return known ? `it is one of order \`${written}\`, not of \`${signature(order)}\`` : undefined;
}

function signature(order: ColumnOrder): string {
  return order.map(([name, direction]) => `${name} ${direction}`).join(",");
}

function encode(column: Column, value: unknown): unknown {
  if (value instanceof Date) return value.toISOString().slice(0, column.kind === "date" ? 10 : 24);
  if (typeof value === "bigint") return String(value);
  if (value instanceof Uint8Array) return Array.from(value);
  return value;
}

function decode(column: Column, value: unknown): unknown {
  if (column.kind === "bigint" && typeof value === "string" && /^-?\d{1,20}$/.test(value)) {
    return BigInt(value);
  }
  if (column.kind === "blob" && Array.isArray(value)) return Uint8Array.from(value as number[]);
  return value;
}
