import { chain, type Maybe } from "../chain/chain.ts";
import { ValidationError } from "../errors/mod.ts";
import { type AnySession, query } from "./any_engine.ts";
import { columnList } from "./compiled_query.ts";
import { RowWriter } from "./row_writer.ts";
import type { Row } from "./rows_decoder.ts";
import type { SqlTable } from "./sql_table.ts";

/** Stores a row without the columns that the store gives their values, and gives it as it is then. */
export function insertGiven(table: SqlTable, session: AnySession, row: Readonly<Row>): Maybe<Row> {
  const { columns, quoted, traits: { dialect } } = table;
  const { assigned, byStore } = table.inserts;
  const given = columns.filter((column) => {
    const value = row[column.name];
    if (column === assigned) return value !== undefined && value !== null;
    return value !== undefined || !byStore.includes(column);
  });
  const places = given.map((_, i) => dialect.nextPlaceholder(i + 1)).join(", ");
  const values = given.length === 0 ? "DEFAULT VALUES" : `(${columnList(given)}) VALUES (${places})`;
  const statement = query(
    `INSERT INTO ${quoted} ${values} RETURNING ${columnList(columns)}`,
    columns.map(({ name }) => name),
    // What an engine refuses to round it would refuse after the row was stored.
    { bigints: true },
  );
  return chain(
    session.all(statement, new RowWriter(given).values(row)),
    (rows) => table.bigintDecoder(undefined).decode(rows)[0] as Row,
  );
}

/**
 * Refuses to make a table that others make: nothing here says what the store computes.
 *
 * @throws {ValidationError} Naming the columns.
 */
export function refuseToMake(
  { name, columns: all, inserts: { byStore }, traits: { driver } }: SqlTable,
): void {
  const letters = all.find(({ stored }) => stored === "letters");
  if (letters !== undefined) {
    throw new ValidationError(
      `Cannot make table \`${name}\`: \`${letters.name}\` is to have letters, which only tables of others have; leave \`stored\` away`,
      { code: "INVALID_SCHEMA", driver, table: name, columns: [letters.name] },
    );
  }
  if (byStore.length === 0) return;
  const columns = byStore.map((column) => column.name);
  throw new ValidationError(
    `Cannot make table \`${name}\`: the store is to give ${
      columns.map((column) => `\`${column}\``).join(", ")
    } their values, which only a table that is there can say; make it with SQL by hand, or leave \`generated\` and ` +
      '`default: "store"` away',
    { code: "INVALID_SCHEMA", driver, table: name, columns },
  );
}
