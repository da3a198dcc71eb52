import { chain, isPromise, type Maybe } from "../chain/chain.ts";
import { ConnectionError } from "../errors/mod.ts";
import type { CompiledQuery } from "./compiled_query.ts";
import type { Row, RowsDecoder } from "./rows_decoder.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlTable } from "./sql_table.ts";
import { queryFailed } from "./run_query.ts";

/** A search that is being read. */
export interface Reading {
  /** Reads the rest at once, because something is about to change what it would see. */
  drain(): Maybe<void>;
  /** Gives up, because the database is closed. */
  abandon(): void;
}

/** The rows of a search one by one, as they were when the first was asked for. */
export function iterateRows(
  database: SqlDatabase,
  table: SqlTable,
  compiled: CompiledQuery,
  params: readonly unknown[],
  sync: boolean,
): IterableIterator<Row> | AsyncIterableIterator<Row> {
  const rows = new RowReading(database, table, compiled, params);
  return sync ? syncIterator(rows) : asyncIterator(rows);
}

type Source = Iterator<unknown> | AsyncIterator<unknown>;

/** One run of a search. A statement of its own is open from the first row to the last, or until it is ended. */
class RowReading implements Reading {
  readonly #database: SqlDatabase;
  readonly #table: SqlTable;
  readonly #compiled: CompiledQuery;
  readonly #params: readonly unknown[];
  /** Holds the row that is decoded. */
  readonly #one: unknown[] = [];
  #source: Source | null = null;
  #rest: unknown[] | null = null;
  #at = 0;
  #ended = false;
  #failure: { readonly error: unknown } | null = null;

  constructor(database: SqlDatabase, table: SqlTable, compiled: CompiledQuery, params: readonly unknown[]) {
    this.#database = database;
    this.#table = table;
    this.#compiled = compiled;
    this.#params = params;
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
    this.#failure = {
      error: new ConnectionError(
        `Cannot go on reading \`${this.#table.name}\`: database \`${this.#database.name}\` was closed`,
        { code: "NOT_CONNECTED", driver: this.#database.driver, table: this.#table.name },
      ),
    };
    source?.return?.();
  }

  #begin(): Maybe<Source> {
    return chain(this.#database.enter(), (session) => {
      let source: Source;
      try {
        source = session.iterate(
          this.#compiled.query,
          this.#compiled.bind(this.#params),
        ) as unknown as Source;
      } catch (error) {
        this.#finish();
        throw this.#database.error(error, this.#table.name, this.#compiled.attempt);
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
    return (this.#compiled.decoder as RowsDecoder).decode(this.#one)[0];
  }

  #nextOfRest(rest: readonly unknown[]): Maybe<Row | undefined> {
    if (this.#at < rest.length) return (this.#compiled.decoder as RowsDecoder).decode([rest[this.#at++]])[0];
    const failure = this.#failure;
    this.#failure = null;
    return failure === null ? undefined : this.#fail(failure.error);
  }

  #fail(error: unknown): Maybe<never> {
    const { reader } = this.#database;
    const source = this.#source;
    this.#finish();
    source?.return?.();
    if (reader === null) throw this.#database.error(error, this.#table.name, this.#compiled.attempt);
    return queryFailed(this.#database, this.#table, reader, this.#compiled, this.#params, error);
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
