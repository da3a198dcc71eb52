import type { Maybe } from "../chain/chain.ts";
import type { QueryPlan } from "../contract/mod.ts";
import { type AnyPreparedSql, PreparedSql } from "./prepared_sql.ts";
import type { Row } from "./rows_decoder.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlTable } from "./sql_table.ts";

/** A query that looks at other tables too: it is compiled anew when one of them is not what it was. */
export class RelatedSql implements AnyPreparedSql {
  readonly #database: SqlDatabase;
  readonly #table: string;
  readonly #plan: QueryPlan;
  #prepared: PreparedSql;

  /** Compiles a plan. */
  constructor(database: SqlDatabase, table: SqlTable, plan: QueryPlan) {
    this.#database = database;
    this.#table = table.name;
    this.#plan = plan;
    this.#prepared = new PreparedSql(database, table, plan);
  }

  /** The rows. */
  all(params: readonly unknown[]): Maybe<Row[]> {
    return this.#current().all(params);
  }

  /** The number of rows. */
  number(params: readonly unknown[]): Maybe<number> {
    return this.#current().number(params);
  }

  #current(): PreparedSql {
    if (!this.#prepared.stale) return this.#prepared;
    const table = this.#database.table(this.#table);
    return this.#prepared = new PreparedSql(this.#database, table, this.#plan);
  }
}
