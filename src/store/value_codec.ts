import type { NativeType } from "../contract/mod.ts";
import type { Column, ColumnKind } from "../schema/column.ts";
import { isMidnight, parseDate, parseDateTime } from "../schema/dates.ts";
import { cloneJSON, copyJSON, JSONProblem } from "../schema/json_value.ts";
import { decodeBase64, encodeBase64 } from "../runtime/base64.ts";

/** How the values of one column are handed to a driver and taken back. Null is handed over as it is. */
export interface ValueCodec {
  /** Makes what the driver is given; shares nothing mutable with the value. */
  readonly encode: (value: unknown) => unknown;
  /** Makes the value of what the driver returned, or undefined when that is no value of the column. */
  readonly decode: (stored: unknown) => unknown;
  /** What the driver must return, for messages. */
  readonly form: string;
  /** Whether what the driver is given has the order of the values. */
  readonly keepsOrder: boolean;
}

const INTEGER_TEXT = /^(?:0|-?[1-9]\d*)$/;

const same = (value: unknown): unknown => value;

/** The form of the values that every driver takes as they are, and of those named as native. */
const NATIVE: Readonly<Record<ColumnKind, ValueCodec>> = {
  text: plain("a string", (value) => typeof value === "string"),
  integer: plain("a safe integer", Number.isSafeInteger),
  real: plain("a finite number", Number.isFinite),
  boolean: plain("a boolean", (value) => typeof value === "boolean"),
  bigint: plain("a bigint", (value) => typeof value === "bigint"),
  date: {
    encode: copyDate,
    decode: (stored) => isDate(stored) && isMidnight(stored.getTime()) ? copyDate(stored) : undefined,
    form: "a Date at 00:00 UTC",
    keepsOrder: true,
  },
  datetime: {
    encode: copyDate,
    decode: (stored) => isDate(stored) ? copyDate(stored) : undefined,
    form: "a valid Date",
    keepsOrder: true,
  },
  blob: {
    encode: (value) => new Uint8Array(value as Uint8Array),
    decode: (stored) => stored instanceof Uint8Array ? new Uint8Array(stored) : undefined,
    form: "a Uint8Array",
    keepsOrder: true,
  },
  json: { encode: cloneJSON, decode: readJSON, form: "a plain JSON structure", keepsOrder: false },
};

/** The JSON-safe form of the kinds that a driver may not store natively. */
const JSON_SAFE: Partial<Readonly<Record<ColumnKind, ValueCodec>>> = {
  bigint: {
    encode: String,
    decode: (stored) => typeof stored === "string" && INTEGER_TEXT.test(stored) ? BigInt(stored) : undefined,
    form: "decimal text",
    keepsOrder: false,
  },
  date: {
    encode: (value) => (value as Date).toISOString().slice(0, 10),
    decode: (stored) => dateOf(typeof stored === "string" ? parseDate(stored) : null),
    form: "`YYYY-MM-DD`",
    keepsOrder: true,
  },
  datetime: {
    encode: (value) => (value as Date).toISOString(),
    decode: (stored) => dateOf(typeof stored === "string" ? parseDateTime(stored) : null),
    form: "ISO 8601 text",
    keepsOrder: true,
  },
  blob: {
    encode: (value) => encodeBase64(value as Uint8Array),
    decode: (stored) => typeof stored === "string" ? decodeBase64(stored) ?? undefined : undefined,
    form: "base64 text",
    keepsOrder: false,
  },
};

/** A number that a driver assigns is a number; what it could not assign is decimal text as in other columns. */
const ASSIGNED_BIGINT: ValueCodec = {
  encode: (value) => isSafe(value as bigint) ? Number(value) : String(value),
  decode: (stored) =>
    typeof stored === "string"
      ? JSON_SAFE.bigint?.decode(stored)
      : Number.isSafeInteger(stored)
      ? BigInt(stored as number)
      : undefined,
  form: "a safe integer or decimal text",
  keepsOrder: false,
};

const NATIVE_TYPES: Partial<Readonly<Record<ColumnKind, NativeType>>> = {
  bigint: "bigint",
  date: "date",
  datetime: "date",
  blob: "bytes",
};

/** Whether a driver stores the values of a column natively. */
export function isNative({ kind }: Column, declared: readonly NativeType[]): boolean {
  const native = NATIVE_TYPES[kind];
  return native === undefined || declared.includes(native);
}

/**
 * Chooses how the values of a column are handed to a driver.
 *
 * @param declared The kinds of value that the driver stores natively.
 */
export function valueCodec(
  { kind, type, autoIncrement }: Column,
  declared: readonly NativeType[],
): ValueCodec {
  const native = NATIVE_TYPES[kind];
  if (kind === "bigint" && autoIncrement && !declared.includes("bigint")) return ASSIGNED_BIGINT;
  if (native !== undefined && !declared.includes(native)) return JSON_SAFE[kind] ?? NATIVE[kind];
  if (type === "ARRAY") return narrowed("a plain array", Array.isArray);
  if (type === "OBJECT") {
    return narrowed("a plain object", (value) => typeof value === "object" && !Array.isArray(value));
  }
  return NATIVE[kind];
}

function plain(form: string, fits: (value: unknown) => boolean): ValueCodec {
  return {
    encode: same,
    decode: (stored) => fits(stored) ? typeof stored === "number" ? stored + 0 : stored : undefined,
    form,
    keepsOrder: true,
  };
}

function narrowed(form: string, fits: (value: unknown) => boolean): ValueCodec {
  return { ...NATIVE.json, decode: (stored) => fits(stored) ? readJSON(stored) : undefined, form };
}

function isSafe(value: bigint): boolean {
  return Number.isSafeInteger(Number(value));
}

function readJSON(stored: unknown): unknown {
  const copy = copyJSON(stored);
  return copy instanceof JSONProblem ? undefined : copy;
}

function isDate(value: unknown): value is Date {
  return value instanceof Date && !Number.isNaN(value.getTime());
}

function copyDate(value: unknown): Date {
  return new Date((value as Date).getTime());
}

function dateOf(ms: number | null): Date | undefined {
  return ms === null ? undefined : new Date(ms);
}
