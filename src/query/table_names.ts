import type {
  ExpressionPlan,
  GroupKey,
  GroupPlan,
  OrderTerm,
  Predicate,
  QueryPlan,
  SetTerm,
  TableIndex,
  UpsertOptions,
} from "../contract/mod.ts";
import type { Column } from "../schema/column.ts";
import type { Table } from "../schema/table.ts";

type Row = Record<string, unknown>;

/** Renames the columns of a row. */
export type RenameRow = (row: Row) => Row;

/**
 * The names of a table that has others in the store than in its model. Plans, rows and errors are translated here and nowhere else:
 * above are the names of the model, below those of the store.
 */
export class TableNames {
  readonly #table: Table;
  readonly #members: ReadonlyMap<string, string>;
  readonly #all: RenameRow;

  /** Takes the names of a table. */
  constructor(table: Table) {
    this.#table = table;
    this.#members = new Map(table.columns.map(({ name, storeName }) => [storeName, name]));
    this.#all = toModel(table.columns);
  }

  /** What the store calls the table. */
  get table(): string {
    return this.#table.storeName;
  }

  /** What the store calls a column. */
  column(name: string): string {
    return this.#table.column(name).storeName;
  }

  /** What the model calls a column of the store; the same name when it is none of the model. */
  member(storeName: string): string {
    return this.#members.get(storeName) ?? storeName;
  }

  /** A row as the store has it. */
  toStore(row: Readonly<Row>): Row {
    const renamed: Row = {};
    for (const name of Object.keys(row)) renamed[this.column(name)] = row[name];
    return renamed;
  }

  /** How rows with these columns of the model, or all, are renamed for it. */
  toModel(select: readonly string[] | undefined): RenameRow {
    return select === undefined ? this.#all : toModel(select.map((name) => this.#table.column(name)));
  }

  /** A plan for the store. */
  plan<P extends QueryPlan>(plan: P): P {
    const { where, orderBy, select, set } = plan;
    return {
      ...plan,
      where: where === null ? null : this.predicate(where),
      ...(orderBy &&
        { orderBy: orderBy.map((term) => this.#order(term)) }),
      ...(select && { select: select.map((name) => this.column(name)) }),
      ...(set && { set: set.map((term) => this.#term(term)) }),
    };
  }

  /** A condition for the store. */
  predicate(predicate: Predicate): Predicate {
    switch (predicate.kind) {
      case "and":
      case "or":
        return { ...predicate, items: predicate.items.map((item) => this.predicate(item)) };
      case "not":
        return { ...predicate, item: this.predicate(predicate.item) };
      case "test":
        return {
          ...predicate,
          left: this.#expression(predicate.left),
          right: this.#expression(predicate.right),
        };
      case "tuples":
        return { ...predicate, columns: predicate.columns.map((name) => this.column(name)) };
      default:
        return { ...predicate, column: this.column(predicate.column) };
    }
  }

  /** How an upsert meets a row of the store. */
  upsert({ conflict, set, ...options }: UpsertOptions): UpsertOptions {
    return {
      ...options,
      conflict: conflict.map((name) => this.column(name)),
      set: set.map((name) => this.column(name)),
    };
  }

  /** Groups for the store, and how their rows are renamed for the model. */
  group(plan: GroupPlan): { readonly plan: GroupPlan; readonly toModel: RenameRow } {
    // What is computed is named by its place, so that no name is that of a column.
    const by = plan.by.map((key, i) =>
      typeof key === "string"
        ? this.column(key)
        : { as: `rinari:by${i}`, expression: this.#expression(key.expression) }
    );
    const terms = plan.terms.map(({ as: _, column, expression, where, ...term }, i) => ({
      ...term,
      as: `rinari:${i}`,
      ...(column === undefined ? null : { column: this.column(column) }),
      ...(expression === undefined ? null : { expression: this.#expression(expression) }),
      ...(where === undefined ? null : { where: this.predicate(where) }),
    }));
    return {
      plan: { ...plan, by, terms, where: plan.where === null ? null : this.predicate(plan.where) },
      toModel: toModel([
        ...plan.by.map((key, i) => ({ name: nameOfKey(key), storeName: nameOfKey(by[i] as GroupKey) })),
        ...plan.terms.map(({ as }, i) => ({ name: as, storeName: `rinari:${i}` })),
      ]),
    };
  }

  /** An index as the model knows it. */
  index(index: TableIndex): TableIndex {
    return { ...index, columns: index.columns.map((name) => this.member(name)) };
  }

  #order([by, direction]: OrderTerm): OrderTerm {
    return [typeof by === "string" ? this.column(by) : this.#expression(by), direction];
  }

  #term(term: SetTerm): SetTerm {
    const column = this.column(term.column);
    return "slot" in term
      ? { column, slot: term.slot }
      : { column, expression: this.#expression(term.expression) };
  }

  #expression(plan: ExpressionPlan): ExpressionPlan {
    switch (plan.kind) {
      case "column":
        return { ...plan, column: this.column(plan.column) };
      case "value":
        return plan;
      case "call":
        return { ...plan, args: plan.args.map((each) => this.#expression(each)) };
      case "condition":
        return { ...plan, predicate: this.predicate(plan.predicate) };
    }
  }
}

/** The name that what makes a group has in its rows. */
export function nameOfKey(key: GroupKey): string {
  return typeof key === "string" ? key : key.as;
}

function toModel(columns: readonly Pick<Column, "name" | "storeName">[]): RenameRow {
  const members = columns.map(({ name }) => name);
  const stored = columns.map(({ storeName }) => storeName);
  return (row) => {
    const renamed: Row = {};
    for (let i = 0; i < members.length; i++) {
      renamed[members[i] as string] = row[stored[i] as string];
    }
    return renamed;
  };
}
