import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { compareBytes, compareText, compareValues } from "../../../src/reference/compare.ts";
import { rowComparator } from "../../../src/reference/order.ts";
import { describe, test } from "../../support/runner.ts";
import { tableOf } from "./support.ts";

const text = fc.string({
  unit: fc.constantFrom("a", "b", "Z", "é", "\ud7ff", "\ue000", "\ufffd", "😀", "\u{10ffff}"),
});

describe("compareText", () => {
  test("orders by code point, so that astral characters come after all others", () => {
    const sorted = ["a", "😀", "\ue000", "Z", "", "ab", "\uffff", "\u{10000}"].sort(compareText);
    assertEquals(sorted, ["", "Z", "a", "ab", "\ue000", "\uffff", "\u{10000}", "😀"]);
  });

  test("agrees with the order of UTF-8 bytes", () => {
    const utf8 = (value: string) => new TextEncoder().encode(value);
    fc.assert(fc.property(text, text, (a, b) => {
      assertEquals(Math.sign(compareText(a, b)), Math.sign(compareBytes(utf8(a), utf8(b))));
    }));
  });

  test("is a total order even of ill-formed text", () => {
    const units = fc.string({ unit: fc.constantFrom("a", "\ud800", "\udc00", "\ue000") });
    fc.assert(fc.property(units, units, units, (a, b, c) => {
      assertEquals(Math.sign(compareText(a, b)), -Math.sign(compareText(b, a)) + 0);
      if (compareText(a, b) <= 0 && compareText(b, c) <= 0) assert(compareText(a, c) <= 0);
      assertEquals(compareText(a, b) === 0, a === b);
    }));
  });
});

describe("compareValues", () => {
  test("puts null before every value", () => {
    for (
      const [kind, value] of [["text", ""], ["integer", -1], ["boolean", false], [
        "blob",
        new Uint8Array(),
      ]] as const
    ) {
      assertEquals(compareValues(kind, null, value), -1);
      assertEquals(compareValues(kind, value, null), 1);
      assertEquals(compareValues(kind, null, null), 0);
    }
  });

  test("orders each kind by value", () => {
    const ascending = {
      integer: [-10, -9, 0, 2, 10],
      bigint: [-(2n ** 63n), -1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n],
      real: [-1.5, 0, 5e-324, 1, 1e308],
      boolean: [false, true],
      date: [new Date(-1), new Date(0), new Date(86_400_000)],
      datetime: [new Date(-62_167_219_200_000), new Date(0), new Date(1)],
      blob: [
        new Uint8Array(),
        new Uint8Array([1]),
        new Uint8Array([1, 0]),
        new Uint8Array([2]),
        new Uint8Array([255]),
      ],
      text: ["", "A", "a", "aa", "b"],
    } as const;
    for (const [kind, values] of Object.entries(ascending)) {
      values.forEach((a, i) =>
        values.forEach((b, j) =>
          assertEquals(
            Math.sign(compareValues(kind as keyof typeof ascending, a, b)),
            Math.sign(i - j),
            `${kind} ${i} ${j}`,
          )
        )
      );
    }
  });
});

describe("rowComparator", () => {
  test("orders by each term in its direction, null first ascending and last descending", () => {
    const table = tableOf({ a: { type: "TEXT" }, b: { type: "REAL" } });
    const rows = [{ id: 1, a: "x", b: 1 }, { id: 2, a: null, b: 2 }, { id: 3, a: "x", b: null }, {
      id: 4,
      a: null,
      b: 3,
    }];
    const ids = (order: [string, "ASC" | "DESC"][]) =>
      rows.toSorted(rowComparator(table, order)).map(({ id }) => id);
    assertEquals(ids([["a", "ASC"], ["b", "DESC"]]), [4, 2, 1, 3]);
    assertEquals(ids([["a", "DESC"], ["b", "ASC"]]), [3, 1, 2, 4]);
    assertEquals(ids([["id", "DESC"]]), [4, 3, 2, 1]);
  });
});
