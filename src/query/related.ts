import type { Predicate, RelatedPredicate } from "../contract/mod.ts";
import { UnsupportedError, ValidationError } from "../errors/mod.ts";
import type { Column } from "../schema/column.ts";
import { describeValue } from "../schema/describe_value.ts";
import { isPlain } from "../schema/plain_object.ts";
import type { Table } from "../schema/table.ts";
import { moveSlots } from "./computed_condition.ts";
import { MadeCondition, MadeOperation, type RelatedOperator } from "./operation.ts";
import { Placeholder } from "./placeholder.ts";
import { somePart } from "./some_part.ts";
import { isAlwaysTrue } from "./trivial.ts";

/** A table that a relation leads to, or passes. */
export interface RelatedEntry {
  /** The table. */
  readonly table: Table;
  /** The condition of a part of it, outside of which no row is seen; null for the whole. */
  readonly condition: { readonly predicate: Predicate | null; readonly params: readonly unknown[] } | null;
}

/** A relation, as far as conditions know it. */
export interface RelatedTable {
  /** Its name. */
  readonly name: string;
  /** Whether there can be several rows. */
  readonly many: boolean;
  /** Whether it is this table's column that refers. */
  readonly belongs: boolean;
  /** The table it leads to. */
  readonly target: RelatedEntry;
  /** The column of this table whose value joins. */
  readonly own: Column;
  /** The column of the other table that has that value or, with a table between, the one its rows refer to. */
  readonly theirs: Column;
  /** The table between, or null. */
  readonly joint: {
    readonly entry: RelatedEntry;
    readonly from: Column;
    readonly to: Column;
  } | null;
}

/** The relations of a table. */
export interface RelatedTables {
  /** Their names. */
  readonly names: readonly string[];
  /** That of a name, or null. */
  get(name: string): RelatedTable | null;
}

const known: WeakMap<Table, RelatedTables> = new WeakMap();

/** Says which relations conditions on a table may use. */
export function relateTable(table: Table, relations: RelatedTables): void {
  // Parts of a table share it, and have the same relations.
  if (!known.has(table)) known.set(table, relations);
}

/**
 * Refuses a name in a condition that is neither a column nor a relation.
 *
 * @throws {ValidationError} Naming those there are.
 */
function refuseName(table: Table, name: string): never {
  const relations = known.get(table)?.names ?? [];
  if (relations.length === 0) return table.column(name) as never;
  const list = (names: readonly string[]): string => names.map((each) => `\`${each}\``).join(", ");
  throw new ValidationError(
    `Cannot find ${JSON.stringify(String(name).slice(0, 80))} in \`${table.name}\`: its columns are ${
      list(table.columns.map((column) => column.name))
    }, its relations ${list(relations)}`,
    { code: "UNKNOWN_COLUMN", table: table.name },
  );
}

/** What a condition on a relation needs of the condition it stands in. */
export interface RelatedReader {
  /** Whether plain objects make no operators. */
  readonly strict: boolean;
  /** The values of the slots. */
  readonly params: unknown[];
  /** Reads a condition on the rows of another table. */
  read(table: Table, where: unknown): Predicate;
  /** Throws the error for what makes no sense. */
  refuse(reason: string): never;
}

/** True, or false, for every row. */
const TRUE: Predicate = Object.freeze({ kind: "and", items: Object.freeze([]) as readonly [] });
const FALSE: Predicate = Object.freeze({ kind: "or", items: Object.freeze([]) as readonly [] });

const OPERATORS: readonly string[] = ["$some", "$every", "$none"];

/**
 * Reads what stands for a relation in a condition.
 *
 * @throws {ValidationError} When there is no relation of the name, or what stands for it makes no sense.
 */
export function readRelated(table: Table, name: string, value: unknown, reader: RelatedReader): Predicate {
  const relation = known.get(table)?.get(name) ?? refuseName(table, name);
  const { many } = relation;
  if (value === null && !many) return not(anyRow(relation, null, reader.params));
  const made = typeof value === "object" && value !== null
    ? MadeOperation.read(value) ??
      (isPlain(value) || value instanceof Placeholder ? null : MadeOperation.readForeign(value))
    : null;
  if (made !== null) {
    const [operator, where] = made;
    const fits = many ? OPERATORS.includes(operator) : operator === "$is";
    if (fits) return readOperator(relation, operator as RelatedOperator, where, reader);
    return reader.refuse(
      `\`${name}\` leads to ${many ? "several rows" : "one row"} and takes ` +
        (many ? "some(…), every(…) or none(…)" : "is(…)"),
    );
  }
  const condition = typeof value === "function" ||
    (typeof value === "object" && value !== null && MadeCondition.read(value) !== null);
  if (!many && condition) return readOperator(relation, "$is", value, reader);
  if (typeof value !== "object" || value === null || Array.isArray(value) || condition || !isPlain(value)) {
    return reader.refuse(
      `\`${name}\` is a relation and takes ` +
        (many
          ? `$some, $every or $none with a condition, such as { $some: {} }, not ${describeValue(value)}`
          : `a condition on its row, or null for none, not ${describeValue(value)}`),
    );
  }
  if (reader.strict) {
    return reader.refuse(
      `\`${name}\` got a plain object; here conditions on relations are made by functions, ` +
        (many ? "some(…), every(…) and none(…)" : "such as is({ … })"),
    );
  }
  const keys = Object.keys(value);
  if (!many) {
    const operator = keys.find((key) => OPERATORS.includes(key));
    if (operator !== undefined) {
      return reader.refuse(`\`${name}\` leads to one row and takes a condition on it, not \`${operator}\``);
    }
    return readOperator(relation, "$is", value, reader);
  }
  const unknown = keys.find((key) => !OPERATORS.includes(key));
  if (unknown !== undefined || keys.length === 0) {
    return reader.refuse(
      `\`${name}\` leads to several rows and takes $some, $every or $none` +
        (unknown === undefined ? "" : `, not ${JSON.stringify(unknown.slice(0, 40))}`),
    );
  }
  const items = keys.map((key) =>
    readOperator(relation, key as RelatedOperator, (value as Record<string, unknown>)[key], reader)
  );
  return items.length === 1 ? items[0] as Predicate : { kind: "and", items };
}

function readOperator(
  relation: RelatedTable,
  operator: RelatedOperator,
  where: unknown,
  reader: RelatedReader,
): Predicate {
  if (where === undefined) {
    return reader.refuse(`\`${relation.name}\` got undefined; leave the key out, or give a condition`);
  }
  if (operator === "$is") {
    if (where === null) return not(anyRow(relation, null, reader.params));
    if (typeof where === "object" && isPlain(where) && Object.keys(where).length === 0) {
      return reader.refuse(
        `\`${relation.name}\` got an empty condition; ask { $not: { ${relation.name}: null } } for those that have a row`,
      );
    }
  }
  const read = reader.read(relation.target.table, where);
  switch (operator) {
    case "$some":
    case "$is":
      return isAlwaysTrue(not(read), reader.params) ? FALSE : anyRow(relation, read, reader.params);
    case "$none":
      return isAlwaysTrue(not(read), reader.params) ? TRUE : not(anyRow(relation, read, reader.params));
    case "$every":
      return isAlwaysTrue(read, reader.params) ? TRUE : not(anyRow(relation, not(read), reader.params));
  }
}

/** That a related row satisfies a condition; null for any row. */
function anyRow(
  { own, theirs, target, joint, belongs }: RelatedTable,
  where: Predicate | null,
  params: unknown[],
): Predicate {
  const given = where !== null && !(where.kind === "and" && where.items.length === 0) ? where : null;
  const restricts = both(conditionOf(target, params), given);
  // A column that refers to a row has one.
  if (belongs && restricts === null) return not({ kind: "null", column: own.name, path: null });
  const other: Predicate = {
    kind: "related",
    column: (joint?.to ?? own).name,
    table: target.table.name,
    theirs: theirs.name,
    where: restricts,
  };
  if (joint === null) return other;
  return {
    kind: "related",
    column: own.name,
    table: joint.entry.table.name,
    theirs: joint.from.name,
    where: both(
      conditionOf(joint.entry, params),
      restricts === null ? not({ kind: "null", column: joint.to.name, path: null }) : other,
    ),
  };
}

/** The condition of a part of a table, with its values among those given. */
function conditionOf({ condition }: RelatedEntry, params: unknown[]): Predicate | null {
  const predicate = condition?.predicate ?? null;
  if (condition === null || predicate === null) return null;
  const from = params.length;
  params.push(...condition.params);
  return moveSlots(predicate, (slot) => slot + from);
}

function both(a: Predicate | null, b: Predicate | null): Predicate | null {
  return a === null ? b : b === null ? a : { kind: "and", items: [a, b] };
}

function not(item: Predicate): Predicate {
  return item.kind === "not" ? item.item : { kind: "not", item };
}

/** Throws the error for a plan that a driver cannot have been given by the core. */
export function refuseRelated({ column, table }: RelatedPredicate): never {
  throw new UnsupportedError(
    `Cannot compare \`${column}\` with rows of \`${table}\`: the driver does not declare \`related\`; leave such conditions to the core`,
  );
}

/** Whether a condition looks at rows of other tables. */
export function looksAtRelated(predicate: Predicate | null): boolean {
  return somePart(predicate, (part) => part.kind === "related");
}
