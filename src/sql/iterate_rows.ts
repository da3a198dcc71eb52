import { chain, isPromise, type Maybe } from "../chain/chain.ts";
import { ConnectionError } from "../errors/mod.ts";
import type { Attempt } from "../errors/violations.ts";
import type { AnySession } from "./any_engine.ts";
import type { CompiledQuery } from "./compiled_query.ts";
import type { Row, RowsDecoder } from "./rows_decoder.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlQuery } from "./sql_engine.ts";
import type { SqlTable } from "./sql_table.ts";
import { queryFailed } from "./run_query.ts";

/** A search that is being read. */
export interface Reading {
  /** Reads the rest at once, because something is about to change what it would see. */
  drain(): Maybe<void>;
  /** Gives up, because the database is closed. */
  abandon(): void;
}

/** What is read row by row. */
export interface ReadStatement {
  /** The statement. */
  readonly query: SqlQuery;
  /** Its values. */
  readonly params: readonly unknown[];
  /** What it attempts, for errors. */
  readonly attempt: Attempt;
  /** The table it is on, where it is on one. */
  readonly table: string | undefined;
  /** Makes rows of the engine's. */
  decode(rows: unknown[]): Row[];
  /** Throws the error for one of the store. */
  failed(session: AnySession, error: unknown): Maybe<never>;
}

/** The rows of a search one by one, as they were when the first was asked for. */
export function iterateRows(
  database: SqlDatabase,
  table: SqlTable,
  compiled: CompiledQuery,
  params: readonly unknown[],
  sync: boolean,
): IterableIterator<Row> | AsyncIterableIterator<Row> {
  const rows = new RowReading(database, {
    query: compiled.query,
    params: compiled.bind(params),
    attempt: compiled.attempt,
    table: table.name,
    decode: (found) => (compiled.decoder as RowsDecoder).decode(found),
    failed: (session, error) => queryFailed(database, table, session, compiled, params, error),
  });
  return sync ? syncIterator(rows) : asyncIterator(rows);
}

/** The rows of a statement one by one, of an engine that answers at once. */
export function iterateStatement(database: SqlDatabase, statement: ReadStatement): IterableIterator<Row> {
  return syncIterator(new RowReading(database, statement));
}

type Source = Iterator<unknown> | AsyncIterator<unknown>;

/** One run of a search. A statement of its own is open from the first row to the last, or until it is ended. */
class RowReading implements Reading {
  readonly #database: SqlDatabase;
  readonly #statement: ReadStatement;
  /** Holds the row that is decoded. */
  readonly #one: unknown[] = [];
  #source: Source | null = null;
  #rest: unknown[] | null = null;
  #at = 0;
  #ended = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(database: SqlDatabase, statement: ReadStatement) {
    this.#database = database;
    this.#statement = statement;
  }

  /** The next row, or undefined. */
  next(): Maybe<Row | undefined> {
    if (this.#rest !== null) return this.#nextOfRest(this.#rest);
    if (this.#ended) return undefined;
    if (this.#source === null) return chain(this.#begin(), (source) => this.#read(source));
    return this.#read(this.#source);
  }

  /** Ends it. */
  end(): Maybe<void> {
    const source = this.#source;
    this.#finish();
    this.#rest = null;
    return chain(source?.return?.(), () => undefined);
  }

  drain(): Maybe<void> {
    const source = this.#source;
    if (source === null) return;
    const rest: unknown[] = [];
    const done = (): void => {
      this.#finish();
      this.#rest = rest;
    };
    const failed = (error: unknown): void => {
      this.#failure = { error };
      done();
    };
    const step = (): Maybe<void> => {
      for (;;) {
        const item = source.next();
        if (isPromise(item)) {
          return item.then((result) => {
            if (result.done === true) return done();
            rest.push(result.value);
            return step();
          }, failed);
        }
        if (item.done === true) return done();
        rest.push(item.value);
      }
    };
    try {
      return step();
    } catch (error) {
      failed(error);
    }
  }

  abandon(): void {
    const source = this.#source;
    this.#finish();
    this.#rest = [];
    const { table } = this.#statement;
    this.#failure = {
      error: new ConnectionError(
        `Cannot go on reading \`${
          table ?? "the rows of SQL"
        }\`: database \`${this.#database.name}\` was closed`,
        { code: "NOT_CONNECTED", driver: this.#database.driver, table },
      ),
    };
    source?.return?.();
  }

  #begin(): Maybe<Source> {
    return chain(this.#database.enter(), (session) => {
      const { query, params, table, attempt } = this.#statement;
      let source: Source;
      try {
        source = session.iterate(query, params) as unknown as Source;
      } catch (error) {
        this.#finish();
        throw this.#database.error(error, table, attempt);
      }
      this.#source = source;
      this.#database.begins(this);
      return source;
    });
  }

  #read(source: Source): Maybe<Row | undefined> {
    try {
      const item = source.next();
      if (!isPromise(item)) return this.#row(item);
      return item.then((result) => this.#row(result)).catch((error) => this.#fail(error));
    } catch (error) {
      return this.#fail(error);
    }
  }

  #row({ done, value }: IteratorResult<unknown>): Row | undefined {
    if (done === true) return this.#finish();
    this.#one[0] = value;
    return this.#statement.decode(this.#one)[0];
  }

  #nextOfRest(rest: readonly unknown[]): Maybe<Row | undefined> {
    if (this.#at < rest.length) return this.#statement.decode([rest[this.#at++]])[0];
    const failure = this.#failure;
    this.#failure = null;
    return failure === null ? undefined : this.#fail(failure.error);
  }

  #fail(error: unknown): Maybe<never> {
    const { reader } = this.#database;
    const source = this.#source;
    this.#finish();
    source?.return?.();
    const { table, attempt } = this.#statement;
    if (reader === null) throw this.#database.error(error, table, attempt);
    return this.#statement.failed(reader, error);
  }

  #finish(): undefined {
    if (this.#source !== null) this.#database.ends(this);
    this.#source = null;
    this.#ended = true;
  }
}

function syncIterator(rows: RowReading): IterableIterator<Row> {
  const iterator: IterableIterator<Row> = {
    next() {
      const value = rows.next() as Row | undefined;
      return value === undefined ? { done: true, value } : { done: false, value };
    },
    return() {
      rows.end();
      return { done: true, value: undefined };
    },
    [Symbol.iterator]: () => iterator,
  };
  return iterator;
}

function asyncIterator(rows: RowReading): AsyncIterableIterator<Row> {
  const promised = (work: () => Maybe<Row | undefined | void>): Promise<IteratorResult<Row>> => {
    try {
      return Promise.resolve(
        chain(
          work(),
          (value): IteratorResult<Row> =>
            value === undefined ? { done: true, value } : { done: false, value: value as Row },
        ),
      );
    } catch (error) {
      return Promise.reject(error);
    }
  };
  const iterator: AsyncIterableIterator<Row> = {
    next: () => promised(() => rows.next()),
    return: () => promised(() => rows.end()),
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
