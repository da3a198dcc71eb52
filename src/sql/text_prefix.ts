const LAST_POINT = 0x10ffff;
const BEFORE_SURROGATES = 0xd7ff;
const AFTER_SURROGATES = 0xe000;
/** Any bytes: SQLite orders them after every text. */
const AFTER_ALL_TEXT: Uint8Array = new Uint8Array(1);

/**
 * The end of the range of the texts that begin with a prefix: the least text, by code point, that is greater than them all.
 *
 * @returns The text, or bytes when no text is greater than all of them.
 */
export function afterPrefix(prefix: unknown): string | Uint8Array {
  const points = Array.from(prefix as string);
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const point = last.codePointAt(0) as number;
    if (point < LAST_POINT) {
      return points.join("") +
        String.fromCodePoint(point === BEFORE_SURROGATES ? AFTER_SURROGATES : point + 1);
    }
  }
  return AFTER_ALL_TEXT;
}
