import type { SyncDriver, TableSchema } from "../../../src/contract/mod.ts";
import type { Random } from "../../support/random.ts";

/** Something that is done to a driver. */
export type Step = (driver: SyncDriver) => unknown;

type Values = Readonly<Record<string, () => unknown>>;

const ACTIONS = ["CASCADE", "SET NULL", "RESTRICT", "NO ACTION"] as const;

/** Tables that refer to one another, and steps that write to them, many of which are refused. */
export class RandomWrites {
  readonly tables: Readonly<Record<string, TableSchema>>;
  readonly #random: Random;
  readonly #values: Readonly<Record<string, Values>>;

  constructor(random: Random) {
    this.#random = random;
    const to = (table: string, column: string) => ({
      references: { table, column, onDelete: this.#pick(ACTIONS), onUpdate: this.#pick(ACTIONS) },
    });
    const bigint = random.oneIn(2);
    this.tables = {
      p: {
        id: { type: "INTEGER", primaryKey: true, autoIncrement: true },
        code: { type: "TEXT", unique: true, notNull: random.oneIn(2) },
        note: { type: "TEXT", notNull: random.oneIn(2) },
        up: { type: "INTEGER", ...to("p", "id") },
      },
      c: {
        a: { type: "INTEGER", primaryKey: true },
        b: { type: "TEXT", primaryKey: true },
        pid: { type: "INTEGER", ...to("p", "id") },
        pcode: { type: "TEXT", ...to("p", "code") },
      },
      g: {
        id: { type: "TEXT", primaryKey: true },
        pid: { type: "INTEGER", bigint, ...to("p", "id") },
      },
    };
    const one = (...list: unknown[]) => () => this.#pick(list);
    this.#values = {
      p: {
        id: one(1, 2, 3, 4, 5, 6),
        code: one("x", "y", "z", "w", null),
        note: one("n", "o", null),
        up: one(1, 2, 3, null, null),
      },
      c: { a: one(1, 2, 3), b: one("k", "l"), pid: one(1, 2, 3, 4, null), pcode: one("x", "y", "z", null) },
      g: { id: one("q", "r", "s", "t"), pid: bigint ? one(1n, 2n, 3n, null) : one(1, 2, 3, null) },
    };
  }

  /** A step, possibly a transaction of several. */
  step(depth = 0): Step {
    const table = this.#pick(["p", "p", "c", "c", "g"]);
    switch (this.#random.int(depth > 2 ? 7 : 9)) {
      case 0:
      case 1: {
        const row = this.#row(table);
        return (driver) => driver.insert("app", table, { ...row });
      }
      case 2: {
        const rows = Array.from({ length: this.#random.int(5) }, () => this.#row(table));
        return (driver) => driver.bulkInsert("app", table, structuredClone(rows));
      }
      case 3: {
        const [data, where] = [this.#part(table), this.#where(table)];
        return (driver) => driver.update("app", table, data, where);
      }
      case 4: {
        const where = this.#where(table);
        return (driver) => driver.delete("app", table, where);
      }
      case 5: {
        const row = this.#row(table);
        const conflict = table === "c" ? ["a", "b"] : table === "g" ? ["id"] : this.#pick([["id"], ["code"]]);
        const set = Object.keys(row).filter((name) => !conflict.includes(name) && this.#random.oneIn(2));
        return (driver) => driver.upsert?.("app", table, { ...row }, { conflict, set });
      }
      case 6: {
        const updates = Array.from(
          { length: this.#random.int(3) },
          () => ({ data: this.#part(table), where: this.#where(table) }),
        );
        return (driver) => driver.bulkUpdate("app", table, updates);
      }
      default:
        return this.#transaction(depth);
    }
  }

  #transaction(depth: number): Step {
    const steps = Array.from(
      { length: this.#random.int(4) },
      () => ({ step: this.step(depth + 1), caught: this.#random.oneIn(2) }),
    );
    const fails = this.#random.oneIn(3);
    return (driver) =>
      driver.transaction(() => {
        const results = steps.map(({ step, caught }) =>
          caught ? outcome(() => driver.transaction(() => step(driver))) : step(driver)
        );
        if (fails) throw new Error("undo");
        return results;
      });
  }

  #row(table: string): Record<string, unknown> {
    const values = this.#values[table] as Values;
    const row = Object.fromEntries(Object.keys(values).map((name) => [name, values[name]?.()]));
    if (table === "p" && this.#random.oneIn(2)) delete row["id"];
    return row;
  }

  #part(table: string): Record<string, unknown> {
    const row = this.#row(table);
    return Object.fromEntries(Object.entries(row).filter(() => this.#random.oneIn(3)));
  }

  #where(table: string): Record<string, unknown> {
    const values = this.#values[table] as Values;
    const name = this.#pick(Object.keys(values));
    return this.#random.oneIn(8) ? {} : { [name]: { $eq: values[name]?.() } };
  }

  #pick<T>(list: readonly T[]): T {
    return list[this.#random.int(list.length)] as T;
  }
}

/** What a step returned, or what it threw without the columns, of which one is named when several are wrong. */
export function outcome(work: () => unknown): unknown {
  try {
    return { returned: work() };
  } catch (error) {
    const { name, code, table } = error as Record<string, unknown>;
    return { name, code, table };
  }
}
