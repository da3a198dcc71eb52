import type { DriverLimits } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import type { Table } from "../schema/table.ts";
import type { Row } from "./any_driver.ts";

/** What rows are checked against: a driver's limits, with its name for messages. */
export interface LimitedDriver {
  /** The driver's name. */
  readonly name: string;
  /** Its limits. */
  readonly limits: DriverLimits;
}

const encoder = new TextEncoder();

/**
 * Refuses rows that are larger than a driver's store takes.
 *
 * @throws {ValidationError} Naming the limit, before anything is written.
 */
export function checkLimits({ name, limits }: LimitedDriver, table: Table, rows: readonly Row[]): void {
  const { valueBytes = Infinity, rowBytes = Infinity, batchRows = Infinity } = limits;
  const refuse = (
    what: string,
    size: number,
    limit: string,
    most: number,
    columns: readonly string[],
  ): never => {
    throw new ValidationError(
      `Cannot write to \`${table.name}\`: ${what} has ${size}, and driver ${name} takes at most ${most} (${limit})`,
      { code: "LIMIT_EXCEEDED", driver: name, table: table.name, columns },
    );
  };
  if (rows.length > batchRows) refuse("the call", rows.length, "batchRows", batchRows, []);
  if (valueBytes === Infinity && rowBytes === Infinity) return;
  for (const row of rows) {
    let total = 0;
    for (const column of Object.keys(row)) {
      const size = sizeOf(row[column]);
      if (size > valueBytes && !isFixed(row[column])) {
        refuse(`column \`${column}\``, size, "valueBytes", valueBytes, [column]);
      }
      total += size;
    }
    if (total > rowBytes) refuse("a row", total, "rowBytes", rowBytes, []);
  }
}

/** The bytes of a value: exact for text and bytes, what JSON needs for the rest. */
function sizeOf(value: unknown): number {
  if (isFixed(value)) return 8;
  if (typeof value === "string") return encoder.encode(value).length;
  return value instanceof Uint8Array ? value.length : encoder.encode(JSON.stringify(value)).length;
}

/** Whether a value has the same size whatever it is. */
function isFixed(value: unknown): boolean {
  return value === null || (typeof value !== "string" && typeof value !== "object") || value instanceof Date;
}
