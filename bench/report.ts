import { readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import type { Storage } from "./contestants.ts";
import { textTable } from "../examples/atlas/text_table.ts";

/** What was measured of one operation, in nanoseconds. */
export interface Result {
  readonly name: string;
  readonly byHand: number;
  /** Rinari, then the other libraries. `ratio` is the median of the rounds' ratios to the hand-written code. */
  readonly others: readonly { readonly name: string; readonly time: number; readonly ratio: number }[];
}

const README = new URL("./README.md", import.meta.url);

/** Prints the results. */
export function printTable(engine: string, { memory, relaxed }: Storage, results: readonly Result[]): void {
  console.log(`\n${title(engine)}${memory ? ", in memory" : relaxed ? ", durability relaxed" : ""}`);
  const columns = heads(results).map((title) => ({ title, align: "right" as const }));
  console.log(textTable([{ title: "operation" }, ...columns], results.map(cells)).join("\n"));
}

/** Puts the results into bench/README.md, between the marks of this runtime and engine. */
export function writeTable(engine: string, results: readonly Result[]): void {
  const { runtime } = here();
  const [start, end] = [`<!-- ${runtime} ${engine} -->`, `<!-- end ${runtime} ${engine} -->`];
  const text = readFileSync(README, "utf8");
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`Cannot write the table: bench/README.md has no ${start}`);
  const rows = results.map((result) => `| ${cells(result).join(" | ")} |`);
  const titles = heads(results);
  const table = [
    `**${title(engine)}**`,
    "",
    `| operation | ${titles.join(" | ")} |`,
    `| --- | ${titles.map(() => "---:").join(" | ")} |`,
    ...rows,
  ];
  writeFileSync(README, `${text.slice(0, from)}${start}\n\n${table.join("\n")}\n\n${text.slice(to)}`);
}

function title(engine: string): string {
  const { runtime, version } = here();
  return `${engine} in ${{ bun: "Bun", deno: "Deno", node: "Node" }[runtime]} ${version}`;
}

function here(): { runtime: "bun" | "deno" | "node"; version: string } {
  const versions = process.versions as Record<string, string | undefined>;
  const runtime = versions["bun"] !== undefined ? "bun" : versions["deno"] !== undefined ? "deno" : "node";
  return { runtime, version: versions[runtime] ?? "" };
}

function heads(results: readonly Result[]): string[] {
  const others = results[0]?.others ?? [];
  return ["by hand", ...others.flatMap(({ name }, i) => i === 0 ? [name, "ratio"] : [name])];
}

/** Rinari's time and ratio; of the others the ratio alone. */
function cells({ name, byHand, others }: Result): string[] {
  return [
    name,
    time(byHand),
    ...others.flatMap(({ time: own, ratio }, i) =>
      i === 0 ? [time(own), ratio.toFixed(2)] : [ratio.toFixed(2)]
    ),
  ];
}

function time(ns: number): string {
  if (ns < 1_000) return `${ns.toFixed(0)} ns`;
  const [value, unit] = ns < 1e6 ? [ns / 1e3, "µs"] : [ns / 1e6, "ms"];
  return `${value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0)} ${unit}`;
}
