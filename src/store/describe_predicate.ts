import type { JSONPath, Predicate, PredicateTarget } from "../contract/mod.ts";
import type { Table } from "../schema/table.ts";

/** The most values of a list that are shown. */
const SHOWN = 3;

/** A condition as a reader would write it, without the values of sensitive columns. */
export function describePredicate(table: Table, predicate: Predicate, params: readonly unknown[]): string {
  const place = ({ column, path }: PredicateTarget): string =>
    `\`${[column, ...(path === null ? [] : params[path] as JSONPath)].join(".")}\``;
  const show = ({ column }: PredicateTarget, value: unknown): string => table.column(column).show(value);
  const value = (target: PredicateTarget, slot: number): string => show(target, params[slot]);
  const write = (each: Predicate): string => {
    switch (each.kind) {
      case "and":
      case "or":
        return each.items.length === 0
          ? each.kind === "and" ? "true" : "false"
          : `(${each.items.map(write).join(` ${each.kind} `)})`;
      case "not":
        return `not ${write(each.item)}`;
      case "null":
        return `${place(each)} is null`;
      case "equal":
        return `${place(each)} = ${value(each, each.slot)}`;
      case "compare":
        return `${place(each)} ${each.operator} ${value(each, each.slot)}`;
      case "between":
        return `${place(each)} between ${value(each, each.low)} and ${value(each, each.high)}`;
      case "text":
        return `${place(each)} ${each.operator} ${value(each, each.slot)}`;
      case "in":
        return `${place(each)} in ${
          list(params[each.slot] as readonly unknown[], each.withNull, (item) => show(each, item))
        }`;
      case "tuples": {
        const { columns, slot } = each;
        const tuple = (items: unknown): string =>
          `(${columns.map((column, i) => table.column(column).show((items as unknown[])[i])).join(", ")})`;
        return `(${columns.map((column) => `\`${column}\``).join(", ")}) in ${
          list(params[slot] as readonly unknown[], false, tuple)
        }`;
      }
      case "has":
        return `${place(each)} has ${value(each, each.slot)}`;
      case "related":
        return `\`${each.column}\` is \`${each.theirs}\` of a row of \`${each.table}\``;
      case "test":
        return `a computed value ${each.operator} another`;
    }
  };
  return write(predicate);
}

function list(values: readonly unknown[], withNull: boolean, show: (item: unknown) => string): string {
  const all = withNull ? [...values, null] : values;
  const more = all.length > SHOWN ? `, and ${all.length - SHOWN} more` : "";
  return `(${all.slice(0, SHOWN).map(show).join(", ")}${more})`;
}
