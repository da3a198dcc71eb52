import { canGenerateCode } from "./code_generation.ts";
import { corruptValue } from "./corrupt_value.ts";
import type { SqlColumn } from "./sql_column.ts";
import type { Decode, DecoderOptions, SqlDialect } from "./sql_dialect.ts";

/** A row with native values. */
export type Row = Record<string, unknown>;
/** Makes rows of what an engine returned, in the same array. */
type DecodeRows = (rows: unknown[]) => Row[];

/** How rows come out of a store. */
export interface RowsOptions extends DecoderOptions {
  /** The form an engine's rows have. */
  readonly rows: "object" | "array";
}

/** Code is generated when this many rows have passed: before, it would cost more than it saves. */
const HOT_ROWS = 100;

/** Decodes the rows of one list of columns. */
export class RowsDecoder {
  readonly #names: readonly string[];
  readonly #decodes: readonly (Decode | null)[];
  readonly #form: "object" | "array";
  /** The columns that others may have stored null in, though their kind has none; null for none. */
  readonly #required: readonly SqlColumn[] | null;
  readonly #driver: string;
  #decode: DecodeRows;
  #left: number;

  /** Prepares for columns, in the order in which they come. */
  constructor(columns: readonly SqlColumn[], dialect: SqlDialect, options: RowsOptions) {
    this.#names = columns.map(({ name }) => name);
    this.#decodes = columns.map((column) => dialect.decoder(column, options));
    this.#form = options.rows;
    this.#driver = options.driver;
    const required = options.checked ? columns.filter(({ nullable }) => !nullable) : [];
    this.#required = required.length === 0 ? null : required;
    this.#decode = closureDecoder(this.#form, this.#names, this.#decodes);
    this.#left = canGenerateCode() ? HOT_ROWS : Infinity;
  }

  /** Makes rows of what the engine returned. The array and, where they are objects, the rows are changed in place. */
  decode(rows: unknown[]): Row[] {
    if (this.#left > 0 && (this.#left -= rows.length) <= 0) {
      this.#decode = generatedDecoder(this.#form, this.#names, this.#decodes);
    }
    const decoded = this.#decode(rows);
    if (this.#required !== null) this.#checkNull(decoded, this.#required);
    return decoded;
  }

  #checkNull(rows: readonly Row[], required: readonly SqlColumn[]): void {
    for (const row of rows) {
      for (const column of required) if (row[column.name] === null) corruptValue(column, this.#driver, null);
    }
  }
}

/** Decodes with loops over columns. */
function closureDecoder(
  form: "object" | "array",
  names: readonly string[],
  decodes: readonly (Decode | null)[],
): DecodeRows {
  const count = names.length;
  if (form === "array") {
    return (rows) => {
      for (let i = 0; i < rows.length; i++) {
        const values = rows[i] as unknown[];
        const row: Row = {};
        for (let c = 0; c < count; c++) {
          const value = values[c];
          const decode = decodes[c] as Decode | null;
          row[names[c] as string] = value === null || decode === null ? value : decode(value);
        }
        rows[i] = row;
      }
      return rows as Row[];
    };
  }
  const patched = names.map((name, i) => [name, decodes[i] as Decode] as const).filter(([, decode]) =>
    decode !== null
  );
  return (rows) => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as Row;
      for (let c = 0; c < patched.length; c++) {
        const [name, decode] = patched[c] as readonly [string, Decode];
        const value = row[name];
        if (value !== null) row[name] = decode(value);
      }
    }
    return rows as Row[];
  };
}

/** Decodes with code made for these columns. Names enter it only as JSON texts, which are string literals. */
function generatedDecoder(
  form: "object" | "array",
  names: readonly string[],
  decodes: readonly (Decode | null)[],
): DecodeRows {
  const body = form === "array" ? arrayCode(names, decodes) : objectCode(names, decodes);
  if (body === "") return (rows) => rows as Row[];
  const constants = decodes.map((_, i) => `d${i} = decodes[${i}]`).join(", ");
  const code = `"use strict"; const ${constants};
return (rows) => { for (let i = 0; i < rows.length; i++) { const r = rows[i]; let v; ${body} } return rows; };`;
  return new Function("decodes", code)(decodes) as DecodeRows;
}

function objectCode(names: readonly string[], decodes: readonly (Decode | null)[]): string {
  return names.map((name, i) => {
    const key = JSON.stringify(name);
    return decodes[i] === null ? "" : `if ((v = r[${key}]) !== null) r[${key}] = d${i}(v);`;
  }).join("");
}

function arrayCode(names: readonly string[], decodes: readonly (Decode | null)[]): string {
  const members = names.map((name, i) => {
    const value = decodes[i] === null ? `r[${i}]` : `(v = r[${i}]) === null ? null : d${i}(v)`;
    return `${JSON.stringify(name)}: ${value}`;
  });
  return `rows[i] = { ${members.join(", ")} };`;
}
