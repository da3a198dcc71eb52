import {
  ForeignKeyConstraintError,
  NotNullConstraintError,
  UniqueConstraintError,
  ValidationError,
} from "../errors/mod.ts";
import type { Column } from "../schema/column.ts";
import type { Reference } from "./reference.ts";

/** What was attempted, as a message begins: "Cannot insert into `users`". */
export type Attempt = "insert into" | "update" | "delete from" | "index" | "drop";

/** Where an error happened. */
export interface Scene {
  /** The driver's name. */
  readonly driver: string;
  /** The table written to. */
  readonly table: string;
}

/** What a message says of a foreign key. */
export type ReferenceNames = Pick<Reference, "column" | "parentTable" | "parentColumn">;

/** Another row has the same values in the columns. */
export function uniqueViolation(
  scene: Scene,
  attempt: Attempt,
  columns: readonly Column[],
): UniqueConstraintError {
  const names = columns.map(({ name }) => name);
  const reason = attempt === "index"
    ? `two rows are equal in ${quote(names)}; change one of them first`
    : `another row has the same ${quote(names)}; use another value, or change that row`;
  return new UniqueConstraintError(`Cannot ${attempt} \`${scene.table}\`: ${reason}`, {
    ...scene,
    columns: names,
  });
}

/** A column that refuses null got none. */
export function notNullViolation(scene: Scene, attempt: Attempt, column: Column): NotNullConstraintError {
  return new NotNullConstraintError(
    `Cannot ${attempt} \`${scene.table}\`: \`${column.name}\` takes no null; give it a value`,
    { ...scene, columns: [column.name] },
  );
}

/** A row refers to one that does not exist. */
export function missingParent(
  scene: Scene,
  attempt: Attempt,
  reference: ReferenceNames,
  why: string | null,
): ForeignKeyConstraintError {
  const { column, parentTable, parentColumn } = reference;
  const reason = why ??
    `no row of \`${parentTable}\` has that \`${parentColumn}\`; insert it first, or use another value`;
  return new ForeignKeyConstraintError(
    `Cannot ${attempt} \`${scene.table}\`: \`${column.name}\` refers to \`${parentTable}\`.\`${parentColumn}\`, and ${reason}`,
    { ...scene, columns: [column.name] },
  );
}

/** Rows refer to what would go away. */
export function orphans(
  scene: Scene,
  attempt: Attempt,
  reference: ReferenceNames,
  columns: readonly string[],
): ForeignKeyConstraintError {
  const child = `\`${reference.column.table}\`.\`${reference.column.name}\``;
  return new ForeignKeyConstraintError(
    `Cannot ${attempt} \`${scene.table}\`: rows still refer to \`${reference.parentTable}\`.\`${reference.parentColumn}\` ` +
      `through ${child}; change or delete those rows first`,
    { ...scene, columns },
  );
}

/** No number is left for an autoIncrement column, or a value does not fit the column it cascades to. */
export function outOfRange(scene: Scene, attempt: Attempt, column: Column, reason: string): ValidationError {
  return new ValidationError(`Cannot ${attempt} \`${scene.table}\`: ${reason}`, {
    ...scene,
    code: "OUT_OF_RANGE",
    columns: [column.name],
  });
}

function quote(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}
