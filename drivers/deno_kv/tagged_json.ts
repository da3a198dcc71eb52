const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A structure with dates, bytes and bigints as bytes: each of those is an object with one member that says what it is. */
export function encodeTagged(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(tag(value)));
}

/** Reads what {@linkcode encodeTagged} wrote. */
export function decodeTagged<T>(bytes: Uint8Array): T {
  return JSON.parse(decoder.decode(bytes), (_key, value: unknown) => {
    if (typeof value !== "object" || value === null) return value;
    const { "~date": date, "~bytes": bytes, "~bigint": bigint } = value as Record<string, unknown>;
    if (typeof date === "number") return new Date(date);
    if (Array.isArray(bytes)) return Uint8Array.from(bytes as number[]);
    return typeof bigint === "string" ? BigInt(bigint) : value;
  }) as T;
}

function tag(value: unknown): unknown {
  if (typeof value === "bigint") return { "~bigint": String(value) };
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Date) return { "~date": value.getTime() };
  if (value instanceof Uint8Array) return { "~bytes": [...value] };
  if (Array.isArray(value)) return value.map(tag);
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, tag(each)]));
}
