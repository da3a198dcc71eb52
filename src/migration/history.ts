import type { DoneStep } from "./record.ts";
import type { MigrationSettings } from "./migration_options.ts";
import type { ModelChanges } from "./model_changes.ts";

/** How the steps of a program stand to those of a store. */
export interface History {
  /** The steps that are to run. */
  readonly pending: MigrationSettings["steps"];
  /** The steps that are written down as done and do not run. */
  readonly assumed: readonly string[];
  /** The steps that the store has and the program has not, done after the last one both know. */
  readonly unknown: readonly string[];
}

/**
 * Compares what was done with the steps there are. The set of names decides, and no last number: a step that was added before
 * others that are done runs too.
 *
 * @param found The changes of a store of which nothing is written down.
 */
export function readHistory(
  done: readonly DoneStep[],
  { steps, baseline }: MigrationSettings,
  found: ModelChanges | null,
): History {
  const names = steps.map(([name]) => name);
  if (done.length === 0 && found !== null) {
    const last = assumedSteps(names, baseline, found);
    return { pending: steps.slice(last), assumed: names.slice(0, last), unknown: [] };
  }
  const applied = done.flatMap(({ step }) => step ?? []);
  const common = applied.findLastIndex((name) => names.includes(name));
  return {
    pending: steps.filter(([name]) => !applied.includes(name)),
    assumed: [],
    unknown: common < 0 ? [] : applied.slice(common + 1),
  };
}

/** How many of the steps a store has done that says nothing of it. */
function assumedSteps(names: readonly string[], baseline: string | null, found: ModelChanges): number {
  if (baseline !== null) return names.indexOf(baseline) + 1;
  return found.altered.length === 0 ? names.length : 0;
}
