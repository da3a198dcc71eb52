import { query } from "./any_engine.ts";
import { RowMaker, RowWriter } from "./row_writer.ts";
import type { Row } from "./rows_decoder.ts";
import type { SqlColumn } from "./sql_column.ts";
import type { Decode } from "./sql_dialect.ts";
import type { SqlQuery } from "./sql_engine.ts";
import type { SqlTable } from "./sql_table.ts";

/** A statement that stores rows, and how the numbers the store assigns come back. */
export interface InsertStatement {
  /** The statement. */
  readonly query: SqlQuery;
  /** Writes the values of a row. */
  readonly writer: RowWriter;
  /** `given`: rows have theirs. `last`: the store tells that of the last row. `returned`: the statement returns them. */
  readonly numbers: "given" | "last" | "returned";
}

/** The statements that store rows of a table, written once. */
export class InsertStatements {
  /** The column the store assigns, or null. */
  readonly assigned: SqlColumn | null;
  /** The column of which SQLite would make up the value when it is null, though it is not assigned; or null. */
  readonly rowNumber: string | null;
  /** The columns of which the store has a value for rows that give none. */
  readonly byStore: readonly SqlColumn[];
  readonly #table: SqlTable;
  readonly #whole: RowWriter;
  readonly #partial: RowWriter;
  readonly #rest: readonly SqlColumn[];
  readonly #maker: RowMaker;
  readonly #made: Map<string, InsertStatement> = new Map();
  #decode: Decode | null = null;
  #given: InsertStatement | null = null;
  #assigning: InsertStatement | null = null;

  /** Prepares for a table. */
  constructor(table: SqlTable) {
    const { columns } = table;
    this.#table = table;
    this.byStore = columns.filter(({ column }) => column.byStore !== null);
    this.assigned = columns.find(({ column }) => column.autoIncrement) ?? null;
    this.#rest = columns.filter((column) => column !== this.assigned);
    this.#whole = new RowWriter(columns);
    this.#partial = new RowWriter(this.#rest);
    this.#maker = new RowMaker(columns.map(({ name }) => name), this.assigned?.name ?? null);
    const [key] = table.table.primaryKey.length === 1 ? table.table.primaryKey : [];
    const number = key !== undefined && (key.kind === "integer" || key.kind === "bigint") &&
      this.assigned === null;
    this.rowNumber = number ? key.name : null;
  }

  /** The statement for one row. */
  one(row: Readonly<Row>): InsertStatement {
    const { assigned } = this;
    if (assigned === null || (row[assigned.name] ?? null) !== null) {
      return this.#given ??= this.#write(1, "given");
    }
    return this.#assigning ??= this.#write(1, this.#numbers(false));
  }

  /** The statement for several rows. */
  many(rows: readonly Readonly<Row>[]): InsertStatement {
    const numbers = this.#numbersOf(rows);
    const key = `${numbers} ${rows.length}`;
    let made = this.#made.get(key);
    if (made === undefined) this.#made.set(key, made = this.#write(rows.length, numbers));
    return made;
  }

  /** The numbers that the rows of RETURNING hold. */
  numbers(rows: readonly unknown[]): unknown[] {
    const numbers = firstValues(rows);
    const decode = this.#decode ??= this.#decoder();
    return decode === null ? numbers : numbers.map(decode);
  }

  #decoder(): Decode | null {
    const { assigned } = this;
    const { dialect, driver } = this.#table.traits;
    const options = { driver, bigints: assigned?.kind === "bigint", checked: this.#table.storage.checked };
    return assigned === null ? null : dialect.decoder(assigned, options);
  }

  /** The row as it was stored. Its values are those that were given, which belong to the driver. */
  result(row: Readonly<Row>, number: unknown): Row {
    return this.#maker.make(row, number);
  }

  #numbersOf(rows: readonly Readonly<Row>[]): InsertStatement["numbers"] {
    const { assigned } = this;
    if (assigned === null) return "given";
    let absent = 0;
    for (const row of rows) if ((row[assigned.name] ?? null) === null) absent++;
    return absent === 0 ? "given" : this.#numbers(absent < rows.length);
  }

  /** One after another is certain only where no trigger can insert in between, and exact only below 2^53. */
  #numbers(mixed: boolean): InsertStatement["numbers"] {
    const { traits, storage } = this.#table;
    const told = traits.tellsRowNumber && !storage.triggers && this.assigned?.kind === "integer";
    return told && !mixed && this.#rest.length > 0 ? "last" : "returned";
  }

  #write(size: number, numbers: InsertStatement["numbers"]): InsertStatement {
    const { quoted, columns, traits } = this.#table;
    const all = numbers !== "last";
    const written = all ? columns : this.#rest;
    const names = written.map((column) => column.quoted).join(", ");
    const places = Array.from(
      { length: size },
      (_, row) =>
        `(${written.map((_, i) => traits.dialect.nextPlaceholder(row * written.length + i + 1)).join(", ")})`,
    );
    const sql = `INSERT INTO ${quoted} (${names}) VALUES ${places.join(", ")}`;
    const writer = all ? this.#whole : this.#partial;
    if (numbers !== "returned") return { query: query(sql, []), writer, numbers };
    const { name, kind, quoted: number } = this.assigned as SqlColumn;
    return {
      query: query(`${sql} RETURNING ${number}`, [name], { bigints: kind === "bigint" }),
      writer,
      numbers,
    };
  }
}

/** The values of rows of one column. */
function firstValues(rows: readonly unknown[]): unknown[] {
  const [first] = rows;
  if (first === undefined) return [];
  if (Array.isArray(first)) return rows.map((row) => (row as unknown[])[0]);
  const name = Object.keys(first as object)[0] as string;
  return rows.map((row) => (row as Row)[name]);
}
