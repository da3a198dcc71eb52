import type { Capabilities } from "./capabilities.ts";
import { OPERATORS } from "./query_options.ts";

/** What a driver can declare that applies whole searches. */
const SEARCHES = {
  nativeTypes: ["date", "bytes", "bigint"],
  operators: OPERATORS,
  logic: true,
  jsonPaths: true,
  orderBy: true,
  limit: true,
  select: true,
} as const satisfies Capabilities;

/** What a driver can declare, but for computed values: the one list of it. */
export const EVERYTHING = {
  ...SEARCHES,
  unique: true,
  uniqueIndexes: true,
  partialIndexes: true,
  references: true,
  transactions: "exclusive",
  savepoints: true,
} as const satisfies Capabilities;

/** Whether a driver applies whole searches, on values as they are. Computed values are a matter of their own. */
export function searchesAlone(declared: Capabilities): boolean {
  return declares(declared, SEARCHES);
}

/** Whether a driver does everything itself. Computed values are a matter of their own. */
export function doesEverything(declared: Capabilities): boolean {
  return declares(declared, EVERYTHING);
}

function declares(declared: Capabilities, wanted: Capabilities): boolean {
  return (Object.keys(wanted) as (keyof Capabilities)[]).every((name) => {
    const [has, needs] = [declared[name], wanted[name]];
    if (name === "transactions") return has !== undefined;
    return Array.isArray(needs)
      ? needs.every((each) => (has as readonly unknown[] | undefined)?.includes(each))
      : has === needs;
  });
}
