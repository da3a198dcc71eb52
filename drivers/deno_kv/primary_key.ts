import { ValidationError } from "../../src/errors/mod.ts";
import { describeKind, describeValue } from "../../src/schema/describe_value.ts";
import type { Row } from "../../src/reference/mod.ts";
import type { Column } from "../../src/schema/column.ts";
import type { Place } from "./key.ts";
import { NAME } from "./limits.ts";
import type { StoredTable } from "./stored_table.ts";

/**
 * Where the row with a primary key is.
 *
 * @param key The value, or an object when the key has several columns.
 * @throws {ValidationError} When it does not fit.
 */
export function rowAt(table: StoredTable, key: unknown): Place {
  const { primaryKey, name } = table.table;
  const single = primaryKey.length === 1;
  const values: Record<string, unknown> = {};
  for (const column of primaryKey) {
    const value = single ? key : valueOf(key, column);
    if (value === undefined || value === null) {
      throw new ValidationError(
        `Cannot find ${
          column.sensitive ? describeKind(key) : describeValue(key)
        } in \`${name}\`: its key has \`${column.name}\``,
        {
          code: "INVALID_KEY",
          driver: NAME,
          table: name,
          columns: primaryKey.map((each) => each.name),
        },
      );
    }
    values[column.name] = column.accept(value);
  }
  return table.rowPlace(values as Row);
}

function valueOf(key: unknown, { name }: Column): unknown {
  return typeof key === "object" && key !== null && Object.hasOwn(key, name) ? (key as Row)[name] : undefined;
}
