import type { TableEntry } from "./table_entry.ts";

/**
 * Names the entry of a model. Models find each other by it, also those of another copy of this library: a program can have its
 * ES modules and its CommonJS ones.
 */
export const MODEL_ENTRY: unique symbol = Symbol.for("@rinari/orm/model/1");

/** Lets a model be found by others. */
export function registerModel(model: object, entry: TableEntry): void {
  Object.defineProperty(model, MODEL_ENTRY, { value: entry });
}

/** The entry of a model, or null for anything else. */
export function entryOf(model: unknown): TableEntry | null {
  if (typeof model !== "object" || model === null) return null;
  return (model as { readonly [MODEL_ENTRY]?: TableEntry })[MODEL_ENTRY] ?? null;
}
