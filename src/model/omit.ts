import { ValidationError } from "../errors/mod.ts";
import { describeValue } from "../schema/describe_value.ts";
import type { RowsOf } from "../raw/sql_statement.ts";
import { entryIn, View } from "./view.ts";

/**
 * The columns of a model but some, for `select`: what is large or secret stays where it is.
 *
 * @param model Any model.
 * @param columns The columns to leave out; one is left at least.
 * @returns The names of all others.
 * @throws {ValidationError} On an unknown column, or when none is left.
 *
 * @example
 * ```ts
 * import { DataTypes, omit, ORM } from "@rinari/orm";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 *
 * const orm = new ORM({ driver: new MemoryDriver() });
 * const User = orm.define("app", "users", {
 *   id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
 *   name: { type: DataTypes.TEXT, notNull: true },
 *   avatar: { type: DataTypes.BLOB },
 * });
 * User.create({ name: "Ada" });
 * const [ada] = User.findAll({ select: omit(User, ["avatar"]) });
 * console.log(ada?.name, omit(User, ["avatar"]).join(", ")); // Ada id, name
 * ```
 */
export function omit<Row extends object, const K extends keyof Row>(
  model: RowsOf<Row>,
  columns: readonly K[],
): readonly Exclude<keyof Row, K>[] {
  const view: unknown = model;
  if (!(view instanceof View)) return refuse(`a model is needed, not ${describeValue(model)}`);
  const { table } = entryIn(view);
  if (!Array.isArray(columns)) {
    return refuse(`the columns of \`${table.name}\` are a list, not ${describeValue(columns)}`, table.name);
  }
  const without = new Set(Array.from(columns as readonly string[], (name) => table.column(name)));
  const rest = table.columns.filter((column) => !without.has(column)).map(({ name }) => name);
  if (rest.length === 0) return refuse(`no column of \`${table.name}\` is left`, table.name);
  return rest as unknown as readonly Exclude<keyof Row, K>[];
}

function refuse(reason: string, table?: string): never {
  throw new ValidationError(`Cannot leave columns out: ${reason}`, { code: "INVALID_OPTIONS", table });
}
