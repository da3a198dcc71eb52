import type { AsyncPreparedQuery, QueryPlan } from "../../src/contract/mod.ts";
import type { Row } from "../../src/reference/mod.ts";
import type { Catalog } from "./catalog.ts";
import { findLookup, type Lookup } from "./lookup.ts";
import { countMatches, removeMatches, selectColumns, selectRows, updateMatches } from "./queries.ts";
import { readDirectly } from "./direct_read.ts";
import type { Store } from "./store.ts";
import type { StoredTable } from "./stored_table.ts";
import type { Work } from "./work.ts";

/** What a prepared query needs of the driver that runs it. */
export interface QueryRunner {
  /** The tables as they are known, for a read outside of a transaction; else null. */
  direct(): { readonly store: Store; readonly catalog: Catalog } | null;
  /** Runs something that only reads. */
  read<T>(run: (work: Work, table: StoredTable) => Promise<T>): Promise<T>;
  /** Runs a statement that writes. */
  write<T>(run: (work: Work, table: StoredTable) => Promise<T>): Promise<T>;
}

/** A query on a table. What it asks of the table is found out once, and again when the table has changed. */
export class PreparedQuery implements AsyncPreparedQuery {
  readonly #plan: QueryPlan;
  readonly #tableName: string;
  readonly #runner: QueryRunner;
  #table: StoredTable | null = null;
  #lookup: Lookup | null = null;

  /** Binds a plan to a table. */
  constructor(plan: QueryPlan, tableName: string, runner: QueryRunner) {
    this.#plan = plan;
    this.#tableName = tableName;
    this.#runner = runner;
  }

  /** The rows. */
  async all<T>(params: readonly unknown[]): Promise<T[]> {
    const { where, orderBy, limit, offset, select } = this.#plan;
    const found = await this.#direct(params);
    if (found !== undefined) return found === null ? [] : selectColumns<T>([found], select);
    const skip = offset === undefined ? 0 : params[offset] as number;
    const search = { where, params, orderBy, limit, offset: skip };
    return await this.#runner.read((work, table) => selectRows<T>(work, table, search, select));
  }

  /** The number of rows found, changed or removed. */
  async number(params: readonly unknown[]): Promise<number> {
    const { where, kind, set = [] } = this.#plan;
    const filter = { where, params };
    switch (kind) {
      case "count":
        return await this.#runner.read((work, table) => countMatches(work, table, filter));
      case "delete":
        return await this.#runner.write((work, table) => removeMatches(work, table, filter));
      default: {
        const values: Record<string, unknown> = {};
        for (const { column, slot } of set) values[column] = params[slot];
        return await this.#runner.write((work, table) => updateMatches(work, table, values, filter));
      }
    }
  }

  /** The row of a search by key, or null, as far as it can be told in the shortest way; else undefined. */
  #direct(params: readonly unknown[]): Promise<Row | null | undefined> | undefined {
    const known = this.#runner.direct();
    const table = known?.catalog.tables.get(this.#tableName);
    if (known === null || table === undefined) return undefined;
    if (table !== this.#table) {
      const { where, limit, offset } = this.#plan;
      this.#table = table;
      this.#lookup = limit === 0 || offset !== undefined ? null : findLookup(table, where);
    }
    return this.#lookup === null
      ? undefined
      : readDirectly(known.store, known.catalog, table, this.#lookup, params);
  }
}
