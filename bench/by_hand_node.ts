import process from "node:process";
import type { Contestant, NarrowRow } from "./contestant.ts";
import { encode, type Encoded, PRAGMAS, SQL } from "./by_hand_sql.ts";
import type { Storage } from "./contestants.ts";
import type { EventRow, NewEvent, Place } from "./events.ts";
import { parseISODate } from "./iso_date.ts";

type Value = Encoded | bigint;

interface Statement {
  get(...values: Value[]): unknown;
  all(...values: Value[]): unknown[];
  run(...values: Value[]): { changes: number | bigint };
  setReturnArrays(on: boolean): void;
}

interface Database {
  prepare(sql: string): Statement;
  exec(sql: string): void;
  close(): void;
}

type Stored = [number, string, string, string, number, number, string, string, string | null];

const CHUNK = 100;

/** What a careful engineer writes on `node:sqlite`: cached statements, rows taken as arrays, integers bound as integers. */
export function byHandNode(path: string, { memory, relaxed }: Storage): Contestant {
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite") as unknown as {
    DatabaseSync: new (path: string) => Database;
  };
  const db = new DatabaseSync(memory ? ":memory:" : path);
  for (const pragma of PRAGMAS(relaxed)) db.exec(pragma);
  if (memory) {
    db.exec(SQL.attach(path));
    for (const { sql } of db.prepare(SQL.schema).all() as { sql: string }[]) db.exec(sql);
    db.exec(SQL.copy);
  }
  const prepare = (sql: string): Statement => {
    const statement = db.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  };
  const byKey = prepare(SQL.byKey);
  const byUnique = prepare(SQL.byUnique);
  const page = prepare(SQL.page);
  const scan = prepare(SQL.scan);
  const dates = prepare(SQL.dates);
  const countedDates = prepare(SQL.countedDates);
  const narrow = prepare(SQL.narrow);
  const count = prepare(SQL.count);
  const insert = prepare(SQL.insert(1));
  const chunk = prepare(SQL.insert(CHUNK));
  const update = prepare(SQL.update);
  const take = prepare(SQL.take);
  const remove = prepare(SQL.delete);
  const clear = prepare(SQL.clear);
  const begin = prepare("BEGIN IMMEDIATE");
  const commit = prepare("COMMIT");
  const rollback = prepare("ROLLBACK");

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
    const [[id]] = insert.all(...bind(event)) as [[number]];
    return created(id, event);
  }

  return {
    name: "by hand",
    findByKey(id) {
      const row = byKey.get(BigInt(id));
      return row === undefined ? null : decode(row as Stored);
    },
    findByUnique(code) {
      const row = byUnique.get(code);
      return row === undefined ? null : decode(row as Stored);
    },
    filteredPage: (kind, score) => (page.all(kind, 1n, score) as Stored[]).map(decode),
    scan: () => (scan.all() as Stored[]).map(decode),
    dates: () => (dates.all() as [number, string][]).map(([id, at]) => ({ id, at: parseISODate(at) })),
    countedDates: () =>
      (countedDates.all() as [number, number][]).map(([id, at]) => ({ id, at: new Date(at) })),
    narrow: () => (narrow.all() as [number, string, string][]).map(decodeNarrow),
    count: (kind) => (count.get(kind) as [number])[0],
    insert: create,
    bulkInsert: (events) =>
      transaction(() => {
        const rows: EventRow[] = [];
        let at = 0;
        for (; at + CHUNK <= events.length; at += CHUNK) {
          const some = events.slice(at, at + CHUNK);
          const ids = chunk.all(...some.flatMap(bind)) as [number][];
          for (let i = 0; i < CHUNK; i++) rows.push(created((ids[i] as [number])[0], some[i] as NewEvent));
        }
        for (; at < events.length; at++) rows.push(create(events[at] as NewEvent));
        return rows;
      }),
    update: (id, score, at) => Number(update.run(score, at.toISOString(), BigInt(id)).changes),
    take: (id, points) => Number(take.run(points, BigInt(id)).changes),
    delete: (id) => Number(remove.run(BigInt(id)).changes),
    transaction: (events) =>
      transaction(() => {
        for (const event of events) create(event);
      }),
    clear: () => void clear.run(),
    close: () => db.close(),
  };
}

function decode([id, code, title, kind, score, open, at, place, note]: Stored): EventRow {
  return {
    id,
    code,
    title,
    kind,
    score,
    open: open === 1,
    at: parseISODate(at),
    place: JSON.parse(place) as Place,
    note,
  };
}

function decodeNarrow([id, title, at]: [number, string, string]): NarrowRow {
  return { id, title, at: parseISODate(at) };
}

/** Numbers bind as REAL here, so that what is an integer in the table goes in as a bigint. */
function bind(event: NewEvent): Value[] {
  const values: Value[] = encode(event);
  values[4] = event.open ? 1n : 0n;
  return values;
}

function created(id: number, event: NewEvent): EventRow {
  const { code, title, kind, score, open, at, place, note } = event;
  return { id, code, title, kind, score, open, at, place, note };
}
