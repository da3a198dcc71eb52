import type { Capabilities, DriverWhere, OperatorName, Predicate, PredicateTarget } from "../contract/mod.ts";
import { COMPARE, isWritable, toDriverWhere } from "../query/driver_where.ts";
import type { Order } from "../query/plans.ts";
import type { ColumnKind } from "../schema/column.ts";
import type { Table } from "../schema/table.ts";
import type { RowCodec } from "./row_codec.ts";

/** A condition, divided between the driver and the core. */
export interface Split {
  /** What the driver is asked for; undefined when it is asked for everything. */
  readonly where: DriverWhere | undefined;
  /** The parts of the condition that the driver applies. */
  readonly pushed: readonly Predicate[];
  /** What is left over for the core, or null. */
  readonly residual: Predicate | null;
}

/** What of a search may be left to a driver, by what the driver declares. */
export class Pushdown {
  readonly #table: Table;
  readonly #declared: Capabilities;
  readonly #codec: RowCodec;

  /** Reads what a driver declares. */
  constructor(table: Table, declared: Capabilities, codec: RowCodec) {
    this.#table = table;
    this.#declared = declared;
    this.#codec = codec;
  }

  /** Divides a condition. The parts are joined by AND. */
  split(predicate: Predicate | null, params: readonly unknown[]): Split {
    const pushed: Predicate[] = [];
    const left: Predicate[] = [];
    const wheres = new Map<string, DriverWhere>();
    for (const part of conjuncts(predicate)) {
      const where = this.#write(part, params);
      const [key] = where === null ? [] : Object.keys(where);
      // One object has a key once: without `$and`, a second condition on a column is left over.
      if (where === null || key === undefined || (wheres.has(key) && this.#declared.logic !== true)) {
        left.push(part);
      } else {
        pushed.push(part);
        wheres.set(wheres.has(key) ? `${key} ${wheres.size}` : key, where);
      }
    }
    const residual = left.length === 0
      ? null
      : left.length === 1
      ? left[0] as Predicate
      : { kind: "and", items: left } as const;
    return { where: join([...wheres.values()]), pushed, residual };
  }

  /** Whether the driver applies a condition, whatever its values are, and is given them as they are. */
  takes(predicate: Predicate | null): boolean {
    if (!this.#codec.native) return false;
    if (predicate === null) return true;
    if (predicate.kind !== "equal") return this.#canPush(predicate, []);
    const { column, path } = predicate;
    const scalar = path === null && SCALAR_KINDS.includes(this.#table.column(column).kind);
    return scalar || this.#declares("$eq", predicate);
  }

  /** Whether the driver applies an order exactly. */
  canOrder(order: Order): boolean {
    return this.#declared.orderBy === true &&
      order.every(([by]) =>
        typeof by === "string" ? this.#codec.column(by).keepsOrder : this.#declared.expressions === true
      );
  }

  /** Whether the driver finds the rows with one of several values of a column. */
  canList(column: string): boolean {
    return this.#declares("$in", { column, path: null });
  }

  #write(part: Predicate, params: readonly unknown[]): DriverWhere | null {
    if (this.#canPush(part, params)) {
      return toDriverWhere(part, params, (column, value) => this.#codec.encodeValue(column, value));
    }
    if (!isWritable(part, params)) return null;
    // A list of one is an equality, which every driver has.
    if (part.kind !== "in" || part.withNull) return null;
    const [only, ...more] = params[part.slot] as readonly unknown[];
    return only !== undefined && more.length === 0 && this.#isScalar(part, only)
      ? { [part.column]: this.#codec.encodeValue(part.column, only) }
      : null;
  }

  #canPush(part: Predicate, params: readonly unknown[]): boolean {
    if (!isWritable(part, params)) return false;
    switch (part.kind) {
      case "and":
      case "or":
        return this.#declared.logic === true && part.items.every((item) => this.#canPush(item, params));
      case "not":
        return this.#canPushNot(part.item, params);
      case "null":
        return this.#declares("$eq", part);
      case "equal":
        return this.#isScalar(part, params[part.slot]) || this.#declares("$eq", part);
      case "compare":
        return this.#declares(COMPARE[part.operator], part) && this.#keepsOrder(part);
      case "between":
        return this.#declares("$between", part) && this.#keepsOrder(part);
      case "text":
        return this.#declares(`$${part.operator}`, part);
      case "in":
        return this.#declares("$in", part);
      case "tuples": {
        const tuples = params[part.slot] as readonly (readonly unknown[])[] | undefined;
        const targets = part.columns.map((column) => ({ column, path: null }));
        return this.#declared.logic === true &&
          targets.every((target, i) =>
            this.#declares("$eq", target) ||
            (tuples?.every((tuple) => this.#isScalar(target, tuple[i])) ?? false)
          );
      }
      case "has":
        return this.#declares("$has", part);
      case "related":
        return false;
      case "test":
        return this.#declared.expressions === true && this.#codec.native;
    }
  }

  #canPushNot(item: Predicate, params: readonly unknown[]): boolean {
    if (!isWritable(item, params)) return false;
    if (item.kind === "null" || item.kind === "equal") return this.#declares("$ne", item);
    if (item.kind === "in") return this.#declares("$notIn", item);
    return this.#declared.logic === true && this.#canPush(item, params);
  }

  #declares(operator: OperatorName, { path }: PredicateTarget): boolean {
    if (path !== null && this.#declared.jsonPaths !== true) return false;
    return this.#declared.operators?.includes(operator) === true;
  }

  #keepsOrder({ column, path }: PredicateTarget): boolean {
    return path !== null || this.#codec.column(column).keepsOrder;
  }

  /** Whether it is the equality every driver has: of a scalar column with a string, number or boolean. */
  #isScalar({ column, path }: PredicateTarget, value: unknown): boolean {
    if (path !== null || this.#table.column(column).kind === "json") return false;
    const encoded = this.#codec.encodeValue(column, value);
    return typeof encoded === "string" || typeof encoded === "number" || typeof encoded === "boolean";
  }
}

/** The kinds of values that every driver compares. */
const SCALAR_KINDS: readonly ColumnKind[] = ["text", "integer", "real", "boolean"];

function* conjuncts(predicate: Predicate | null): Generator<Predicate> {
  if (predicate === null) return;
  if (predicate.kind !== "and") yield predicate;
  else for (const item of predicate.items) yield* conjuncts(item);
}

function join(wheres: readonly DriverWhere[]): DriverWhere | undefined {
  if (wheres.length === 0) return undefined;
  const keys = new Set(wheres.flatMap((where) => Object.keys(where)));
  return keys.size === wheres.length ? Object.assign({}, ...wheres) as DriverWhere : { $and: wheres };
}
