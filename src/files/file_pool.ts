import { builtinModule } from "../runtime/builtin_module.ts";
import { seesItself } from "./proc.ts";

/** Something that has files open, and can be closed and opened again. */
export interface Pooled {
  /** When it was used last; a later use has a greater number. */
  readonly lastUsed: number;
  /** Whether nothing is under way with it that closing would end. */
  readonly idle: boolean;
  /** Closes its files; it opens them again when it is used. */
  rest(): void;
}

/** How many files are open at once where the limit of the process is not known, and at least where nobody says how many. */
const LEAST = 64;
/** How many are open at most when nobody says how many. */
const MOST = 1_000;

let time = 0;

/** The number of a use, for {@linkcode Pooled.lastUsed}. */
export function tick(): number {
  return ++time;
}

/** The files that a driver has open: no more at once than it may, as long as enough of them are idle. */
export class FilePool {
  readonly #open: Set<Pooled> = new Set();
  readonly #descriptors: number;
  readonly #least: number;
  #most: number | null;

  /**
   * Makes an empty pool.
   *
   * @param most How many may be open; null for what the process can afford, asked when it matters.
   * @param descriptors How many descriptors each of them takes.
   * @param least How many may be open whatever the process can afford. Default 64.
   */
  constructor(most: number | null, descriptors: number, least: number = LEAST) {
    this.#least = least;
    this.#most = most;
    this.#descriptors = descriptors;
  }

  /** How many are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Closes those that were used longest ago, until one more may be opened. */
  makeRoom(): void {
    if (this.#most === null) {
      if (this.#open.size < this.#least) return;
      this.#most = affordable(this.#descriptors, this.#least);
    }
    for (let left = this.#open.size + 1 - this.#most; left > 0 && this.#closeOldest(); left--);
  }

  /** Closes one, because the process can open no more files. @returns Whether there was one to close. */
  shrink(): boolean {
    return this.#closeOldest();
  }

  /** Notes that one was opened. */
  add(item: Pooled): void {
    this.#open.add(item);
  }

  /** Notes that one was closed. */
  remove(item: Pooled): void {
    this.#open.delete(item);
  }

  #closeOldest(): boolean {
    let oldest: Pooled | null = null;
    for (const item of this.#open) {
      if ((oldest === null || item.lastUsed < oldest.lastUsed) && item.idle) oldest = item;
    }
    if (oldest === null) return false;
    this.#open.delete(oldest);
    oldest.rest();
    return true;
  }
}

/** How many fit into half of what the process may have open; the rest is for everything else it does. */
function affordable(descriptors: number, least: number): number {
  const limit = descriptorLimit();
  if (limit === null) return Math.max(least, LEAST);
  return Math.max(least, Math.min(MOST, Math.floor(limit / 2 / descriptors)));
}

/** How many descriptors the process may have; null where it is not told. */
function descriptorLimit(): number | null {
  if (!seesItself()) return null;
  try {
    const text = builtinModule<typeof import("node:fs")>("node:fs")?.readFileSync(
      "/proc/self/limits",
      "utf8",
    );
    const found = /^Max open files\s+(\d+|unlimited)/m.exec(text ?? "");
    return found === null ? null : found[1] === "unlimited" ? Infinity : Number(found[1]);
  } catch {
    return null;
  }
}
