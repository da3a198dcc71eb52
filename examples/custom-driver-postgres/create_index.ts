import type { SqlIndexDescription } from "../../src/sql/mod.ts";
import { quoteText } from "./names.ts";

/** Makes an index. Its comment keeps the statement that made it: PostgreSQL writes what it keeps in another way. */
export function createIndex({ quoted, table, columns, unique, where }: SqlIndexDescription): string {
  // In the order that searches ask for, read forwards or backwards.
  const list = columns.map((column) => `${column.quoted}${column.nullable ? " NULLS FIRST" : ""}`).join(", ");
  const condition = where === null ? "" : ` WHERE ${where}`;
  return withComment(
    quoted,
    `CREATE ${unique ? "UNIQUE " : ""}INDEX ${quoted} ON ${table.quoted} (${list})${condition}`,
  );
}

/** The statements that make an index of this driver, by the comment on it. */
export function withComment(quoted: string, create: string): string {
  return `${create};\nCOMMENT ON INDEX ${quoted} IS ${quoteText(create)}`;
}
