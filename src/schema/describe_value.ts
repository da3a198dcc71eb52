/** What a value is, when the value itself must not be shown. */
export function describeKind(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  if (value instanceof Date) return "a Date";
  switch (typeof value) {
    case "object": {
      const name = Object.getPrototypeOf(value)?.constructor?.name;
      return typeof name === "string" && name !== "Object" ? `a ${name}` : "an object";
    }
    case "boolean":
      return "true or false";
    default:
      return `a ${typeof value}`;
  }
}

/**
 * A value as it is shown in an error message: short, and with its type where that is what went wrong.
 *
 * @returns At most about 60 characters.
 */
export function describeValue(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > 48 ? `${value.slice(0, 48)}…` : value);
    case "bigint":
      return `${value}n`;
    case "number":
    case "boolean":
      return Object.is(value, -0) ? "-0" : String(value);
    case "function":
      return "a function";
    case "symbol":
      return "a symbol";
  }
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? "an invalid Date" : `Date ${value.toISOString()}`;
  }
  const name = Object.getPrototypeOf(value)?.constructor?.name;
  return typeof name === "string" && name !== "Object" ? `a ${name}` : "an object";
}
