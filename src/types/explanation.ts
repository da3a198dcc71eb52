/** How a query would run. */
export interface Explanation {
  /** The driver's name. */
  readonly driver: string;
  /** One readable line a step. */
  readonly steps: readonly string[];
}
