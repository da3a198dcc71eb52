import { chain, type Maybe } from "../chain/chain.ts";
import type { GroupPlan, Predicate } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import { type Answer, type Given, INSERT, type Operation } from "../orm/operation.ts";
import { TableEntry } from "../orm/table_entry.ts";
import { countOf, updateOf } from "../query/changes.ts";
import { moveSlots } from "../query/computed_condition.ts";
import { defersList } from "../query/deferred_list.ts";
import { readFindOne } from "../query/find_options.ts";
import {
  type Call,
  type DeletePlan,
  keepPlan,
  type KindOfPlan,
  predicateShape,
  type SelectPlan,
  type UpdatePlan,
} from "../query/plans.ts";
import { looksAtRelated } from "../query/related.ts";
import { type ReadWhere, readWhere } from "../query/where_reader.ts";
import { compilePredicate } from "../reference/evaluate.ts";
import { describeValue } from "../schema/describe_value.ts";
import { isPlain, ownMembers } from "../schema/plain_object.ts";
import type { Table } from "../schema/table.ts";
import type { Row } from "../store/any_driver.ts";
import { readUpdate } from "./row_input.ts";

type Params = readonly unknown[];

/** The plans that a condition was put into, by the plan without it and the number of its values. */
type ScopedPlans = WeakMap<object, Map<number, KindOfPlan>>;

/** By table and the shape of the condition: a scope for each request plans nothing anew. */
const known: WeakMap<Table, Map<string, ScopedPlans>> = new WeakMap();

/** How many shapes of conditions are kept for a table. */
const MOST_SHAPES = 200;

/**
 * The door to a part of a table: the rows that satisfy a condition. It stands where every operation passes, and puts the condition into it;
 * what it does not know it refuses.
 */
export class ScopedEntry extends TableEntry {
  readonly #around: TableEntry;
  readonly #where: ReadWhere;
  readonly #deleteAs: unknown;
  /** The columns that the condition fixes by equality, each with the part of it that does. */
  readonly #fixed: ReadonlyMap<string, Predicate>;
  readonly #plans: ScopedPlans;
  #test: ((row: Row) => boolean) | null = null;

  /**
   * Makes the door to a part of what another leads to.
   *
   * @throws {ValidationError} When the condition makes no sense, or `deleteAs` gives no column a value.
   */
  constructor(around: TableEntry, where: unknown, options: unknown) {
    const { table } = around;
    super(around.connection, around.database, table, [], around.siblings, around.declaredRelations);
    this.#around = around;
    this.#where = readWhere(table, where, table.rules.strict);
    if (defersList(this.#where.predicate)) {
      throw new ValidationError(
        `Cannot make a scope of \`${table.name}\`: its condition has a list of another search, which a new row cannot be held to`,
        { code: "INVALID_OPTIONS", table: table.name },
      );
    }
    if (looksAtRelated(this.#where.predicate)) {
      throw new ValidationError(
        `Cannot make a scope of \`${table.name}\`: its condition looks at rows of another table; give such conditions to the searches`,
        { code: "INVALID_WHERE", table: table.name },
      );
    }
    this.#deleteAs = readDeleteAs(table, options);
    this.#fixed = new Map(fixedBy(this.#where.predicate));
    this.#plans = plansOf(table, this.#where.predicate);
  }

  /** The door to the whole table. */
  override get base(): TableEntry {
    return this.#around.base;
  }

  override get condition(): ReadWhere | null {
    const around = this.#around.condition;
    if (around === null || around.predicate === null) return this.#where;
    const params = [...around.params, ...this.#where.params];
    return { predicate: this.#and(around.predicate, around.params.length), params, value: null };
  }

  override get isReady(): boolean {
    return this.#around.isReady;
  }

  override ensure(): Maybe<void> {
    return this.#around.ensure();
  }

  override get indexes(): TableEntry["indexes"] {
    return this.#around.indexes;
  }

  override conditionOf(name: string): ReadWhere | undefined {
    return this.#around.conditionOf(name);
  }

  override isUnique(...args: Parameters<TableEntry["isUnique"]>): boolean {
    return this.#around.isUnique(...args);
  }

  /** What is removed is changed instead, so that the store gives back other rows than those that were. */
  override get returnsRows(): boolean {
    return this.#deleteAs === undefined && this.#around.returnsRows;
  }

  override readsNoMore(plan: SelectPlan, params: Params): boolean {
    return this.#around.readsNoMore(this.#plan(plan, params), this.#params(params));
  }

  override read(plan: SelectPlan, params: Params): Maybe<Row[]> {
    return this.#around.read(this.#plan(plan, params), this.#params(params));
  }

  override readGroups(plan: GroupPlan): Maybe<Row[]> {
    const params = this.#params(plan.params);
    return this.#around.readGroups({ ...plan, where: this.#and(plan.where, plan.params.length), params });
  }

  /** Data of a new row with what the condition fixes. */
  override filled(data: unknown): unknown {
    const around = this.#around.filled(data);
    if (typeof around !== "object" || around === null || Array.isArray(around)) return around;
    const missing: Record<string, unknown> = {};
    for (const [name, part] of this.#fixed) {
      if (!Object.hasOwn(around, name) || (around as Row)[name] === undefined) {
        missing[name] = this.#valueOf(part);
      }
    }
    return { ...ownMembers(around), ...missing };
  }

  override execute<K extends Operation["kind"]>(
    operation: Operation & { readonly kind: K },
    given: Given[K],
    signal?: AbortSignal,
  ): Maybe<Answer[K]> {
    return this.#scoped(operation, given, signal) as Maybe<Answer[K]>;
  }

  #scoped(operation: Operation, given: unknown, signal: AbortSignal | undefined): Maybe<unknown> {
    const around = this.#around;
    const params = given as Params;
    switch (operation.kind) {
      case "select":
      case "count":
        return around.execute(this.#plan(operation, params), this.#params(params), signal);
      case "update":
        this.#checkSet(operation, params);
        return around.execute(this.#plan(operation, params), this.#params(params));
      case "delete":
        return this.#delete(operation, params);
      case "change":
        if (operation.plan.kind === "update") this.#checkSet(operation.plan, params);
        else if (this.#deleteAs !== undefined) {
          return this.#refuse("return the rows removed of", "read them first");
        }
        return around.execute(
          { kind: "change", plan: this.#plan(operation.plan, params) },
          this.#params(params),
        );
      case "updateEach": {
        const calls = (given as readonly Call<UpdatePlan>[]).map((call) => {
          this.#checkSet(call.plan, call.params);
          return { plan: this.#plan(call.plan, call.params), params: this.#params(call.params) };
        });
        return around.execute(operation as Operation & { readonly kind: "updateEach" }, calls);
      }
      case "group":
        return around.execute(
          { ...operation, where: this.#and(operation.where, params.length) },
          this.#params(params),
          signal,
        );
      case "iterate":
      case "explain":
      case "load":
        return around.execute(
          { ...operation, plan: this.#plan(operation.plan, params) } as Operation & { readonly kind: "load" },
          this.#params(params),
          signal,
        );
      case "insert":
        this.#checkRow(given as Row);
        return around.execute(INSERT, given as Row);
      case "insertAll":
        for (const row of given as readonly Row[]) this.#checkRow(row);
        return around.execute(
          operation as Operation & { readonly kind: "insertAll" },
          given as readonly Row[],
        );
      case "upsert":
        return this.#upsert(operation, given as Row);
      case "indexes":
      case "ready":
        return around.execute(operation as Operation & { readonly kind: "ready" }, null);
      default:
        return this.#refuse(`run ${operation.kind} on`, "use the model it was made of");
    }
  }

  /** Removes rows, or makes the change that stands for it. */
  #delete(plan: DeletePlan, params: Params): Maybe<number> {
    if (this.#deleteAs === undefined) {
      return this.#around.execute(this.#plan(plan, params), this.#params(params));
    }
    const values = readUpdate(this.table, this.#deleteAs);
    const call = updateOf(this.table, values, { predicate: plan.where, params: [...params], value: null });
    return this.#around.execute(this.#plan(call.plan, call.params), this.#params(call.params));
  }

  /** A row in conflict that is outside is not updated: the insert meets it, and is refused. */
  #upsert(operation: Operation & { readonly kind: "upsert" }, row: Row): Maybe<Row> {
    const { conflict, set, ...rest } = operation;
    if (Object.keys(rest).length > 1) return this.#refuse("upsert this way into", "use create and update");
    this.#checkRow(row);
    const { table } = this;
    const same = Object.fromEntries(conflict.map((name) => [name, row[name]]));
    const where = readWhere(table, same, false);
    const values = Object.fromEntries(set.map((name) => [name, row[name]]));
    const find = readFindOne(table, { where: same }, false);
    const count = countOf(table, where);
    const update = updateOf(table, values, where);
    const change = (): Maybe<number> =>
      set.length === 0 ? this.execute(count.plan, count.params) : this.execute(update.plan, update.params);
    const work = (): Maybe<Row> =>
      chain(change(), (changed) => {
        if (changed === 0) return this.#around.execute(INSERT, row);
        return chain(this.base.execute(find.plan, find.params), ([stored]) => stored as Row);
      });
    return chain(
      this.isReady ? undefined : this.base.execute({ kind: "ready" }, null),
      () => this.connection.transactions.transaction(work),
    );
  }

  #plan<P extends KindOfPlan>(plan: P, { length }: Params): P {
    let byLength = this.#plans.get(plan);
    if (byLength === undefined) this.#plans.set(plan, byLength = new Map());
    let scoped = byLength.get(length);
    if (scoped === undefined) {
      const where = this.#and(plan.where, length);
      byLength.set(length, scoped = keepPlan<KindOfPlan>(this.table, { ...plan, where } as KindOfPlan));
    }
    return scoped as P;
  }

  #params(params: Params): Params {
    return this.#where.params.length === 0 ? params : [...params, ...this.#where.params];
  }

  /** Both conditions; the values of this one come after those that are there. */
  #and(where: Predicate | null, from: number): Predicate | null {
    const { predicate } = this.#where;
    if (predicate === null) return where;
    const own = moveSlots(predicate, (slot) => slot + from);
    return where === null ? own : { kind: "and", items: [own, where] };
  }

  #valueOf(part: Predicate): unknown {
    return part.kind === "equal" ? this.#where.params[part.slot] : null;
  }

  #checkRow(row: Row): void {
    this.#test ??= compilePredicate(this.table, this.#where.predicate, this.#where.params);
    if (this.#test(row)) return;
    const columns = [...this.#fixed.keys()].filter((name) => !this.#fits(name, row[name] ?? null));
    this.#refuseRow("insert into", columns);
  }

  #checkSet({ set }: UpdatePlan, params: Params): void {
    if (this.#fixed.size === 0) return;
    const columns = set.filter((term) =>
      this.#fixed.has(term.column) && !("slot" in term && this.#fits(term.column, params[term.slot]))
    ).map(({ column }) => column);
    if (columns.length > 0) this.#refuseRow("update", columns);
  }

  #fits(name: string, value: unknown): boolean {
    const part = this.#fixed.get(name) ?? null;
    return compilePredicate(this.table, part, this.#where.params)({ [name]: value });
  }

  #refuseRow(what: string, columns: readonly string[]): never {
    const { name } = this.table;
    throw new ValidationError(
      `Cannot ${what} \`${name}\`: ` +
        (columns.length === 0
          ? "the row does not satisfy the condition of the scope"
          : `the scope fixes ${columns.map((each) => `\`${each}\``).join(", ")}`) +
        "; leave that out, or use the model the scope was made of",
      { code: "OUT_OF_SCOPE", table: name, columns },
    );
  }

  #refuse(what: string, remedy: string): never {
    throw new ValidationError(
      `Cannot ${what} \`${this.table.name}\`: the model is a scope, which is a part of a table; ${remedy}`,
      { code: "OUT_OF_SCOPE", table: this.table.name },
    );
  }
}

function plansOf(table: Table, predicate: Predicate | null): ScopedPlans {
  let shapes = known.get(table);
  if (shapes === undefined) known.set(table, shapes = new Map());
  const shape = predicateShape(predicate);
  let plans = shapes.get(shape);
  if (plans === undefined) {
    if (shapes.size >= MOST_SHAPES) shapes.clear();
    shapes.set(shape, plans = new WeakMap());
  }
  return plans;
}

/** The columns that a condition gives one value. */
function fixedBy(predicate: Predicate | null): (readonly [string, Predicate])[] {
  if (predicate === null) return [];
  if (predicate.kind === "and") return predicate.items.flatMap(fixedBy);
  return (predicate.kind === "equal" || predicate.kind === "null") && predicate.path === null
    ? [[predicate.column, predicate]]
    : [];
}

/** Reads the change that stands for removing. */
function readDeleteAs(table: Table, options: unknown): unknown {
  const refuse = (reason: string): never => {
    throw new ValidationError(`Cannot make a scope of \`${table.name}\`: ${reason}`, {
      code: "INVALID_OPTIONS",
      table: table.name,
    });
  };
  if (options === undefined) return undefined;
  if (typeof options !== "object" || options === null || !isPlain(options)) {
    return refuse(`its options are a plain object, not ${describeValue(options)}`);
  }
  const unknown = Object.keys(options).find((name) => name !== "deleteAs");
  if (unknown !== undefined) {
    return refuse(`${JSON.stringify(unknown.slice(0, 40))} is no option; there is \`deleteAs\``);
  }
  const { deleteAs } = options as { readonly deleteAs?: unknown };
  if (deleteAs === undefined) return undefined;
  const values = typeof deleteAs === "object" && deleteAs !== null && isPlain(deleteAs)
    ? Object.freeze(ownMembers(deleteAs))
    : refuse(`\`deleteAs\` is an object of columns, not ${describeValue(deleteAs)}`);
  if (Object.keys(readUpdate(table, values)).length === 0) refuse("`deleteAs` gives no column a value");
  return values;
}
