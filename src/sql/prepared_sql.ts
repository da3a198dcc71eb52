import { chain, type Maybe } from "../chain/chain.ts";
import type { QueryPlan } from "../contract/mod.ts";
import { type CompiledQuery, compiledQuery, isStale } from "./compiled_query.ts";
import type { Row, RowsDecoder } from "./rows_decoder.ts";
import { finishSelect, queryFailed, runCount, runSelect } from "./run_query.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlTable } from "./sql_table.ts";

/** A query that was compiled once, of either kind of driver. */
export interface AnyPreparedSql {
  all(params: readonly unknown[]): Maybe<Row[]>;
  number(params: readonly unknown[]): Maybe<number>;
}

/** A query of a driver that was compiled once. */
export class PreparedSql implements AnyPreparedSql {
  readonly #database: SqlDatabase;
  readonly #plan: QueryPlan;
  #table: SqlTable;
  #compiled: CompiledQuery;

  /** Compiles a plan. */
  constructor(database: SqlDatabase, table: SqlTable, plan: QueryPlan) {
    this.#database = database;
    this.#table = table;
    this.#plan = plan;
    this.#compiled = compiledQuery(table, plan);
  }

  /** Whether one of the other tables that it looks at is not what it was. */
  get stale(): boolean {
    return isStale(this.#compiled);
  }

  /** The rows. This is the path of most calls: it does nothing that can be done once. */
  all(params: readonly unknown[]): Maybe<Row[]> {
    const { reader } = this.#database;
    if (reader === null || !this.#table.live) return this.#allLater(params);
    const { query, bind, decoder } = this.#compiled;
    try {
      const rows = reader.all(query, bind(params));
      if (Array.isArray(rows)) return (decoder as RowsDecoder).decode(rows);
      return finishSelect(this.#database, this.#table, reader, this.#compiled, params, rows);
    } catch (error) {
      return queryFailed(this.#database, this.#table, reader, this.#compiled, params, error);
    }
  }

  /** The number of rows. */
  number(params: readonly unknown[]): Maybe<number> {
    const database = this.#database;
    const compiled = this.#compiled;
    const session = compiled.plan.kind === "count" ? database.reader : database.writer;
    if (session === null || !this.#table.live) return this.#numberLater(params);
    if (compiled.plan.kind !== "count") database.checkThere(compiled.attempt, this.#table.name);
    return runCount(database, this.#table, session, compiled, params);
  }

  #allLater(params: readonly unknown[]): Maybe<Row[]> {
    if (!this.#table.live) this.#compile();
    return chain(
      this.#database.enter(),
      (session) => runSelect(this.#database, this.#table, session, this.#compiled, params),
    );
  }

  #numberLater(params: readonly unknown[]): Maybe<number> {
    if (!this.#table.live) this.#compile();
    const { plan, attempt } = this.#compiled;
    const database = this.#database;
    return chain(
      plan.kind === "count" ? database.enter() : database.enterToWrite(attempt, this.#table.name),
      (session) => runCount(database, this.#table, session, this.#compiled, params),
    );
  }

  #compile(): void {
    this.#table = this.#database.table(this.#table.name);
    this.#compiled = compiledQuery(this.#table, this.#plan);
  }
}
