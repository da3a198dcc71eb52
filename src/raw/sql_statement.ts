import { chain, type Maybe } from "../chain/chain.ts";
import type { ColumnDefinition, DataType, RawPart, RawResult } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import { DeferredList, standForList } from "../query/deferred_list.ts";
import type { ModelColumn } from "../schema/model_schema.ts";
import { isDataType } from "../schema/column.ts";
import { describeValue } from "../schema/describe_value.ts";
import type { Row } from "../store/any_driver.ts";
import type { Mode, Result, RowIterator } from "../types/mode.ts";
import type { RawRow, RawTypes } from "../types/raw.ts";
import { type RawHost, rawParts } from "./raw_parts.ts";

/** A model of rows `R`, of any driver. */
export interface RowsOf<R extends object> {
  /** The type of its rows; undefined at run time. */
  readonly $row: R;
  /** The table's name. */
  readonly table: string;
  /** The database's name. */
  readonly database: string;
}

/** What a statement changed. */
export interface SqlChanged {
  /** How many rows. */
  readonly changes: number;
}

/**
 * A statement written by hand, made by `orm.sql(database)`. Nothing runs before one of its methods is called; in another statement it
 * is a fragment, with its values.
 */
export class SqlStatement<M extends Mode = Mode> {
  readonly #host: RawHost;
  readonly #texts: readonly string[];
  readonly #parts: readonly RawPart[];
  readonly #tables: readonly string[];

  /**
   * Makes a statement.
   *
   * @internal Statements are made by `orm.sql`.
   */
  constructor(host: RawHost, texts: readonly string[], given: readonly unknown[]) {
    this.#host = host;
    const flat = rawParts(host, texts, given, SqlStatement.#read);
    this.#texts = flat.texts;
    this.#parts = flat.parts;
    this.#tables = flat.tables;
    standForList(this, new DeferredList((at) => this.#list(at), () => null, null));
  }

  /** The values of its one column. */
  #list(at: object): Maybe<readonly unknown[]> {
    const statement = { texts: this.#texts, parts: this.#parts, columns: {} };
    return chain(this.#host.find(at, this.#tables, statement), ({ rows }) =>
      rows.map((row) => {
        const values = Object.values(row);
        if (values.length === 1) return values[0] ?? null;
        throw new ValidationError(
          `Cannot search with a list: its statement gives ${values.length} columns (${
            Object.keys(row).join(", ")
          }), and the values of one are needed`,
          { code: "INVALID_WHERE" },
        );
      }));
  }

  /** What a fragment consists of, or null when the value is none. */
  static #read(value: object): Fragment | null {
    if (!(#parts in value)) return null;
    const { host, texts, parts, tables } = SqlStatement.#open(value);
    return { database: host.database, texts, parts, tables };
  }

  static #open(statement: SqlStatement): {
    readonly host: RawHost;
    readonly texts: readonly string[];
    readonly parts: readonly RawPart[];
    readonly tables: readonly string[];
  } {
    return {
      host: statement.#host,
      texts: statement.#texts,
      parts: statement.#parts,
      tables: statement.#tables,
    };
  }

  /**
   * The rows, with their columns as the store has them.
   *
   * @throws {ValidationError} When the text is more than one statement or touches transactions (`INVALID_SQL`), or a value cannot be
   * given back as it is.
   */
  all(): Result<M, Record<string, unknown>[]>;
  /** The rows of a model: its columns as `findAll` gives them, others as they are, or as `types` says. */
  all<R extends object, T extends RawTypes = Record<never, never>>(
    model: RowsOf<R>,
    types?: T,
  ): Result<M, (R & RawRow<T>)[]>;
  /** The rows, with their columns read as `types` says. */
  all<const T extends RawTypes>(types: T): Result<M, RawRow<T>[]>;
  all(first?: unknown, second?: unknown): unknown {
    return this.#answer(first, second, ({ rows }) => rows);
  }

  /** The first row, or null. The statement is run as it is: say LIMIT 1 where it gives many. */
  first(): Result<M, Record<string, unknown> | null>;
  /** The first row of a model, or null. */
  first<R extends object, T extends RawTypes = Record<never, never>>(
    model: RowsOf<R>,
    types?: T,
  ): Result<M, (R & RawRow<T>) | null>;
  /** The first row, with its columns read as `types` says, or null. */
  first<const T extends RawTypes>(types: T): Result<M, RawRow<T> | null>;
  first(first?: unknown, second?: unknown): unknown {
    return this.#answer(first, second, ({ rows }) => rows[0] ?? null);
  }

  /**
   * The rows one by one, with their columns as the store has them. A sync driver of SQLite holds none of them in memory; an async driver
   * reads all when the first is asked for. Inside a transaction they belong to it, and are not gone on with when it was rolled back.
   *
   * @throws {ValidationError} As `all` does, with the first row.
   */
  iterate(): RowIterator<M, Record<string, unknown>>;
  /** The rows of a model one by one. */
  iterate<R extends object, T extends RawTypes = Record<never, never>>(
    model: RowsOf<R>,
    types?: T,
  ): RowIterator<M, R & RawRow<T>>;
  /** The rows one by one, with their columns read as `types` says. */
  iterate<const T extends RawTypes>(types: T): RowIterator<M, RawRow<T>>;
  iterate(first?: unknown, second?: unknown): unknown {
    const columns = this.#columns(first, second);
    const statement = { texts: this.#texts, parts: this.#parts, columns };
    return this.#host.iterate(this.#tables, statement, this.#rename(first));
  }

  /**
   * Runs a statement for what it does.
   *
   * @returns How many rows it changed.
   */
  run(): Result<M, SqlChanged> {
    return this.#answer(undefined, undefined, ({ changes }) => ({ changes })) as Result<M, SqlChanged>;
  }

  #answer(first: unknown, second: unknown, read: (result: RawResult<Row>) => unknown): unknown {
    return this.#host.answer(() => {
      const columns = this.#columns(first, second);
      const statement = { texts: this.#texts, parts: this.#parts, columns };
      return chain(this.#host.run(this.#tables, statement), (result) => read(this.#renamed(first, result)));
    });
  }

  #renamed(model: unknown, { rows, changes }: RawResult<Row>): RawResult<Row> {
    return { rows: rows.map(this.#rename(model)), changes };
  }

  /** Rows of a model have its names. */
  #rename(model: unknown): (row: Row) => Row {
    const table = model === undefined ? null : this.#host.tableOf(model);
    if (table === null || !table.renamed) return (row) => row;
    const members = new Map(table.columns.map(({ name, storeName }) => [storeName, name]));
    return (row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [members.get(name) ?? name, value]));
  }

  #columns(first: unknown, second: unknown): Readonly<Record<string, ColumnDefinition>> {
    if (first === undefined) return {};
    const model = this.#host.columnsOf(first);
    return model === null
      ? readTypes(first)
      : { ...model, ...(second === undefined ? null : readTypes(second)) };
  }
}

/** What a statement inside of another consists of. */
export interface Fragment {
  /** The database it is of. */
  readonly database: string;
  /** The texts around the parts. */
  readonly texts: readonly string[];
  /** The parts. */
  readonly parts: readonly RawPart[];
  /** The tables of models that are named. */
  readonly tables: readonly string[];
}

function readTypes(types: unknown): Readonly<Record<string, ColumnDefinition>> {
  if (typeof types !== "object" || types === null || Array.isArray(types)) {
    throw new ValidationError(
      `Cannot run SQL: its rows are read by a model or by the types of columns, such as { n: "INTEGER" }, not by ${
        describeValue(types)
      }`,
      { code: "INVALID_OPTIONS" },
    );
  }
  const read = Object.entries(types as Readonly<Record<string, DataType | ModelColumn>>).map(
    ([name, given]) => {
      const definition = typeof given === "object" && given !== null ? given : { type: given };
      if (!isDataType(definition.type)) {
        throw new ValidationError(
          `Cannot run SQL: the type of column \`${name}\` is ${
            describeValue(definition.type)
          }, which is none of DataTypes`,
          { code: "INVALID_OPTIONS", columns: [name] },
        );
      }
      return [name, definition as ColumnDefinition] as const;
    },
  );
  return Object.fromEntries(read);
}
