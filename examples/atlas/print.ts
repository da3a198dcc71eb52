import process from "node:process";
import { displayWidth, textTable } from "./text_table.ts";

/** A part of the atlas that was printed, and how long it took. */
export interface PartTime {
  readonly title: string;
  readonly ms: number;
}

const WIDTH = 100;
const colours = process.stdout.isTTY === true && !process.env["NO_COLOR"];

export function bold(text: string): string {
  return colours ? `\x1b[1m${text}\x1b[22m` : text;
}

export function dim(text: string): string {
  return colours ? `\x1b[2m${text}\x1b[22m` : text;
}

/** Runs a part, then prints its title, its time and the lines it gave. */
export async function printPart(title: string, run: () => Promise<string[]>): Promise<PartTime> {
  const { value: lines, ms, time } = await timed(run);
  printTitle(title, time);
  printLines(lines);
  return { title, ms };
}

/** Prints a title with a rule behind it. */
export function printTitle(title: string, note = ""): void {
  const end = note === "" ? "" : ` ${note}`;
  const rule = "─".repeat(Math.max(2, WIDTH - displayWidth(title) - 1 - end.length));
  console.log(`\n${bold(title)} ${dim(rule)}${end}`);
}

/** Prints lines below a title. */
export function printLines(lines: readonly string[]): void {
  for (const line of lines) console.log(line === "" ? "" : `  ${line}`);
}

/** Prints where the time went. */
export function printTimes(times: readonly PartTime[]): void {
  const total = times.reduce((sum, { ms }) => sum + ms, 0);
  const rows = [...times, { title: "Total", ms: total }].map(({ title, ms }) => [title, duration(ms)]);
  printTitle("Times");
  printLines(textTable([{ title: "Part" }, { title: "Time", align: "right" }], rows));
}

/** How long something took, with its result. */
export async function timed<T>(work: () => Promise<T>): Promise<{ value: T; time: string; ms: number }> {
  const start = performance.now();
  const value = await work();
  const ms = performance.now() - start;
  return { value, time: duration(ms), ms };
}

/** A time for people: three digits at most. */
export function duration(ms: number): string {
  if (ms >= 9_995) return `${(ms / 1000).toFixed(1)} s`;
  if (ms >= 999.5) return `${(ms / 1000).toFixed(2)} s`;
  return ms >= 9.95 ? `${ms.toFixed(0)} ms` : ms >= 0.995 ? `${ms.toFixed(1)} ms` : `${ms.toFixed(2)} ms`;
}

/** A whole number for people. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}
