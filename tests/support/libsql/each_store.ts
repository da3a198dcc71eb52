import { LibSQLDriver, type LibSQLOptions } from "../../../drivers/libsql.ts";
import { test } from "../runner.ts";
import { withTempDir } from "../temp_dir.ts";
import { noServer } from "./server.ts";
import { type Reach, ServerStores } from "./stores.ts";

/** Gives work a driver on an empty database `one`. */
export type WithDriver = (
  work: (driver: LibSQLDriver) => Promise<void>,
  options?: LibSQLOptions,
) => Promise<void>;

/** Registers tests for every kind of store; those of servers are skipped where there is none. */
export function eachStore(
  register: (reach: "file" | "memory" | Reach, withDriver: WithDriver) => void,
): void {
  register("file", (work, options) =>
    withTempDir(async (storageDir) => {
      const driver = new LibSQLDriver({ durability: "relaxed", ...options, storageDir });
      await using _ = closing(driver);
      await work(driver);
    }));
  register("memory", async (work, options) => {
    const driver = new LibSQLDriver({ ...options, databases: { one: ":memory:" } });
    await using _ = closing(driver);
    await work(driver);
  });
  for (const reach of ["http", "ws", "replica"] as const) {
    if (noServer !== null) {
      test.skip(`over ${reach}`, noServer);
      continue;
    }
    register(reach, async (work, options) => {
      const stores = ServerStores.shared(reach);
      const driver = await stores.driver("one", options);
      try {
        await using _ = closing(driver);
        await work(driver);
      } finally {
        await stores.cleanup(driver);
      }
    });
  }
}

function closing(driver: LibSQLDriver): AsyncDisposable {
  return { [Symbol.asyncDispose]: () => driver.disconnect() };
}
