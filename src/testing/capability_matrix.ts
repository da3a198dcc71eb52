import { type Capabilities, type DriverMetadata, OPERATORS } from "../contract/mod.ts";

const FLAGS: readonly (readonly [name: keyof Capabilities, what: string, otherwise: string])[] = [
  ["logic", "$and, $or and $not in a where", "applied by the core"],
  ["jsonPaths", "paths into JSON columns", "applied by the core"],
  ["orderBy", "the order", "applied by the core"],
  ["limit", "limit and offset", "applied by the core"],
  ["select", "the columns returned", "applied by the core"],
  ["unique", "primary keys and unique columns", "enforced by the core"],
  ["uniqueIndexes", "unique indexes", "enforced by the core"],
  ["partialIndexes", "indexes with a condition", "unique ones enforced by the core, others refused"],
  ["references", "foreign keys and their actions", "enforced by the core"],
  ["savepoints", "transactions in transactions", "undone by the core"],
];

/**
 * Writes what a driver declares as a table of text: a line a capability, with what the core does where the driver does not.
 *
 * @param driver The driver, of which only `metadata` is read, or anything else that has metadata.
 * @returns The table, in Markdown.
 *
 * @example
 * ```ts
 * import { capabilityMatrix } from "@rinari/orm/testing";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 *
 * console.log(capabilityMatrix(new MemoryDriver()));
 * ```
 */
export function capabilityMatrix(driver: { readonly metadata: DriverMetadata }): string {
  const { name, version, capabilities = {} } = driver.metadata;
  const { nativeTypes = [], operators = [], transactions, limits = {} } = capabilities;
  const types = (["date", "bytes", "bigint"] as const).map((type): Line =>
    line(`native ${type}`, nativeTypes.includes(type), "", "encoded by the core")
  );
  const known = OPERATORS.filter((operator) => operators.includes(operator));
  const rows: Line[] = [
    ...types,
    [
      "operators",
      known.length === OPERATORS.length ? "all" : known.length === 0 ? "no" : known.join(" "),
      known.length === OPERATORS.length ? "" : "others applied by the core",
    ],
    ...FLAGS.map(([flag, what, otherwise]) => line(flag, capabilities[flag] === true, what, otherwise)),
    ["transactions", transactions ?? "no", transactions === undefined ? "undone by the core" : ""],
    ...Object.entries(limits).map(([limit, value]): Line => [limit, String(value), "refused beyond"]),
  ];
  return writeTable([`${name} ${version}`, "driver", "note"], rows);
}

type Line = readonly [capability: string, driver: string, note: string];

function line(name: string, declared: boolean, what: string, otherwise: string): Line {
  return [name, declared ? "yes" : "no", declared ? what : otherwise];
}

function writeTable(head: Line, rows: readonly Line[]): string {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => (row[i] as string).length)));
  const write = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] as number)).join(" | ")} |`;
  return [write(head), write(widths.map((width) => "-".repeat(width))), ...rows.map(write)].join("\n");
}
