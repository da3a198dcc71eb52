import type { AsyncPreparedQuery, QueryPlan } from "../../src/contract/mod.ts";
import { type Change, changeOf } from "./change.ts";
import type { Direct } from "./direct.ts";
import { changeDirectly } from "./direct_write.ts";
import { findLookup, type Lookup, lookupPlace } from "./lookup.ts";
import { countMatches, removeMatches, selectColumns, selectRows, updateMatches } from "./queries.ts";
import { readDirectly } from "./direct_read.ts";
import type { StoredTable } from "./stored_table.ts";
import type { Work } from "./work.ts";

/** What a prepared query needs of the driver that runs it. */
export interface QueryRunner {
  /** What a query outside of a transaction can use without more ado; else null. */
  direct(): Direct | null;
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
    const direct = this.#runner.direct();
    const table = this.#tableOf(direct);
    if (direct !== null && table !== null && this.#lookup !== null) {
      const found = await readDirectly(direct, table, this.#lookup, params);
      if (found !== undefined) return found === null ? [] : selectColumns<T>([found], select);
    }
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
        if (await this.#changeDirectly(params, null)) return 1;
        return await this.#runner.write((work, table) => removeMatches(work, table, filter));
      default: {
        const change = changeOf(set, params);
        if (await this.#changeDirectly(params, change)) return 1;
        return await this.#runner.write((work, table) => updateMatches(work, table, change, filter));
      }
    }
  }

  /** Changes the row with a key, or removes it, in the shortest way. @returns Whether that was possible. */
  async #changeDirectly(params: readonly unknown[], change: Change | null): Promise<boolean> {
    const direct = this.#runner.direct();
    const table = this.#tableOf(direct);
    const lookup = this.#lookup;
    if (direct === null || table === null || lookup === null || lookup.index !== null) return false;
    const place = lookupPlace(table, lookup, params);
    return place !== null && await changeDirectly(direct, table, place, change);
  }

  /** The table, and whether the query is a lookup in it. */
  #tableOf(direct: Direct | null): StoredTable | null {
    const table = direct?.catalog.tables.get(this.#tableName) ?? null;
    if (table !== null && table !== this.#table) {
      const { where, limit, offset } = this.#plan;
      this.#table = table;
      this.#lookup = limit === 0 || offset !== undefined ? null : findLookup(table, where);
    }
    return table;
  }
}
