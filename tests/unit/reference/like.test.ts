import { assert, assertEquals, assertFalse } from "@std/assert";
import fc from "fast-check";
import { compileLike } from "../../../src/reference/like.ts";
import { describe, test } from "../../support/runner.ts";

/** LIKE as its definition reads: slow, and exponential on some patterns. */
function oracle(pattern: readonly string[], text: readonly string[]): boolean {
  const [token, ...rest] = pattern;
  if (token === undefined) return text.length === 0;
  if (token === "%") return oracle(rest, text) || (text.length > 0 && oracle(pattern, text.slice(1)));
  const [char, ...others] = text;
  if (char === undefined) return false;
  if (token === "_") return oracle(rest, others);
  if (token === "\\") return fold(rest[0] as string) === fold(char) && oracle(rest.slice(1), others);
  return fold(token) === fold(char) && oracle(rest, others);
}

function fold(char: string): string {
  return /^[A-Z]$/.test(char) ? char.toLowerCase() : char;
}

const like = (pattern: string, text: string): boolean => compileLike(pattern)(text);

describe("compileLike", () => {
  test("matches the whole text", () => {
    assert(like("abc", "abc"));
    assertFalse(like("ab", "abc"));
    assertFalse(like("bc", "abc"));
    assert(like("", ""));
    assertFalse(like("", "a"));
  });

  test("takes % for any characters, also none and line breaks", () => {
    assert(like("%", ""));
    assert(like("a%c", "ac"));
    assert(like("a%c", "a\nb\r\nc"));
    assert(like("%b%", "abc"));
    assertFalse(like("a%a", "a"));
    assertFalse(like("ab%ba", "aba"));
  });

  test("takes _ for one code point", () => {
    assert(like("_", "😀"));
    assertFalse(like("__", "😀"));
    assert(like("a_c", "aéc"));
    assertFalse(like("a_c", "ac"));
    assert(like("%_", "x"));
    assertFalse(like("%_", ""));
  });

  test("takes what follows a backslash literally", () => {
    assert(like("100\\%", "100%"));
    assertFalse(like("100\\%", "1000"));
    assert(like("a\\_b", "a_b"));
    assertFalse(like("a\\_b", "axb"));
    assert(like("a\\\\b", "a\\b"));
    assert(like("\\a%", "A1"));
  });

  test("folds ASCII letters only", () => {
    assert(like("ABC%", "abcd"));
    assert(like("straße", "STRAßE"));
    assertFalse(like("É", "é"));
    assertFalse(like("\u212a", "k"), "the Kelvin sign is no k");
    assert(like("éA", "éa"));
    assertFalse(like("k", "\u212aé"));
  });

  test("gives the characters of a regular expression no meaning", () => {
    assert(like(".*+?^${}()|[]", ".*+?^${}()|[]"));
    assertFalse(like(".", "a"));
  });

  test("agrees with its definition", () => {
    const char = fc.constantFrom("a", "A", "b", "é", "😀", "%", "_", "\\");
    const token = fc.oneof(
      fc.constantFrom("%", "%", "_", "a", "B", "é", "😀"),
      char.map((each) => `\\${each}`),
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 7 }), fc.array(char, { maxLength: 8 }), (tokens, chars) => {
        const pattern = tokens.join("");
        assertEquals(
          like(pattern, chars.join("")),
          oracle([...pattern], chars),
          JSON.stringify([pattern, chars.join("")]),
        );
      }),
      { numRuns: 3_000 },
    );
  });

  test("does not backtrack on hostile patterns", () => {
    const start = performance.now();
    assertFalse(like("%a".repeat(5_000) + "b", "a".repeat(100_000)));
    assertFalse(like("%_a".repeat(300) + "b%c", "a".repeat(20_000)));
    assertFalse(like("a%".repeat(10_000) + "b", "a".repeat(100_000)));
    assert(performance.now() - start < 5_000);
  });
});
