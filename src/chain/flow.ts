import { builtinModule } from "../runtime/builtin_module.ts";

/** The part of AsyncLocalStorage that is used. */
interface Storage<T> {
  run<R>(store: T, work: () => R): R;
  getStore(): T | undefined;
}

/** Makes a store that follows a flow of calls through its Promises, or null where the runtime has none (a browser). */
export function flowStorage<T>(): Storage<T> | null {
  const hooks = builtinModule<{ AsyncLocalStorage: new () => Storage<T> }>("node:async_hooks");
  return hooks === undefined ? null : new hooks.AsyncLocalStorage();
}

export type { Storage as FlowStorage };
