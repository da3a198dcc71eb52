const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const DATETIME =
  /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,3})0*)?)?(Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
/** A day, in milliseconds. */
export const DAY_MS = 86_400_000;
const DASH = 45;
const COLON = 58;
const POINT = 46;
/** 0000-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z: what four-digit years can express, so that text sorts. */
const FIRST_MS = -62_167_219_200_000;
const LAST_MS = 253_402_300_799_999;

/**
 * Reads `YYYY-MM-DD`.
 *
 * @returns Epoch milliseconds of 00:00 UTC, or null when it is no such text or no such day.
 */
export function parseDate(text: string): number | null {
  const parts = DATE.exec(text);
  return parts === null ? null : dayMs(Number(parts[1]), Number(parts[2]), Number(parts[3]));
}

/**
 * Reads an ISO 8601 date, or date and time with an offset from UTC, to the millisecond.
 *
 * @returns Epoch milliseconds, or null when it is no such text, no such day, or finer than a millisecond.
 */
export function parseDateTime(text: string): number | null {
  if (text.length === 10) return parseDate(text);
  const parts = DATETIME.exec(text);
  if (parts === null) return null;
  const day = dayMs(Number(parts[1]), Number(parts[2]), Number(parts[3]));
  if (day === null) return null;
  const seconds = (Number(parts[4]) * 60 + Number(parts[5])) * 60 + Number(parts[6] ?? 0);
  const millis = Number((parts[7] ?? "0").padEnd(3, "0"));
  const offset = parts[8] as string;
  const away = offset === "Z" ? 0 : (Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4))) * 60_000;
  return day + seconds * 1000 + millis - (offset.startsWith("-") ? -away : away);
}

/** Whether four-digit years can express the time. */
export function inDateRange(ms: number): boolean {
  return Number.isInteger(ms) && ms >= FIRST_MS && ms <= LAST_MS;
}

/** The whole second that a time is in, in any of the forms in which times are given. What is no time is left as it is. */
export function wholeSeconds(value: unknown): unknown {
  const ms = value instanceof Date
    ? value.getTime()
    : typeof value === "string"
    ? parseDateTime(value)
    : typeof value === "number"
    ? value
    : null;
  return ms === null || !Number.isFinite(ms) ? value : new Date(Math.floor(ms / 1000) * 1000);
}

/** Whether the time is 00:00 UTC. */
export function isMidnight(ms: number): boolean {
  return ms % DAY_MS === 0;
}

/** Days of each month, of a leap year. */
const DAYS: readonly number[] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Reads the day that a text begins with, `YYYY-MM-DD`, by integer arithmetic: a third of what `Date.parse` costs.
 *
 * @returns Days since 1970, or NaN when it is no such text or no such day.
 */
export function readDay(text: string): number {
  if (text.length < 10) return NaN;
  const a = text.charCodeAt(0), b = text.charCodeAt(1), c = text.charCodeAt(2), d = text.charCodeAt(3);
  const e = text.charCodeAt(5), f = text.charCodeAt(6), g = text.charCodeAt(8), h = text.charCodeAt(9);
  // A difference below zero anywhere is a character that is no digit.
  const digits = (a - 48) | (57 - a) | (b - 48) | (57 - b) | (c - 48) | (57 - c) | (d - 48) | (57 - d) |
    (e - 48) | (57 - e) | (f - 48) | (57 - f) | (g - 48) | (57 - g) | (h - 48) | (57 - h);
  if (digits < 0 || text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return NaN;
  const year = (a * 1000 + b * 100 + c * 10 + d - 53_328) | 0;
  const month = (e * 10 + f - 528) | 0;
  const day = (g * 10 + h - 528) | 0;
  if (month < 1 || month > 12 || day < 1 || day > (DAYS[month - 1] as number)) return NaN;
  if (month === 2 && day === 29 && (year % 4 !== 0 || (year % 100 === 0 && year % 400 !== 0))) return NaN;
  return daysFromCivil(year, month, day);
}

/**
 * Reads the time of a day in the middle of a text: `hh:mm:ss`, from the 12th character on.
 *
 * @returns Milliseconds since midnight, or NaN when it is no such text or no such time.
 */
export function readSeconds(text: string): number {
  if (text.length < 19) return NaN;
  const a = text.charCodeAt(11), b = text.charCodeAt(12), c = text.charCodeAt(14), d = text.charCodeAt(15);
  const e = text.charCodeAt(17), f = text.charCodeAt(18);
  const digits = (a - 48) | (57 - a) | (b - 48) | (57 - b) | (c - 48) | (57 - c) | (d - 48) | (57 - d) |
    (e - 48) | (57 - e) | (f - 48) | (57 - f);
  if (digits < 0 || text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON) return NaN;
  const hour = (a * 10 + b - 528) | 0;
  const minute = (c * 10 + d - 528) | 0;
  const second = (e * 10 + f - 528) | 0;
  return hour > 23 || minute > 59 || second > 59 ? NaN : ((hour * 60 + minute) * 60 + second) * 1000;
}

/**
 * Reads the digits of a second as they follow a point, of which there are at least three characters: `.mmm`, from the 20th on.
 *
 * @returns Milliseconds, or NaN.
 */
export function readMilliseconds(text: string): number {
  if (text.length < 23) return NaN;
  const a = text.charCodeAt(20), b = text.charCodeAt(21), c = text.charCodeAt(22);
  const digits = (a - 48) | (57 - a) | (b - 48) | (57 - b) | (c - 48) | (57 - c);
  return digits < 0 || text.charCodeAt(19) !== POINT ? NaN : (a * 100 + b * 10 + c - 5_328) | 0;
}

/** Numbers of two and of three digits as text, each once it was written: to fill them at the start would take half a millisecond. */
const TWO_DIGITS: string[] = [];
const THREE_DIGITS: string[] = [];
const two = (n: number): string => TWO_DIGITS[n] ??= String(n).padStart(2, "0");
const three = (n: number): string => THREE_DIGITS[n] ??= String(n).padStart(3, "0");
let lastDay = 0;
let lastDayText = "1970-01-01";

/** Writes the day of a Date in four-digit years as `YYYY-MM-DD`. Days come in runs, so the last one is remembered. */
export function writeISODate(date: Date): string {
  const day = Math.floor(date.getTime() / DAY_MS);
  if (day !== lastDay) {
    lastDayText = date.toISOString().slice(0, 10);
    lastDay = day;
  }
  return lastDayText;
}

/** Writes a Date in four-digit years as `toISOString` does, several times faster. */
export function writeISODateTime(date: Date): string {
  const day = writeISODate(date);
  const ms = date.getTime() - lastDay * DAY_MS;
  return `${day}T${timeText(ms)}.${three(ms % 1000)}Z`;
}

/** Writes a Date in four-digit years as `YYYY-MM-DD hh:mm:ss`. */
export function writeSQLDateTime(date: Date): string {
  const day = writeISODate(date);
  return `${day} ${timeText(date.getTime() - lastDay * DAY_MS)}`;
}

function timeText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

/** Days since 1970-01-01 in the proleptic Gregorian calendar (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  // January and February of the year 0 belong to the era before.
  const era = y < 0 ? -1 : (y / 400) | 0;
  const yearOfEra = (y - era * 400) | 0;
  const dayOfYear = (((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) | 0) + day - 1;
  const dayOfEra = (yearOfEra * 365 + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0) + dayOfYear) | 0;
  return (era * 146_097 + dayOfEra - 719_468) | 0;
}

function dayMs(year: number, month: number, day: number): number | null {
  const ms = daysFromCivil(year, month, day) * DAY_MS;
  const date = new Date(ms);
  return month >= 1 && month <= 12 && date.getUTCMonth() === month - 1 && date.getUTCDate() === day
    ? ms
    : null;
}
