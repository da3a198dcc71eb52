import { chain } from "../chain/chain.ts";
import { ValidationError } from "../errors/mod.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import { moveSlots } from "../query/computed_condition.ts";
import { DeferredList, hasParameters, type ListSearch } from "../query/deferred_list.ts";
import { type ReadFind, readFind, refuseSearch } from "../query/find_options.ts";
import { changePlan } from "../query/plans.ts";
import type { Column } from "../schema/column.ts";
import { describeValue } from "../schema/describe_value.ts";
import { isPlain } from "../schema/plain_object.ts";
import { bindFind } from "./prepared.ts";

const OPTIONS: readonly string[] = ["where", "orderBy", "limit"];

/**
 * The values of a column in the rows of a search, as a list that is found when it is needed.
 *
 * @throws {ValidationError} When the column is JSON, or the options make no sense.
 */
export function pick(entry: TableEntry, name: string, options: unknown): DeferredList {
  const { table } = entry;
  const column = table.column(name);
  if (column.kind === "json") {
    return refuseSearch(table, `\`${column.name}\` is JSON, whose values are in no list of another search`);
  }
  if (options !== undefined && (typeof options !== "object" || options === null || !isPlain(options))) {
    return refuseSearch(table, `the options are a plain object, not ${describeValue(options)}`);
  }
  const unknown = Object.keys(options ?? {}).find((each) => !OPTIONS.includes(each));
  if (unknown !== undefined) {
    return refuseSearch(table, `${JSON.stringify(unknown.slice(0, 40))} is none of ${OPTIONS.join(", ")}`);
  }
  const { plan, params } = readFind(table, options, table.rules.strict);
  return listOf(entry, column, { plan: changePlan(table, plan, { select: [column.name] }), params });
}

function listOf(entry: TableEntry, column: Column, find: ReadFind): DeferredList {
  const { table } = entry;
  const { plan, params } = find;
  const search = (at: TableEntry): ListSearch | null => {
    check(entry, at);
    if (at.sibling(table.name) !== entry.base) return null;
    const { condition } = entry;
    if (condition?.predicate == null) return { column, where: plan.where, params };
    const own = moveSlots(condition.predicate, (slot) => slot + params.length);
    return {
      column,
      where: plan.where === null ? own : { kind: "and", items: [own, plan.where] },
      params: [...params, ...condition.params],
    };
  };
  return new DeferredList(
    (at) => {
      check(entry, at as TableEntry);
      return chain(
        entry.ensure(),
        () =>
          chain(entry.read(find.plan, find.params), (rows) => rows.map((row) => row[column.name] ?? null)),
      );
    },
    (other, kind) =>
      kind === column.kind
        ? null
        : `\`${other}\` is ${kind}, and \`${table.name}.${column.name}\`, whose values are picked, ${column.kind}`,
    hasParameters(find.params) ? (values) => listOf(entry, column, bindFind(table, find, values)) : null,
    plan.limit === undefined ? search as (at: object) => ListSearch | null : null,
  );
}

/** A list is found in the same transaction, and that spans one database. */
function check(entry: TableEntry, at: TableEntry): void {
  if (entry.connection === at.connection && entry.database === at.database) return;
  throw new ValidationError(
    `Cannot search \`${at.table.name}\` of \`${at.database}\`: a list is picked from \`${entry.table.name}\` of ` +
      (entry.database === at.database ? "another driver" : `database \`${entry.database}\``) +
      "; read the list first, and give it as an array",
    { code: "INVALID_WHERE", table: at.table.name },
  );
}
