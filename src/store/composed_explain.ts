import type { Predicate } from "../contract/mod.ts";
import { describeOrder } from "../query/order.ts";
import type { SelectPlan } from "../query/plans.ts";
import { divideSearch, offsetOf } from "./composed_select.ts";
import { describePredicate } from "./describe_predicate.ts";
import type { StoredTable } from "./stored_table.ts";

/** Who does what of a search: the driver first, then the core. */
export function explainSearch(stored: StoredTable, plan: SelectPlan, params: readonly unknown[]): string[] {
  const { table, scene } = stored;
  if (plan.limit === 0) return ["core: return nothing, the limit is 0"];
  const { split, options, byKey, sorts, limits, selects } = divideSearch(stored, plan, params);
  const written = (parts: readonly Predicate[]): string =>
    parts.map((part) => describePredicate(table, part, params)).join(" and ");
  const wanted = split.pushed.length === 0
    ? `all rows of \`${table.name}\``
    : `rows of \`${table.name}\` where ${written(split.pushed)}`;
  const steps = [`driver ${scene.driver}: find ${byKey ? "at most one of the " : ""}${wanted}`];
  if (options.orderBy !== undefined) {
    steps.push(`driver ${scene.driver}: order by ${describeOrder(options.orderBy)}`);
  }
  if (options.limit !== undefined || options.offset !== undefined) {
    steps.push(`driver ${scene.driver}: ${describeLimit(options.limit, options.offset ?? 0)}`);
  }
  if (split.residual !== null) steps.push(`core: keep those where ${written([split.residual])}`);
  if (sorts) steps.push(`core: order by ${describeOrder(plan.orderBy)}`);
  if (limits) steps.push(`core: ${describeLimit(plan.limit, offsetOf(plan, params))}`);
  if (plan.select !== undefined) {
    steps.push(
      `${selects ? "core" : `driver ${scene.driver}`}: return ${
        plan.select.map((name) => `\`${name}\``).join(", ")
      }`,
    );
  }
  return steps;
}

function describeLimit(limit: number | undefined, offset: number): string {
  const skip = offset > 0 ? [`skip ${offset}`] : [];
  const take = limit === undefined ? [] : [`return at most ${limit}`];
  return [...skip, ...take].join(", ");
}
