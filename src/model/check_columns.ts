import { RinariError, ValidationError } from "../errors/mod.ts";
import type { Column } from "../schema/column.ts";
import type { ModelColumn } from "../schema/model_schema.ts";
import type { Table } from "../schema/table.ts";
import { storedValue } from "./row_input.ts";

const MEMBERS: Readonly<Record<keyof ModelColumn, "boolean" | null>> = {
  type: null,
  primaryKey: "boolean",
  autoIncrement: "boolean",
  notNull: "boolean",
  unique: "boolean",
  bigint: "boolean",
  sensitive: "boolean",
  stored: null,
  generated: null,
  column: null,
  default: null,
  references: null,
  as: null,
  values: null,
  validate: null,
  touch: null,
  version: "boolean",
  index: "boolean",
};
const REFERENCE_MEMBERS: readonly string[] = ["table", "column", "onDelete", "onUpdate"];

/**
 * Checks what only a model knows of its columns, so that a mistake shows when the model is defined and not with the first row:
 * misspelt members, values, validators and defaults.
 *
 * @throws {ValidationError} Naming the column.
 */
export function checkColumns(table: Table): void {
  for (const column of table.columns) {
    checkName(column);
    checkMembers(column);
    checkGenerated(column);
    if (column.definition.index !== undefined && column.references === null) {
      refuse(column, "`index` needs `references`; give the model `indexes` for another column");
    }
    checkValues(column);
    checkValidator(column);
    checkDefault(column);
    checkTouch(column);
    if (column.version) checkVersion(table, column);
  }
}

/** A store takes names that a path cannot begin with: `column` leads to them. */
function checkName({ name, table }: Column): void {
  if (!name.includes(".")) return;
  throw new ValidationError(
    `Cannot use column name ${
      JSON.stringify(name)
    }: a dot separates the steps of a path; give it another name here, and that one as its \`column\``,
    { code: "INVALID_NAME", table, columns: [name] },
  );
}

function checkMembers(column: Column): void {
  const { definition } = column;
  for (const name of Object.keys(definition) as (keyof ModelColumn)[]) {
    if (!Object.hasOwn(MEMBERS, name)) {
      refuse(column, `${JSON.stringify(name)} is none of ${Object.keys(MEMBERS).join(", ")}`);
    }
    const value = definition[name];
    if (MEMBERS[name] === "boolean" && value !== undefined && typeof value !== "boolean") {
      refuse(column, `\`${name}\` is true or false`);
    }
  }
  for (const name of Object.keys(definition.references ?? {})) {
    if (!REFERENCE_MEMBERS.includes(name)) {
      refuse(column, `${JSON.stringify(name)} of \`references\` is none of ${REFERENCE_MEMBERS.join(", ")}`);
    }
  }
}

function checkGenerated(column: Column): void {
  const { generated } = column.definition as { readonly generated?: unknown };
  if (generated === undefined) return;
  if (generated !== "always") refuse(column, '`generated` is "always"');
  const other = (["default", "touch", "version", "validate", "primaryKey", "references"] as const)
    .find((name) => column.definition[name] !== undefined);
  if (!column.autoIncrement && other !== undefined) {
    refuse(column, `what the store computes takes no \`${other}\``);
  }
}

function checkValues(column: Column): void {
  const { values } = column.definition;
  if (values === undefined) return;
  if (column.kind !== "text" && column.kind !== "integer" && column.kind !== "real") {
    refuse(column, "`values` needs TEXT, STRING, INTEGER, NUMBER or REAL");
  }
  for (const value of values) fits(column, "one of `values` does not fit", () => column.accept(value));
}

function checkValidator(column: Column): void {
  const { validate } = column.definition as { readonly validate?: Partial<ModelColumn["validate"]> | null };
  if (validate !== undefined && typeof validate?.["~standard"]?.validate !== "function") {
    refuse(column, "`validate` needs a Standard Schema, such as one of Zod, Valibot or ArkType");
  }
}

function checkDefault(column: Column): void {
  const { default: value } = column.definition;
  if (value === undefined) return;
  if (column.autoIncrement) {
    refuse(column, "`autoIncrement` assigns the value, so `default` would never be used");
  }
  if (typeof value === "function" || value === "store") return;
  if (value === null && !column.nullable) refuse(column, "its `default` is null, which it refuses");
  if (value !== null) {
    column.storedDefault = fits(column, "its `default` does not fit", () => storedValue(column, value));
  }
}

function checkTouch(column: Column): void {
  const { touch } = column.definition;
  if (touch === undefined) return;
  if (column.primaryKey || column.unique || column.references !== null || column.version) {
    refuse(column, "`touch` needs a column that is no key, unique value, reference or `version`");
  }
  if (touch === null && !column.nullable) refuse(column, "its `touch` is null, which it refuses");
  if (touch !== null && typeof touch !== "function") {
    fits(column, "its `touch` does not fit", () => storedValue(column, touch));
  }
}

function checkVersion(table: Table, column: Column): void {
  const { definition } = column;
  if (column.type !== "INTEGER" || column.nullable) refuse(column, "`version` needs INTEGER and `notNull`");
  if (column !== table.version) refuse(column, `\`${table.version?.name}\` counts the changes already`);
  if (column.primaryKey || column.unique || column.references !== null) {
    refuse(column, "`version` needs a column that is no key, unique value or reference");
  }
  const other = (["default", "values", "validate"] as const).find((name) => definition[name] !== undefined);
  if (other !== undefined) refuse(column, `a \`version\` is counted, and takes no \`${other}\``);
}

function fits<T>(column: Column, what: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof RinariError)) throw error;
    return refuse(column, `${what}: ${error.message}`, error);
  }
}

function refuse(column: Column, reason: string, cause?: unknown): never {
  throw new ValidationError(`Cannot define column \`${column.name}\` of \`${column.table}\`: ${reason}`, {
    code: "INVALID_SCHEMA",
    table: column.table,
    columns: [column.name],
    cause,
  });
}
