/** V8 and JavaScriptCore have it, and no standard: types without those of a runtime do not know it. */
const limited = Error as unknown as { stackTraceLimit?: unknown };

/** So many frames reach from where something is refused to the call of whoever asked for it. */
const FRAMES = 100;

/**
 * Lets the next error tell more frames than the ten that engines keep: those are all of this package. A limit that was made lower
 * stays.
 *
 * @returns What {@linkcode lowerFrames} needs.
 */
export function raiseFrames(): number | null {
  const { stackTraceLimit: limit } = limited;
  if (typeof limit !== "number" || limit < 10 || limit >= FRAMES) return null;
  if (Object.getOwnPropertyDescriptor(Error, "stackTraceLimit")?.writable !== true) return null;
  limited.stackTraceLimit = FRAMES;
  return limit;
}

/** Ends what {@linkcode raiseFrames} began. */
export function lowerFrames(limit: number | null): void {
  if (limit !== null) limited.stackTraceLimit = limit;
}
