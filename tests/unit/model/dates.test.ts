import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  parseDateTime,
  readISODate,
  readISODateTime,
  writeISODate,
  writeISODateTime,
} from "../../../src/schema/dates.ts";
import { describe, test } from "../../support/runner.ts";

const dates = fc.date({
  min: new Date("0000-01-01T00:00:00.000Z"),
  max: new Date("9999-12-31T23:59:59.999Z"),
  noInvalidDate: true,
});

describe("dates", () => {
  test("writeISODateTime writes what toISOString does", () => {
    fc.assert(fc.property(dates, (date) => assertEquals(writeISODateTime(date), date.toISOString())), {
      numRuns: 5_000,
    });
    for (const ms of [-1, 0, 1, -86_400_000, 86_399_999, -62_167_219_200_000, 253_402_300_799_999]) {
      assertEquals(writeISODateTime(new Date(ms)), new Date(ms).toISOString());
    }
  });

  test("readISODateTime and readISODate read what toISOString writes", () => {
    fc.assert(
      fc.property(dates, (date) => {
        const text = date.toISOString();
        assertEquals(readISODateTime(text).getTime(), date.getTime());
        assertEquals(parseDateTime(text), date.getTime());
        assertEquals(writeISODate(date), text.slice(0, 10));
        assertEquals(readISODate(text).toISOString(), `${text.slice(0, 10)}T00:00:00.000Z`);
      }),
      { numRuns: 5_000 },
    );
  });
});
