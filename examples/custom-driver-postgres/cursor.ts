import type { PgConnection } from "./connection.ts";

/** Rows fetched at once. */
const PIECE = 500;

let cursors = 0;

/** Where a cursor is. */
export interface CursorPlace {
  /** Runs work on the connection that has it. */
  readonly read: <T>(work: (connection: PgConnection) => Promise<T>) => Promise<T>;
  /** It has to outlive the statement that makes it, because there is no transaction around. */
  readonly keep: boolean;
}

/** The rows of a search one by one, fetched in pieces. */
export async function* readCursor(
  { read, keep }: CursorPlace,
  sql: string,
  params: readonly unknown[],
): AsyncIterableIterator<unknown> {
  const name = `rinari_rows_${++cursors}`;
  const declare = `DECLARE ${name} NO SCROLL CURSOR ${keep ? "WITH HOLD " : ""}FOR ${sql}`;
  await read((connection) => connection.query(declare, params));
  try {
    for (;;) {
      const { rows } = await read((connection) => connection.query(`FETCH ${PIECE} FROM ${name}`, []));
      yield* rows;
      if (rows.length < PIECE) return;
    }
  } finally {
    await read((connection) =>
      connection.broken ? Promise.resolve(null) : connection.execute(`CLOSE ${name}`)
    );
  }
}
