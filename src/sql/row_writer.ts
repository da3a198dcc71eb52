import { canGenerateCode } from "./code_generation.ts";
import type { Row } from "./rows_decoder.ts";
import type { SqlColumn } from "./sql_column.ts";
import type { Encode } from "./sql_dialect.ts";

/** Puts a row's values, encoded, into a list from an index on. */
type WriteValues = (values: unknown[], at: number, row: Readonly<Row>) => void;
/** Makes the row as it was stored; the number is undefined when the row has it already. */
type MakeRow = (row: Readonly<Row>, number: unknown) => Row;

/** Code is generated when this many rows have passed: before, it would cost more than it saves. */
const HOT_ROWS = 100;

/** Writes rows of one list of columns. */
export class RowWriter {
  readonly #columns: readonly SqlColumn[];
  #write: WriteValues;
  #left: number;

  /** Prepares for columns, in the order in which their values are bound. */
  constructor(columns: readonly SqlColumn[]) {
    this.#columns = columns;
    this.#write = closureWriter(columns);
    this.#left = canGenerateCode() ? HOT_ROWS : Infinity;
  }

  /** How many values a row has. */
  get width(): number {
    return this.#columns.length;
  }

  /** The values of one row. */
  values(row: Readonly<Row>): unknown[] {
    const values = new Array<unknown>(this.#columns.length);
    this.write(values, 0, row);
    return values;
  }

  /** Puts the values of a row into a list. */
  write(values: unknown[], at: number, row: Readonly<Row>): void {
    if (this.#left > 0 && --this.#left <= 0) this.#write = generatedWriter(this.#columns);
    this.#write(values, at, row);
  }
}

/** Makes the rows that an insert returns. */
export class RowMaker {
  readonly #names: readonly string[];
  readonly #assigned: string | null;
  #make: MakeRow;
  #left: number;

  /** Prepares for a table's columns, of which one is possibly assigned by the store. */
  constructor(names: readonly string[], assigned: string | null) {
    this.#names = names;
    this.#assigned = assigned;
    this.#make = closureMaker(names, assigned);
    this.#left = canGenerateCode() ? HOT_ROWS : Infinity;
  }

  /** The row as it was stored. Its values are those that were given, which belong to the driver. */
  make(row: Readonly<Row>, number: unknown): Row {
    if (this.#left > 0 && --this.#left <= 0) this.#make = generatedMaker(this.#names, this.#assigned);
    return this.#make(row, number);
  }
}

/** Writes values with a loop over columns. */
function closureWriter(columns: readonly SqlColumn[]): WriteValues {
  return (values, at, row) => {
    for (let i = 0; i < columns.length; i++) {
      const { name, encode } = columns[i] as SqlColumn;
      const value = row[name];
      values[at + i] = value === null || value === undefined ? null : encode === null ? value : encode(value);
    }
  };
}

/** Writes values with code made for these columns. Names enter it only as JSON texts, which are string literals. */
function generatedWriter(columns: readonly SqlColumn[]): WriteValues {
  const encodes = columns.map(({ encode }) => encode);
  const body = columns.map(({ name, encode }, i) => {
    const encoded = encode === null ? "v" : `e${i}(v)`;
    return `values[at + ${i}] = (v = row[${
      JSON.stringify(name)
    }]) === null || v === undefined ? null : ${encoded};`;
  });
  const constants = encodes.map((_: Encode | null, i) => `e${i} = encodes[${i}]`).join(", ");
  const code = `"use strict"; const ${constants}; return (values, at, row) => { let v; ${body.join(" ")} };`;
  return new Function("encodes", code)(encodes) as WriteValues;
}

/** Makes rows with a loop over columns. */
function closureMaker(names: readonly string[], assigned: string | null): MakeRow {
  return (row, number) => {
    const made: Row = {};
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string;
      made[name] = name === assigned && number !== undefined ? number : row[name] ?? null;
    }
    return made;
  };
}

/** Makes rows with code made for these columns. */
function generatedMaker(names: readonly string[], assigned: string | null): MakeRow {
  const members = names.map((name) => {
    const key = JSON.stringify(name);
    const value = `row[${key}] ?? null`;
    return `${key}: ${name === assigned ? `number === undefined ? ${value} : number` : value}`;
  });
  return new Function("row", "number", `"use strict"; return { ${members.join(", ")} };`) as MakeRow;
}
