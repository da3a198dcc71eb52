import type { DriverWhere, NamedIndex, Predicate } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import { defersList } from "../query/deferred_list.ts";
import { toDriverWhere } from "../query/driver_where.ts";
import { looksAtRelated } from "../query/related.ts";
import type { TableNames } from "../query/table_names.ts";
import { type ReadWhere, readWhere } from "../query/where_reader.ts";
import { describeValue } from "../schema/describe_value.ts";
import { checkIdentifier } from "../schema/identifiers.ts";
import { storeNameOf } from "../schema/naming.ts";
import { ownMembers } from "../schema/plain_object.ts";
import type { Table } from "../schema/table.ts";

/** An index as a user describes it. */
export interface IndexDefinition {
  /** The columns, in order. */
  readonly columns: readonly string[];
  /** Whether it refuses rows equal in all the columns, none of them null. */
  readonly unique?: boolean | undefined;
  /** Only rows that satisfy this are in the index. */
  readonly where?: unknown;
}

const INDEX_MEMBERS: readonly string[] = ["name", "columns", "unique", "where"];

/**
 * Checks an index that a user describes.
 *
 * @returns It, with the names of the store.
 * @throws {ValidationError} When its name, columns or condition make no sense.
 */
export function readIndex(
  table: Table,
  names: TableNames | null,
  name: string,
  definition: IndexDefinition,
): NamedIndex {
  checkIdentifier("index", name);
  const refuse = (reason: string, columns: readonly string[] = []): never => {
    throw new ValidationError(`Cannot create index \`${name}\` on \`${table.name}\`: ${reason}`, {
      code: "INVALID_INDEX",
      table: table.name,
      columns,
    });
  };
  if (typeof definition !== "object" || definition === null) {
    return refuse(
      `it is described by an object such as { columns: ["name"] }, not ${describeValue(definition)}`,
    );
  }
  const unknown = Object.keys(definition).find((member) => !INDEX_MEMBERS.includes(member));
  if (unknown !== undefined) return refuse(`${JSON.stringify(unknown)} is none of columns, unique, where`);
  const { columns, unique = false, where } = ownMembers(definition);
  if (typeof unique !== "boolean") return refuse("`unique` is true or false");
  if (!Array.isArray(columns) || columns.length === 0 || new Set(columns).size !== columns.length) {
    return refuse("it needs columns, each once");
  }
  for (const column of columns) {
    if (!table.column(column).ordered) refuse(`\`${column}\` is JSON, which has no order`, [column]);
  }
  const read = where === undefined ? null : readWhere(table, where, table.rules.strict);
  if (read !== null && defersList(read.predicate)) {
    refuse("its condition has a list of another search; a row is in an index or not by itself");
  }
  if (read !== null && looksAtRelated(read.predicate)) {
    refuse("its condition looks at rows of another table, which no index can");
  }
  const whole = read === null ? null : wholeJSON(table, read.predicate);
  if (whole !== null) {
    refuse(
      `its condition looks at \`${whole}\` as a whole or for an element; compare a place in it, such as "${whole}.kind"`,
      [whole],
    );
  }
  return {
    name: storeNameOf(name, table.naming),
    columns: columns.map((column) => table.column(column).storeName),
    ...(unique ? { unique } : null),
    ...(read === null ? null : { where: whereOf(names, read) }),
  };
}

/** The JSON column of which a condition asks what the index of a store cannot tell: of a whole value, or an element. */
function wholeJSON(table: Table, predicate: Predicate | null): string | null {
  switch (predicate?.kind) {
    case "and":
    case "or":
      return predicate.items.map((item) => wholeJSON(table, item)).find((name) => name !== null) ?? null;
    case "not":
      return wholeJSON(table, predicate.item);
    case "has":
      return predicate.column;
    case "equal":
    case "in":
      return predicate.path === null && table.column(predicate.column).kind === "json"
        ? predicate.column
        : null;
    default:
      return null;
  }
}

function whereOf(names: TableNames | null, { predicate, params }: ReadWhere): DriverWhere {
  const stored = predicate === null || names === null ? predicate : names.predicate(predicate);
  return toDriverWhere(stored, params);
}

/** The name of an index that was given none. */
export function defaultName({ columns, unique }: { columns: unknown; unique: unknown }): string {
  return `${Array.isArray(columns) ? columns.join("_") : ""}_${unique ? "unique" : "index"}`;
}
