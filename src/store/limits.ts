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

/** What to do where a limit is exceeded. */
const REMEDIES: Readonly<Record<keyof DriverLimits, string>> = {
  batchRows: "make several calls of fewer items",
  valueBytes: "use a shorter value, or keep it elsewhere",
  rowBytes: "keep large values in several rows or elsewhere",
};

const encoder = new TextEncoder();

/**
 * Refuses rows that are larger than a driver's store takes.
 *
 * @throws {ValidationError} Naming the limit, before anything is written.
 */
export function checkLimits({ name, limits }: LimitedDriver, table: Table, rows: readonly Row[]): void {
  const { valueBytes = Infinity, rowBytes = Infinity, batchRows = Infinity } = limits;
  const refuse = (reason: string, limit: keyof DriverLimits, columns: readonly string[]): never => {
    const [most, remedy] = [limits[limit], REMEDIES[limit]];
    throw new ValidationError(
      `Cannot write to \`${table.name}\`: ${reason}, and driver ${name} takes at most ${most} (${limit}); ${remedy}`,
      { code: "LIMIT_EXCEEDED", driver: name, table: table.name, columns },
    );
  };
  if (rows.length > batchRows) refuse(`the call has ${rows.length} items`, "batchRows", []);
  if (valueBytes === Infinity && rowBytes === Infinity) return;
  for (const row of rows) {
    let total = 0;
    for (const column of Object.keys(row)) {
      const size = sizeOf(row[column]);
      if (size > valueBytes && !isFixed(row[column])) {
        refuse(`column \`${column}\` has ${size} bytes`, "valueBytes", [column]);
      }
      total += size;
    }
    if (total > rowBytes) refuse(`a row has ${total} bytes`, "rowBytes", []);
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
