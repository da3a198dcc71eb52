import type { ColumnKind, SqlTableDescription } from "../../src/sql/mod.ts";
import { storedName } from "./names.ts";

/**
 * What the comment on a table keeps: names as the schema has them, which may be longer than PostgreSQL's, and kinds, of which
 * `bigint` alone does not tell.
 */
export interface TableComment {
  /** The table's name. */
  readonly name: string;
  /** The columns, in order. */
  readonly columns: readonly (readonly [name: string, kind: ColumnKind])[];
}

/** What the comment on a constraint keeps of a reference. */
export interface ReferenceComment {
  /** The referring column. */
  readonly column: string;
  /** The table referred to. */
  readonly table: string;
  /** Its column. */
  readonly to: string;
  /** On delete. */
  readonly onDelete: string;
  /** On update. */
  readonly onUpdate: string;
  /** The table referred to, as the database names it. */
  readonly parent: string;
  /** The constraint, for the time when the table referred to exists. */
  readonly clause: string;
}

/** Begins every comment of this driver. */
export const MARK = "rinari: ";

/** The comment of a table. */
export function tableComment({ name, columns }: SqlTableDescription): string {
  const kept: TableComment = { name, columns: columns.map((column) => [column.name, column.kind]) };
  return MARK + JSON.stringify(kept);
}

/** Reads a comment of this driver; null when it is another, or none. */
export function readComment<T>(comment: string | null): T | null {
  if (comment === null || !comment.startsWith(MARK)) return null;
  try {
    return JSON.parse(comment.slice(MARK.length)) as T;
  } catch {
    return null;
  }
}

/** The name of a table as its schema has it. */
export function realName(stored: string, comment: TableComment | null): string {
  return comment !== null && storedName(comment.name) === stored ? comment.name : stored;
}

/** The name of a column as its schema has it. */
export function realColumn(stored: string, comment: TableComment | null): string {
  return comment?.columns.find(([name]) => storedName(name) === stored)?.[0] ?? stored;
}
