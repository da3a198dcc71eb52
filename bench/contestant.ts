import type { EventRow, NewEvent } from "./events.ts";

/** The columns that the narrow search returns. */
export type NarrowRow = Pick<EventRow, "id" | "title" | "at">;

/** One way of doing the work: by hand, with Rinari or with another library. Reads use `events`, writes use `drafts`. */
export interface Contestant {
  readonly name: string;
  findByKey(id: number): EventRow | null;
  findByUnique(code: string): EventRow | null;
  /** Open events of a kind with at least this score, best first: twenty of them. */
  filteredPage(kind: string, score: number): EventRow[];
  scan(): EventRow[];
  /** Three columns of 1,000 rows. */
  narrow(): NarrowRow[];
  count(kind: string): number;
  insert(event: NewEvent): EventRow;
  bulkInsert(events: readonly NewEvent[]): EventRow[];
  update(id: number, score: number, at: Date): number;
  delete(id: number): number;
  /** Inserts them one by one in one transaction. */
  transaction(events: readonly NewEvent[]): void;
  /** Removes all rows of `drafts`. */
  clear(): void;
  close(): void;
}
