import type { TableSchema } from "../contract/mod.ts";
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
  const [before, now] = [stored, wanted].map((schema) => new Table(place.table, storageSchema(schema)));
  const differences = schemaDifferences(before as Table, now as Table);
  if (differences.length > 0) throw schemaMismatch(place, differences);
}
