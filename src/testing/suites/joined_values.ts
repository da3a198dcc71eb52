/** What values are joined with to be one key. */
const SEPARATORS = [
  "",
  " ",
  ",",
  "|",
  "||",
  ":",
  "::",
  ";",
  "/",
  "\\",
  "-",
  "_",
  "__",
  ".",
  "#",
  "&",
  "=",
  "+",
  "~",
  "%",
  "$",
  "'",
  '"',
  "','",
  '","',
  '"|"',
  "\t",
  "\n",
  "\u0001",
  "\u001f",
  "\ufffd",
  "\u{10ffff}",
  "\\u0000",
  "%00",
  "null",
];

/** Two texts. */
export interface Pair {
  /** The first. */
  readonly a: string;
  /** The second. */
  readonly b: string;
}

/** Pairs by two: each two are one text when they are joined with what they hold. No pair is there twice. */
export const TWINS: readonly (readonly [Pair, Pair])[] = [
  ...SEPARATORS.map((text) => [{ a: `a${text}b`, b: "c" }, { a: "a", b: `b${text}c` }] as const),
  ...SEPARATORS.filter((text) => text !== "").map((text) =>
    [{ a: text, b: "" }, { a: "", b: text }] as const
  ),
  [{ a: '["a","b"]', b: "c" }, { a: '["a"', b: '"b","c"]' }],
  [{ a: "", b: "" }, { a: '""', b: '""' }],
];

/** The same pairs one by one. */
export const JOINED_VALUES: readonly Pair[] = TWINS.flat();
