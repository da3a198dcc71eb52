/** What the conditions on a table may be. */
export interface WhereRules {
  /** Operators and logic that are plain objects are refused. */
  readonly strict: boolean;
  /** The most comparisons; a list, and alternatives that are joined into one, count once. */
  readonly terms: number;
  /** The most characters of a pattern of `$like`. */
  readonly pattern: number;
}

/** For what does not come from outside: what a driver is handed was read once already. */
export const NO_RULES: WhereRules = { strict: false, terms: Infinity, pattern: Infinity };

/** What holds for a model when nothing is said. */
export const DEFAULT_RULES: WhereRules = { strict: false, terms: 1_000, pattern: 256 };
