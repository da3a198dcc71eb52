import type { Column } from "../schema/column.ts";
import type { Table } from "../schema/table.ts";
import { keyOrder, type ReadFind } from "./find_options.ts";

type Template = Omit<ReadFind, "params">;

const templates = new WeakMap<Table, Map<string, Template>[]>();

/**
 * Reads the most frequent search, `{ where: { column: value } }` with a string, number or boolean, without looking at more
 * than that: all but the value is made once a column.
 *
 * @returns The same as the long way, or null when the options are anything else.
 */
export function findByValue(table: Table, options: unknown, one: boolean): ReadFind | null {
  const where = onlyMember(options, "where");
  if (where === null) return null;
  const name = onlyKey(where);
  if (name === null) return null;
  const value = (where as Record<string, unknown>)[name];
  if (typeof value !== "string" && typeof value !== "number" && typeof value !== "boolean") return null;
  const column = table.get(name);
  if (column === undefined) return null;
  const { shape, where: predicate, orderBy, limit, offset, select } = template(table, column, one);
  return { shape, params: [column.accept(value)], where: predicate, orderBy, limit, offset, select };
}

function template(table: Table, column: Column, one: boolean): Template {
  let known = templates.get(table);
  if (known === undefined) templates.set(table, known = [new Map(), new Map()]);
  const byColumn = known[one ? 1 : 0] as Map<string, Template>;
  let made = byColumn.get(column.name);
  if (made === undefined) {
    made = {
      // The shape the long way gives too.
      shape: `${column.index}=${one ? "L1" : ""}`,
      where: { kind: "equal", column: column.name, path: null, slot: 0, nullable: false, type: null },
      orderBy: keyOrder(table).terms,
      limit: one ? 1 : undefined,
      offset: undefined,
      select: undefined,
    };
    byColumn.set(column.name, made);
  }
  return made;
}

function onlyMember(options: unknown, name: string): object | null {
  if (typeof options !== "object" || options === null || onlyKey(options) !== name) return null;
  const member = (options as Record<string, unknown>)[name];
  return typeof member === "object" && member !== null ? member : null;
}

/** The one own key of a plain object, or null. */
function onlyKey(value: object): string | null {
  if (Object.getPrototypeOf(value) !== Object.prototype) return null;
  const keys = Object.keys(value);
  return keys.length === 1 ? keys[0] as string : null;
}
