import type { Maybe } from "../chain/chain.ts";
import type { ColumnDefinition, ExpressionType, RawPart, RawResult, RawStatement } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import { describeValue } from "../schema/describe_value.ts";
import { inDateRange } from "../schema/dates.ts";
import { isStorableText } from "../schema/json_value.ts";
import type { Table } from "../schema/table.ts";
import type { AnyIterator, Row } from "../store/any_driver.ts";
import type { Fragment } from "./sql_statement.ts";

/** What statements need of the ORM they belong to. */
export interface RawHost {
  /** The database they run on. */
  readonly database: string;
  /** A model's table, or null when the value is no model; one of another database is refused. */
  tableOf(value: unknown): Table | null;
  /** How the columns of a model's table are read, or null when the value is no model. */
  columnsOf(value: unknown): Readonly<Record<string, ColumnDefinition>> | null;
  /** Runs a statement when it is its turn, and when the tables of the models it names exist. */
  run(tables: readonly string[], statement: RawStatement): Maybe<RawResult<Row>>;
  /** Reads the rows of a statement one by one, of each what `read` makes of it. */
  iterate(tables: readonly string[], statement: RawStatement, read: (row: Row) => Row): AnyIterator;
  /** Runs a statement as a part of an operation on a table, whose turn it is; of another database it is refused. */
  find(at: object, tables: readonly string[], statement: RawStatement): Maybe<RawResult<Row>>;
  /** With an async driver an error is a rejection. */
  answer<T>(work: () => Maybe<T>): unknown;
}

/** A name, made by `sql.id`. */
export class SqlName {
  readonly #name: string;

  /** Made by `sql.id`. */
  constructor(name: string) {
    if (typeof name !== "string" || name === "" || !isStorableText(name)) {
      refuse(`a name is a text without NUL, not ${describeValue(name)}`);
    }
    this.#name = name;
  }

  /** The name, or null when the value is none. */
  static read(value: object): string | null {
    return #name in value ? value.#name : null;
  }
}

/** A list of values, made by `sql.list`. */
export class SqlList {
  readonly #values: readonly unknown[];

  /** Made by `sql.list`. */
  constructor(values: readonly unknown[]) {
    if (!Array.isArray(values)) refuse(`sql.list needs an array, not ${describeValue(values)}`);
    this.#values = Array.from(values as unknown[]);
  }

  /** The values, or null when the value is no list. */
  static read(value: object): readonly unknown[] | null {
    return #values in value ? value.#values : null;
  }
}

/** Reads what stands between the texts of a template; fragments are written out. */
export function rawParts(
  host: RawHost,
  texts: readonly string[],
  given: readonly unknown[],
  fragmentOf: (value: object) => Fragment | null,
): Fragment {
  const flat = { texts: [texts[0] as string], parts: [] as RawPart[], tables: [] as string[] };
  const add = (part: RawPart, text: string): void => {
    flat.parts.push(part);
    flat.texts.push(text);
  };
  const extend = (text: string): void => {
    flat.texts[flat.texts.length - 1] += text;
  };
  given.forEach((value, i) => {
    const next = texts[i + 1] as string;
    const fragment = typeof value === "object" && value !== null ? fragmentOf(value) : null;
    if (fragment === null) return add(readPart(host, value, flat.tables), next);
    if (fragment.database !== host.database) {
      refuse(`a fragment is of database \`${fragment.database}\`, and the statement of \`${host.database}\``);
    }
    extend(fragment.texts[0] as string);
    fragment.parts.forEach((part, at) => add(part, fragment.texts[at + 1] as string));
    flat.tables.push(...fragment.tables);
    extend(next);
  });
  return { database: host.database, ...flat };
}

function readPart(host: RawHost, value: unknown, tables: string[]): RawPart {
  if (typeof value === "object" && value !== null) {
    const name = SqlName.read(value);
    if (name !== null) return { kind: "name", name };
    const values = SqlList.read(value);
    if (values !== null) return readList(values);
    const table = host.tableOf(value);
    if (table !== null) {
      tables.push(table.name);
      return { kind: "name", name: table.storeName };
    }
  }
  const [type, read] = readValue(value);
  return { kind: "value", type, value: read };
}

function readList(values: readonly unknown[]): RawPart {
  const read = values.map((value) => {
    if (value === null) {
      return refuse("a list has null in it, which IN never finds; leave it out, and ask IS NULL");
    }
    return readValue(value);
  });
  const types = new Set(read.map(([type]) => type));
  // Whole numbers stand beside fractions, and beside integers of 64 bit.
  if (types.size === 2 && (types.has("real") || types.has("bigint"))) types.delete("integer");
  if (types.size > 1) refuse(`a list has values of several kinds: ${[...types].join(", ")}`);
  const type = [...types][0] ?? "text";
  const wide = type === "bigint"
    ? read.map(([, value]) => BigInt(value as number))
    : read.map(([, value]) => value);
  return { kind: "list", type, values: wide };
}

/** A value as it is bound, whatever JavaScript's own type would make the store think. */
function readValue(value: unknown): [ExpressionType, unknown] {
  switch (typeof value) {
    case "string":
      return isStorableText(value) ? ["text", value] : refuse("a text holds NUL or a lone surrogate");
    case "number":
      if (!Number.isFinite(value)) return refuse(`${value} is no number that a store keeps`);
      return [Number.isSafeInteger(value) ? "integer" : "real", value + 0];
    case "bigint":
      return value === BigInt.asIntN(64, value)
        ? ["bigint", value]
        : refuse(`${value}n needs more than 64 bit`);
    case "boolean":
      return ["boolean", value];
    case "undefined":
      return refuse("a value is undefined; null is SQL's NULL");
    case "function":
    case "symbol":
      return refuse(`${describeValue(value)} is no value`);
  }
  if (value === null) return ["text", null];
  if (value instanceof Date) {
    return inDateRange(value.getTime())
      ? ["datetime", new Date(value)]
      : refuse(`${describeValue(value)} is no point in time`);
  }
  if (value instanceof Uint8Array) return ["blob", value];
  return refuse(
    Array.isArray(value)
      ? "a value is an array; `IN ${sql.list(values)}` takes one, and JSON.stringify makes JSON of it"
      : `a value is ${
        describeValue(value)
      }; JSON.stringify makes JSON of it, and a model, a statement or sql.id can stand here too`,
  );
}

function refuse(reason: string): never {
  throw new ValidationError(`Cannot make a statement: ${reason}`, { code: "INVALID_SQL" });
}
