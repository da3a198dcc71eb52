import type { Random } from "../support/random.ts";

type Row = Readonly<Record<string, unknown>>;

/** An expression: how it reads, and what makes it. */
export interface Made {
  /** As a reader would write it. */
  readonly text: string;
  /** Makes it of a row. */
  readonly build: (o: Row) => unknown;
}

/** The kinds of values that expressions are generated for. */
export type Kind = "integer" | "bigint" | "real" | "text" | "date" | "datetime" | "boolean";

const COLUMNS: Readonly<Record<Kind, readonly string[]>> = {
  integer: ["a", "b"],
  bigint: ["big"],
  real: ["r", "s"],
  text: ["name", "word"],
  date: ["day"],
  datetime: ["at", "due"],
  boolean: ["active", "seen"],
};

/** Values on the edges of what stores can tell apart. */
export const VALUES: Readonly<Record<Kind, readonly unknown[]>> = {
  integer: [0, 1, -1, 2, 7, 100, 2 ** 53 - 1, -(2 ** 53) + 1, 3_037_000_500, 94_906_267],
  bigint: [0n, 1n, -3n, 2n ** 53n, 2n ** 62n, 2n ** 63n - 1n, -(2n ** 63n)],
  real: [0, 0.5, -0.5, 2.5, -2.5, 0.49999999999999994, 1.5e300, -1e-300, 4503599627370495.5, 1e17, 9.1e15, 3],
  text: ["", "a", "A", "Ab", "aB", "b", "é", "É", "e\u0301", "😀", "𐐀x", "a%b", "a_b", "Z z"],
  date: ["0000-01-01", "0000-01-03", "1969-12-31", "1970-01-01", "2024-02-29", "2026-11-30", "9999-12-31"],
  datetime: [
    "0000-01-01T00:00:00.000Z",
    "0000-01-03T10:00:00.001Z",
    "1969-12-31T23:59:59.999Z",
    "1970-01-01T00:00:00.000Z",
    "2024-02-29T12:34:56.789Z",
    "2026-01-31T00:00:00.001Z",
    "9999-12-31T23:59:59.999Z",
  ],
  boolean: [true, false],
};

const STEPS = [0, 1, -1, 999, 1_000, 86_400_000, -86_400_000 * 400, 31_556_952_000, 10 ** 12];
const UNITS = ["year", "month", "week", "day", "hour", "minute", "second"];
const PATTERNS = ["%", "a%", "_", "%b", "\\%", "a\\_b", "%A%"];

/** Makes random expressions of one kind. */
export class ExpressionMaker {
  readonly #random: Random;

  /** Makes them of a source of numbers. */
  constructor(random: Random) {
    this.#random = random;
  }

  /** An expression of a kind that nests no deeper. */
  value(kind: Kind, depth: number): Made {
    if (depth <= 0 || this.#random.oneIn(4)) return this.#column(kind);
    switch (kind) {
      case "integer":
        return this.#pick<() => Made>([
          () => this.#binary("integer", this.#pick(["plus", "minus", "times", "atLeast", "atMost"]), depth),
          () => this.#binary("integer", "orElse", depth),
          () => this.#unary(this.value("real", depth - 1), "round()", "round"),
          () => this.#unary(this.value("text", depth - 1), "length()", "length"),
          () => {
            const left = this.value(this.#pick(["date", "datetime"]), depth - 1);
            return this.#join(left, "minus", this.value(this.#pick(["date", "datetime"]), depth - 1));
          },
        ])();
      case "bigint":
        return this.#binary(
          "bigint",
          this.#pick(["plus", "minus", "times", "atLeast", "atMost", "orElse"]),
          depth,
        );
      case "real":
        return this.#pick<() => Made>([
          () =>
            this.#binary(
              "real",
              this.#pick(["plus", "minus", "times", "atLeast", "atMost", "orElse"]),
              depth,
            ),
          () => this.#join(this.value("real", depth - 1), "plus", this.value("integer", depth - 1)),
          () =>
            this.#join(
              this.value(this.#pick(["real", "integer"]), depth - 1),
              "dividedBy",
              this.#operand(this.#pick(["real", "integer"]), depth),
            ),
        ])();
      case "text":
        return this.#pick<() => Made>([
          () => this.#unary(this.value("text", depth - 1), "lower()", "lower"),
          () =>
            this.#join(
              this.value("text", depth - 1),
              this.#pick(["concat", "orElse"]),
              this.#operand("text", depth),
            ),
          () => {
            const start = this.#random.int(4);
            const end = this.#random.oneIn(2) ? undefined : this.#random.int(5);
            return this.#unary(
              this.value("text", depth - 1),
              `slice(${start}, ${end})`,
              "slice",
              start,
              end,
            );
          },
        ])();
      case "date":
      case "datetime": {
        const left = this.value(kind, depth - 1);
        const unit = this.#pick(UNITS);
        const step = this.#pick(STEPS);
        return this.#pick<() => Made>([
          () => this.#unary(left, `startOf(${unit})`, "startOf", unit),
          () => kind === "date" ? left : this.#unary(left, `plus(${step})`, "plus", step),
          () =>
            kind === "date"
              ? left
              : this.#join(this.value("date", depth - 1), "plus", this.value("integer", 0)),
          () => this.#join(left, "orElse", this.value(kind, depth - 1)),
        ])();
      }
      case "boolean":
        return this.#random.oneIn(3)
          ? this.#join(this.value("boolean", depth - 1), "orElse", this.#operand("boolean", depth))
          : this.test(depth - 1);
    }
  }

  /** A condition. */
  test(depth: number): Made {
    if (depth > 0 && this.#random.oneIn(3)) {
      if (this.#random.oneIn(3)) return this.#unary(this.test(depth - 1), "not()", "not");
      return this.#join(this.test(depth - 1), this.#pick(["and", "or"]), this.test(depth - 1));
    }
    const kind = this.#pick<Kind>(["integer", "bigint", "real", "text", "date", "datetime", "boolean"]);
    const left = this.value(kind, depth);
    if (kind === "boolean") return this.#join(left, this.#pick(["eq", "ne"]), this.#operand(kind, depth));
    if (this.#random.oneIn(6)) {
      const list = [this.#literal(kind), this.#literal(kind), ...(this.#random.oneIn(2) ? [null] : [])];
      return this.#unary(left, `in(${list.map(String)})`, "in", list);
    }
    if (this.#random.oneIn(8)) return this.#unary(left, "eq(null)", "eq", null);
    if (kind === "text" && this.#random.oneIn(3)) {
      const pattern = this.#pick(PATTERNS);
      return this.#pick<() => Made>([
        () => this.#unary(left, `like(${pattern})`, "like", pattern),
        () =>
          this.#join(left, this.#pick(["startsWith", "endsWith", "contains"]), this.#operand("text", depth)),
      ])();
    }
    const operator = this.#pick(["eq", "ne", "gt", "gte", "lt", "lte"]);
    const other: Kind = kind === "date" && this.#random.oneIn(2)
      ? "datetime"
      : kind === "integer" && this.#random.oneIn(3)
      ? "real"
      : kind;
    return this.#join(left, operator, this.#operand(other, depth));
  }

  #binary(kind: Kind, call: string, depth: number): Made {
    return this.#join(this.value(kind, depth - 1), call, this.#operand(kind, depth));
  }

  #join(left: Made, call: string, right: Made): Made {
    return {
      text: `${left.text}.${call}(${right.text})`,
      build: (o) => invoke(left.build(o), call, right.build(o)),
    };
  }

  #unary(left: Made, text: string, call: string, ...given: readonly unknown[]): Made {
    return { text: `${left.text}.${text}`, build: (o) => invoke(left.build(o), call, ...given) };
  }

  /** An expression or a value. */
  #operand(kind: Kind, depth: number): Made {
    if (this.#random.oneIn(2)) return this.value(kind, depth - 1);
    const value = this.#literal(kind);
    return { text: typeof value === "string" ? JSON.stringify(value) : String(value), build: () => value };
  }

  #literal(kind: Kind): unknown {
    return this.#pick(VALUES[kind]);
  }

  #column(kind: Kind): Made {
    const name = this.#pick(COLUMNS[kind]);
    return { text: name, build: (o) => o[name] };
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#random.int(list.length)] as T;
  }
}

/** Calls one of the functions of an expression. */
function invoke(expression: unknown, call: string, ...given: readonly unknown[]): unknown {
  return (expression as Readonly<Record<string, (...given: readonly unknown[]) => unknown>>)[call]?.(
    ...given,
  );
}
