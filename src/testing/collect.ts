import { Mismatch } from "./mismatch.ts";

/** How many rows too many are still compared one by one, because that tells more than their number. */
const SLACK = 20;

/** All rows of an iteration that has `most` of them: one that has no end is left. */
export async function collect<T>(rows: AsyncIterable<T> | Iterable<T>, most: number): Promise<T[]> {
  const all: T[] = [];
  for await (const row of rows) {
    all.push(row);
    if (all.length > most + SLACK) {
      throw new Mismatch(
        "rows come twice, or never end",
        `${most} ${most === 1 ? "row" : "rows"}`,
        `${all.length} rows, and more to come`,
      );
    }
  }
  return all;
}
