import { CorruptValueError } from "../errors/mod.ts";
import { describeKind, describeValue } from "../schema/describe_value.ts";
import type { SqlColumnDescription } from "./sql_description.ts";

/**
 * Throws the error for a stored value that its column cannot hold.
 *
 * @param advice What to do about it, when there is more to say than to repair the value.
 * @throws {CorruptValueError} Always, with code `CORRUPT_VALUE`.
 */
export function corruptValue(
  column: SqlColumnDescription,
  driver: string,
  value: unknown,
  advice?: string,
): never {
  const beyond = column.kind === "integer" && (typeof value === "bigint" || Number.isInteger(value));
  const shown = beyond && typeof value === "number"
    ? "an integer beyond what a number holds exactly"
    : column.sensitive === true
    ? describeKind(value)
    : describeValue(value);
  const repair = advice ??
    (beyond ? "declare the column with `bigint: true`, or repair the value" : "repair the value");
  throw new CorruptValueError(
    `Cannot read column \`${column.name}\` (${column.type}) of \`${column.table}\`: the store holds ${shown}, which is no ` +
      `${column.type}; ${repair}`,
    { code: "CORRUPT_VALUE", driver, table: column.table, columns: [column.name] },
  );
}
