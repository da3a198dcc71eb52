import { type Maybe, promised } from "../chain/chain.ts";
import { withCallers } from "../errors/caller_frames.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import { Model } from "./model.ts";
import type { ModelHost } from "./model_host.ts";
import { View } from "./view.ts";

/** As a class of any object: to compare the types of all its methods with their own would cost more than all others together. */
const AnyRows = Model as unknown as new (entry: TableEntry, host: ModelHost) => object;

/** A model on an async driver: what a method refuses comes as a rejection, like what the store refuses. */
export class AsyncModel extends AnyRows {}

/** What answers at once with any driver. */
const AT_ONCE: readonly string[] = ["constructor", "iterate", "pick", "prepare", "scope"];

const methods = {
  ...Object.getOwnPropertyDescriptors(View.prototype),
  ...Object.getOwnPropertyDescriptors(Model.prototype),
};
for (const [name, { value }] of Object.entries(methods)) {
  if (AT_ONCE.includes(name)) continue;
  const method = value as (
    ...args: readonly unknown[]
  ) => Maybe<unknown>;
  Object.defineProperty(AsyncModel.prototype, name, {
    configurable: true,
    writable: true,
    value(this: object, ...args: unknown[]): Promise<unknown> {
      return withCallers(promised(() => method.apply(this, args)));
    },
  });
}
