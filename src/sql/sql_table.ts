import { BoundedMap } from "../cache/bounded_map.ts";
import type { IndexOptions, QueryPlan, TableSchema } from "../contract/mod.ts";
import { Table } from "../schema/table.ts";
import type { CompiledQuery } from "./compiled_query.ts";
import { InsertStatements } from "./insert_statements.ts";
import { RowsDecoder } from "./rows_decoder.ts";
import { type AdoptedColumn, SqlColumn } from "./sql_column.ts";
import type { SqlTableDescription } from "./sql_description.ts";
import type { PredicateScope } from "./predicate_sql.ts";
import type { Encode, SqlDialect, SqlValues } from "./sql_dialect.ts";

/** Decoders kept by the columns selected. */
const SELECTIONS = 256;

/** What a table takes from the engine it is in. */
export interface TableTraits {
  /** The driver's name, for errors. */
  readonly driver: string;
  /** The SQL spoken. */
  readonly dialect: SqlDialect;
  /** The form of rows. */
  readonly rows: "object" | "array";
  /** How integers are bound. */
  readonly integers: "number" | "bigint";
  /** The engine tells the number of the row inserted last. */
  readonly tellsRowNumber: boolean;
}

/** What is known of how a table is stored. */
export interface TableStorage {
  /** The store does not hold values to their column's type. */
  readonly checked: boolean;
  /** Someone's triggers run on it. */
  readonly triggers: boolean;
  /** It is a view. Absent: no. */
  readonly view?: boolean;
  /** The date columns of which more is known than their schema says. */
  readonly adopted?: ReadonlyMap<string, AdoptedColumn>;
}

/** How tables are stored that are made here. */
const OURS: TableStorage = { checked: false, triggers: false };

/** A table known to exist with this schema, with everything that is prepared once for it. */
export class SqlTable implements SqlTableDescription {
  /** The schema as it was given. */
  readonly schema: TableSchema;
  /** The table. */
  readonly table: Table;
  /** The name, quoted. */
  readonly quoted: string;
  /** The columns, in the order of the schema. */
  readonly columns: readonly SqlColumn[];
  /** How a number of rows is bound. */
  readonly offsetEncode: Encode | null;
  /** What it takes from its engine. */
  readonly traits: TableTraits;
  /** How it is stored. */
  readonly storage: TableStorage;
  /** The table was dropped, or its database closed: what was compiled for it must not be used any more. */
  live = true;
  /** The tables that are known in the same database, by name. */
  siblings: (name: string) => SqlTable = () => this;
  /** The columns that indexes lead with which were there already, by the name of the index; not of those with a condition. */
  readonly found: Map<string, string> = new Map();
  /** The indexes that were asked for, by name. */
  readonly indexes: Map<string, IndexOptions> = new Map();
  /** Whether deletions come back to the table by way of foreign keys, as of a generation of the database's tables. */
  cascades: { readonly generation: number; readonly back: boolean } | null = null;
  /** What was compiled, for as long as its plan is kept. */
  readonly queries: WeakMap<QueryPlan, CompiledQuery> = new WeakMap();
  /** How rows are stored. */
  readonly inserts: InsertStatements;
  readonly #byName: ReadonlyMap<string, SqlColumn>;
  readonly #decoders: BoundedMap<RowsDecoder> = new BoundedMap<RowsDecoder>(SELECTIONS);
  #all: RowsDecoder | null = null;

  /**
   * Prepares a table.
   *
   * @throws {ValidationError} When the schema makes no sense.
   */
  constructor(name: string, schema: TableSchema, traits: TableTraits, storage: TableStorage = OURS) {
    this.schema = schema;
    this.table = new Table(name, schema);
    this.quoted = traits.dialect.quote(name);
    this.columns = this.table.columns.map((column) =>
      new SqlColumn(column, traits.dialect, traits.integers, storage.adopted?.get(column.name))
    );
    this.#byName = new Map(this.columns.map((column) => [column.name, column]));
    this.offsetEncode = traits.dialect.encoding("integer", traits.integers).one;
    this.traits = traits;
    this.storage = storage;
    this.inserts = new InsertStatements(this);
  }

  /** The table's name. */
  get name(): string {
    return this.table.name;
  }

  /**
   * The column of this name.
   *
   * @throws {ValidationError} When there is none.
   */
  column(name: string): SqlColumn {
    return this.#byName.get(name) ?? this.table.column(name) as never;
  }

  /**
   * What a condition on the table is written with.
   *
   * @param others Gets the tables that the condition looks at beside this one.
   */
  scope(values: SqlValues, others: Set<SqlTable> = new Set()): PredicateScope {
    const { dialect, integers } = this.traits;
    return {
      dialect,
      values,
      column: (name) => this.column(name),
      encoding: (kind) => dialect.encoding(kind, integers),
      other: (name) => {
        const table = this.siblings(name);
        others.add(table);
        return { table, scope: table.scope(values, others) };
      },
    };
  }

  /** The columns of the primary key, in order. */
  get primaryKey(): readonly SqlColumn[] {
    return this.table.primaryKey.map(({ name }) => this.column(name));
  }

  /** The decoder of rows with these columns; all of them when none are named. */
  decoder(select: readonly string[] | undefined): RowsDecoder {
    if (select === undefined) return this.#all ??= this.#decoder(this.columns);
    const key = JSON.stringify(select);
    let decoder = this.#decoders.get(key);
    if (decoder === undefined) {
      decoder = this.#decoder(select.map((name) => this.column(name)));
      this.#decoders.set(key, decoder);
    }
    return decoder;
  }

  /** The same for rows whose integers were all read as `bigint`. */
  bigintDecoder(select: readonly string[] | undefined): RowsDecoder {
    return this.#decoder(select?.map((name) => this.column(name)) ?? this.columns, true);
  }

  #decoder(columns: readonly SqlColumn[], bigints: boolean = hasBigint(columns)): RowsDecoder {
    const { driver, rows, dialect } = this.traits;
    return new RowsDecoder(columns, dialect, { driver, rows, checked: this.storage.checked, bigints });
  }
}

/** Whether integers have to be read as `bigint`, because one of the columns needs it. */
export function hasBigint(columns: readonly SqlColumn[]): boolean {
  return columns.some(({ kind }) => kind === "bigint");
}
