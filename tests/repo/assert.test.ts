// Where JSR answers, Deno runs this against the original: the stand-in then has to agree with it.
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertFalse,
  assertGreater,
  assertInstanceOf,
  AssertionError,
  assertLessOrEqual,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
  assertThrows,
  fail,
} from "@std/assert";
import { describe, test } from "../support/runner.ts";

class Point {
  x: number;
  constructor(x: number) {
    this.x = x;
  }
}

const bare = Object.assign(Object.create(null), { a: 1 });

const equalPairs: [string, unknown, unknown][] = [
  ["nested plain values", { a: [1, { b: null }] }, { a: [1, { b: null }] }],
  ["keys in another order", { a: 1, b: 2 }, { b: 2, a: 1 }],
  ["0 and -0", 0, -0],
  ["NaN and NaN", [NaN], [NaN]],
  ["bigints", { a: 2n ** 63n }, { a: 2n ** 63n }],
  ["dates", new Date(5), new Date(5)],
  ["bytes", Uint8Array.of(1, 2), Uint8Array.of(1, 2)],
  ["an object without prototype and a plain one", bare, { a: 1 }],
  ["maps in another order", new Map([["a", 1], ["b", 2]]), new Map([["b", 2], ["a", 1]])],
  ["sets", new Set([1, 2]), new Set([2, 1])],
];

const unequalPairs: [string, unknown, unknown][] = [
  ["a key that is undefined and a missing one", { a: undefined }, {}],
  ["a number and a bigint", 1, 1n],
  ["null and undefined", { a: null }, { a: undefined }],
  ["dates", new Date(5), new Date(6)],
  ["a date and its text", new Date(0), new Date(0).toISOString()],
  ["bytes", Uint8Array.of(1, 2), Uint8Array.of(1, 3)],
  ["bytes and an array", Uint8Array.of(1), [1]],
  ["a class and a plain object", new Point(1), { x: 1 }],
  ["arrays of different length", [1], [1, undefined]],
  ["maps", new Map([["a", 1]]), new Map([["a", 2]])],
  ["an object and null", {}, null],
];

describe("assertEquals", () => {
  for (const [name, a, b] of equalPairs) {
    test(`accepts ${name}`, () => {
      assertEquals(a, b);
      assertThrows(() => assertNotEquals(a, b), AssertionError);
    });
  }
  for (const [name, a, b] of unequalPairs) {
    test(`tells apart ${name}`, () => {
      assertNotEquals(a, b);
      assertThrows(() => assertEquals(a, b), AssertionError);
    });
  }

  test("ends on circular values", () => {
    const circle = () => {
      const node: { next?: unknown } = {};
      return Object.assign(node, { next: node });
    };
    assertEquals(circle(), circle());
  });
});

describe("assertThrows", () => {
  const thrower = () => {
    throw new RangeError("limit is negative");
  };

  test("returns the error", () =>
    assertEquals(assertThrows(thrower, RangeError).message, "limit is negative"));

  test("checks class and message", () => {
    assertThrows(thrower, Error, "is negative");
    assertThrows(() => assertThrows(thrower, TypeError), AssertionError);
    assertThrows(() => assertThrows(thrower, RangeError, "is zero"), AssertionError);
    assertThrows(() => assertThrows(() => {}), AssertionError);
  });
});

describe("assertRejects", () => {
  const rejecter = () => Promise.reject(new RangeError("too late"));

  test("returns the reason", async () => {
    assertEquals((await assertRejects(rejecter, RangeError, "late")).message, "too late");
  });

  test("refuses a value, another class and a synchronous throw", async () => {
    await assertRejects(() => assertRejects(() => Promise.resolve(1)), AssertionError);
    await assertRejects(() => assertRejects(rejecter, TypeError), AssertionError);
    const throws = (): Promise<never> => {
      throw new RangeError("at once");
    };
    await assertRejects(() => assertRejects(throws), AssertionError);
  });
});

describe("other assertions", () => {
  test("accept what they should", () => {
    assert(1);
    assertFalse(0);
    assertInstanceOf(new Point(1), Point);
    assertMatch("abc", /b/);
    assertStringIncludes("abc", "b");
    assertAlmostEquals(0.1 + 0.2, 0.3);
    assertGreater(2, 1);
    assertLessOrEqual(1n, 1n);
  });

  test("refuse what they should", () => {
    const wrong = [
      () => assert(0),
      () => assertFalse(1),
      () => assertInstanceOf({}, Point),
      () => assertMatch("abc", /d/),
      () => assertStringIncludes("abc", "d"),
      () => assertAlmostEquals(0.1, 0.3),
      () => assertGreater(1, 1),
      () => assertLessOrEqual(2, 1),
      () => fail(),
    ];
    for (const one of wrong) assertThrows(one, AssertionError);
  });
});
