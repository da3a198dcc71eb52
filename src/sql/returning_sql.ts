import { chain, type Maybe } from "../chain/chain.ts";
import type { QueryPlan } from "../contract/mod.ts";
import { type CompiledQuery, compiledQuery, isStale } from "./compiled_query.ts";
import type { AnyPreparedSql } from "./prepared_sql.ts";
import type { Row } from "./rows_decoder.ts";
import { runSelect } from "./run_query.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlTable } from "./sql_table.ts";

/** An update or delete that gives the rows concerned, compiled once. */
export class ReturningSql implements AnyPreparedSql {
  readonly #database: SqlDatabase;
  readonly #plan: QueryPlan;
  #table: SqlTable;
  #compiled: CompiledQuery;

  /** Compiles a plan. */
  constructor(database: SqlDatabase, table: SqlTable, plan: QueryPlan) {
    this.#database = database;
    this.#plan = plan;
    this.#table = table;
    this.#compiled = compiledQuery(table, plan);
  }

  /** Makes the change. @returns The rows, in no order. */
  all(params: readonly unknown[]): Maybe<Row[]> {
    const database = this.#database;
    if (!this.#table.live || isStale(this.#compiled)) {
      this.#table = database.table(this.#table.name);
      this.#compiled = compiledQuery(this.#table, this.#plan);
    }
    return chain(
      database.enterToWrite(this.#compiled.attempt, this.#table.name),
      (session) => runSelect(database, this.#table, session, this.#compiled, params),
    );
  }

  /** Makes the change. @returns The number of rows. */
  number(params: readonly unknown[]): Maybe<number> {
    return chain(this.all(params), ({ length }) => length);
  }
}
