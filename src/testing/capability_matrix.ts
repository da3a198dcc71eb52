import { type Capabilities, type DriverMetadata, OPERATORS } from "../contract/mod.ts";
import type { ConformanceReport, ConformanceResult } from "./conformance_report.ts";

const FLAGS: readonly (readonly [name: keyof Capabilities, what: string, otherwise: string])[] = [
  ["logic", "$and, $or and $not in a where", "applied by the core"],
  ["jsonPaths", "paths into JSON columns", "applied by the core"],
  ["expressions", "conditions on computed values", "computed by the core"],
  ["returning", "rows back from update and delete", "read by the core in a transaction"],
  ["related", "conditions on rows of other tables", "found by their keys"],
  ["orderBy", "the order", "applied by the core"],
  ["limit", "limit and offset", "applied by the core"],
  ["select", "the columns returned", "applied by the core"],
  ["unique", "primary keys and unique columns", "enforced by the core"],
  ["uniqueIndexes", "unique indexes", "enforced by the core"],
  ["partialIndexes", "indexes with a condition", "unique ones enforced by the core, others refused"],
  ["references", "foreign keys and their actions", "enforced by the core"],
  ["findsReferring", "rows found by what they refer to", "an index of the column"],
  ["savepoints", "transactions in transactions", "undone by the core"],
];

/**
 * Writes what a driver declares as a table of text: a line a capability, with what the core does where the driver does not.
 * Of a report it also writes what the kit ran, left out and found broken: a line an area, then the broken promises and the
 * reasons of what was left out.
 *
 * @param subject A report of {@linkcode conformance} or {@linkcode checkDriver}, or a driver, of which only `metadata` is read.
 * @returns The tables, in Markdown.
 *
 * @example
 * ```ts
 * import { capabilityMatrix } from "@rinari/orm/testing";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 *
 * console.log(capabilityMatrix(new MemoryDriver()));
 * ```
 */
export function capabilityMatrix(subject: { readonly metadata: DriverMetadata } | ConformanceReport): string {
  const declared = writeDeclared(subject.metadata);
  return "results" in subject ? `${declared}\n\n${writeResults(subject.results)}` : declared;
}

function writeDeclared({ name, version, capabilities = {} }: DriverMetadata): string {
  const { nativeTypes = [], operators = [], transactions, limits = {} } = capabilities;
  const types = (["date", "bytes", "bigint"] as const).map((type) =>
    line(`native ${type}`, nativeTypes.includes(type), "", "encoded by the core")
  );
  const known = OPERATORS.filter((operator) => operators.includes(operator));
  const rows = [
    ...types,
    [
      "operators",
      known.length === OPERATORS.length ? "all" : known.length === 0 ? "no" : known.join(" "),
      known.length === OPERATORS.length ? "" : "others applied by the core",
    ],
    ...FLAGS.map(([flag, what, otherwise]) => line(flag, capabilities[flag] === true, what, otherwise)),
    ["transactions", transactions ?? "no", transactions === undefined ? "undone by the core" : ""],
    ...Object.entries(limits).map(([limit, value]) => [limit, String(value), "refused beyond"]),
  ];
  return writeTable([`${name} ${version}`, "driver", "note"], rows);
}

function writeResults(results: readonly ConformanceResult[]): string {
  const outcomes = ["passed", "failed", "skipped", "not run"] as const;
  const row = (area: string, of: readonly ConformanceResult[]): string[] => [
    area,
    ...outcomes.map((outcome) => `${of.filter((each) => each.outcome === outcome).length || ""}`),
  ];
  const areas = [...new Set(results.map(({ area }) => area))];
  const table = writeTable(["area", ...outcomes], [
    ...areas.map((area) => row(area, results.filter((each) => each.area === area))),
    row("all", results),
  ]);
  const broken = results.filter(({ outcome }) => outcome === "failed").map(({ promise }) => `- ${promise}`);
  const reasons = results.filter(({ outcome }) => outcome === "skipped").map(({ reason }) => reason);
  const skipped = [...new Set(reasons)].map((reason) =>
    `- ${reason}: ${reasons.filter((each) => each === reason).length}`
  );
  return [
    table,
    ...(broken.length === 0 ? [] : [["Broken promises:", "", ...broken].join("\n")]),
    ...(skipped.length === 0 ? [] : [["Left out:", "", ...skipped].join("\n")]),
  ].join("\n\n");
}

function line(name: string, declared: boolean, what: string, otherwise: string): string[] {
  return [name, declared ? "yes" : "no", declared ? what : otherwise];
}

function writeTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0)));
  const write = (row: readonly string[]): string =>
    `| ${widths.map((width, i) => (row[i] ?? "").padEnd(width)).join(" | ")} |`;
  return [write(head), write(widths.map((width) => "-".repeat(width))), ...rows.map(write)].join("\n");
}
