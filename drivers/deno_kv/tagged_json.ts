import { corruptStore } from "./corrupt.ts";
import type { KVKey } from "./kv.ts";
import { decodeText } from "./stored_value.ts";

const encoder = new TextEncoder();

/** A structure with dates, bytes and bigints as bytes: each of those is an object with one member that says what it is. */
export function encodeTagged(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(tag(value)));
}

/**
 * Reads what {@linkcode encodeTagged} wrote.
 *
 * @param table The table that it is about, for an error.
 * @param key Where it was found.
 * @throws {CorruptValueError} When it is something else (`CORRUPT_VALUE`).
 */
export function decodeTagged<T>(bytes: Uint8Array, table: string, key: KVKey): T {
  try {
    return JSON.parse(decodeText(bytes), untag) as T;
  } catch (cause) {
    throw corruptStore(table, key, "what is no text of the driver's", { cause });
  }
}

function untag(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  const { "~date": date, "~bytes": bytes, "~bigint": bigint } = value as Record<string, unknown>;
  if (typeof date === "number") return new Date(date);
  if (Array.isArray(bytes)) return Uint8Array.from(bytes as number[]);
  return typeof bigint === "string" ? BigInt(bigint) : value;
}

function tag(value: unknown): unknown {
  if (typeof value === "bigint") return { "~bigint": String(value) };
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return { "~date": value.getTime() };
  if (value instanceof Uint8Array) return { "~bytes": [...value] };
  if (Array.isArray(value)) return value.map(tag);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, tag(each)]));
}
