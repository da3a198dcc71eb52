import type { NativeType } from "../contract/mod.ts";
import type { Column } from "../schema/column.ts";
import type { Table } from "../schema/table.ts";
import type { Row } from "./any_driver.ts";
import { brokenPromise, type DriverCall } from "./broken_promise.ts";
import { isNative, type ValueCodec, valueCodec } from "./value_codec.ts";

/** How the rows of a table are handed to a driver and taken back. */
export class RowCodec {
  readonly #table: Table;
  readonly #call: DriverCall;
  readonly #codecs: ReadonlyMap<string, readonly [Column, ValueCodec]>;
  /** Whether the driver is given every value as it is. */
  readonly native: boolean;

  /** Makes the codecs of a table's columns. */
  constructor(table: Table, driver: string, declared: readonly NativeType[]) {
    this.#table = table;
    this.#call = { driver, table: table.name };
    this.native = table.columns.every((column) => isNative(column, declared));
    this.#codecs = new Map(
      table.columns.map((column) => [column.name, [column, valueCodec(column, declared)]]),
    );
  }

  /** How a column's values are handed over. */
  column(name: string): ValueCodec {
    return this.#of(name)[1];
  }

  /** What a driver is given for a column's value. */
  encodeValue(name: string, value: unknown): unknown {
    return value === null || value === undefined ? null : this.column(name).encode(value);
  }

  /** What a driver is given for the columns that a row has. */
  encode(row: Row): Row {
    const encoded: Row = {};
    for (const name of Object.keys(row)) encoded[name] = this.encodeValue(name, row[name]);
    return encoded;
  }

  /**
   * The native values of what a driver returned; what is no column is left behind.
   *
   * @throws {RinariError} When a value is not of its column's form (`DRIVER_CONTRACT`).
   */
  decode(method: string, stored: unknown, columns?: readonly string[]): Row {
    if (typeof stored !== "object" || stored === null || Array.isArray(stored)) {
      throw brokenPromise(this.#call, method, stored, "a row, which is a plain object,");
    }
    const row: Row = {};
    const names = columns ?? this.#table.columns.map(({ name }) => name);
    for (const name of names) row[name] = this.decodeValue(method, name, ownValue(stored, name));
    return row;
  }

  /**
   * The native value of what a driver returned for a column.
   *
   * @throws {RinariError} When it is not of the column's form (`DRIVER_CONTRACT`).
   */
  decodeValue(method: string, name: string, stored: unknown): unknown {
    const [column, { decode, form }] = this.#of(name);
    if (stored === null || stored === undefined) {
      if (column.nullable) return null;
      throw brokenPromise(this.#call, method, stored, form, [name]);
    }
    const value = decode(stored);
    if (value === undefined) {
      throw brokenPromise(this.#call, method, stored, form, [name], (value) => column.show(value));
    }
    return value;
  }

  #of(name: string): readonly [Column, ValueCodec] {
    return this.#codecs.get(name) as readonly [Column, ValueCodec];
  }
}

/** A row's own value of a column, so that a column called `constructor` is not found where it is absent. */
function ownValue(row: object, name: string): unknown {
  return Object.hasOwn(row, name) ? (row as Row)[name] : undefined;
}
