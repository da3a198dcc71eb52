import type { Encode, SqlDialect, SqlValues } from "./sql_dialect.ts";

/** A parameter of a statement: the slot its value comes from, and how that is encoded. */
export interface Parameter {
  /** The slot. */
  readonly slot: number;
  /** The encoding, or null when the value is given as it is. */
  readonly encode: Encode | null;
}

/** Collects the parameters of a statement. A value used twice in one encoding is one parameter. */
export class Parameters implements SqlValues {
  readonly #dialect: SqlDialect;
  readonly #list: Parameter[] = [];
  readonly #bySlot: Map<number, number[]> = new Map();

  /** Begins without any. */
  constructor(dialect: SqlDialect) {
    this.#dialect = dialect;
  }

  /** How many there are. */
  get count(): number {
    return this.#list.length;
  }

  /** The parameter of a slot's value. */
  value(slot: number, encode: Encode | null): string {
    const known = this.#bySlot.get(slot) ?? [];
    let index = known.find((each) => this.#list[each]?.encode === encode);
    if (index === undefined) {
      index = this.#list.push({ slot, encode }) - 1;
      this.#bySlot.set(slot, [...known, index]);
    }
    return this.#dialect.placeholder(index + 1);
  }

  /** Lists are bound as one value. */
  items(): null {
    return null;
  }

  /** The function that makes the values of the statement from those of the slots. */
  binder(): Binder {
    return binder(this.#list);
  }
}

/** Makes the values of a statement: exactly as many as it has parameters. */
export type Binder = (params: readonly unknown[]) => readonly unknown[];

function binder(parameters: readonly Parameter[]): Binder {
  const count = parameters.length;
  const plain = parameters.every(({ slot, encode }, i) => slot === i && encode === null);
  const slots = parameters.map(({ slot }) => slot);
  const encodes = parameters.map(({ encode }) => encode);
  if (plain) return (params) => params.length === count ? params : params.slice(0, count);
  return (params) => {
    const values = new Array<unknown>(count);
    for (let i = 0; i < count; i++) {
      const value = params[slots[i] as number];
      const encode = encodes[i] as Encode | null;
      values[i] = encode === null || value === null ? value : encode(value);
    }
    return values;
  };
}

/** Writes values into the statement itself, for the few statements that take no parameters. */
export class Literals implements SqlValues {
  readonly #dialect: SqlDialect;
  readonly #params: readonly unknown[];

  /** Writes the values of these slots. */
  constructor(dialect: SqlDialect, params: readonly unknown[]) {
    this.#dialect = dialect;
    this.#params = params;
  }

  /** The literal of a slot's value. */
  value(slot: number, encode: Encode | null): string {
    return literal(this.#dialect, this.#params[slot], encode);
  }

  /** The items of a slot's list. */
  items(slot: number): readonly unknown[] {
    return this.#params[slot] as readonly unknown[];
  }
}

/** Writes a value into the statement. */
export function literal(dialect: SqlDialect, value: unknown, encode: Encode | null): string {
  return dialect.literal(encode === null || value === null ? value : encode(value));
}
