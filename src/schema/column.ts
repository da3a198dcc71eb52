import { ValidationError } from "../errors/mod.ts";
import type {
  ColumnDefinition,
  ColumnReference,
  DataType,
  ExpressionType,
  StoredForm,
} from "../contract/mod.ts";
import type { ModelColumn } from "./model_schema.ts";
import type { StandardSchema } from "./standard_schema.ts";
import { acceptors } from "./accept.ts";
import { type Clock, now, SYSTEM_CLOCK } from "./clock.ts";
import { wholeSeconds } from "./dates.ts";
import { describeKind, describeValue } from "./describe_value.ts";

/** How a column's values are represented; several data types share a kind. */
export type ColumnKind = ExpressionType;

/** The type of a column of each kind. */
export const TYPES: Readonly<Record<ColumnKind, DataType>> = {
  text: "TEXT",
  integer: "INTEGER",
  bigint: "INTEGER",
  real: "REAL",
  boolean: "BOOLEAN",
  date: "DATE",
  datetime: "DATETIME",
  json: "JSON",
  blob: "BLOB",
};

const KINDS: Readonly<Record<DataType, ColumnKind>> = {
  TEXT: "text",
  STRING: "text",
  INTEGER: "integer",
  NUMBER: "real",
  REAL: "real",
  BOOLEAN: "boolean",
  DATE: "date",
  DATETIME: "datetime",
  JSON: "json",
  OBJECT: "json",
  ARRAY: "json",
  BLOB: "blob",
};

/** How the values of a column are represented. */
export function kindOf({ bigint, type }: ColumnDefinition): ColumnKind {
  return bigint === true ? "bigint" : KINDS[type];
}

/** A column that has been checked, with what is needed to accept its values. */
export class Column {
  /** The name, as the schema spells it. */
  readonly name: string;
  /** The name in the store. */
  readonly storeName: string;
  /** The position in the schema, from 0. */
  readonly index: number;
  /** The table's name, for messages. */
  readonly table: string;
  /** How values are represented. */
  readonly kind: ColumnKind;
  /** The declared type. */
  readonly type: DataType;
  /** How dates, and booleans that are letters, are kept by SQL stores; null for other columns. */
  readonly stored: StoredForm | null;
  /** Whether null is accepted. */
  readonly nullable: boolean;
  /** Whether it is the primary key, or a part of it. */
  readonly primaryKey: boolean;
  /** Whether the store assigns it. */
  readonly autoIncrement: boolean;
  /** Whether its values stand in no error, log or plan. */
  readonly sensitive: boolean;
  /** Whether it is unique by itself: `unique`, or the whole primary key. Set by the table. */
  unique: boolean;
  /** The foreign key, or null. */
  readonly references: ColumnReference | null;
  /** The definition it was made of: members of its own, and nothing else. */
  readonly definition: ModelColumn;
  /** The value, or what makes the value, of a row that gives none; undefined for none. */
  readonly initial: unknown;
  /** The value, or what makes the value, that a change of the row gives it when the change does not; undefined for none. */
  readonly touch: unknown;
  /** Whether the store has a value for rows that give none: one that it `always` computes, or a `default`; null for neither. */
  readonly byStore: "always" | "default" | null;
  /** Whether it counts the changes of its row. */
  readonly version: boolean;
  /** Whether the time it is can stand in it. */
  readonly timed: boolean;
  /** The only values taken, or undefined. */
  readonly values: readonly (string | number)[] | undefined;
  /** What checks a value, or undefined. */
  readonly validate: StandardSchema | undefined;
  /** The default that is no function, as it is stored; undefined for none. Set when a model is defined. */
  storedDefault: unknown = undefined;
  /** What `now` is read from. */
  readonly clock: Clock;
  readonly #accept: (column: Column, value: unknown) => unknown;

  /** Makes a column of a definition already checked. */
  constructor(
    table: string,
    name: string,
    index: number,
    definition: ModelColumn,
    clock: Clock = SYSTEM_CLOCK,
    storeName: string = name,
  ) {
    this.table = table;
    this.name = name;
    this.storeName = storeName;
    this.index = index;
    this.definition = definition;
    this.clock = clock;
    this.values = definition.values;
    this.validate = definition.validate;
    this.type = definition.type;
    this.kind = kindOf(definition);
    this.stored = this.kind === "date" || this.kind === "datetime"
      ? definition.stored ?? "iso"
      : definition.stored ?? null;
    this.version = definition.version === true;
    this.timed = definition.default === now || definition.touch === now;
    this.touch = madeBy(this, definition.touch, clock);
    this.byStore = definition.generated === "always" && definition.autoIncrement !== true
      ? "always"
      : definition.default === "store"
      ? "default"
      : null;
    this.initial = this.byStore !== null
      ? undefined
      : this.version
      ? this.kind === "bigint" ? 1n : 1
      : definition.default === undefined
      ? this.touch
      : madeBy(this, definition.default, clock);
    this.primaryKey = definition.primaryKey === true;
    this.nullable = definition.notNull !== true && !this.primaryKey;
    this.autoIncrement = definition.autoIncrement === true;
    this.sensitive = definition.sensitive === true;
    this.unique = definition.unique === true;
    this.references = definition.references ?? null;
    this.#accept = acceptors[this.kind];
  }

  /** Whether values have an order: everything but JSON. */
  get ordered(): boolean {
    return this.kind !== "json";
  }

  /**
   * Takes a value that is neither null nor undefined.
   *
   * @returns The value in its one normal form, sharing nothing mutable with what was given.
   * @throws {ValidationError} When the value is of the wrong kind.
   */
  accept(value: unknown): unknown {
    return this.#accept(this, value);
  }

  /** Whether it keeps whole seconds only, of times that have milliseconds. */
  get coarse(): boolean {
    return this.kind === "datetime" && this.stored === "seconds";
  }

  /** A value as a message may show it. */
  show(value: unknown): string {
    return this.sensitive ? describeKind(value) : describeValue(value);
  }

  /** Throws what is wrong with a value. */
  refuse(value: unknown, reason: string): never {
    throw new ValidationError(
      `Cannot use ${
        this.show(value)
      } for column \`${this.name}\` (${this.type}) of \`${this.table}\`: ${reason}`,
      { code: "INVALID_VALUE", table: this.table, columns: [this.name] },
    );
  }
}

/** What is made for a row, such as the time it is now, is cut to what the column keeps; what is given has to fit. */
function madeBy(column: Column, given: unknown, clock: Clock): unknown {
  const make: unknown = given === now ? () => clock.read() : given;
  if (!column.coarse || typeof make !== "function") return make;
  return () => wholeSeconds(make());
}

/** Whether a name is a data type. */
export function isDataType(name: unknown): name is DataType {
  return typeof name === "string" && Object.hasOwn(KINDS, name);
}
