import { RinariError } from "../errors/mod.ts";
import { describeValue } from "../schema/describe_value.ts";

/** Where a driver was asked for something. */
export interface DriverCall {
  /** The driver's name. */
  readonly driver: string;
  /** The table. */
  readonly table: string;
}

/** A driver returned something that its contract does not allow. */
export function brokenPromise(
  call: DriverCall,
  method: string,
  returned: unknown,
  needed: string,
  columns: readonly string[] = [],
  show: (value: unknown) => string = describeValue,
): RinariError {
  const where = columns.length === 0 ? "" : ` of column ${columns.map((name) => `\`${name}\``).join(", ")}`;
  return new RinariError(
    `Cannot use what driver ${call.driver} returned from \`${method}\` on \`${call.table}\`: ${needed} is needed${where}, ` +
      `not ${show(returned)}; mend the driver, or declare what it stores in \`metadata.capabilities\``,
    { code: "DRIVER_CONTRACT", driver: call.driver, table: call.table, columns },
  );
}

/** Checks a number of rows that a driver returned. */
export function rowCount(call: DriverCall, method: string, returned: unknown): number {
  if (Number.isSafeInteger(returned) && (returned as number) >= 0) return returned as number;
  throw brokenPromise(call, method, returned, "the number of rows that match");
}
