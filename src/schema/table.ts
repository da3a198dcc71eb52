import { ValidationError } from "../errors/mod.ts";
import { type Clock, SYSTEM_CLOCK } from "./clock.ts";
import { Column, isDataType } from "./column.ts";
import { checkIdentifier, foldCase } from "./identifiers.ts";
import { copyJSON, JSONProblem } from "./json_value.ts";
import type { ModelColumn, ModelSchema } from "./model_schema.ts";
import { type Naming, storeNameOf } from "./naming.ts";
import { ownMembers } from "./plain_object.ts";
import { NO_RULES, type WhereRules } from "./where_rules.ts";

const STORED_FORMS: readonly unknown[] = ["iso", "milliseconds", "seconds", "sql"];
const ACTIONS: readonly unknown[] = [undefined, "CASCADE", "SET NULL", "RESTRICT", "NO ACTION"];

/** A table whose schema has been checked: the one place where names are looked up. */
export class Table {
  /** The table's name. */
  readonly name: string;
  /** The name of the table in the store. */
  readonly storeName: string;
  /** How names of the store are made; undefined when they are those of the model. */
  readonly naming: Naming | undefined;
  /** Whether the store has other names for it or for one of its columns. */
  readonly renamed: boolean;
  /** The columns, in the order of the schema. */
  readonly columns: readonly Column[];
  /** The columns of the primary key, in the order of the schema; at least one. */
  readonly primaryKey: readonly Column[];
  /** The column the store assigns, or null. */
  readonly autoIncrement: Column | null;
  /** A row of nulls, without the columns the store gives their values: a copy of it has its final shape from the start. */
  readonly blank: Readonly<Record<string, unknown>>;
  /** What conditions on it may be. */
  readonly rules: WhereRules;
  /** The columns that every change of a row touches. */
  readonly touched: readonly Column[];
  /** The column that counts the changes of a row, or null. */
  readonly version: Column | null;
  /** What the time is read from. */
  readonly time: Clock;
  /** The same, or null when no column needs it for each row. */
  readonly clock: Clock | null;
  readonly #byName: ReadonlyMap<string, Column>;

  /**
   * Checks a schema.
   *
   * @throws {ValidationError} When a name, type, key or reference makes no sense.
   */
  constructor(
    name: string,
    schema: ModelSchema,
    rules: WhereRules = NO_RULES,
    clock: Clock = SYSTEM_CLOCK,
    naming?: Naming,
  ) {
    checkIdentifier("table", name);
    if (typeof schema !== "object" || schema === null || Object.keys(schema).length === 0) {
      throw new ValidationError(`Cannot define \`${name}\`: the schema has no column`, {
        code: "INVALID_SCHEMA",
        table: name,
      });
    }
    const folded = new Set<string>();
    const stored = new Set<string>();
    this.name = name;
    this.naming = naming;
    this.storeName = storeNameOf(name, naming);
    this.rules = rules;
    this.columns = Object.keys(schema).map((column, index) => {
      checkIdentifier("column", column, true);
      if (folded.has(foldCase(column))) refuse(name, column, "another column has the same name but for case");
      folded.add(foldCase(column));
      const definition = checkDefinition(name, column, schema[column] as ModelColumn);
      const storeName = columnName(name, column, definition, naming);
      if (stored.has(foldCase(storeName))) {
        refuse(
          name,
          column,
          `another column is \`${storeName}\` in the store; give one of them another \`column\``,
        );
      }
      stored.add(foldCase(storeName));
      return new Column(name, column, index, definition, clock, storeName);
    });
    this.renamed = this.storeName !== name || this.columns.some((column) => column.storeName !== column.name);
    for (const { name: member, storeName } of this.columns) {
      const dot = storeName.indexOf(".");
      const json = dot > 0 &&
        this.columns.find((each) => each.kind === "json" && storeName.startsWith(`${each.storeName}.`));
      if (json) {
        refuse(name, member, `\`${storeName}\` reads as a place in the JSON column \`${json.storeName}\``);
      }
    }
    this.#byName = new Map(this.columns.map((column) => [column.name, column]));
    this.blank = Object.fromEntries(
      this.columns.filter(({ autoIncrement, byStore }) => !autoIncrement && byStore === null).map((
        column,
      ) => [column.name, null]),
    );
    this.touched = this.columns.filter(({ touch }) => touch !== undefined);
    this.version = this.columns.find(({ version }) => version) ?? null;
    this.time = clock;
    this.clock = this.columns.some(({ timed }) => timed) ? clock : null;
    this.primaryKey = this.columns.filter((column) => column.primaryKey);
    if (this.primaryKey.length === 0) {
      throw new ValidationError(
        `Cannot define \`${name}\`: no column is the primary key; mark one, or several, with \`primaryKey: true\``,
        { code: "INVALID_SCHEMA", table: name },
      );
    }
    if (this.primaryKey.length === 1) (this.primaryKey[0] as Column).unique = true;
    this.autoIncrement = this.columns.find((column) => column.autoIncrement) ?? null;
    if (this.autoIncrement !== null && (this.primaryKey.length > 1 || !this.autoIncrement.primaryKey)) {
      refuse(name, this.autoIncrement.name, "`autoIncrement` needs a column that is the whole primary key");
    }
  }

  /** The column of this name, or undefined. */
  get(name: string): Column | undefined {
    return this.#byName.get(name);
  }

  /**
   * The column of this name.
   *
   * @throws {ValidationError} When there is none, naming those there are.
   */
  column(name: string): Column {
    const column = this.#byName.get(name);
    if (column === undefined) {
      const names = this.columns.map((each) => `\`${each.name}\``).join(", ");
      throw new ValidationError(
        `Cannot find column ${
          JSON.stringify(String(name).slice(0, 80))
        } in \`${this.name}\`: its columns are ${names}`,
        { code: "UNKNOWN_COLUMN", table: this.name },
      );
    }
    return column;
  }
}

/** The name of a column in the store: the one that is given, or the one that the naming makes. */
function columnName(
  table: string,
  member: string,
  { column }: ModelColumn,
  naming: Naming | undefined,
): string {
  if (column === undefined) return storeNameOf(member, naming);
  if (typeof column !== "string") {
    return refuse(table, member, "`column` is the name of the column in the store");
  }
  checkIdentifier("column", column, true);
  return column;
}

/** Checks the definition of a column. @returns What it has of its own, which later changes of what was given do not reach. */
function checkDefinition(table: string, column: string, given: ModelColumn): ModelColumn {
  const definition = typeof given === "object" && given !== null ? ownMembers(given) : null;
  if (definition === null || !isDataType(definition.type)) {
    return refuse(table, column, "its `type` is not one of DataTypes");
  }
  const { type, values, stored } = definition;
  const references = typeof definition.references === "object" && definition.references !== null
    ? ownMembers(definition.references)
    : definition.references;
  if (definition.autoIncrement === true && type !== "INTEGER") {
    refuse(table, column, "`autoIncrement` needs INTEGER");
  }
  if (stored !== undefined) {
    if (type === "BOOLEAN") {
      if (stored !== "letters") refuse(table, column, '`stored` of BOOLEAN is "letters"');
    } else if (type !== "DATE" && type !== "DATETIME") {
      refuse(table, column, "`stored` needs DATE or DATETIME");
    } else if (!STORED_FORMS.includes(stored)) {
      refuse(
        table,
        column,
        `\`stored\` is one of ${STORED_FORMS.map((form) => JSON.stringify(form)).join(", ")}`,
      );
    }
  }
  if (definition.bigint === true && type !== "INTEGER") refuse(table, column, "`bigint` needs INTEGER");
  const json = type === "JSON" || type === "OBJECT" || type === "ARRAY";
  if (json && (definition.primaryKey === true || definition.unique === true || references !== undefined)) {
    refuse(table, column, "a JSON value can be no key, unique value or reference");
  }
  if (definition.primaryKey === true && definition.default === null) {
    refuse(table, column, "null can be no primary key");
  }
  if (values !== undefined && (!Array.isArray(values) || values.length === 0)) {
    refuse(table, column, "`values` needs an array of at least one value");
  }
  if (references !== undefined) {
    if (typeof references?.table !== "string" || typeof references.column !== "string") {
      refuse(
        table,
        column,
        "`references` is { table, column }, with onDelete and onUpdate where they are wanted",
      );
    }
    checkIdentifier("table", references.table);
    checkIdentifier("column", references.column, true);
    if (!ACTIONS.includes(references.onDelete) || !ACTIONS.includes(references.onUpdate)) {
      refuse(table, column, "`onDelete` and `onUpdate` are CASCADE, SET NULL, RESTRICT or NO ACTION");
    }
    const setsNull = references.onDelete === "SET NULL" || references.onUpdate === "SET NULL";
    if (setsNull && (definition.notNull === true || definition.primaryKey === true)) {
      refuse(table, column, "`SET NULL` needs a column that takes null");
    }
  }
  return ownMembers({
    ...definition,
    ...(references === undefined ? null : { references }),
    ...(values === undefined ? null : { values: [...values] }),
    ...(typeof definition.default === "object" ? { default: copyOf(definition.default) } : null),
    ...(typeof definition.touch === "object" ? { touch: copyOf(definition.touch) } : null),
  });
}

/** A default of its own, which no later change of the one given reaches. */
function copyOf(value: object | null): unknown {
  if (value instanceof Date) return new Date(value);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  const copy = copyJSON(value);
  // What is no JSON is refused where the default is checked.
  return copy instanceof JSONProblem ? value : copy;
}

function refuse(table: string, column: string, reason: string): never {
  throw new ValidationError(`Cannot define column \`${column}\` of \`${table}\`: ${reason}`, {
    code: "INVALID_SCHEMA",
    table,
    columns: [column],
  });
}
