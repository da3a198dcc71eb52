import type { DriverConfig } from "../../src/contract/mod.ts";
import type { KVStore } from "./kv.ts";
import { type Open, openStore } from "./open_store.ts";
import { type DenoKVOptions, isRemote, limitsOf, usageOf } from "./options.ts";
import { Sessions } from "./sessions.ts";
import { Store } from "./store.ts";

/** Opens a store of the driver's own. */
export function openOwn({ path }: DenoKVOptions, config: DriverConfig): Promise<KVStore> {
  return openStore(path ?? config.url);
}

/** What a driver works on that has this store. */
export function useStore(options: DenoKVOptions, config: DriverConfig, kv: KVStore): Open {
  const { kv: given, path, prefix = ["rinari"] } = options;
  const usage = usageOf(options, config);
  const where = path ?? config.url;
  const store = new Store(kv, prefix, limitsOf(options, where), isRemote(options, where));
  const close = (): void => {
    store.leave();
    if (given === undefined) kv.close();
  };
  return { store, sessions: new Sessions(store), usage, close };
}
