import type { CaseTable } from "./condition.ts";

const range = (length: number): number[] => Array.from({ length }, (_, i) => i);

/** Conditions on text, numbers and booleans. */
export const SCALARS: CaseTable = {
  name: "scalars",
  schema: {
    id: { type: "INTEGER", primaryKey: true, notNull: true },
    name: { type: "TEXT" },
    n: { type: "INTEGER" },
    r: { type: "REAL" },
    ok: { type: "BOOLEAN" },
    mark: { type: "INTEGER" },
  },
  rows: [
    { id: 1, name: "apple", n: 1, r: 0.5, ok: true },
    { id: 2, name: "Apple", n: 2, r: -1.5, ok: false },
    { id: 3, name: "banana", n: 3, r: 1e10, ok: null },
    { id: 4, name: null, n: null, r: null, ok: null },
    { id: 5, name: "", n: 0, r: 0, ok: true },
    { id: 6, name: "100%", n: -5, r: 2.5, ok: false },
    { id: 7, name: "a_b", n: 10, r: 10, ok: true },
    { id: 8, name: "10", n: 100, r: 1e-7, ok: null },
    { id: 9, name: "Éclair", n: 9_007_199_254_740_991, r: 1e300, ok: false },
    { id: 10, name: "a\nb", n: -9_007_199_254_740_991, r: -1e300, ok: true },
  ].map((row) => ({ ...row, mark: null })),
  groups: [
    {
      promise: "a value finds the rows that have it, and no others",
      cases: [
        [{ name: "apple" }, [1]],
        [{ name: "" }, [5]],
        [{ name: "10" }, [8]],
        [{ name: "nothing" }, []],
        [{ n: 0 }, [5]],
        [{ n: 9_007_199_254_740_991 }, [9]],
        [{ n: -9_007_199_254_740_991 }, [10]],
        [{ r: 0.5 }, [1]],
        [{ r: 1e300 }, [9]],
        [{ r: 1e-7 }, [8]],
        [{ ok: true }, [1, 5, 7, 10]],
        [{ ok: false }, [2, 6, 9]],
      ],
    },
    {
      promise: "several columns must all match",
      cases: [
        [{ name: "apple", n: 1 }, [1]],
        [{ name: "apple", n: 2 }, []],
        [{ ok: true, n: 10, r: 10 }, [7]],
        [{ ok: true, n: 10, r: 11 }, []],
      ],
    },
    {
      promise: "equality of text tells case, accents, spaces and digits apart",
      cases: [
        [{ name: "APPLE" }, []],
        [{ name: "éclair" }, []],
        [{ name: "Eclair" }, []],
        [{ name: "E\u0301clair" }, []],
        [{ name: "apple " }, []],
        [{ name: "10.0" }, []],
        [{ name: "%" }, []],
        [{ name: "a%" }, []],
        [{ name: "a_b" }, [7]],
      ],
    },
    {
      promise: "null finds null",
      cases: [
        [{ name: null }, [4]],
        [{ name: { $eq: null } }, [4]],
        [{ n: null, r: null, ok: null }, [4]],
        [{ ok: null }, [3, 4, 8]],
        [{ mark: null, name: "apple" }, [1]],
      ],
    },
    {
      promise: "$eq finds what the value alone finds",
      cases: [
        [{ name: { $eq: "apple" } }, [1]],
        [{ n: { $eq: 2 } }, [2]],
        [{ ok: { $eq: false } }, [2, 6, 9]],
      ],
    },
    {
      promise: "$ne finds null too",
      cases: [
        [{ name: { $ne: "apple" } }, [2, 3, 4, 5, 6, 7, 8, 9, 10]],
        [{ n: { $ne: 0 } }, [1, 2, 3, 4, 6, 7, 8, 9, 10]],
        [{ ok: { $ne: true } }, [2, 3, 4, 6, 8, 9]],
        [{ r: { $ne: 0.5 } }, [2, 3, 4, 5, 6, 7, 8, 9, 10]],
      ],
    },
    {
      promise: "$ne null finds what is not null",
      cases: [
        [{ name: { $ne: null } }, [1, 2, 3, 5, 6, 7, 8, 9, 10]],
        [{ ok: { $ne: null } }, [1, 2, 5, 6, 7, 9, 10]],
        [{ mark: { $ne: null } }, []],
      ],
    },
    {
      promise: "$gt, $gte, $lt and $lte compare numbers by value",
      cases: [
        [{ n: { $gt: 2 } }, [3, 7, 8, 9]],
        [{ n: { $gte: 2 } }, [2, 3, 7, 8, 9]],
        [{ n: { $lt: 2 } }, [1, 5, 6, 10]],
        [{ n: { $lte: 2 } }, [1, 2, 5, 6, 10]],
        [{ r: { $gt: 0 } }, [1, 3, 6, 7, 8, 9]],
        [{ r: { $lt: 0.5 } }, [2, 5, 8, 10]],
        [{ r: { $lte: -1e300 } }, [10]],
        [{ n: { $gt: 9_007_199_254_740_990 } }, [9]],
        [{ n: { $gt: 9_007_199_254_740_991 } }, []],
      ],
    },
    {
      promise: "order comparisons are false on null",
      cases: [
        [{ n: { $gte: -9_007_199_254_740_991 } }, [1, 2, 3, 5, 6, 7, 8, 9, 10]],
        [{ n: { $lte: 9_007_199_254_740_991 } }, [1, 2, 3, 5, 6, 7, 8, 9, 10]],
        [{ name: { $gte: "" } }, [1, 2, 3, 5, 6, 7, 8, 9, 10]],
        [{ mark: { $gt: 0 } }, []],
        [{ mark: { $lt: 0 } }, []],
      ],
    },
    {
      promise: "$gt, $gte, $lt and $lte compare text by code point",
      cases: [
        [{ name: { $gt: "a" } }, [1, 3, 7, 9, 10]],
        [{ name: { $gte: "apple" } }, [1, 3, 9]],
        [{ name: { $lt: "a" } }, [2, 5, 6, 8]],
        [{ name: { $lte: "10" } }, [5, 8]],
        [{ name: { $gt: "\u{1F600}" } }, []],
        [{ name: { $lt: "\u{1F600}" } }, [1, 2, 3, 5, 6, 7, 8, 9, 10]],
      ],
    },
    {
      promise: "$between includes both ends and is false on null",
      cases: [
        [{ n: { $between: [1, 3] } }, [1, 2, 3]],
        [{ n: { $between: [2, 2] } }, [2]],
        [{ n: { $between: [3, 1] } }, []],
        [{ r: { $between: [-1.5, 0.5] } }, [1, 2, 5, 8]],
        [{ name: { $between: ["10", "Apple"] } }, [2, 6, 8]],
        [{ mark: { $between: [-1, 1] } }, []],
      ],
    },
    {
      promise: "several operators on a column must all hold",
      cases: [
        [{ n: { $gt: 0, $lt: 3 } }, [1, 2]],
        [{ n: { $gt: 0, $lt: 3, $ne: 1 } }, [2]],
        [{ name: { $startsWith: "a", $endsWith: "e" } }, [1]],
        [{ n: { $in: [1, 2, null], $ne: null } }, [1, 2]],
      ],
    },
    {
      promise: "$in finds the rows that have one of the values",
      cases: [
        [{ n: { $in: [1, 2, 4] } }, [1, 2]],
        [{ name: { $in: ["apple", "Apple", "x"] } }, [1, 2]],
        [{ ok: { $in: [true, false] } }, [1, 2, 5, 6, 7, 9, 10]],
        [{ n: { $in: [3, 3, 3] } }, [3]],
        [{ r: { $in: [0, 1e300] } }, [5, 9]],
      ],
    },
    {
      promise: "$in finds null only when null is in the list",
      cases: [
        [{ n: { $in: [1, null] } }, [1, 4]],
        [{ ok: { $in: [null] } }, [3, 4, 8]],
        [{ name: { $in: [null, "", "x"] } }, [4, 5]],
      ],
    },
    {
      promise: "an empty $in matches nothing, an empty $notIn everything",
      cases: [
        [{ n: { $in: [] } }, []],
        [{ name: { $in: [] } }, []],
        [{ n: { $notIn: [] } }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
        [{ name: { $nin: [] }, ok: true }, [1, 5, 7, 10]],
      ],
    },
    {
      promise: "$notIn finds null unless null is in the list",
      cases: [
        [{ n: { $notIn: [1, 2] } }, [3, 4, 5, 6, 7, 8, 9, 10]],
        [{ n: { $notIn: [1, 2, null] } }, [3, 5, 6, 7, 8, 9, 10]],
        [{ ok: { $nin: [true] } }, [2, 3, 4, 6, 8, 9]],
        [{ ok: { $notIn: [null] } }, [1, 2, 5, 6, 7, 9, 10]],
      ],
    },
    {
      promise: "lists of 5,000 values work",
      cases: [
        [{ n: { $in: range(5_000) } }, [1, 2, 3, 5, 7, 8]],
        [{ n: { $notIn: range(5_000) } }, [4, 6, 9, 10]],
        [{ n: { $in: [...range(5_000), null] } }, [1, 2, 3, 4, 5, 7, 8]],
        [{ name: { $in: [...range(5_000).map(String), "apple"] } }, [1, 8]],
        [{ name: { $notIn: range(5_000).map((i) => `name ${i}`) } }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
      ],
    },
    {
      promise: "$like matches the whole value, with % and _",
      cases: [
        [{ name: { $like: "apple" } }, [1, 2]],
        [{ name: { $like: "app" } }, []],
        [{ name: { $like: "a%" } }, [1, 2, 7, 10]],
        [{ name: { $like: "%an%" } }, [3]],
        [{ name: { $like: "%e" } }, [1, 2]],
        [{ name: { $like: "a_b" } }, [7, 10]],
        [{ name: { $like: "_____" } }, [1, 2]],
        [{ name: { $like: "%" } }, [1, 2, 3, 5, 6, 7, 8, 9, 10]],
        [{ name: { $like: "" } }, [5]],
        [{ name: { $like: "_" } }, []],
        [{ name: { $like: "1_%" } }, [6, 8]],
        [{ name: { $like: "%%" } }, [1, 2, 3, 5, 6, 7, 8, 9, 10]],
      ],
    },
    {
      promise: "$like takes a character after a backslash literally",
      cases: [
        [{ name: { $like: "a\\_b" } }, [7]],
        [{ name: { $like: "%\\%" } }, [6]],
        [{ name: { $like: "100\\%" } }, [6]],
        [{ name: { $like: "\\a\\p\\p\\l\\e" } }, [1, 2]],
        [{ name: { $like: "%\\\\%" } }, []],
      ],
    },
    {
      promise: "$like ignores the case of ASCII letters only",
      cases: [
        [{ name: { $like: "BANANA" } }, [3]],
        [{ name: { $like: "éCLAIR" } }, []],
        [{ name: { $like: "Éclair" } }, [9]],
        [{ name: { $like: "ÉCLAIR" } }, [9]],
        [{ name: { $like: "_clair" } }, [9]],
      ],
    },
    {
      promise: "$startsWith, $endsWith and $contains are literal and tell case apart",
      cases: [
        [{ name: { $startsWith: "a" } }, [1, 7, 10]],
        [{ name: { $startsWith: "A" } }, [2]],
        [{ name: { $startsWith: "a_" } }, [7]],
        [{ name: { $startsWith: "a%" } }, []],
        [{ name: { $endsWith: "%" } }, [6]],
        [{ name: { $endsWith: "b" } }, [7, 10]],
        [{ name: { $endsWith: "apple" } }, [1]],
        [{ name: { $contains: "an" } }, [3]],
        [{ name: { $contains: "AN" } }, []],
        [{ name: { $contains: "_" } }, [7]],
        [{ name: { $contains: "%" } }, [6]],
        [{ name: { $contains: "\n" } }, [10]],
        [{ name: { $contains: "É" } }, [9]],
        [{ name: { $endsWith: "longer than any of the values there are" } }, []],
      ],
    },
    {
      promise: "text matches with the empty text find all that is not null",
      cases: [
        [{ name: { $startsWith: "" } }, [1, 2, 3, 5, 6, 7, 8, 9, 10]],
        [{ name: { $endsWith: "" } }, [1, 2, 3, 5, 6, 7, 8, 9, 10]],
        [{ name: { $contains: "" } }, [1, 2, 3, 5, 6, 7, 8, 9, 10]],
      ],
    },
    {
      promise: "$and, $or and $not nest",
      cases: [
        [{ $or: [{ n: 1 }, { n: 2 }] }, [1, 2]],
        [{ $and: [{ n: { $gt: 0 } }, { n: { $lt: 3 } }] }, [1, 2]],
        [{ $or: [{ n: 1 }, { name: null }], ok: true }, [1]],
        [{ $not: { ok: true } }, [2, 3, 4, 6, 8, 9]],
        [{ $not: { n: { $gt: 0 } } }, [4, 5, 6, 10]],
        [{ $not: { $or: [{ ok: true }, { ok: false }] } }, [3, 4, 8]],
        [{ $not: { $and: [{ ok: true }, { n: 1 }] } }, [2, 3, 4, 5, 6, 7, 8, 9, 10]],
        [{ $or: [{ $and: [{ ok: true }, { n: { $lt: 1 } }] }, { $not: { name: { $ne: null } } }] }, [
          4,
          5,
          10,
        ]],
        [{ $and: [{ $or: [{ n: 1 }, { n: 2 }] }, { $or: [{ n: 2 }, { n: 3 }] }] }, [2]],
        [{ $not: { $not: { n: 1 } } }, [1]],
        [{ n: { $not: { $gt: 0 } } }, [4, 5, 6, 10]],
        [{ n: { $not: { $not: { $in: [1] } } } }, [1]],
        [{ n: { $not: 1 }, ok: true }, [5, 7, 10]],
      ],
    },
    {
      promise: "an empty $and is true, an empty $or is false",
      cases: [
        [{}, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
        [{ $and: [] }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
        [{ $or: [] }, []],
        [{ $not: {} }, []],
        [{ $not: { $or: [] } }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
        [{ $and: [{}, { n: 1 }] }, [1]],
        [{ $or: [{ $and: [] }, { n: 1 }] }, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]],
        [{ $or: [{}], n: 1 }, [1]],
      ],
    },
    {
      promise: "$or of 500 conditions and nesting of 40 levels work",
      cases: [
        [{ $or: range(500).map((n) => ({ n, ok: true })) }, [1, 5, 7]],
        [{ $and: range(500).map((n) => ({ n: { $ne: n + 4 } })) }, [1, 2, 3, 4, 5, 6, 9, 10]],
        [range(40).reduce((where: object) => ({ $not: where }), { n: 1 }), [1]],
        [
          range(40).reduce((where: object, i) => i % 2 === 0 ? { $or: [where] } : { $and: [where] }, {
            n: 1,
          }),
          [1],
        ],
      ],
    },
  ],
};
