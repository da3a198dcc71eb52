import { ValidationError } from "../errors/mod.ts";
import type { Column } from "../schema/column.ts";

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/**
 * Adds the values of a numeric column; null is not counted. Whole numbers are added exactly, others with Neumaier's
 * compensation, as SQLite does.
 */
export class Sum {
  /** How many values were added. */
  count = 0;
  readonly #column: Column;
  #real = 0;
  #lost = 0;
  #whole = 0;
  #big = 0n;

  /** Begins at 0. */
  constructor(column: Column) {
    this.#column = column;
  }

  /** Adds a value. */
  add(value: unknown): void {
    if (value === null || value === undefined) return;
    this.count++;
    if (typeof value === "bigint") this.#big += value;
    else if (this.#column.kind === "real") this.#addReal(value as number);
    else this.#addWhole(value as number);
  }

  /**
   * The sum: a bigint for a bigint column, else a number. 0 when nothing was added.
   *
   * @throws {ValidationError} When the column's type cannot hold it (`OUT_OF_RANGE`).
   */
  total(): number | bigint {
    if (this.#column.kind === "real") {
      const total = this.#realTotal();
      return Number.isFinite(total) ? total : this.#refuse("it is no finite number");
    }
    const total = this.#big + BigInt(this.#whole);
    if (this.#column.kind === "bigint") {
      return total < INT64_MIN || total > INT64_MAX ? this.#refuse("it needs more than 64 bit") : total;
    }
    if (!Number.isSafeInteger(Number(total))) {
      return this.#refuse("it is no safe integer; declare the column with `bigint: true` to sum beyond");
    }
    return Number(total);
  }

  /** The mean, or null when nothing was added. */
  mean(): number | null {
    if (this.count === 0) return null;
    if (this.#column.kind !== "real") return Number(this.#big + BigInt(this.#whole)) / this.count;
    const total = this.#realTotal();
    return Number.isFinite(total) ? total / this.count : this.#refuse("the sum is no finite number");
  }

  #addReal(value: number): void {
    const next = this.#real + value;
    this.#lost += Math.abs(this.#real) >= Math.abs(value)
      ? this.#real - next + value
      : value - next + this.#real;
    this.#real = next;
  }

  #addWhole(value: number): void {
    const next = this.#whole + value;
    if (Number.isSafeInteger(next)) {
      this.#whole = next;
    } else {
      this.#big += BigInt(this.#whole) + BigInt(value);
      this.#whole = 0;
    }
  }

  #realTotal(): number {
    return this.#real + this.#lost;
  }

  #refuse(reason: string): never {
    const { name, table } = this.#column;
    throw new ValidationError(`Cannot sum \`${name}\` of \`${table}\`: ${reason}`, {
      code: "OUT_OF_RANGE",
      table,
      columns: [name],
    });
  }
}
