let pairs: readonly string[] | undefined;

/** Writes bytes as hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  pairs ??= Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += pairs[bytes[i] as number];
  return text;
}
