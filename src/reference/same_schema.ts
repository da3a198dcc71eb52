import type { SchemaDifference, TableSchema } from "../contract/mod.ts";
import { schemaMismatch, type TablePlace } from "../schema/schema_mismatch.ts";
import { Table } from "../schema/table.ts";
import { schemaDifferences } from "./schema_difference.ts";
import { storageSchema } from "./storage_schema.ts";

export type { TablePlace };

/**
 * Checks that a table which exists can serve a schema: what the `createTable` of a driver does with one. Names of the same
 * type, such as TEXT and STRING, are equal, and so is what only the model uses.
 *
 * @param stored The schema the table was made with, as `createTable` was given it.
 * @param wanted The schema `createTable` is given now.
 * @throws {ValidationError} When they differ, with the differences (`SCHEMA_MISMATCH`).
 *
 * @example
 * ```ts
 * import { requireSameSchema, type TableSchema } from "@rinari/orm";
 *
 * const stored: TableSchema = { id: { type: "INTEGER", primaryKey: true }, name: { type: "TEXT" } };
 * const wanted: TableSchema = { id: { type: "INTEGER", primaryKey: true }, name: { type: "STRING" } };
 * requireSameSchema(stored, wanted, { driver: "folder", database: "app", table: "users" });
 * ```
 */
export function requireSameSchema(stored: TableSchema, wanted: TableSchema, place: TablePlace): void {
  const differences = differencesOf(place.table, stored, wanted);
  if (differences.length > 0) throw schemaMismatch(place, differences, new Table(place.table, wanted));
}

/**
 * In what a table that exists is not what a schema says: what the `differences` of a driver gives.
 *
 * @param table The table's name.
 * @param stored The schema the table was made with, as `createTable` was given it.
 * @param wanted The schema that is asked for.
 * @returns The differences; none when the table can serve the schema.
 *
 * @example
 * ```ts
 * import { differencesOf, type TableSchema } from "@rinari/orm";
 *
 * const stored: TableSchema = { id: { type: "INTEGER", primaryKey: true } };
 * const wanted: TableSchema = { id: { type: "INTEGER", primaryKey: true }, name: { type: "TEXT" } };
 * const [difference] = differencesOf("users", stored, wanted);
 * console.log(difference?.kind, difference?.columns.join(), difference?.wanted); // absent name TEXT, nullable
 * ```
 */
export function differencesOf(table: string, stored: TableSchema, wanted: TableSchema): SchemaDifference[] {
  const [before, now] = [stored, wanted].map((schema) => new Table(table, storageSchema(schema)));
  return schemaDifferences(before as Table, now as Table);
}
