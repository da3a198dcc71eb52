/** The place in its batch of the statement that failed; null when the error does not tell. */
export function failedStatement(error: unknown): number | null {
  const index = (error as { statementIndex?: unknown } | null)?.statementIndex;
  return typeof index === "number" ? index : null;
}
