import { chain, type Maybe } from "../chain/chain.ts";
import type { QueryPlan } from "../contract/mod.ts";
import type { AnySession } from "./any_engine.ts";
import { type CompiledQuery, compileQuery } from "./compiled_query.ts";
import type { Row } from "./rows_decoder.ts";
import { runCount, runSelect } from "./run_query.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlTable } from "./sql_table.ts";

/** A query of a driver that was compiled once. */
export class PreparedSql {
  readonly #database: SqlDatabase;
  readonly #plan: QueryPlan;
  #table: SqlTable;
  #compiled: CompiledQuery;

  /** Compiles a plan. */
  constructor(database: SqlDatabase, table: SqlTable, plan: QueryPlan) {
    this.#database = database;
    this.#table = table;
    this.#plan = plan;
    this.#compiled = compileQuery(table, plan);
  }

  /** The rows. */
  all(params: readonly unknown[]): Maybe<Row[]> {
    if (!this.#table.live) this.#compile();
    const session = this.#database.reader;
    if (session === null) return chain(this.#database.enter(), (entered) => this.#all(entered, params));
    return this.#all(session, params);
  }

  /** The number of rows. */
  number(params: readonly unknown[]): Maybe<number> {
    if (!this.#table.live) this.#compile();
    const database = this.#database;
    const counts = this.#compiled.plan.kind === "count";
    const session = counts ? database.reader : database.writer;
    if (session !== null) return this.#number(session, params);
    const entered = counts
      ? database.enter()
      : database.enterToWrite(this.#compiled.attempt, this.#table.name);
    return chain(entered, (entered) => this.#number(entered, params));
  }

  #all(session: AnySession, params: readonly unknown[]): Maybe<Row[]> {
    return runSelect(this.#database, this.#table, session, this.#compiled, params);
  }

  #number(session: AnySession, params: readonly unknown[]): Maybe<number> {
    return runCount(this.#database, this.#table, session, this.#compiled, params);
  }

  #compile(): void {
    this.#table = this.#database.table(this.#table.name);
    this.#compiled = compileQuery(this.#table, this.#plan);
  }
}
