import { ForeignKeyConstraintError } from "./foreign_key_constraint_error.ts";
import { NotNullConstraintError } from "./not_null_constraint_error.ts";
import { UniqueConstraintError } from "./unique_constraint_error.ts";
import { ValidationError } from "./validation_error.ts";

/** What was attempted, as a message says it after "Cannot": "Cannot insert into `users`". */
export type Attempt =
  | "insert into"
  | "upsert into"
  | "update"
  | "delete from"
  | "search"
  | "aggregate"
  | "create"
  | "drop"
  | "index"
  | "run SQL on";

/** What is computed is no value that a column could hold. */
export function noValue(
  { driver, table, cause }: Scene,
  attempt: Attempt,
  columns: readonly { readonly name: string }[],
): ValidationError {
  const names = columns.map(({ name }) => `\`${name}\``).join(", ");
  return new ValidationError(
    `Cannot ${attempt} \`${table}\`: what is computed for ${names} has no value there: a number beyond what its kind holds, a date ` +
      "outside of the years 0 to 9999, or a place in JSON that something else is in the way of; nothing was changed",
    { code: "OUT_OF_RANGE", driver, table, columns: columns.map(({ name }) => name), cause },
  );
}

/** What a search or a grouping computes of a row is no value. */
export function noValueToRead(
  { driver, table, cause }: Omit<Scene, "driver"> & { readonly driver?: string },
  attempt: Attempt,
): ValidationError {
  return new ValidationError(
    `Cannot ${attempt} \`${table}\`: what is computed of a row to order, group or aggregate by has no value there: a number beyond ` +
      "what its kind holds, or a date outside of the years 0 to 9999; leave such rows out with `where`",
    { code: "OUT_OF_RANGE", driver, table, cause },
  );
}

/** Where an error happened. */
export interface Scene {
  /** The driver's name. */
  readonly driver: string;
  /** The table written to. */
  readonly table: string;
  /** What the store said. */
  readonly cause?: unknown;
}

/** What a message says of a column. */
interface Named {
  readonly name: string;
}

/** What a message says of a foreign key. */
export interface ReferenceNames {
  /** The column that refers. */
  readonly column: Named & { readonly table: string };
  /** The table it refers to. */
  readonly parentTable: string;
  /** The column of that table. */
  readonly parentColumn: string;
}

/** Why no row at all can be referred to. */
export type NoParent = "no table" | "not unique";

/** Another row has the same values in the columns. */
export function uniqueViolation(
  scene: Scene,
  attempt: Attempt,
  columns: readonly Named[],
): UniqueConstraintError {
  const reason = attempt === "index"
    ? `two rows are equal in ${quote(columns)}; change one of them first`
    : `another row has the same ${quote(columns)}; use another value, or change that row`;
  return new UniqueConstraintError(`Cannot ${attempt} \`${scene.table}\`: ${reason}`, {
    ...scene,
    columns: namesOf(columns),
  });
}

/** A column that refuses null got none; several, when the store does not say which. */
export function notNullViolation(
  scene: Scene,
  attempt: Attempt,
  ...columns: Named[]
): NotNullConstraintError {
  return new NotNullConstraintError(
    `Cannot ${attempt} \`${scene.table}\`: ${quote(columns)} takes no null; give it a value`,
    { ...scene, columns: namesOf(columns) },
  );
}

/** A row refers to one that does not exist. */
export function missingParent(
  scene: Scene,
  attempt: Attempt,
  { column, parentTable, parentColumn }: ReferenceNames,
  why: NoParent | null,
): ForeignKeyConstraintError {
  const reason = why === "no table"
    ? `there is no table \`${parentTable}\`; create it first`
    : why === "not unique"
    ? `\`${parentColumn}\` is neither its primary key nor unique; make it unique`
    : `no row of \`${parentTable}\` has that \`${parentColumn}\`; insert it first, or use another value`;
  return new ForeignKeyConstraintError(
    `Cannot ${attempt} \`${scene.table}\`: \`${column.name}\` refers to \`${parentTable}\`.\`${parentColumn}\`, and ${reason}`,
    { ...scene, columns: [column.name] },
  );
}

/** Rows still refer to one that would go, or change; `columns` are what they refer to. */
export function orphans(
  scene: Scene,
  attempt: Attempt,
  { column, parentTable, parentColumn }: ReferenceNames,
  columns: readonly string[],
): ForeignKeyConstraintError {
  return new ForeignKeyConstraintError(
    `Cannot ${attempt} \`${scene.table}\`: rows still refer to \`${parentTable}\`.\`${parentColumn}\` through ` +
      `\`${column.table}\`.\`${column.name}\`; change or delete those rows first`,
    { ...scene, columns },
  );
}

/** No number is left for an autoIncrement column, or a value does not fit the column it cascades to. */
export function outOfRange(scene: Scene, attempt: Attempt, column: Named, reason: string): ValidationError {
  return new ValidationError(`Cannot ${attempt} \`${scene.table}\`: ${reason}`, {
    ...scene,
    code: "OUT_OF_RANGE",
    columns: [column.name],
  });
}

function quote(columns: readonly Named[]): string {
  return columns.map(({ name }) => `\`${name}\``).join(", ") || "values";
}

function namesOf(columns: readonly Named[]): string[] {
  return columns.map(({ name }) => name);
}
