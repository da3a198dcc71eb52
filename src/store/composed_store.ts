import type { Maybe } from "../chain/chain.ts";
import type { GroupPlan, UpsertOptions } from "../contract/mod.ts";
import type { ReadFind } from "../query/find_options.ts";
import type { ReadWhere } from "../query/where_reader.ts";
import type { Table } from "../schema/table.ts";
import type { AnyDriver, AnyIterator, Row } from "./any_driver.ts";
import type { StoreContext } from "./store_context.ts";
import type { StoreIndex, StoreUpdate, TableStore } from "./table_store.ts";

/** A table of a driver that does less than everything. */
export class ComposedStore implements TableStore {
  constructor(_driver: AnyDriver, _database: string, _table: Table, _context: StoreContext) {
  }
  select(_find: ReadFind): Maybe<Row[]> {
    throw new Error();
  }
  iterate(_find: ReadFind): AnyIterator | null {
    return null;
  }
  count(_where: ReadWhere | null): Maybe<number> {
    throw new Error();
  }
  insert(_row: Row): Maybe<Row> {
    throw new Error();
  }
  insertAll(_rows: readonly Row[]): Maybe<Row[]> {
    throw new Error();
  }
  update(_update: StoreUpdate): Maybe<number> {
    throw new Error();
  }
  updateEach(_updates: readonly StoreUpdate[]): Maybe<number> {
    throw new Error();
  }
  delete(_where: ReadWhere | null): Maybe<number> {
    throw new Error();
  }
  upsert(_row: Row, _options: UpsertOptions): Maybe<Row> {
    throw new Error();
  }
  group(_plan: GroupPlan): Maybe<Row[]> {
    throw new Error();
  }
  explain(_find: ReadFind): Maybe<string[]> {
    throw new Error();
  }
  create(): Maybe<void> {
  }
  drop(): Maybe<void> {
  }
  createIndex(_index: StoreIndex): Maybe<void> {
  }
  dropIndex(_name: string): Maybe<void> {
  }
}
