import { DenoKVDriver, type DenoKVOptions, type KVStore } from "../../drivers/deno_kv.ts";
import type { AsyncDriver } from "../../mod.ts";
import { test } from "../support/runner.ts";

type Open = (path?: string, options?: unknown) => Promise<KVStore>;

const opener = await findOpener();

/** Why tests on a real store cannot run here, or null. */
export const noKV: string | null = opener === null
  ? "the runtime has no `Deno.openKv`, and the package `@deno/kv` is not installed"
  : null;

/** Opens a store: of the runtime, or of `@deno/kv`. */
export function openKv(path: string): Promise<KVStore> {
  if (opener === null) throw new Error(noKV ?? "");
  return opener(path);
}

async function findOpener(): Promise<Open | null> {
  const { Deno } = globalThis as { Deno?: { openKv?: Open } };
  if (Deno !== undefined) return Deno.openKv ?? null;
  try {
    // Put together, so that no compiler looks for a package that may be absent.
    const { openKv } = await import(["@deno", "kv"].join("/")) as { openKv: Open };
    // Bun's own encoding of values is not V8's; the driver stores bytes only, which need none.
    const refuse = (): never => {
      throw new TypeError("Only bytes are stored");
    };
    return (path) => openKv(path, { encodeV8: refuse, decodeV8: refuse });
  } catch {
    return null;
  }
}

/** Registers a test that needs a real store. */
export function testKV(name: string, fn: () => Promise<void>, options: { timeout?: number } = {}): void {
  if (noKV === null) test(name, fn, options);
  else test.skip(name, noKV);
}

/** Makes a driver on a store of its own, which is closed with the driver. */
export async function openDriver(
  path: string,
  options: Omit<DenoKVOptions, "kv" | "path"> = {},
): Promise<DenoKVDriver> {
  if ("Deno" in globalThis) return new DenoKVDriver({ ...options, path });
  const kv = await openKv(path);
  const driver = new DenoKVDriver({ remote: false, ...options, kv });
  const disconnect = driver.disconnect.bind(driver);
  let open = true;
  driver.disconnect = async () => {
    await disconnect();
    if (open) kv.close();
    open = false;
  };
  return driver;
}

/** Gives `fn` a connected driver on a store in memory, and closes it. */
export async function withDriver<T>(
  fn: (driver: DenoKVDriver & AsyncDriver) => Promise<T>,
  { path = ":memory:", kv, ...options }: DenoKVOptions = {},
): Promise<T> {
  const driver = kv === undefined ? await openDriver(path, options) : new DenoKVDriver({ ...options, kv });
  await driver.connect();
  try {
    return await fn(driver);
  } finally {
    await driver.disconnect();
  }
}
