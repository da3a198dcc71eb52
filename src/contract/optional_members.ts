import type { SyncDriver } from "./sync_driver.ts";

type Optional = {
  [Name in keyof SyncDriver]-?: undefined extends SyncDriver[Name] ? Name : never;
}[keyof SyncDriver];

const MEMBERS: Readonly<Record<Optional, true>> = {
  createTableWithIndexes: true,
  aggregate: true,
  begin: true,
  prepare: true,
  iterate: true,
  upsert: true,
  group: true,
  explain: true,
  introspect: true,
  differences: true,
  alterTable: true,
  suspendReferences: true,
  dataVersion: true,
  indexes: true,
  useView: true,
  copyDatabase: true,
  query: true,
};

/** The members that a driver may leave out. */
export const OPTIONAL_MEMBERS: readonly string[] = Object.keys(MEMBERS);
