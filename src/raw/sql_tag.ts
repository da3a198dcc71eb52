import type { Mode } from "../types/mode.ts";
import { type RawHost, SqlList, SqlName } from "./raw_parts.ts";
import { SqlStatement } from "./sql_statement.ts";

/** Makes statements of templates: what `orm.sql(database)` gives. */
export interface SqlTag<M extends Mode> {
  /**
   * A statement. What stands in `${…}` is bound, all of it, but for a model, which is its table, a name of `id`, a list of `list` and
   * another statement, which is written out with its values.
   */
  (texts: TemplateStringsArray, ...parts: readonly unknown[]): SqlStatement<M>;
  /**
   * A name of the store, quoted.
   *
   * @param name A table, column or index. Whoever may choose it may read it: take it from a list of your own.
   */
  id(name: string): SqlName;
  /**
   * A list of any length, to stand after IN. Empty, it has nothing in it.
   *
   * @param values Strings, numbers, bigints, booleans, Dates or bytes, all of one kind.
   */
  list(values: readonly unknown[]): SqlList;
}

/** Makes the tag of a database. */
export function sqlTag<M extends Mode>(host: RawHost): SqlTag<M> {
  const tag = (texts: TemplateStringsArray, ...parts: readonly unknown[]): SqlStatement<M> =>
    new SqlStatement<M>(host, texts, parts);
  return Object.assign(tag, {
    id: (name: string) => new SqlName(name),
    list: (values: readonly unknown[]) => new SqlList(values),
  });
}
