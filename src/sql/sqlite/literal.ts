import { ValidationError } from "../../errors/mod.ts";
import { describeValue } from "../../schema/describe_value.ts";
import { isStorableText } from "../../schema/json_value.ts";
import { toHex } from "../hex.ts";

/**
 * Writes an encoded value as SQL text. Only for DEFAULT and the condition of an index, which take no parameters: everywhere
 * else values are bound.
 *
 * @throws {ValidationError} When it is no value SQLite stores.
 */
export function sqliteLiteral(value: unknown): string {
  switch (typeof value) {
    case "string":
      if (isStorableText(value)) return `'${value.replaceAll("'", "''")}'`;
      break;
    case "bigint":
      // The least integer has no literal: SQLite reads a minus and a number that is one too large.
      return value === -(2n ** 63n) ? "(-9223372036854775807 - 1)" : String(value);
    case "number":
      if (Number.isInteger(value) && Number.isSafeInteger(value)) return String(value);
      if (Number.isFinite(value)) return value.toExponential();
      break;
    case "boolean":
      return value ? "1" : "0";
  }
  if (value === null) return "NULL";
  if (value instanceof Uint8Array) return `x'${toHex(value)}'`;
  throw new ValidationError(
    `Cannot write ${describeValue(value)} into a statement: it is no value SQLite stores`,
    {
      code: "INVALID_VALUE",
    },
  );
}
