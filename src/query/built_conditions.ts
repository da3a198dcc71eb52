/**
 * The conditions that the functions which are running have built and not used yet. `a.lt(b) && c.eq(d)` gives the second and
 * loses the first, which no type can see: what is left over when a function returns is such a loss.
 */
let built: Set<object> | null = null;

/** Notes a condition that was made. */
export function condition(made: object): void {
  built?.add(made);
}

/** Notes that a condition became a part of another, or the result. */
export function consumed(part: object): void {
  built?.delete(part);
}

/**
 * Runs a function that may build conditions.
 *
 * @param work Returns the conditions that are its result.
 * @returns Whether each condition that was built is a part of the result.
 */
export function usesAll(work: () => readonly object[]): boolean {
  const outer = built;
  built = new Set();
  try {
    for (const part of work()) built.delete(part);
    return built.size === 0;
  } finally {
    built = outer;
  }
}
