import process from "node:process";
import type { Contestant, DateRow, NarrowRow } from "./contestant.ts";
import { encode, type Encoded, PRAGMAS, SQL, type StoredRow } from "./by_hand_sql.ts";
import type { Storage } from "./contestants.ts";
import type { EventRow, NewEvent, Place } from "./events.ts";
import { parseISODate } from "./iso_date.ts";

/** A statement of `bun:sqlite`. */
export interface BunStatement {
  get(...values: Encoded[]): unknown;
  all(...values: Encoded[]): unknown[];
  run(...values: Encoded[]): { changes: number; lastInsertRowid: number };
  readonly columnNames: readonly string[];
}

/** A database of `bun:sqlite`. */
export interface BunDatabase {
  prepare(sql: string): BunStatement;
  run(sql: string): unknown;
  close(): void;
}

const CHUNK = 100;

/** Opens the database in the file as the driver does, or copies it into memory. */
export function openBunDatabase(path: string, { memory, relaxed }: Storage): BunDatabase {
  const { Database } = process.getBuiltinModule("bun:sqlite" as never) as unknown as {
    Database: new (path: string) => BunDatabase;
  };
  const db = new Database(memory ? ":memory:" : path);
  for (const pragma of PRAGMAS(relaxed)) db.run(pragma);
  if (memory) {
    db.run(SQL.attach(path));
    for (const { sql } of db.prepare(SQL.schema).all() as { sql: string }[]) db.run(sql);
    db.run(SQL.copy);
  }
  return db;
}

/** What a careful engineer writes on `bun:sqlite`: cached statements, and rows decoded in place. */
export function byHandBun(path: string, storage: Storage): Contestant {
  const db = openBunDatabase(path, storage);
  const byKey = db.prepare(SQL.byKey);
  const byUnique = db.prepare(SQL.byUnique);
  const page = db.prepare(SQL.page);
  const scan = db.prepare(SQL.scan);
  const dates = db.prepare(SQL.dates);
  const countedDates = db.prepare(SQL.countedDates);
  const narrow = db.prepare(SQL.narrow);
  const count = db.prepare(SQL.count);
  const insert = db.prepare(SQL.insert(1));
  const chunk = db.prepare(SQL.insert(CHUNK));
  const update = db.prepare(SQL.update);
  const take = db.prepare(SQL.take);
  const remove = db.prepare(SQL.delete);
  const clear = db.prepare(SQL.clear);
  const begin = db.prepare("BEGIN IMMEDIATE");
  const commit = db.prepare("COMMIT");
  const rollback = db.prepare("ROLLBACK");

  function transaction<T>(work: () => T): T {
    begin.run();
    try {
      const result = work();
      commit.run();
      return result;
    } catch (error) {
      rollback.run();
      throw error;
    }
  }

  function create(event: NewEvent): EventRow {
    const [{ id }] = insert.all(...encode(event)) as [{ id: number }];
    return created(id, event);
  }

  return {
    name: "by hand",
    findByKey(id) {
      const row = byKey.get(id);
      return row === null ? null : decode(row as StoredRow);
    },
    findByUnique(code) {
      const row = byUnique.get(code);
      return row === null ? null : decode(row as StoredRow);
    },
    filteredPage: (kind, score) => decodeAll(page.all(kind, 1, score)),
    scan: () => decodeAll(scan.all()),
    dates() {
      const rows = dates.all() as { at: unknown }[];
      for (const row of rows) row.at = parseISODate(row.at as string);
      return rows as DateRow[];
    },
    countedDates() {
      const rows = countedDates.all() as { at: unknown }[];
      for (const row of rows) row.at = new Date(row.at as number);
      return rows as DateRow[];
    },
    narrow() {
      const rows = narrow.all() as { at: unknown }[];
      for (const row of rows) row.at = parseISODate(row.at as string);
      return rows as NarrowRow[];
    },
    count: (kind) => (count.get(kind) as { n: number }).n,
    insert: create,
    bulkInsert: (events) =>
      transaction(() => {
        const rows: EventRow[] = [];
        let at = 0;
        for (; at + CHUNK <= events.length; at += CHUNK) {
          const some = events.slice(at, at + CHUNK);
          const ids = chunk.all(...some.flatMap(encode)) as { id: number }[];
          for (let i = 0; i < CHUNK; i++) {
            rows.push(created((ids[i] as { id: number }).id, some[i] as NewEvent));
          }
        }
        for (; at < events.length; at++) rows.push(create(events[at] as NewEvent));
        return rows;
      }),
    update: (id, score, at) => update.run(score, at.toISOString(), id).changes,
    take: (id, points) => take.run(points, id).changes,
    delete: (id) => remove.run(id).changes,
    transaction: (events) =>
      transaction(() => {
        for (const event of events) create(event);
      }),
    clear: () => void clear.run(),
    close: () => db.close(),
  };
}

function decodeAll(rows: unknown[]): EventRow[] {
  for (let i = 0; i < rows.length; i++) decode(rows[i] as StoredRow);
  return rows as EventRow[];
}

/** Overwrites the three columns that are stored in another form. */
function decode(stored: StoredRow): EventRow {
  const row = stored as unknown as EventRow;
  row.open = stored.open === 1;
  row.at = parseISODate(stored.at);
  row.place = JSON.parse(stored.place) as Place;
  return row;
}

function created(id: number, event: NewEvent): EventRow {
  const { code, title, kind, score, open, at, place, note } = event;
  return { id, code, title, kind, score, open, at, place, note };
}
