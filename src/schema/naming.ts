/** How names of tables and columns are made of those that models have: `snake_case` stores `createdAt` as `created_at`. */
export type Naming = "snake_case";

const PLAIN = /^[A-Za-z][A-Za-z0-9_]*$/;

/** The name that a naming makes. One that is no name of JavaScript, such as `Order Details`, stays as it is. */
export function storeNameOf(name: string, naming: Naming | undefined): string {
  if (naming === undefined || !PLAIN.test(name)) return name;
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .toLowerCase();
}
