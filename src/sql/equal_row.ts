import { chain, type Maybe } from "../chain/chain.ts";
import { UniqueConstraintError } from "../errors/mod.ts";
import { type AnySession, query } from "./any_engine.ts";
import type { Row } from "./rows_decoder.ts";
import type { SqlColumn } from "./sql_column.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlTable } from "./sql_table.ts";
import type { Failed } from "./statement_error.ts";

/**
 * Finds the first unique key that an inserted row violates, in the order of the schema: when it violates several, stores
 * differ in which they report. Null when what the store reported will do.
 */
export function findEqualRow(
  database: SqlDatabase,
  session: AnySession,
  { table, attempt, inserted }: Failed,
  cause: unknown,
): Maybe<UniqueConstraintError | null> {
  const keys = uniqueKeys(table);
  if (inserted === undefined || keys.length < 2) return null;
  const earlier = keys.map(() => new Set<string>());
  const candidates = inserted.flatMap((row) =>
    keys.map((key, i) => ({ row, key, seen: earlier[i] as Set<string> }))
  );
  const from = (start: number): Maybe<UniqueConstraintError | null> => {
    const candidate = candidates[start];
    if (candidate === undefined) return null;
    const { row, key, seen } = candidate;
    const values = keyValues(key, row);
    if (values === null) return from(start + 1);
    const text = JSON.stringify(values, (_, value) => typeof value === "bigint" ? String(value) : value);
    return chain(seen.has(text) || isStored(table, session, key, values), (found) => {
      seen.add(text);
      return found ? equalError(database, table, attempt, key, cause) : from(start + 1);
    });
  };
  return from(0);
}

/** The primary key, then the unique columns. */
function uniqueKeys({ table, columns }: SqlTable): readonly (readonly SqlColumn[])[] {
  const unique = columns.filter(({ column }) =>
    column.unique && !(column.primaryKey && table.primaryKey.length === 1)
  );
  return [columns.filter(({ column }) => column.primaryKey), ...unique.map((column) => [column])];
}

/** The encoded values of a key, or null when one of them is null, which is equal to nothing. */
function keyValues(key: readonly SqlColumn[], row: Readonly<Row>): unknown[] | null {
  const values: unknown[] = [];
  for (const { name, encode } of key) {
    const value = row[name] ?? null;
    if (value === null) return null;
    values.push(encode === null ? value : encode(value));
  }
  return values;
}

function isStored(
  table: SqlTable,
  session: AnySession,
  key: readonly SqlColumn[],
  values: readonly unknown[],
): Maybe<boolean> {
  const { dialect } = table.traits;
  const where = key.map(({ quoted }, i) => `${quoted} = ${dialect.placeholder(i + 1)}`).join(" AND ");
  const sql = `SELECT 1 AS n FROM ${table.quoted} WHERE ${where}`;
  return chain(session.all(query(sql, ["n"]), values), (rows) => rows.length > 0);
}

function equalError(
  database: SqlDatabase,
  table: SqlTable,
  attempt: string,
  key: readonly SqlColumn[],
  cause: unknown,
): UniqueConstraintError {
  const columns = key.map(({ name }) => name);
  return new UniqueConstraintError(
    `Cannot ${attempt} \`${table.name}\`: another row has the same ${
      columns.map((name) => `\`${name}\``).join(", ")
    }; ` +
      "use another value, or change that row",
    { driver: database.driver, table: table.name, columns, cause },
  );
}
