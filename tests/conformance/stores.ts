import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type SyncDriver, toAsyncDriver } from "../../mod.ts";
import type { AnyKindOfDriver, ConformanceOptions } from "../../src/testing/mod.ts";

type Store = Pick<ConformanceOptions, "driver" | "cleanup" | "reopen" | "databases">;

/** A driver that has a folder of its own for each test. */
export function inFolders(make: (storageDir: string) => AnyKindOfDriver | Promise<AnyKindOfDriver>): Store {
  const folders = new WeakMap<AnyKindOfDriver, string>();
  const open = async (folder: string): Promise<AnyKindOfDriver> => {
    const driver = await make(folder);
    folders.set(driver, folder);
    return driver;
  };
  return {
    driver: () => open(mkdtempSync(join(tmpdir(), "rinari-"))),
    reopen: (driver) => open(folders.get(driver) as string),
    cleanup: (driver) => rmSync(folders.get(driver) as string, { recursive: true, force: true }),
  };
}

/** A driver whose databases are in memory. */
export function inMemory(make: (databases: Record<string, string>) => AnyKindOfDriver): Store {
  const names = ["one", "two"] as const;
  return {
    databases: names,
    driver: () => make(Object.fromEntries(names.map((name) => [name, ":memory:"]))),
  };
}

/** The same driver with the face of an async one. */
export function asynchronous<A extends readonly unknown[]>(
  make: (...args: A) => SyncDriver,
): (...args: A) => AnyKindOfDriver {
  return (...args) => toAsyncDriver(make(...args));
}
