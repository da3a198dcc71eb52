import { conformance } from "../../src/testing/mod.ts";
import { NaiveDriver, SlowNaiveDriver } from "../support/naive_driver.ts";
import { test } from "../support/runner.ts";
import { inShortForm } from "../support/short_form.ts";

const options = {
  test,
  skipTest: test.skip,
  skip: {
    "driver.connect: with `readonly` every write is refused, and rows can be read":
      "it reads no configuration",
  },
};
const transactions = { snapshots: true, capabilities: { transactions: "exclusive" } } as const;

/** Every slow driver has waits of its own. */
let seed = 0;

await conformance({ ...options, driver: () => new NaiveDriver(), reopen: (driver) => driver });
await conformance({
  ...options,
  name: "naive (with transactions)",
  driver: () => new NaiveDriver(transactions),
});
await conformance({ ...options, driver: () => new SlowNaiveDriver({}, ++seed), reopen: (driver) => driver });
await conformance({
  ...options,
  test: inShortForm(test, "slow-naive (with transactions)"),
  name: "slow-naive (with transactions)",
  driver: () => new SlowNaiveDriver(transactions, ++seed),
});
