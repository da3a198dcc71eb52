import type { Direction, ExpressionPlan, ExpressionType, OrderTerm } from "../contract/mod.ts";
import { describeValue } from "../schema/describe_value.ts";
import type { Table } from "../schema/table.ts";
import { Expression } from "./expression.ts";
import { readExpression } from "./expression_reader.ts";
import { keyOrder, type Order } from "./plans.ts";
import { readRowValue } from "./row_function.ts";
import { sinkOf } from "./where_reader.ts";

/** An order of columns alone, as every driver takes it. */
export type ColumnOrder = readonly (readonly [column: string, direction: Direction])[];

/** Throws the error for an order that makes no sense. */
export type Refuse = (table: Table, reason: string) => never;

/** Whether an order is one of columns alone. */
export function isColumnOrder(order: Order): order is ColumnOrder {
  for (let i = 0; i < order.length; i++) if (typeof (order[i] as OrderTerm)[0] !== "string") return false;
  return true;
}

/** An order as a plan that is explained shows it. */
export function describeOrder(order: Order): string {
  return order.map(([by, direction]) =>
    `${typeof by === "string" ? `\`${by}\`` : "what is computed"} ${direction}`
  )
    .join(", ");
}

/**
 * Reads an order and ends it with the columns of the primary key it does not name, in the direction of its last term, so that it
 * is total.
 *
 * @param params Takes the values of what is computed; those that are there keep their slots.
 * @param refuse Throws the error, which says what was attempted.
 * @throws {ValidationError} On an unknown column or direction, or what has no order.
 */
export function readOrder(table: Table, orderBy: unknown, params: unknown[], refuse: Refuse): Order {
  if (orderBy === undefined) return keyOrder(table);
  if (!Array.isArray(orderBy)) return refuse(table, '`orderBy` is a list such as [["name", "ASC"]]');
  const reader = new OrderReader(table, params, refuse);
  for (let i = 0; i < orderBy.length; i++) reader.add(orderBy[i]);
  return reader.end();
}

/** A direction, and what is done with null where that is not the least. */
const DIRECTIONS: Readonly<Record<string, readonly [direction: Direction, nulls: "least" | "greatest"]>> = {
  "ASC": ["ASC", "least"],
  "DESC": ["DESC", "least"],
  "ASC NULLS FIRST": ["ASC", "least"],
  "ASC NULLS LAST": ["ASC", "greatest"],
  "DESC NULLS LAST": ["DESC", "least"],
  "DESC NULLS FIRST": ["DESC", "greatest"],
};

class OrderReader {
  readonly #table: Table;
  readonly #params: unknown[];
  readonly #refuse: Refuse;
  readonly #terms: OrderTerm[] = [];
  readonly #named: string[] = [];
  #direction: Direction = "ASC";

  constructor(table: Table, params: unknown[], refuse: Refuse) {
    this.#table = table;
    this.#params = params;
    this.#refuse = refuse;
  }

  add(term: unknown): void {
    const by: unknown = Array.isArray(term) && term.length === 2 ? term[0] : undefined;
    if (typeof by !== "string" && typeof by !== "function") {
      return this.#refuse(
        this.#table,
        'a term of `orderBy` is [column, "ASC"] or [column, "DESC"]; in the place of the column a function of the row can stand',
      );
    }
    const direction: unknown = (term as readonly unknown[])[1];
    const known = typeof direction === "string" && Object.hasOwn(DIRECTIONS, direction)
      ? DIRECTIONS[direction]
      : undefined;
    if (known === undefined) {
      const what = typeof by === "string" ? `\`${this.#table.column(by).name}\`` : "a function of the row";
      return this.#refuse(
        this.#table,
        `the direction of ${what} is "ASC" or "DESC", with "NULLS FIRST" or "NULLS LAST" behind it where that is needed, not ${
          describeValue(direction)
        }`,
      );
    }
    if (typeof by === "string") this.#column(by, ...known);
    else this.#computed(by, ...known);
  }

  end(): Order {
    // In the direction of the last term: an index on it has its ties in the order of the key, and can be read from either end.
    for (const { name } of this.#table.primaryKey) {
      if (!this.#named.includes(name)) this.#terms.push([name, this.#direction]);
    }
    return this.#terms;
  }

  #column(given: string, direction: Direction, nulls: "least" | "greatest"): void {
    const column = this.#table.column(given);
    const { name } = column;
    if (!column.ordered) {
      return this.#refuse(this.#table, `\`${name}\` is ${column.type}, which has no order`);
    }
    if (this.#named.includes(name)) return this.#refuse(this.#table, `\`orderBy\` names \`${name}\` twice`);
    this.#named.push(name);
    this.#direction = direction;
    if (nulls === "greatest" && column.nullable) {
      const predicate = { kind: "null", column: name, path: null } as const;
      this.#terms.push([{ kind: "condition", predicate, type: "boolean" }, direction]);
    }
    this.#terms.push([name, direction]);
  }

  #computed(work: unknown, direction: Direction, nulls: "least" | "greatest"): void {
    const expression = readRowValue(this.#table, work);
    const node = Expression.node(expression);
    if (node.op === "column") return this.#column(node.column.name, direction, nulls);
    const type = Expression.type(expression) as ExpressionType;
    if (type === "json") return this.#refuse(this.#table, "a function gives JSON, which has no order");
    const sink = sinkOf(this.#table, this.#params);
    const by = readExpression(this.#table, expression, sink);
    this.#direction = direction;
    if (nulls === "greatest" && by.kind !== "condition") {
      const none: ExpressionPlan = { kind: "value", slot: sink.push(null), type };
      const predicate = { kind: "test", operator: "eq", left: by, right: none, withNull: false } as const;
      this.#terms.push([{ kind: "condition", predicate, type: "boolean" }, direction]);
    }
    this.#terms.push([by, direction]);
  }
}
