import type { EventRow, NewEvent } from "./events.ts";

/** The columns that the narrow search returns. */
export type NarrowRow = Pick<EventRow, "id" | "title" | "at">;

/** A row of the tables of dates. */
export interface DateRow {
  id: number;
  at: Date;
}

/** What a method gives: some libraries only have Promises. */
export type Answer<T> = T | Promise<T>;

/** One way of doing the work: by hand, with Rinari or with another library. Reads use `events`, writes use `drafts`. */
export interface Contestant {
  readonly name: string;
  findByKey(id: number): Answer<EventRow | null>;
  findByUnique(code: string): Answer<EventRow | null>;
  /** Open events of a kind with at least this score, best first: twenty of them. */
  filteredPage(kind: string, score: number): Answer<EventRow[]>;
  scan(): Answer<EventRow[]>;
  /** All rows of `moments`, whose date is ISO text. */
  dates(): Answer<DateRow[]>;
  /** The same of `counted_moments`, whose date is in milliseconds. */
  countedDates(): Answer<DateRow[]>;
  /** Three columns of 1,000 rows. */
  narrow(): Answer<NarrowRow[]>;
  count(kind: string): Answer<number>;
  insert(event: NewEvent): Answer<EventRow>;
  bulkInsert(events: readonly NewEvent[]): Answer<EventRow[]>;
  update(id: number, score: number, at: Date): Answer<number>;
  /** Takes points from the score of a row that has that many. */
  take(id: number, points: number): Answer<number>;
  delete(id: number): Answer<number>;
  /** Inserts them one by one in one transaction. */
  transaction(events: readonly NewEvent[]): Answer<void>;
  /** Removes all rows of `drafts`. */
  clear(): Answer<void>;
  close(): void;
}
