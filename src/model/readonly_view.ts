import { readOnly } from "../orm/view_entry.ts";
import type { Mode } from "../types/mode.ts";
import { withPromises } from "./async_model.ts";
import { Model } from "./model.ts";
import { View } from "./view.ts";

/** A view of a store: it reads, and what would write says why it does not. */
export class ReadonlyView extends View<Record<string, unknown>, unknown, Mode> {}

for (const name of Object.getOwnPropertyNames(Model.prototype)) {
  if (Object.hasOwn(View.prototype, name)) continue;
  Object.defineProperty(ReadonlyView.prototype, name, {
    configurable: true,
    writable: true,
    value(this: ReadonlyView): never {
      throw readOnly(this.table);
    },
  });
}

/** The same on an async driver. */
export class AsyncReadonlyView extends ReadonlyView {}

withPromises(AsyncReadonlyView.prototype, View.prototype, ReadonlyView.prototype);
