import { ValidationError } from "../errors/mod.ts";

/** The table in which what is known of the others is kept, where a driver does not. */
export const RESERVED_TABLE = "rinari_catalog";

/** What this library keeps in tables of its own: what is known of others, what was migrated, and how far that has come. */
const OWN_TABLES: readonly string[] = [RESERVED_TABLE, "rinari_migrations", "rinari_progress"];

/** Whether a table is one of this library's own, which no model may have. */
export function isOwnTable(name: string): boolean {
  return OWN_TABLES.includes(foldCase(name));
}

const DATABASE_NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;
const WINDOWS_DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)/i;
const MAX_NAME = 200;

/**
 * Checks a database name. It can become a file name, so it is never a path: letters, digits, `_`, `-` and `.` only.
 *
 * @throws {ValidationError} When the name could leave the folder or is no portable file name.
 */
export function checkDatabaseName(name: string): void {
  if (
    typeof name !== "string" || !DATABASE_NAME.test(name) || name.endsWith(".") || name.includes("..") ||
    WINDOWS_DEVICE.test(name)
  ) {
    throw new ValidationError(
      `Cannot use database name ${
        quote(name)
      }: a name is 1 to 64 letters, digits, \`_\`, \`-\` or \`.\`, not a path`,
      { code: "INVALID_NAME" },
    );
  }
}

/**
 * Checks the name of a table, column, index or relation.
 *
 * @param dots Whether it may have dots, as what a store calls a column.
 * @throws {ValidationError} When the name is empty, too long, or has characters that a store or the query syntax gives a meaning.
 */
export function checkIdentifier(
  what: "table" | "column" | "index" | "relation",
  name: string,
  dots: boolean = false,
): void {
  const reason = typeof name !== "string" || name === ""
    ? "it is empty"
    : name.length > MAX_NAME
    ? `it is longer than ${MAX_NAME} characters`
    : name === "__proto__"
    ? "it would change the prototype of rows"
    : !name.isWellFormed() || hasControl(name)
    ? "it holds a control character or a lone surrogate"
    : name.startsWith("$")
    ? "a leading `$` marks operators"
    : !dots && (what === "column" || what === "relation") && name.includes(".")
    ? "a dot separates the steps of a path"
    : what === "table" && /^sqlite_/i.test(name)
    ? "SQLite keeps names that begin with `sqlite_` for itself"
    : null;
  if (reason !== null) {
    throw new ValidationError(`Cannot use ${what} name ${quote(name)}: ${reason}`, { code: "INVALID_NAME" });
  }
}

/** Lower-cases ASCII letters only, as stores compare identifiers. */
export function foldCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 32 || unit === 127) return true;
  }
  return false;
}

function quote(name: unknown): string {
  return typeof name === "string" ? JSON.stringify(name.slice(0, 80)) : `of type ${typeof name}`;
}
