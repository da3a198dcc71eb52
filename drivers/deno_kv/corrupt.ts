import { CorruptValueError } from "../../src/errors/mod.ts";
import type { KVKeyPart } from "./kv.ts";
import { NAME } from "./limits.ts";

/** How much of a key a message shows. */
const MOST_SHOWN = 200;

/**
 * The error for what is stored and is not what the driver writes.
 *
 * @param what What is there instead.
 */
export function corruptStore(
  table: string,
  key: readonly unknown[],
  what: string,
  { columns = [], cause }: { columns?: readonly string[]; cause?: unknown } = {},
): CorruptValueError {
  return new CorruptValueError(
    `Cannot read \`${table}\`: the store holds ${what} under the key ${
      showKey(key)
    }; restore it from a backup, or remove ` +
      "the key and call `repair`",
    { code: "CORRUPT_VALUE", driver: NAME, table, columns, cause },
  );
}

/** Whether an error says that something stored cannot be read. */
export function isCorrupt(error: unknown): boolean {
  return error instanceof CorruptValueError && error.code === "CORRUPT_VALUE";
}

function showKey(key: readonly unknown[]): string {
  const text = `[${key.map((part) => showPart(part as KVKeyPart)).join(", ")}]`;
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}

function showPart(part: KVKeyPart): string {
  if (typeof part === "bigint") return `${part}n`;
  if (typeof part === "number") return String(part);
  if (typeof part === "object") return `Uint8Array [${part.subarray(0, MOST_SHOWN)}]`;
  return JSON.stringify(typeof part === "string" ? part.slice(0, MOST_SHOWN) : part);
}
