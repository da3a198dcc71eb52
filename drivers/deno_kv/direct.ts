import type { Catalog } from "./catalog.ts";
import type { Store } from "./store.ts";

/** What an operation needs that belongs to no transaction and is gone about in the shortest way. */
export interface Direct {
  /** The store. */
  readonly store: Store;
  /** The tables as they are known. */
  readonly catalog: Catalog;
}
