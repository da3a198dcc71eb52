import type { Predicate } from "../contract/mod.ts";
import type { Column } from "../schema/column.ts";
import type { Table } from "../schema/table.ts";
import {
  type CountPlan,
  type DeletePlan,
  keepPlan,
  keyOrder,
  type SelectPlan,
  type UpdatePlan,
} from "./plans.ts";

const known: WeakMap<Table, Map<string, ByValue>> = new WeakMap();

/**
 * The most frequent condition, `{ column: value }` with a string, number or boolean: its predicate and its plans are made once
 * a column, so that a call has no more to do than to look at the value.
 */
export class ByValue {
  /** The column. */
  readonly column: Column;
  /** What the condition means. */
  readonly predicate: Predicate;
  readonly #table: Table;
  readonly #updates: Map<string, UpdatePlan> = new Map();
  #all: SelectPlan | null = null;
  #one: SelectPlan | null = null;
  #count: CountPlan | null = null;
  #delete: DeletePlan | null = null;

  private constructor(table: Table, column: Column) {
    this.#table = table;
    this.column = column;
    this.predicate = equals(column.name, 0);
  }

  /** That of a condition, or null when it is anything else. */
  static of(table: Table, where: object): ByValue | null {
    const name = onlyKey(where);
    if (name === null) return null;
    const value = (where as Record<string, unknown>)[name];
    if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return null;
    let columns = known.get(table);
    if (columns === undefined) known.set(table, columns = new Map());
    const found = columns.get(name);
    if (found !== undefined) return found;
    const column = table.get(name);
    if (column === undefined) return null;
    const made = new ByValue(table, column);
    columns.set(name, made);
    return made;
  }

  /** Those of the options of a search that have nothing but such a condition. */
  static ofOptions(table: Table, options: unknown): ByValue | null {
    if (typeof options !== "object" || options === null || onlyKey(options) !== "where") return null;
    const { where } = options as { readonly where: unknown };
    return typeof where === "object" && where !== null ? ByValue.of(table, where) : null;
  }

  /** Checks the condition's value. */
  params(where: object): unknown[] {
    return [this.column.accept((where as Record<string, unknown>)[this.column.name])];
  }

  /** The search for all rows. */
  get all(): SelectPlan {
    return this.#all ??= this.#select(undefined);
  }

  /** The search for the first row. */
  get one(): SelectPlan {
    return this.#one ??= this.#select(1);
  }

  /** The count. */
  get count(): CountPlan {
    return this.#count ??= keepPlan<CountPlan>(this.#table, { kind: "count", where: this.predicate });
  }

  /** The removal. */
  get delete(): DeletePlan {
    return this.#delete ??= keepPlan<DeletePlan>(this.#table, { kind: "delete", where: this.predicate });
  }

  /** The change of one column. */
  update(column: string): UpdatePlan {
    let plan = this.#updates.get(column);
    if (plan === undefined) {
      plan = keepPlan<UpdatePlan>(this.#table, {
        kind: "update",
        where: this.predicate,
        set: [{ column, slot: 1 }],
      });
      this.#updates.set(column, plan);
    }
    return plan;
  }

  #select(limit: number | undefined): SelectPlan {
    return keepPlan<SelectPlan>(this.#table, {
      kind: "select",
      where: this.predicate,
      orderBy: keyOrder(this.#table),
      limit,
    });
  }
}

/** That a column has the value of a slot. */
export function equals(column: string, slot: number): Predicate {
  return Object.freeze({ kind: "equal", column, path: null, slot, type: null });
}

/** The one own key of a plain object, or null. */
function onlyKey(value: object): string | null {
  if (Object.getPrototypeOf(value) !== Object.prototype) return null;
  const keys = Object.keys(value);
  return keys.length === 1 ? keys[0] as string : null;
}
