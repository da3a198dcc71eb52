import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  parseDateTime,
  readDay,
  readMilliseconds,
  readSeconds,
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

  test("readDay, readSeconds and readMilliseconds read what toISOString writes", () => {
    fc.assert(
      fc.property(dates, (date) => {
        const text = date.toISOString();
        const day = readDay(text) * 86_400_000;
        assertEquals(day + readSeconds(text) + readMilliseconds(text), date.getTime());
        assertEquals(parseDateTime(text), date.getTime());
        assertEquals(writeISODate(date), text.slice(0, 10));
        assertEquals(new Date(day).toISOString(), `${text.slice(0, 10)}T00:00:00.000Z`);
      }),
      { numRuns: 5_000 },
    );
  });

  test("readDay, readSeconds and readMilliseconds give NaN for anything else", () => {
    const days = [
      "2023-02-29",
      "1900-02-29",
      "2024-02-30",
      "2024-04-31",
      "2024-13-01",
      "2024-00-10",
      "2024-01-00",
      "2024/01/01",
      "20240-1-01",
      "2024-1:-01",
      " 024-01-01",
      "+024-01-01",
      "２024-01-01",
      "",
      "2024-01",
    ];
    for (const day of days) assertEquals(readDay(day), NaN, day);
    for (
      const time of [
        "24:00:00",
        "12:60:00",
        "12:00:60",
        "1:2:00:00",
        "12-00:00",
        "12:00",
        "ab:cd:ef",
        "1 :00:00",
      ]
    ) {
      assertEquals(readSeconds(`2024-01-01T${time}`), NaN, time);
    }
    for (const ms of [".1", ",100", ".1a0", ".12", "", ".-12"]) {
      assertEquals(readMilliseconds(`2024-01-01T12:00:00${ms}`), NaN, ms);
    }
    assertEquals(readDay("2000-02-29"), 11_016);
    assertEquals(readDay("0000-02-29"), -719_469);
  });
});
