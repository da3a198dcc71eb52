import type { Maybe } from "../chain/chain.ts";
import type { QueryPlan } from "../contract/mod.ts";
import { type CompiledQuery, compiledQuery } from "./compiled_query.ts";
import { type AnyPreparedSql, PreparedSql } from "./prepared_sql.ts";
import type { Row } from "./rows_decoder.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlTable } from "./sql_table.ts";

/** A query that looks at other tables too: it is compiled anew when one of them is not what it was. */
export class RelatedSql implements AnyPreparedSql {
  readonly #database: SqlDatabase;
  readonly #plan: QueryPlan;
  #table: SqlTable;
  #compiled: CompiledQuery;
  #prepared: PreparedSql;

  /** Compiles a plan. */
  constructor(database: SqlDatabase, table: SqlTable, plan: QueryPlan) {
    this.#database = database;
    this.#plan = plan;
    this.#table = table;
    this.#compiled = compiledQuery(table, plan);
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
    if (!this.#table.live) this.#table = this.#database.table(this.#table.name);
    const compiled = compiledQuery(this.#table, this.#plan);
    if (compiled === this.#compiled) return this.#prepared;
    this.#compiled = compiled;
    return this.#prepared = new PreparedSql(this.#database, this.#table, this.#plan);
  }
}
