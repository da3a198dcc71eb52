/** An expectation that was not met. It becomes a ConformanceError, which also says of which promise and by which call. */
export class Mismatch extends Error {
  /** What should have been. */
  readonly expected: string;
  /** What was. */
  readonly actual: string;

  /** Makes one; the message says where the two differ. */
  constructor(message: string, expected: string, actual: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "Mismatch";
    this.expected = expected;
    this.actual = actual;
  }
}
