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
export { sqliteDecoder } from "./sqlite_decoder.ts";
export { sqliteEncoding } from "./sqlite_encoding.ts";
export { writeISODate, writeISODateTime, writeSQLDateTime } from "../schema/dates.ts";
export { corruptValue } from "./corrupt_value.ts";
export { sqliteCode } from "./sqlite_code.ts";
export { sqlite } from "./sqlite_dialect.ts";
export { SqliteEngine } from "./sqlite_engine.ts";
export type { OpenedClient } from "./sqlite_client.ts";
export type { SQLiteOptions } from "./sqlite_options.ts";
export type { SqliteHandle } from "./sqlite_pragmas.ts";
export { sqliteProvider } from "./sqlite_provider.ts";
export type { SqliteLibrary, SqliteUse } from "./sqlite_provider.ts";
export { sqliteFailure } from "./sqlite_failure.ts";
export { sqliteNumbered } from "./sqlite_numbered.ts";
export { claimFile } from "./open_files.ts";
