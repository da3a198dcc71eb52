import {
  CheckConstraintError,
  ConflictError,
  ConnectionError,
  CorruptValueError,
  type ErrorDetails,
  ForeignKeyConstraintError,
  RinariError,
  ValidationError,
} from "../errors/mod.ts";
import { type Attempt, notNullViolation, type Scene, uniqueViolation } from "../errors/violations.ts";
import { isOutOfDescriptors, tooManyFiles } from "../files/open_error.ts";
import type { SqlFailure } from "./sql_failure.ts";
import type { SqlTable } from "./sql_table.ts";

/** Where an error happened. */
export interface ErrorScene {
  /** The driver's name. */
  readonly driver: string;
  /** The database's name. */
  readonly database: string;
  /** The table's name, when one is concerned. */
  readonly table: string | undefined;
  /** What was attempted; null for work on the database as a whole. */
  readonly attempt: Attempt | null;
  /** The tables known. */
  readonly tables: Iterable<SqlTable>;
}

/** Turns what a store reports into the error that the same mistake gives on every driver. */
export function sqlError(failure: SqlFailure, scene: ErrorScene, cause: unknown): RinariError {
  const { driver, database, table, attempt } = scene;
  const what = whatFailed(database, table, attempt);
  const details: ErrorDetails = { driver, cause, ...(table === undefined ? null : { table }) };
  const connection = (code: string, reason: string): RinariError =>
    new ConnectionError(`${what}: ${reason}`, { ...details, code });
  switch (failure.kind) {
    case "unique":
      return uniqueViolation(...violated(failure, scene, cause));
    case "notNull": {
      const [place, attempt, columns] = violated(failure, scene, cause);
      return notNullViolation(place, attempt, ...columns);
    }
    case "check":
      return new CheckConstraintError(
        `${what}: the store's check ${JSON.stringify(shortened(failure.detail))} is not met`,
        details,
      );
    case "outOfRange":
      return outOfRange(what, columnOutOfRange(failure, scene), details);
    case "foreignKey":
      return new ForeignKeyConstraintError(`${what}: a reference would point at nothing`, details);
    case "badReference":
      return new ForeignKeyConstraintError(
        `${what}: it refers to a column that is neither a primary key nor unique; make it unique`,
        details,
      );
    case "type":
      return new ValidationError(`${what}: a value is of a type its column does not store`, {
        ...details,
        code: "INVALID_VALUE",
      });
    case "busy":
      return new ConflictError(
        `${what}: another connection is writing to \`${database}\`; try again, or raise \`busyTimeout\``,
        { ...details, code: "BUSY", retryable: true },
      );
    case "conflict":
      return new ConflictError(
        `${what}: another transaction has changed what this one read or writes; run it again`,
        { ...details, retryable: true },
      );
    case "locked":
      return new ConflictError(
        `${what}: a search that is still being read holds it; end every iteration first`,
        { ...details, code: "LOCKED", retryable: true },
      );
    case "readonly":
      return readonlyError(what, details);
    case "full":
      return connection(
        "STORE_FULL",
        "the disk, or the size the database may have, is full; make room and try again",
      );
    case "io":
      return connection("IO", "the file cannot be read or written; see the cause");
    case "corrupt":
      return connection("CORRUPT", `the file of \`${database}\` is damaged; restore it from a backup`);
    case "notADatabase":
      return connection(
        "NOT_A_DATABASE",
        `the file of \`${database}\` is no SQLite database; nothing was changed in it`,
      );
    case "cannotOpen":
      if (isOutOfDescriptors()) return tooManyFiles(driver, what, cause);
      return connection(
        "CANNOT_OPEN",
        `its file cannot be opened; check that the folder exists and may be read and written`,
      );
    case "tooBig":
      return new ValidationError(`${what}: a value is larger than the store takes`, {
        ...details,
        code: "TOO_BIG",
      });
    case "noTable":
      return missingTable(failure, scene, details, what);
    case "malformedJSON":
      return new CorruptValueError(
        `${what}: a JSON column holds a text that is no JSON; repair the value`,
        details,
      );
    case "unsafeInteger":
      return new CorruptValueError(
        `${what}: a column holds an integer beyond what a number holds exactly; declare it with \`bigint: true\``,
        details,
      );
    case "overflow":
      return new ValidationError(`${what}: what is computed is beyond what a number of its kind holds`, {
        ...details,
        code: "OUT_OF_RANGE",
      });
    case "exists":
    case "other":
      return new RinariError(`${what}: the store reports: ${shortened(failure.detail)}`, {
        ...details,
        code: "STORE",
      });
  }
}

/** How much of what a store says is shown; the cause has it all. A server may say anything. */
const SHOWN = 1_000;

function shortened(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}… (${text.length} characters)`;
}

function whatFailed(database: string, table: string | undefined, attempt: Attempt | null): string {
  if (attempt === "run SQL on") return `Cannot run SQL on \`${database}\``;
  return table === undefined || attempt === null
    ? `Cannot use database \`${database}\``
    : `Cannot ${attempt} \`${table}\``;
}

/** The file of a database was removed while it was open, or another one is in its place. */
export function fileMoved(
  driver: string,
  database: string,
  table: string | undefined,
  attempt: Attempt | null,
  cause: Error & { readonly path: string },
): ConflictError {
  return new ConflictError(
    `${whatFailed(database, table, attempt)}: ${
      JSON.stringify(cause.path)
    } was removed or replaced by something else since it was ` +
      "opened, so nothing was stored; it is opened again now, with its tables: repeat the work",
    {
      code: "CHANGED_OUTSIDE",
      driver,
      cause,
      retryable: true,
      ...(table === undefined ? null : { table }),
    },
  );
}

/** Writing is not allowed. */
export function readonlyError(what: string, details: ErrorDetails): ConnectionError {
  return new ConnectionError(
    `${what}: the database is open for reading only; open it without \`readonly\`, with the right to write`,
    {
      ...details,
      code: "READ_ONLY",
    },
  );
}

/** The table and columns whose constraint was violated, as the errors take them. */
function violated(
  failure: SqlFailure,
  scene: ErrorScene,
  cause: unknown,
): [Scene, Attempt, { name: string }[]] {
  const { table, columns } = constraintColumns(failure, scene);
  const attempt = scene.attempt as Attempt;
  return [{ driver: scene.driver, table, cause }, attempt, columns.map((name) => ({ name }))];
}

/** A value would be beyond what its column holds. */
export function outOfRange(what: string, column: string, details: ErrorDetails): ValidationError {
  return new ValidationError(
    `${what}: the value of \`${column}\` would be beyond what the column holds; give the row another one, or declare the column ` +
      "with `bigint: true`",
    { ...details, code: "OUT_OF_RANGE", columns: [column] },
  );
}

function missingTable(
  failure: SqlFailure,
  scene: ErrorScene,
  details: ErrorDetails,
  what: string,
): RinariError {
  const absent = shortened(failure.detail);
  for (const { name, table } of scene.tables) {
    if (name !== scene.table || absent === name) continue;
    const referring = table.columns.filter(({ references }) => references?.table === absent);
    if (referring.length === 0) continue;
    return new ForeignKeyConstraintError(
      `${what}: \`${
        referring[0]?.name
      }\` refers to \`${absent}\`, and there is no such table; create it first`,
      { ...details, columns: referring.slice(0, 1).map((column) => column.name) },
    );
  }
  return new ValidationError(
    `${what}: there is no table \`${absent}\` in \`${scene.database}\`; another ORM or program may have dropped it: a new ORM makes it again`,
    {
      ...details,
      code: "UNKNOWN_TABLE",
    },
  );
}

/** Finds the table and columns; a key's action can violate a constraint of another table than the one written to. */
function constraintColumns(failure: SqlFailure, scene: ErrorScene): { table: string; columns: string[] } {
  for (const known of scene.tables) {
    const columns = columnsOf(known, failure);
    if (columns !== null) return { table: known.name, columns };
  }
  return { table: scene.table ?? "", columns: [] };
}

/** The columns of a table a failure names; null when it names another table. */
function columnsOf(known: SqlTable, { detail, table, columns }: SqlFailure): string[] | null {
  if (columns === undefined || table === undefined) {
    const prefix = `${known.name}.`;
    if (!detail.startsWith(prefix)) return null;
    const names = detail.slice(prefix.length).split(`, ${prefix}`);
    return names.every((name) => known.table.get(name) !== undefined) ? names : null;
  }
  // A store may shorten names; quoted they are the same.
  const { quote } = known.traits.dialect;
  if (quote(table) !== known.quoted) return null;
  const found = columns.map((name) => known.columns.find(({ quoted }) => quoted === quote(name))?.name);
  return found.every((name) => name !== undefined) ? found : null;
}

function columnOutOfRange(failure: SqlFailure, scene: ErrorScene): string {
  const table = [...scene.tables].find(({ name }) => name === scene.table);
  const told = failure.table === undefined
    ? failure.columns?.[0]
    : constraintColumns(failure, scene).columns[0];
  return told ?? table?.inserts.assigned?.name ?? "";
}
