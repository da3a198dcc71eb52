import { conformance } from "../../src/testing/mod.ts";
import { NaiveDriver, SlowNaiveDriver } from "../support/naive_driver.ts";
import { test } from "../support/runner.ts";

const options = { test, skipTest: test.skip };
const transactions = { snapshots: true, capabilities: { transactions: "exclusive" } } as const;

await conformance({ ...options, driver: () => new NaiveDriver(), reopen: (driver) => driver });
await conformance({
  ...options,
  name: "naive (with transactions)",
  driver: () => new NaiveDriver(transactions),
});
await conformance({ ...options, driver: () => new SlowNaiveDriver(), reopen: (driver) => driver });
