import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { MemoryDriver } from "../../drivers/memory.ts";
import { ValidationError } from "../../mod.ts";
import {
  capabilityMatrix,
  checkDriver,
  type CheckOptions,
  conformance,
  ConformanceError,
} from "../../src/testing/mod.ts";
import { NaiveDriver, SlowNaiveDriver } from "../support/naive_driver.ts";
import { describe, test } from "../support/runner.ts";

const ofInsert = (promise: string) => promise.startsWith("driver.insert:");

describe("conformance:", () => {
  test("the report is filled while the tests run", async () => {
    const tests: (() => void | Promise<void>)[] = [];
    const report = await conformance({
      driver: () => new MemoryDriver(),
      test: (_, fn) => tests.push(fn),
      skipTest: () => {},
    });
    const count = (outcome: string) => report.results.filter((result) => result.outcome === outcome).length;
    assertEquals(count("not run"), tests.length);
    await tests[0]?.();
    assertEquals([count("passed"), count("not run")], [1, tests.length - 1]);
    assertEquals(count("skipped"), report.results.length - tests.length);
  });

  test("a skipped test has its reason in the report", async () => {
    const skip = { "driver.insert: returns the row as stored": "it is known" };
    const report = await checkDriver({ driver: () => new MemoryDriver(), only: ofInsert, skip });
    const [skipped] = report.results.filter(({ promise }) => Object.hasOwn(skip, promise));
    assertEquals([skipped?.outcome, skipped?.reason], ["skipped", "it is known"]);
  });

  test("a broken transaction of an async driver is shown with the calls in it", async () => {
    // Declared, but not done.
    const capabilities = { transactions: "exclusive" } as const;
    const promise = "driver.transaction: undoes every kind of write when its callback throws";
    const report = await checkDriver({
      driver: () => new SlowNaiveDriver({ capabilities }),
      only: (name) => name === promise,
    });
    const error = report.results.find((result) => result.promise === promise)?.error;
    assert(error instanceof ConformanceError);
    assertEquals(
      error.call.replace(/"kit_\d+"/, "db"),
      'driver.transaction(() => { driver.insert(db, "items", { id: 3, name: "c" }); throw new Undo() })',
    );
  });
});

describe("checkDriver:", () => {
  test("runs only what it is asked for", async () => {
    const report = await checkDriver({ driver: () => new MemoryDriver(), only: ofInsert });
    const ran = report.results.filter(({ outcome }) => outcome === "passed").map(({ promise }) => promise);
    assertEquals(ran, report.results.map(({ promise }) => promise).filter(ofInsert));
  });

  test("options without a driver are refused", async () => {
    await assertRejects(() => checkDriver({} as CheckOptions), ValidationError, "`driver`");
  });
});

describe("capabilityMatrix:", () => {
  test("tells what a driver declares and what the core does instead", () => {
    const lines = capabilityMatrix(new NaiveDriver({ capabilities: { orderBy: true, operators: ["$gt"] } }));
    assertEquals(lines.split("\n").slice(0, 12), [
      "| naive 1.0.0    | driver | note                                             |",
      "| -------------- | ------ | ------------------------------------------------ |",
      "| native date    | no     | encoded by the core                              |",
      "| native bytes   | no     | encoded by the core                              |",
      "| native bigint  | no     | encoded by the core                              |",
      "| operators      | $gt    | others applied by the core                       |",
      "| logic          | no     | applied by the core                              |",
      "| jsonPaths      | no     | applied by the core                              |",
      "| expressions    | no     | computed by the core                             |",
      "| returning      | no     | read by the core in a transaction                |",
      "| related        | no     | found by their keys                              |",
      "| orderBy        | yes    | the order                                        |",
    ]);
  });

  test("counts what the kit ran, left out and found broken", async () => {
    // Declared, but not done.
    const capabilities = { transactions: "exclusive" } as const;
    const report = await checkDriver({
      driver: () => new NaiveDriver({ capabilities }),
      only: (promise) => promise.startsWith("driver.transaction"),
    });
    const text = capabilityMatrix(report);
    assertStringIncludes(text, "| area                     | passed | failed | skipped | not run |");
    assertStringIncludes(text, "| driver: tables           |        |        |         | 10      |");
    assertStringIncludes(text, "| driver: transactions     | 3      | 3      | 6       |         |");
    assertStringIncludes(
      text,
      "Broken promises:\n\n- driver.transaction: undoes every kind of write when its callback throws\n",
    );
    assertStringIncludes(text, "- driver does not declare `references`: 3");
  });
});
