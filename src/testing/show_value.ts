const MAX_TEXT = 200;
const MAX_ITEMS = 20;
const PLAIN_NAME = /^[A-Za-z_$][\w$]*$/;

/**
 * Writes a value as it would stand in a program, shortened where it is long.
 *
 * @param depth How many levels of objects are written out.
 */
export function showValue(value: unknown, depth: number = 6): string {
  switch (typeof value) {
    case "string":
      return showText(value);
    case "bigint":
      return `${value}n`;
    case "number":
      return Object.is(value, -0) ? "-0" : String(value);
    case "function":
      return value.name === "" || !/^[A-Z]/.test(value.name) ? "() => …" : value.name;
    case "object":
      return value === null ? "null" : showObject(value, depth);
    default:
      return String(value);
  }
}

function showText(text: string): string {
  const shown = JSON.stringify(text.slice(0, MAX_TEXT));
  return text.length > MAX_TEXT ? `${shown.slice(0, -1)}…" (${text.length} characters)` : shown;
}

function showObject(value: object, depth: number): string {
  if (value instanceof Date) {
    return `new Date(${Number.isNaN(value.getTime()) ? "NaN" : `"${value.toISOString()}"`})`;
  }
  if (value instanceof Uint8Array) {
    const name = Object.getPrototypeOf(value) === Uint8Array.prototype ? "bytes" : value.constructor.name;
    return `${name}(${list([...value.subarray(0, MAX_ITEMS + 1)], String)})`;
  }
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (depth === 0) return Array.isArray(value) ? "[…]" : "{…}";
  if (Array.isArray(value)) return `[${list(value, (item) => showValue(item, depth - 1))}]`;
  const prototype = Object.getPrototypeOf(value);
  const name = prototype === null || prototype === Object.prototype ? "" : `${prototype.constructor?.name} `;
  const entries = Object.entries(value);
  if (entries.length === 0) return `${name}{}`;
  return `${name}{ ${list(entries, ([key, item]) => `${showKey(key)}: ${showValue(item, depth - 1)}`)} }`;
}

function list<T>(items: readonly T[], show: (item: T) => string): string {
  const shown = items.slice(0, MAX_ITEMS).map(show);
  return items.length > MAX_ITEMS
    ? `${shown.join(", ")}, … ${items.length - MAX_ITEMS} more`
    : shown.join(", ");
}

function showKey(key: string): string {
  return PLAIN_NAME.test(key) ? key : JSON.stringify(key);
}
