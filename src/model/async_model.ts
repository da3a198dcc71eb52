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

/** Gives an object the methods of others, which answer with Promises. */
export function withPromises(target: object, ...sources: readonly object[]): void {
  const methods = Object.assign({}, ...sources.map((each) => Object.getOwnPropertyDescriptors(each)));
  for (const [name, { value }] of Object.entries(methods as Record<string, PropertyDescriptor>)) {
    if (AT_ONCE.includes(name)) continue;
    const method = value as (
      ...args: readonly unknown[]
    ) => Maybe<unknown>;
    Object.defineProperty(target, name, {
      configurable: true,
      writable: true,
      value(this: object, ...args: unknown[]): Promise<unknown> {
        return withCallers(promised(() => method.apply(this, args)));
      },
    });
  }
}

withPromises(AsyncModel.prototype, View.prototype, Model.prototype);
