import process from "node:process";
import { count, dim } from "./print.ts";

const BAR = 24;
const STEPS = 5;

/** Shows how far loading has come: a line that grows on a terminal, a few lines elsewhere. */
export class Progress {
  /** Whether there was anything to show. */
  shown = false;
  #step = "";

  show(name: string, done: number, total: number): void {
    this.shown = true;
    const part = total === 0 ? 1 : done / total;
    const text = `${count(done)} of ${count(total)}`;
    if (process.stdout.isTTY === true) {
      const filled = Math.round(BAR * part);
      process.stdout.write(
        `\r  ${name.padEnd(9)} ${"█".repeat(filled)}${dim("░".repeat(BAR - filled))} ${text}`,
      );
      if (done === total) process.stdout.write("\n");
      return;
    }
    const step = `${name} ${Math.floor(STEPS * part)}`;
    if (step === this.#step) return;
    this.#step = step;
    console.log(`  ${name.padEnd(9)} ${text}`);
  }
}
