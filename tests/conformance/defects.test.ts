import { assert, assertEquals, assertGreater, assertInstanceOf, assertStringIncludes } from "@std/assert";
import {
  type AnyKindOfDriver,
  capabilityMatrix,
  checkDriver,
  ConformanceError,
} from "../../src/testing/mod.ts";
import process from "node:process";
import * as broken from "../support/broken_drivers.ts";
import * as stores from "../support/broken_stores.ts";
import { runFile } from "../support/child.ts";
import { describe, runtime, test } from "../support/runner.ts";

/** What the kit says of a defect. */
interface Finding {
  readonly driver: new () => broken.SoundDriver;
  /** The name of the test that finds it. */
  readonly promise: string;
  readonly call: string;
  readonly seenBy?: string;
  readonly expected: string;
  readonly actual: string;
}

const findings: readonly Finding[] = [
  {
    driver: broken.DropsAPredicate,
    promise: "driver.findAll: several columns must all be equal",
    call: 'driver.findAll(db, "items", { where: { n: 1, on: false } })',
    expected: "[]",
    actual: "[1, 3]",
  },
  {
    driver: broken.IgnoresOrderBy,
    promise: "driver.findAll: orderBy orders the rows, ascending and descending",
    call: 'driver.findAll(db, "items", { orderBy: [["n", "ASC"]] })',
    expected: "[{ id: 2, n: 10 }, { id: 1, n: 20 }, { id: 3, n: 30 }]",
    actual: "[{ id: 1, n: 20 }, { id: 2, n: 10 }, { id: 3, n: 30 }]",
  },
  {
    driver: broken.LosesMilliseconds,
    promise: "driver: values of type datetime come back equal to the millisecond",
    call: 'driver.insert(db, "kinds", { id: 2, value: new Date("1970-01-01T00:00:00.001Z") })',
    expected: '{ id: 2, value: new Date("1970-01-01T00:00:00.001Z") }',
    actual: '{ id: 2, value: new Date("1970-01-01T00:00:00.000Z") }',
  },
  {
    driver: broken.RoundsLargeIntegers,
    promise: "driver: values of type bigint come back equal to the last digit",
    call: 'driver.insert(db, "kinds", { id: 8, value: 9007199254740993n })',
    expected: "{ id: 8, value: 9007199254740993n }",
    actual: "{ id: 8, value: 9007199254740992n }",
  },
  {
    driver: broken.BulkInsertsInALoop,
    promise: "driver.bulkInsert: stores no row when one is refused",
    call: 'driver.bulkInsert(db, "items", [{ id: 9, name: "z", n: 9 }, { id: 1, name: "y", n: 8 }])',
    seenBy: 'driver.findAll(db, "items", {})',
    expected: '[{ id: 1, name: "a", n: 1 }, { id: 2, name: "b", n: 1 }, { id: 3, name: null, n: 1 }]',
    actual:
      '[{ id: 1, name: "a", n: 1 }, { id: 2, name: "b", n: 1 }, { id: 3, name: null, n: 1 }, { id: 9, name: "z", n: 9 }]',
  },
  {
    driver: broken.CountsChangedRows,
    promise: "driver.update: tells how many rows match, changed or not",
    call: 'driver.update(db, "items", { name: "new" }, { id: 1 })',
    expected: "1",
    actual: "0",
  },
  {
    driver: broken.KeepsFailedTransactions,
    promise: "driver.transaction: undoes every kind of write when its callback throws",
    call: 'driver.transaction(() => { driver.insert(db, "items", { id: 3, name: "c" }); throw new Undo() })',
    seenBy: 'driver.findAll(db, "items", {})',
    expected: '[{ id: 1, name: "a" }, { id: 2, name: "b" }]',
    actual: '[{ id: 1, name: "a" }, { id: 2, name: "b" }, { id: 3, name: "c" }]',
  },
  {
    driver: broken.TakesAFalsyThrowForNone,
    promise: "driver.transaction: is undone also when what is thrown is no Error",
    call: 'driver.transaction(() => { driver.delete(db, "items", { id: 1 }); throw undefined })',
    expected: "throws undefined",
    actual: "returned undefined",
  },
  {
    driver: broken.DisconnectsLater,
    promise: "driver: no method returns a Promise",
    call: "driver.disconnect()",
    expected: "a value",
    actual: "a Promise",
  },
  {
    driver: broken.ExcludesTheHighEnd,
    promise: "driver: $between includes both ends and is false on null",
    call: 'driver.findAll(db, "scalars", { where: { n: { $between: [1, 3] } } })',
    expected: "[1, 2, 3]",
    actual: "[1, 2]",
  },
  {
    driver: broken.MatchesLikeAnywhere,
    promise: "driver: $like matches the whole value, with % and _",
    call: 'driver.findAll(db, "scalars", { where: { name: { $like: "app" } } })',
    expected: "[]",
    actual: "[1, 2]",
  },
  {
    driver: broken.OrdersNullLast,
    promise: "driver.findAll: orderBy puts null first ascending and last descending",
    call: 'driver.findAll(db, "items", { orderBy: [["value", "ASC"]] })',
    expected: '[null, "…", "…"]',
    actual: '["…", "…", null]',
  },
  {
    driver: broken.IgnoresWhereWithLimit,
    promise: "driver.findAll: limit and offset count the rows that match",
    call: 'driver.findAll(db, "items", { where: { n: 1 }, orderBy: [["id", "ASC"]], limit: 2 })',
    expected: "[1, 3]",
    actual: "[0, 1]",
  },
  {
    driver: broken.SharesIndexNames,
    promise: "driver.createIndex: indexes of one name on two tables have nothing in common",
    call: 'driver.insert(db, "others", { id: 2, name: null, n: 1 })',
    expected: "UniqueConstraintError (code UNIQUE_CONSTRAINT, table `others`, columns [n])",
    actual: "returned { id: 2, name: null, n: 1 }",
  },
  {
    driver: broken.KeepsTheFirstIndex,
    promise: "driver.createIndex: throws when another index has the name",
    call: 'driver.createIndex(db, "items", "one", { columns: ["name"], unique: true })',
    expected: "ValidationError (code INDEX_MISMATCH, table `items`)",
    actual: "returned undefined",
  },
  {
    driver: broken.JoinsKeys,
    promise: "driver: rows of a composite primary key are never taken for one another",
    call: 'driver.bulkInsert(db, "texts", [{ a: "a|b", b: "c", id: 6 }, { a: "a", b: "b|c", id: 7 }])',
    seenBy: 'driver.findOne(db, "texts", { where: { a: "a", b: "b|c" } })',
    expected: '{ a: "a", b: "b|c", id: 7 }',
    actual: "null",
  },
  {
    driver: broken.SimplifiesDatabaseNames,
    promise: "driver: databases have nothing in common, however alike their names are",
    call: 'driver.tableExists("kit-v1", "items")',
    expected: "false",
    actual: "true",
  },
];

describe("conformance:", () => {
  for (const finding of findings) {
    const { driver, promise } = finding;
    test(`a driver that ${wordsOf(driver.name)} is found by the name of the promise it breaks`, async () => {
      const report = await checkDriver({ driver: () => new driver(), reopen: stores.reopened });
      const found = report.results.filter(({ outcome }) => outcome === "failed");
      const error = found.find((result) => result.promise === promise)?.error;
      assertInstanceOf(error, ConformanceError, found.map((result) => result.promise).join("\n"));
      assertEquals(
        {
          call: withoutNumber(error.call),
          seenBy: withoutNumber(error.seenBy),
          expected: error.expected,
          actual: error.actual,
        },
        {
          call: finding.call,
          seenBy: finding.seenBy ?? "",
          expected: finding.expected,
          actual: finding.actual,
        },
      );
      // What tells how to see it is in the message: the table, its rows, and the call.
      for (const part of [promise, error.call, error.expected, error.actual, "driver.createTable("]) {
        assertStringIncludes(error.message, part);
      }
      // The same defect shows to users of a model.
      assert(found.some(({ area }) => !area.startsWith("driver:")));
      assertStringIncludes(capabilityMatrix(report), `- ${promise}\n`);
    });
  }

  test("the driver that the broken ones are made of keeps every promise", async () => {
    const report = await checkDriver({ driver: () => new broken.SoundDriver() });
    const failed = report.results.filter(({ outcome }) => outcome === "failed");
    assertEquals(failed.map(({ promise, error }) => `${promise}: ${error?.message}`), []);
    assertGreater(report.results.filter(({ outcome }) => outcome === "passed").length, 400);
  });
});

/** Defects that show only to who looks for them, and the promise that finds each. */
const hidden: readonly (readonly [name: string, promise: string, make: () => AnyKindOfDriver])[] = [
  [
    "counts units of UTF-16",
    "where: `_` of $like is one character, whatever its length in UTF-16",
    () => new stores.CountsUnits(),
  ],
  ["keeps local time", "values: dates mean the same in every time zone", () => new stores.KeepsLocalTime()],
  [
    "shares rows that are pending",
    "transaction: a row handed out is the caller's, and what is pending is not",
    () => new stores.SharesPendingRows(),
  ],
  [
    "ignores `readonly`",
    "driver.connect: with `readonly` every write is refused, and rows can be read",
    () => new stores.IgnoresReadonly(),
  ],
  [
    "shows halves of statements",
    "flows: nobody sees half of a statement of many rows",
    () => stores.insertsRowByRow(),
  ],
  [
    "says that it is closed before it is",
    "driver.disconnect: when it has ended, another driver finds everything at once",
    () => stores.closesLater(),
  ],
  [
    "is held by what was left before its end",
    "driver.iterate: may be left before its end, and the store can then be written",
    () => new stores.LeaksIterators(),
  ],
  [
    "swallows what the store says of a write",
    "driver: a write that the store refuses is an error, and changes nothing",
    () => new stores.SwallowsFailures(),
  ],
  [
    "swallows what the store says of a commit",
    "transaction: one whose writes the store refuses is an error, and changes nothing",
    () => new stores.SwallowsFailures(),
  ],
];

const leaves = "driver.disconnect: leaves no timer or handle that keeps the process alive";

const leavesFiles = "driver.disconnect: leaves no file open, whatever was read or refused before";

function failWrites(driver: AnyKindOfDriver): () => void {
  const store = driver as unknown as stores.FullDriver;
  store.full = true;
  return () => {
    store.full = false;
  };
}

async function outcomeOf(promise: string, driver: () => AnyKindOfDriver): Promise<string | undefined> {
  const only = (name: string) => name === promise;
  const report = await checkDriver({ driver, only, failWrites, reopen: stores.reopened });
  return report.results.find((result) => result.promise === promise)?.outcome;
}

describe("conformance: a driver that", () => {
  for (const [name, promise, make] of hidden) {
    test(`${name} is found`, async () => assertEquals(await outcomeOf(promise, make), "failed"));
  }

  test("fails its writes aloud is not blamed", async () => {
    const promises = hidden.map(([, promise]) => promise).filter((promise) =>
      promise.includes("the store refuses")
    );
    for (const promise of promises) {
      assertEquals(await outcomeOf(promise, () => new stores.FullDriver()), "passed");
    }
  });

  if (process.platform !== "linux") {
    test.skip("leaks a file is found", "only Linux tells which files are open");
  } else {
    test("leaks a file is found", async () => {
      assertEquals(await outcomeOf(leavesFiles, () => new stores.LeaksAFile()), "failed");
      stores.closeFiles();
      assertEquals(await outcomeOf(leavesFiles, () => new broken.SoundDriver()), "passed");
    });
  }

  if (runtime !== "node") test.skip("leaks a timer is found", "only Node tells what keeps a process alive");
  else {
    test("leaks a timer is found", async () => {
      assertEquals(await outcomeOf(leaves, () => new stores.LeaksATimer()), "failed");
      stores.endTimers();
      assertEquals(await outcomeOf(leaves, () => new broken.SoundDriver()), "passed");
    });
  }
});

const inserts = "driver.insert: returns the row as stored";
const keeps = "driver.transaction: keeps the work when its callback returns";

/** A method of an async driver that is not written yet, and what the kit says of a promise that needs it. */
const unfinished: readonly (readonly [fault: string, promise: string, call: string, actual: string])[] = [
  ["insert throws", inserts, 'driver.insert(db, "items", {…})', "Error: not written"],
  ["insert rejects", inserts, 'driver.insert(db, "items", {…})', "Error: not written"],
  ["insert strays", inserts, 'driver.insert(db, "items", {…})', "Error: a stray"],
  [
    "delete throws",
    "driver.delete: tells how many rows match",
    'driver.delete(db, "items", {…})',
    "Error: not written",
  ],
  [
    "count hangs",
    "driver.count: counts the rows that match",
    'driver.count(db, "items")',
    'pending: driver.count(db, "items")',
  ],
  ["transaction hangs", keeps, "driver.transaction(() => {})", "pending: driver.transaction(() => {})"],
  ["connect throws", inserts, "", "Error: not written"],
  ["connect hangs", inserts, "driver.connect()", "pending: driver.connect()"],
  ["disconnect hangs", inserts, "driver.disconnect()", "pending: driver.disconnect()"],
];

describe("checkDriver: a driver whose", () => {
  for (const [fault, promise, call, actual] of unfinished) {
    test(`${fault} gets a report that names the call`, async () => {
      const file = new URL("./fixtures/unfinished.ts", import.meta.url);
      const { code, stdout, stderr } = await runFile(file, [...fault.split(" "), promise]);
      const [counts, said] = stdout.trim().split("\n").map((line) => JSON.parse(line) as unknown[]);
      const opens = !fault.includes("connect");
      assertEquals([code, counts, said], [0, [opens, true, 0], [call, actual]], stderr);
    });
  }
});

/** `DropsAPredicate` as words. */
function wordsOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).trim();
}

/** Every test has a database of its own. */
function withoutNumber(call: string): string {
  return call.replace(/"kit_\d+"/g, "db").replace(/"kit_\d+/g, '"kit');
}
