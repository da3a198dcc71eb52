import { BoundedMap } from "../cache/bounded_map.ts";
import type { ColumnOrder } from "./order.ts";
import type {
  ExpressionPlan,
  OrderTerm,
  Predicate,
  PredicateTarget,
  QueryPlan,
  SetTerm,
} from "../contract/mod.ts";
import type { Table } from "../schema/table.ts";

/** Terms of an order. */
export type Order = readonly OrderTerm[];

/** A search without its values. */
export interface SelectPlan extends QueryPlan {
  readonly kind: "select";
  /** The order, ended by the primary key. */
  readonly orderBy: Order;
}

/** A count without its values. */
export interface CountPlan extends QueryPlan {
  readonly kind: "count";
}

/** A change of rows without its values. */
export interface UpdatePlan extends QueryPlan {
  readonly kind: "update";
  /** The columns to set. */
  readonly set: readonly SetTerm[];
}

/** A removal of rows without its values. */
export interface DeletePlan extends QueryPlan {
  readonly kind: "delete";
}

/** A plan of one kind. */
export type KindOfPlan = SelectPlan | CountPlan | UpdatePlan | DeletePlan;

/** A plan with the values of its slots. */
export interface Call<P extends QueryPlan> {
  /** What is done. */
  readonly plan: P;
  /** The values. */
  readonly params: readonly unknown[];
}

/** A plan before it is kept: members may be undefined. */
export type PlanDraft<P extends QueryPlan> =
  & { readonly [K in keyof P]: P[K] | undefined }
  & Pick<P, "kind" | "where">;

/** Plans kept for each table. */
const PLANS = 1_024;

/** A plan of a longer shape is not kept: hardly two calls share one, and what is made of it costs memory. */
const MAX_SHAPE = 2_000;

const kept: WeakMap<Table, BoundedMap<QueryPlan>> = new WeakMap();

/**
 * The plan that equal ones are on a table: frozen, and the same object for as long as it is in use, so that what is made of a
 * plan can be kept by it. Members that are undefined are left out.
 */
export function keepPlan<P extends KindOfPlan>(table: Table, draft: PlanDraft<P>): P {
  const shape = shapeOf(draft as QueryPlan);
  if (shape.length > MAX_SHAPE) return frozen(draft) as P;
  let plans = kept.get(table);
  if (plans === undefined) kept.set(table, plans = new BoundedMap(PLANS));
  let plan = plans.get(shape);
  if (plan === undefined) plans.set(shape, plan = frozen(draft));
  return plan as P;
}

const keyOrders = new WeakMap<Table, ColumnOrder>();

/** The order of the primary key, which every order ends with. */
export function keyOrder(table: Table): ColumnOrder {
  let order = keyOrders.get(table);
  if (order === undefined) {
    order = table.primaryKey.map((column) => [column.name, "ASC"]);
    keyOrders.set(table, order);
  }
  return order;
}

/** All rows that match, in the order of the primary key: whole, or of them the columns named. */
export function searchOf(table: Table, where: Predicate | null, select?: readonly string[]): SelectPlan {
  return keepPlan<SelectPlan>(table, {
    kind: "select",
    where,
    orderBy: keyOrder(table),
    limit: undefined,
    offset: undefined,
    select,
  });
}

/** The plan of a search that differs from another in some members; those that are undefined are left out. */
export function changePlan(
  table: Table,
  plan: SelectPlan,
  changes: Partial<Omit<PlanDraft<SelectPlan>, "kind">>,
): SelectPlan {
  return keepPlan<SelectPlan>(table, { ...plan, ...changes } as PlanDraft<SelectPlan>);
}

function frozen(draft: PlanDraft<QueryPlan>): QueryPlan {
  const given = Object.entries(draft).filter(([, value]) => value !== undefined);
  return freeze(Object.fromEntries(given)) as unknown as QueryPlan;
}

function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const member of Object.values(value)) freeze(member);
  return Object.freeze(value);
}

/** Ends a name: no name of a column holds it. */
const END = "\n";

/** Begins the slot of a path. */
const PATH = "\r";

/** A text that two plans have in common exactly when they are equal. It is the only place that knows what a plan consists of. */
export function shapeOf({ kind, where, orderBy, limit, offset, select, set, returning }: QueryPlan): string {
  let shape = KINDS[kind] + predicateShape(where);
  if (orderBy !== undefined) {
    for (const [by, direction] of orderBy) {
      shape += direction === "ASC" ? "+" : "-";
      // No name is empty: what begins with the end of one is computed.
      shape += typeof by === "string" ? by + END : END + expressionShape(by);
    }
    shape += ".";
  }
  if (limit !== undefined) shape += `L${limit};`;
  if (offset !== undefined) shape += `O${offset};`;
  if (select !== undefined) {
    shape += "S";
    for (const column of select) shape += `,${column}${END}`;
    shape += ".";
  }
  if (set !== undefined) {
    shape += "=";
    for (const term of set) {
      shape += `,${term.column}${END}${"slot" in term ? `${term.slot};` : expressionShape(term.expression)}`;
    }
    shape += ".";
  }
  return returning === true ? `${shape}R` : shape;
}

const KINDS: Readonly<Record<QueryPlan["kind"], string>> = {
  select: "s",
  count: "c",
  update: "u",
  delete: "d",
};

/** The same for a condition. Each part tells where it ends, so that no two conditions run into one text. */
export function predicateShape(predicate: Predicate | null): string {
  if (predicate === null) return "*";
  switch (predicate.kind) {
    case "and":
    case "or": {
      let shape = predicate.kind === "and" ? "&" : "|";
      for (const item of predicate.items) shape += predicateShape(item);
      return `${shape})`;
    }
    case "not":
      return `!${predicateShape(predicate.item)}`;
    case "null":
      return `0${target(predicate)}`;
    case "equal":
      return `=${target(predicate)}${predicate.slot}${type(predicate)}`;
    case "compare":
      return `${COMPARISONS[predicate.operator]}${target(predicate)}${predicate.slot}${type(predicate)}`;
    case "between":
      return `b${target(predicate)}${predicate.low},${predicate.high}${type(predicate)}`;
    case "text":
      return `${TEXTS[predicate.operator]}${target(predicate)}${predicate.slot};`;
    case "in":
      return `${predicate.deferred === true ? "?" : predicate.withNull ? "I" : "i"}${
        target(predicate)
      }${predicate.slot};`;
    case "tuples": {
      let shape = "U";
      for (const column of predicate.columns) shape += column + END;
      return `${shape},${predicate.slot};`;
    }
    case "has":
      return `h${target(predicate)}${predicate.slot};`;
    case "related":
      return `r${predicate.column}${END}${predicate.table}${END}${predicate.theirs}${END}${
        predicateShape(predicate.where)
      }`;
    case "test": {
      const { operator, left, right, withNull } = predicate;
      return `${withNull ? "T" : "t"}${operator}(${expressionShape(left)}${expressionShape(right)}`;
    }
  }
}

function expressionShape(plan: ExpressionPlan): string {
  switch (plan.kind) {
    case "column":
      return `c${plan.type};${plan.column}${END}`;
    case "value":
      return `v${plan.type};${plan.slot};`;
    case "call": {
      let shape = `f${plan.type};${plan.call}(`;
      for (const argument of plan.args) shape += expressionShape(argument);
      return `${shape})`;
    }
    case "condition":
      return `p${predicateShape(plan.predicate)}`;
  }
}

const COMPARISONS = { ">": "g", ">=": "G", "<": "l", "<=": "L" } as const;
const TEXTS = { like: "~", startsWith: "^", endsWith: "$", contains: "c" } as const;
const TYPES = { string: "s;", number: "n;", boolean: "b;" } as const;

function target({ column, path, wholeSteps }: PredicateTarget): string {
  if (path === null) return column + END;
  return wholeSteps === undefined ? `${column}${PATH}${path},` : `${column}${PATH}${path}.${wholeSteps},`;
}

function type({ type }: { readonly type: keyof typeof TYPES | null }): string {
  return type === null ? ";" : TYPES[type];
}
