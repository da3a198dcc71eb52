import type { CaseTable } from "./condition.ts";

const mark = { type: "INTEGER" } as const;
const id = { type: "INTEGER", primaryKey: true, notNull: true } as const;
const at = (text: string): Date => new Date(text);
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

/** Conditions on dates and times. */
export const DATES: CaseTable = {
  name: "dates",
  schema: { id, day: { type: "DATE" }, moment: { type: "DATETIME" }, mark },
  rows: [
    { id: 1, day: at("2024-02-29"), moment: at("2024-02-29T10:00:00.001Z") },
    { id: 2, day: at("2024-03-01"), moment: at("2024-02-29T10:00:00.002Z") },
    { id: 3, day: at("1969-12-31"), moment: at("1969-12-31T23:59:59.999Z") },
    { id: 4, day: null, moment: null },
    { id: 5, day: at("0099-06-01"), moment: at("0099-06-01T00:00:00.000Z") },
    { id: 6, day: at("9999-12-31"), moment: at("9999-12-31T23:59:59.999Z") },
  ].map((row) => ({ ...row, mark: null })),
  groups: [
    {
      promise: "dates and times are found by their value, to the millisecond",
      cases: [
        [{ day: "2024-02-29" }, [1]],
        [{ day: at("2024-02-29") }, [1]],
        [{ moment: at("2024-02-29T10:00:00.001Z") }, [1]],
        [{ moment: "2024-02-29T11:00:00.002+01:00" }, [2]],
        [{ moment: -1 }, [3]],
        [{ moment: at("2024-02-29T10:00:00.000Z") }, []],
        [{ day: { $in: ["2024-02-29", at("1969-12-31"), null] } }, [1, 3, 4]],
        [{ moment: { $notIn: [at("2024-02-29T10:00:00.001Z"), -1] } }, [2, 4, 5, 6]],
        [{ day: { $ne: "2024-02-29" } }, [2, 3, 4, 5, 6]],
        [{ moment: null }, [4]],
      ],
    },
    {
      promise: "dates and times are compared by their time, before 1970 and in every year",
      cases: [
        [{ day: { $gt: "2024-02-29" } }, [2, 6]],
        [{ day: { $lt: "1970-01-01" } }, [3, 5]],
        [{ day: { $between: ["1969-12-31", "2024-02-29"] } }, [1, 3]],
        [{ moment: { $gte: at("2024-02-29T10:00:00.002Z") } }, [2, 6]],
        [{ moment: { $lte: 0 } }, [3, 5]],
        [{ moment: { $gt: at("2024-02-29T10:00:00.001Z"), $lt: at("9999-01-01") } }, [2]],
        [{ $not: { day: { $gt: "0001-01-01" } } }, [4]],
      ],
    },
  ],
};

/** Conditions on integers of 64 bit. */
const BIGINTS: CaseTable = {
  name: "bigints",
  schema: { id, big: { type: "INTEGER", bigint: true }, mark },
  rows: [
    { id: 1, big: 9_007_199_254_740_993n },
    { id: 2, big: 9_007_199_254_740_992n },
    { id: 3, big: -(2n ** 63n) },
    { id: 4, big: 2n ** 63n - 1n },
    { id: 5, big: null },
    { id: 6, big: 10n },
    { id: 7, big: 9n },
  ].map((row) => ({ ...row, mark: null })),
  groups: [
    {
      promise: "integers of 64 bit are found exactly",
      cases: [
        [{ big: 9_007_199_254_740_993n }, [1]],
        [{ big: 9_007_199_254_740_992n }, [2]],
        [{ big: 2n ** 63n - 1n }, [4]],
        [{ big: 10 }, [6]],
        [{ big: { $in: [2n ** 63n - 2n, -(2n ** 63n), 9] } }, [3, 7]],
        [{ big: { $notIn: [9_007_199_254_740_993n, null] } }, [2, 3, 4, 6, 7]],
        [{ big: { $ne: 9_007_199_254_740_992n } }, [1, 3, 4, 5, 6, 7]],
      ],
    },
    {
      promise: "integers of 64 bit are compared exactly, and not as text",
      cases: [
        [{ big: { $gt: 9_007_199_254_740_992n } }, [1, 4]],
        [{ big: { $lt: 10n } }, [3, 7]],
        [{ big: { $gte: 9 } }, [1, 2, 4, 6, 7]],
        [{ big: { $between: [9n, 9_007_199_254_740_992n] } }, [2, 6, 7]],
        [{ big: { $lte: -(2n ** 63n) } }, [3]],
      ],
    },
  ],
};

/** Conditions on bytes. */
const BYTES: CaseTable = {
  name: "bytes",
  schema: { id, data: { type: "BLOB" }, mark },
  rows: [
    { id: 1, data: bytes() },
    { id: 2, data: bytes(0) },
    { id: 3, data: bytes(1, 2) },
    { id: 4, data: null },
    { id: 5, data: bytes(1, 2, 0) },
    { id: 6, data: bytes(255) },
    { id: 7, data: bytes(97) },
  ].map((row) => ({ ...row, mark: null })),
  groups: [
    {
      promise: "bytes are found by their value",
      cases: [
        [{ data: bytes(1, 2) }, [3]],
        [{ data: bytes() }, [1]],
        [{ data: { $in: [bytes(0), bytes(255), bytes(9), null] } }, [2, 4, 6]],
        [{ data: { $ne: bytes(1, 2) } }, [1, 2, 4, 5, 6, 7]],
        [{ data: { $notIn: [bytes(), bytes(0)] } }, [3, 4, 5, 6, 7]],
        [{ data: null }, [4]],
      ],
    },
    {
      promise: "bytes are compared one by one, the shorter of two that begin alike first",
      cases: [
        [{ data: { $gt: bytes(1, 2) } }, [5, 6, 7]],
        [{ data: { $lt: bytes(1, 2) } }, [1, 2]],
        [{ data: { $gte: bytes() } }, [1, 2, 3, 5, 6, 7]],
        [{ data: { $between: [bytes(1), bytes(128)] } }, [3, 5, 7]],
      ],
    },
  ],
};

/** The tables of values that a driver may not store natively. */
export const NATIVES: readonly CaseTable[] = [DATES, BIGINTS, BYTES];
