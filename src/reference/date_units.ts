import type { ExpressionCall } from "../contract/mod.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const SECOND_MS = 1_000;

/** The beginning of the unit that a time lies in, in UTC, as epoch milliseconds. */
export function beginningOf(call: ExpressionCall, date: Date): number {
  const ms = date.getTime();
  switch (call) {
    case "startOfYear":
      return new Date(ms).setUTCMonth(0, 1) - mod(ms, DAY_MS);
    case "startOfMonth":
      return new Date(ms).setUTCDate(1) - mod(ms, DAY_MS);
    case "startOfWeek": {
      const day = ms - mod(ms, DAY_MS);
      return day - (new Date(day).getUTCDay() + 6) % 7 * DAY_MS;
    }
    case "startOfHour":
      return ms - mod(ms, HOUR_MS);
    case "startOfMinute":
      return ms - mod(ms, MINUTE_MS);
    case "startOfSecond":
      return ms - mod(ms, SECOND_MS);
    default:
      return ms - mod(ms, DAY_MS);
  }
}

/** The remainder, never negative: times before 1970 are. */
function mod(ms: number, unit: number): number {
  return ((ms % unit) + unit) % unit;
}
