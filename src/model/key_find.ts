import type { Predicate } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import type { ReadFind } from "../query/find_options.ts";
import { type Call, type DeletePlan, keepPlan, keyOrder, type SelectPlan } from "../query/plans.ts";
import type { Column } from "../schema/column.ts";
import { describeKind, describeValue } from "../schema/describe_value.ts";
import type { Table } from "../schema/table.ts";

const plans = new WeakMap<Table, SelectPlan>();

/**
 * The search for one row by its primary key. All but the values is made once a table.
 *
 * @throws {ValidationError} When the key does not fit.
 */
export function keyFind(table: Table, key: unknown): ReadFind {
  let plan = plans.get(table);
  if (plan === undefined) {
    plan = keepPlan<SelectPlan>(table, {
      kind: "select",
      where: equals(table, 0),
      orderBy: keyOrder(table),
      limit: 1,
      offset: undefined,
      select: undefined,
    });
    plans.set(table, plan);
  }
  return { plan, params: keyValues(table, key) };
}

/** The removal of the rows with any of these keys. */
export function keyDelete(table: Table, keys: readonly unknown[]): Call<DeletePlan> {
  const { where, params } = isOneOfKeys(table, keys.map((key) => keyValues(table, key)));
  return { plan: keepPlan<DeletePlan>(table, { kind: "delete", where }), params };
}

/** The condition that a row's key is one of these, each as the values of its columns. */
export function isOneOfKeys(
  table: Table,
  keys: readonly (readonly unknown[])[],
): { readonly where: Predicate; readonly params: readonly unknown[] } {
  if (table.primaryKey.length === 1) {
    const { name } = table.primaryKey[0] as Column;
    const where: Predicate = { kind: "in", column: name, path: null, slot: 0, withNull: false };
    return { where, params: [keys.map(([value]) => value)] };
  }
  const columns = table.primaryKey.map(({ name }) => name);
  return { where: { kind: "tuples", columns, slot: 0 }, params: [keys] };
}

function equals(table: Table, slot: number): Predicate {
  const items = table.primaryKey.map(({ name }, i): Predicate => ({
    kind: "equal",
    column: name,
    path: null,
    slot: slot + i,
    type: null,
  }));
  return items.length === 1 ? items[0] as Predicate : { kind: "and", items };
}

/** The values of a key. */
export function keyValues(table: Table, key: unknown): unknown[] {
  const { primaryKey } = table;
  if (primaryKey.length === 1) {
    if (key === undefined || key === null) return refuse(table, key);
    return [(primaryKey[0] as Column).accept(key)];
  }
  if (typeof key !== "object" || key === null || Object.keys(key).length !== primaryKey.length) {
    return refuse(table, key);
  }
  return primaryKey.map((column) => {
    const value = Object.hasOwn(key, column.name) ? (key as Record<string, unknown>)[column.name] : undefined;
    return value === undefined || value === null ? refuse(table, key) : column.accept(value);
  });
}

/** A key as a message may show it. */
export function showKey({ primaryKey }: Table, key: unknown): string {
  return primaryKey.some(({ sensitive }) => sensitive) ? describeKind(key) : describeValue(key);
}

function refuse(table: Table, key: unknown): never {
  const columns = table.primaryKey.map(({ name }) => name);
  const names = columns.map((name) => `\`${name}\``).join(", ");
  throw new ValidationError(
    `Cannot find ${showKey(table, key)} in \`${table.name}\`: its key is ` +
      (columns.length === 1 ? `a value of ${names}` : `an object of ${names}`),
    { code: "INVALID_KEY", table: table.name, columns },
  );
}
