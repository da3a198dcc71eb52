import { chain, chainAll, type Maybe } from "../chain/chain.ts";
import { NotFoundError, ValidationError } from "../errors/mod.ts";
import { isOneOfKeys, keyFind, keyValues, showKey } from "../model/key_find.ts";
import type { ModelHost } from "../model/model_host.ts";
import { executeUpdate } from "../model/computed_update.ts";
import { readInserts, touch } from "../model/row_input.ts";
import { INSERT_ALL } from "../orm/operation.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import { deleteOf } from "../query/changes.ts";
import { searchOf } from "../query/plans.ts";
import { readWhere } from "../query/where_reader.ts";
import { type Key, keyOf, tupleKey } from "../reference/keys.ts";
import type { Column } from "../schema/column.ts";
import { describeValue } from "../schema/describe_value.ts";
import { isPlain } from "../schema/plain_object.ts";
import type { Row } from "../store/any_driver.ts";
import { type Joint, listOfRelations, type Relation } from "./relation.ts";

/** What is done to the rows that belong to a row. */
export type LinkKind = "link" | "unlink" | "relink";

/**
 * Makes rows belong to a row, no longer belong to it, or makes exactly these belong to it.
 *
 * @param payload What new rows of a table between have besides.
 * @returns How many rows were written or removed for it.
 * @throws {NotFoundError} When one of the rows is not there; then nothing is done.
 */
export function changeLinks(
  entry: TableEntry,
  host: ModelHost,
  kind: LinkKind,
  { key, name, keys, payload }: {
    readonly key: unknown;
    readonly name: unknown;
    readonly keys: unknown;
    readonly payload: unknown;
  },
): Maybe<number> {
  const refuse = (reason: string): never => {
    throw new ValidationError(`Cannot ${kind} rows of \`${entry.table.name}\`: ${reason}`, {
      code: "INVALID_OPTIONS",
      table: entry.table.name,
    });
  };
  const relation = typeof name === "string" ? entry.relations.get(name) : null;
  if (relation === null) {
    return refuse(`${describeValue(name)} is no relation: ${listOfRelations(entry)}`);
  }
  const { belongs, joint, theirs, target, own } = relation;
  if (belongs) {
    return refuse(`\`${relation.name}\` is the row that \`${own.name}\` refers to: update that column`);
  }
  if (!Array.isArray(keys)) return refuse(`the keys are a list, not ${describeValue(keys)}`);
  if (!relation.many && kind !== "unlink" && keys.length > 1) {
    return refuse(`\`${relation.name}\` leads to one row, not ${keys.length}`);
  }
  if (payload !== undefined) {
    if (joint === null || kind === "unlink") {
      return refuse("columns are given to new rows of a table between, and there is none here");
    }
    if (typeof payload !== "object" || payload === null || !isPlain(payload)) {
      return refuse(`the columns of the rows between are a plain object, not ${describeValue(payload)}`);
    }
    const taken = [joint.from.name, joint.to.name].find((each) => Object.hasOwn(payload, each));
    if (taken !== undefined) return refuse(`\`${taken}\` is set by the rows that are linked`);
  }
  if (joint === null && kind !== "link" && !theirs.nullable) {
    return refuse(
      `\`${target.table.name}.${theirs.name}\` refuses null, so a row always belongs to one; delete those that should not be there`,
    );
  }
  if (joint !== null && kind !== "unlink" && !joinsOnce(joint)) {
    return refuse(
      `two rows of \`${joint.entry.table.name}\` may join the same two; make \`${joint.from.name}\` and \`${joint.to.name}\` its ` +
        "primary key, or a unique index",
    );
  }
  const values = Array.from(keys, (each) => keyValues(target.table, each));
  const parent = keyFind(entry.table, key);
  return host.transaction(entry.database, () =>
    chain(entry.execute(parent.plan, parent.params), ([row]) => {
      if (row === undefined) throw notFound(entry, kind, showKey(entry.table, key));
      const value = row[own.name] ?? null;
      if (value === null) {
        return refuse(`its \`${own.name}\` is null, to which no row can refer`);
      }
      return chain(findTargets(target, kind, values), (found) =>
        joint === null
          ? changeReferring(relation, host, kind, value, values)
          : changeJoining(relation, joint, kind, value, found, (payload ?? {}) as Row));
    }), undefined);
}

/** Whether no two rows between join the same two, as the model says. */
function joinsOnce({ entry, from, to }: Joint): boolean {
  const covers = (names: readonly string[]): boolean =>
    names.length === 2 && names.includes(from.name) && names.includes(to.name);
  return covers(entry.table.primaryKey.map(({ name }) => name)) ||
    entry.base.declared.some(({ unique, where, columns }) =>
      unique === true && where === undefined && covers(columns)
    );
}

/** The rows with the keys. What is to be linked has to be there. */
function findTargets(
  target: TableEntry,
  kind: LinkKind,
  keys: readonly (readonly unknown[])[],
): Maybe<Row[]> {
  if (keys.length === 0) return [];
  const { table } = target;
  const { where, params } = isOneOfKeys(table, keys);
  const plan = searchOf(table, where);
  return chain(target.execute(plan, params), (rows) => {
    if (kind === "unlink") return rows;
    const there = new Set(
      rows.map((row) => tupleKey(table.primaryKey, table.primaryKey.map(({ name }) => row[name]))),
    );
    const missing = keys.find((key) => !there.has(tupleKey(table.primaryKey, key)));
    if (missing === undefined) return rows;
    throw notFound(target, kind, showKey(table, missing.length === 1 ? missing[0] : missing.join(", ")));
  });
}

function notFound(entry: TableEntry, kind: LinkKind, key: string): NotFoundError {
  return new NotFoundError(
    `Cannot ${kind}: there is no row with key ${key} in \`${entry.table.name}\`; store it first`,
    { table: entry.table.name, driver: entry.connection.driver.metadata.name },
  );
}

/** Sets the column of the rows that refer. */
function changeReferring(
  { target, theirs }: Relation,
  host: ModelHost,
  kind: LinkKind,
  value: unknown,
  keys: readonly (readonly unknown[])[],
): Maybe<number> {
  const { table } = target;
  const { primaryKey } = table;
  const among = keys.length === 0
    ? { $or: [] }
    : primaryKey.length === 1
    ? { [(primaryKey[0] as Column).name]: { $in: keys.map(([each]) => each) } }
    : {
      $or: keys.map((key) => Object.fromEntries(primaryKey.map(({ name }, i) => [name, { $eq: key[i] }]))),
    };
  const mine = { [theirs.name]: { $eq: value } };
  const set = (to: unknown, where: object): Maybe<number> =>
    executeUpdate(target, host, touch(table, { [theirs.name]: to }), readWhere(table, where, false));
  const release = (): Maybe<number> =>
    kind === "link" ? 0 : set(null, { $and: [mine, kind === "unlink" ? among : { $not: among }] });
  const take = (): Maybe<number> =>
    kind === "unlink" || keys.length === 0 ? 0 : set(value, { $and: [{ $not: mine }, among] });
  return chain(release(), (released) => chain(take(), (taken) => released + taken));
}

/** Writes and removes rows of the table between. */
function changeJoining(
  { theirs }: Relation,
  { entry, from, to }: Joint,
  kind: LinkKind,
  value: unknown,
  targets: readonly Row[],
  payload: Row,
): Maybe<number> {
  const { table } = entry;
  const mine = { [from.name]: { $eq: value } };
  const others = targets.map((row) => row[theirs.name]).filter((each) => each !== null);
  const remove = (): Maybe<number> => {
    if (kind === "link") return 0;
    const among = { [to.name]: { $in: others } };
    const apart = { $not: { $or: [among, { [to.name]: null }] } };
    const where = { $and: [mine, kind === "unlink" ? among : apart] };
    const { plan, params } = deleteOf(table, readWhere(table, where, false));
    return entry.execute(plan, params);
  };
  const add = (): Maybe<number> => {
    if (kind === "unlink" || others.length === 0) return 0;
    const { predicate, params } = readWhere(table, { $and: [mine, { [to.name]: { $in: others } }] }, false);
    const plan = searchOf(table, predicate, [to.name]);
    return chain(entry.execute(plan, params), (rows) => {
      const there = new Set<Key>(rows.map((row) => keyOf(to.kind, row[to.name])));
      const missing = others.filter((each) => !there.has(keyOf(to.kind, each)));
      if (missing.length === 0) return 0;
      const joining = readInserts(
        table,
        missing.map((each) => entry.filled({ ...payload, [from.name]: value, [to.name]: each })),
      );
      entry.checkLimits(joining);
      return chain(entry.execute(INSERT_ALL, joining), () => joining.length);
    });
  };
  return chain(chainAll([remove, add], (each) => each()), ([removed = 0, added = 0]) => removed + added);
}
