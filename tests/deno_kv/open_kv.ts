import { DenoKVDriver, type DenoKVOptions, type KVStore } from "../../drivers/deno_kv.ts";
import type { AsyncDriver } from "../../mod.ts";
import { test } from "../support/runner.ts";

const { Deno } = globalThis as { Deno?: { openKv?: (path?: string) => Promise<KVStore> } };

/** Why tests on a real store cannot run here, or null. */
export const noKV: string | null = Deno?.openKv === undefined
  ? "the runtime has no `Deno.openKv`, and `@deno/kv` is not among the development tools"
  : null;

/** Opens a store of the runtime. */
export function openKv(path: string): Promise<KVStore> {
  if (Deno?.openKv === undefined) throw new Error(noKV ?? "");
  return Deno.openKv(path);
}

/** Registers a test that needs a real store. */
export function testKV(name: string, fn: () => Promise<void>, options: { timeout?: number } = {}): void {
  if (noKV === null) test(name, fn, options);
  else test.skip(name, noKV);
}

/** Gives `fn` a connected driver on a store in memory, and closes it. */
export async function withDriver<T>(
  fn: (driver: DenoKVDriver & AsyncDriver) => Promise<T>,
  options: DenoKVOptions = { path: ":memory:" },
): Promise<T> {
  const driver = new DenoKVDriver(options);
  await driver.connect();
  try {
    return await fn(driver);
  } finally {
    await driver.disconnect();
  }
}
