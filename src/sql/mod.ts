/**
 * For authors of drivers: a whole driver made of a small SQL engine.
 *
 * @example
 * ```ts
 * import { ORM } from "@rinari/orm";
 * import { sqlDriver, type SyncSqlProvider } from "@rinari/orm/sql";
 *
 * const driverOf = (provider: SyncSqlProvider) => sqlDriver(provider);
 * const open = (provider: SyncSqlProvider) => new ORM({ driver: driverOf(provider) });
 * console.log(typeof open);
 * ```
 *
 * @module
 */
export { AsyncSqlDriver, sqlDriver, SyncSqlDriver } from "./sql_driver.ts";
export type { AsyncSqlProvider, GivenClient, SyncSqlProvider } from "./sql_provider.ts";
export type { Waiting } from "../transaction/waiting.ts";
export type {
  AsyncSqlEngine,
  AsyncSqlSession,
  AsyncSqlTransaction,
  SqlChanges,
  SqlEngineTraits,
  SqlLanguage,
  SqlQuery,
  SqlResult,
  SqlRows,
  SqlStatement,
  SyncSqlEngine,
  SyncSqlSession,
  SyncSqlTransaction,
} from "./sql_engine.ts";
export type { SqlFailure, SqlFailureKind } from "./sql_failure.ts";
export { query as sqlQuery } from "./any_engine.ts";
export type {
  AsyncSqlDialect,
  ColumnForm,
  Decode,
  DecoderOptions,
  Encode,
  EqualForm,
  KindEncoding,
  NoValueSQL,
  Operand,
  SqlExpressions,
  SqlGrammar,
  SqlPlace,
  SqlRaw,
  TextOperator,
  TupleColumn,
} from "./sql_dialect.ts";
export type {
  AsyncSqlCatalog,
  IndexParts,
  Referrer,
  StoredColumn,
  StoredIndex,
  StoredReference,
  StoredTable,
} from "./sql_catalog.ts";
export type {
  ColumnKind,
  SqlColumnDescription,
  SqlIndexDescription,
  SqlTableDescription,
} from "./sql_description.ts";
export { toHex } from "./hex.ts";
export { sqliteDecoder } from "./sqlite/decoder.ts";
export { sqliteEncoding } from "./sqlite/encoding.ts";
export { writeISODate, writeISODateTime, writeSQLDateTime } from "../schema/dates.ts";
export { corruptValue } from "./corrupt_value.ts";
export { sqliteCode } from "./sqlite/code.ts";
export { sqlite } from "./sqlite/dialect.ts";
export { SqliteEngine } from "./sqlite/engine.ts";
export type { OpenedClient } from "./sqlite/client.ts";
export type { SQLiteOptions } from "./sqlite/options.ts";
export type { SqliteHandle } from "./sqlite/pragmas.ts";
export { sqliteProvider } from "./sqlite/provider.ts";
export type { SqliteLibrary, SqliteUse } from "./sqlite/provider.ts";
export { sqliteFailure } from "./sqlite/failure.ts";
export { sqliteNumbered } from "./sqlite/numbered.ts";
export { claimFile } from "./sqlite/open_files.ts";
