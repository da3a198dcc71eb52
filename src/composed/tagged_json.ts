import { decodeBase64, encodeBase64 } from "../runtime/base64.ts";

/** Writes a structure as JSON text. What JSON has no form for is an object of one member. */
export function encodeTagged(structure: unknown): string {
  return JSON.stringify(structure, function (this: Record<string, unknown>, key: string, value: unknown) {
    const given = this[key];
    if (given instanceof Date) return { "rinari:date": given.getTime() };
    if (given instanceof Uint8Array) return { "rinari:bytes": encodeBase64(given) };
    return typeof value === "bigint" ? { "rinari:bigint": String(value) } : value;
  });
}

/** Reads what {@linkcode encodeTagged} wrote. */
export function decodeTagged<T>(text: string): T {
  return JSON.parse(text, (_, value: unknown) => {
    const [key, ...more] = typeof value === "object" && value !== null ? Object.keys(value) : [];
    if (key === undefined || more.length > 0) return value;
    const held = (value as Record<string, unknown>)[key];
    if (key === "rinari:date") return new Date(held as number);
    if (key === "rinari:bytes") return decodeBase64(held as string);
    return key === "rinari:bigint" ? BigInt(held as string) : value;
  }) as T;
}
