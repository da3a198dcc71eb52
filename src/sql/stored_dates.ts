import { readISODate, readISODateTime } from "../schema/dates.ts";

const DAYS: readonly number[] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const DASH = 45;
const COLON = 58;

/** Reads `YYYY-MM-DD` as it is stored, or null when the text is no such day. */
export function readStoredDate(text: string): Date | null {
  return text.length === 10 && hasDay(text) ? readISODate(text) : null;
}

/** Reads a time as it is stored, or null. Conditions and orders compare the text: no other form of the same time would do. */
export function readStoredDateTime(text: string): Date | null {
  return text.length === 24 && hasDay(text) && hasTime(text) ? readISODateTime(text) : null;
}

function hasDay(text: string): boolean {
  const month = pair(text, 5);
  const day = pair(text, 8);
  const century = pair(text, 0);
  const year = pair(text, 2);
  if (century < 0 || year < 0 || month < 1 || month > 12 || day < 1 || day > (DAYS[month - 1] as number)) {
    return false;
  }
  if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return false;
  return month !== 2 || day < 29 || (year === 0 ? century : year) % 4 === 0;
}

function hasTime(text: string): boolean {
  const hour = pair(text, 11);
  const minute = pair(text, 14);
  const second = pair(text, 17);
  return text[10] === "T" && hour >= 0 && hour < 24 && text.charCodeAt(13) === COLON && minute >= 0 &&
    minute < 60 &&
    text.charCodeAt(16) === COLON && second >= 0 && second < 60 && text[19] === "." && digit(text, 20) >= 0 &&
    pair(text, 21) >= 0 && text[23] === "Z";
}

/** Two digits, or a negative number when they are none. */
function pair(text: string, at: number): number {
  const tens = digit(text, at);
  const ones = digit(text, at + 1);
  return tens < 0 || ones < 0 ? -1 : tens * 10 + ones;
}

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 48;
  return value >= 0 && value <= 9 ? value : -1;
}
