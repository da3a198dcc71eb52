import { conformance } from "../../src/testing/mod.ts";
import { NaiveDriver, SlowNaiveDriver } from "../support/naive_driver.ts";
import { test } from "../support/runner.ts";

// What a driver must do with nothing declared, and this one, which knows only the list of methods, does not.
const skip = {
  "autoIncrement: a number that is a row's is never assigned, though an update gave it":
    "the naive driver does not look at what an update does to its numbers",
  "autoIncrement: no number is left after the largest": "the naive driver goes on counting",
  "define: a table that differs from its schema is refused": "the naive driver does not compare schemas",
  "driver.createTable: throws when the table differs": "the naive driver does not compare schemas",
  "reopen: a table that differs from its schema is refused": "the naive driver does not compare schemas",
};
const options = { test, skipTest: test.skip, skip };
const transactions = { snapshots: true, capabilities: { transactions: "exclusive" } } as const;

await conformance({ ...options, driver: () => new NaiveDriver(), reopen: (driver) => driver });
await conformance({
  ...options,
  name: "naive (with transactions)",
  driver: () => new NaiveDriver(transactions),
});
await conformance({ ...options, driver: () => new SlowNaiveDriver(), reopen: (driver) => driver });
