import { query } from "./any_engine.ts";
import type { Row } from "./rows_decoder.ts";
import type { SqlColumn } from "./sql_column.ts";
import type { SqlQuery } from "./sql_engine.ts";
import type { SqlTable } from "./sql_table.ts";

/** The statements that store rows of a table, written once. */
export class InsertStatements {
  /** The column the store assigns, or null. */
  readonly assigned: SqlColumn | null;
  /** The column of which SQLite would make up the value when it is null, though it is not assigned; or null. */
  readonly rowNumber: string | null;
  readonly #table: SqlTable;
  readonly #bySize: Map<number, SqlQuery> = new Map();
  #one: SqlQuery | null = null;
  #assigning: SqlQuery | null = null;

  /** Prepares for a table. */
  constructor(table: SqlTable) {
    this.#table = table;
    this.assigned = table.columns.find(({ column }) => column.autoIncrement) ?? null;
    const [key] = table.table.primaryKey.length === 1 ? table.table.primaryKey : [];
    const number = key !== undefined && (key.kind === "integer" || key.kind === "bigint") &&
      this.assigned === null;
    this.rowNumber = number ? key.name : null;
  }

  /** Stores one row with all its columns. */
  get one(): SqlQuery {
    return this.#one ??= query(
      `${this.#into(this.#table.columns)} VALUES ${this.#places(this.#table.columns, 0)}`,
      [],
    );
  }

  /** Stores one row without the column the store assigns, and returns that. */
  get assigning(): SqlQuery {
    if (this.#assigning !== null) return this.#assigning;
    const rest = this.#rest();
    const values = rest.length === 0 ? "DEFAULT VALUES" : `VALUES ${this.#places(rest, 0)}`;
    const into = rest.length === 0 ? `INSERT INTO ${this.#table.quoted}` : this.#into(rest);
    return this.#assigning = this.#returning(`${into} ${values}`);
  }

  /** Stores a number of rows; the column the store assigns is returned for each. */
  many(size: number): SqlQuery {
    let made = this.#bySize.get(size);
    if (made === undefined) {
      const { columns } = this.#table;
      const places = Array.from({ length: size }, (_, i) => this.#places(columns, i * columns.length));
      const sql = `${this.#into(columns)} VALUES ${places.join(", ")}`;
      made = this.assigned === null ? query(sql, []) : this.#returning(sql);
      this.#bySize.set(size, made);
    }
    return made;
  }

  /** Adds a row's values, encoded, to a list. */
  push(values: unknown[], row: Readonly<Row>, without: SqlColumn | null): void {
    const { columns } = this.#table;
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i] as SqlColumn;
      if (column === without) continue;
      const value = row[column.name];
      values.push(
        value === null || value === undefined ? null : column.encode === null ? value : column.encode(value),
      );
    }
  }

  /** The row as it was stored. Its values are those that were given, which belong to the driver. */
  result(row: Readonly<Row>, assigned: unknown): Row {
    const { columns } = this.#table;
    const result: Row = {};
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i] as SqlColumn;
      const value = row[column.name];
      result[column.name] = value === undefined ? null : value;
    }
    if (assigned !== undefined && this.assigned !== null) result[this.assigned.name] = assigned;
    return result;
  }

  #rest(): readonly SqlColumn[] {
    return this.#table.columns.filter((column) => column !== this.assigned);
  }

  #into(columns: readonly SqlColumn[]): string {
    return `INSERT INTO ${this.#table.quoted} (${columns.map(({ quoted }) => quoted).join(", ")})`;
  }

  #places(columns: readonly SqlColumn[], from: number): string {
    const { dialect } = this.#table.traits;
    return `(${columns.map((_, i) => dialect.nextPlaceholder(from + i + 1)).join(", ")})`;
  }

  #returning(sql: string): SqlQuery {
    const { quoted, name, kind } = this.assigned as SqlColumn;
    return query(`${sql} RETURNING ${quoted}`, [name], { bigints: kind === "bigint" });
  }
}
