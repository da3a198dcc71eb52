import type { TableSchema } from "../../contract/mod.ts";
import { toDriverWhere } from "../../query/driver_where.ts";
import { readWhere } from "../../query/where_reader.ts";
import { Table } from "../../schema/table.ts";
import { declares, declaresNative, declaresOperators, type Requirement } from "../test_case.ts";
import type { Row } from "../test_model.ts";

/** A condition with the keys of the rows it finds. */
export type Case = readonly [where: unknown, finds: readonly number[]];

/** What a group of conditions shows. */
export interface CaseGroup {
  /** What is promised. */
  readonly promise: string;
  /** The conditions that show it. */
  readonly cases: readonly Case[];
}

/** Rows with conditions on them; `id` is the key. */
export interface CaseTable {
  /** The name of the table. */
  readonly name: string;
  /** Its columns. */
  readonly schema: TableSchema;
  /** Its rows. */
  readonly rows: readonly Row[];
  /** The conditions. */
  readonly groups: readonly CaseGroup[];
}

/** What a driver must declare to be handed a condition. */
export function requirementsOf({ name, schema }: CaseTable, where: unknown): Requirement[] {
  const table = new Table(name, schema);
  const { predicate, params } = readWhere(table, where, false);
  const requirements: Requirement[] = [];
  const visit = (node: Readonly<Record<string, unknown>>): void => {
    for (const [key, value] of Object.entries(node)) {
      if (key === "$and" || key === "$or") {
        requirements.push(declares("logic"));
        for (const item of value as Record<string, unknown>[]) visit(item);
      } else if (key === "$not") {
        requirements.push(declares("logic"));
        visit(value as Record<string, unknown>);
      } else {
        if (key.includes(".")) requirements.push(declares("jsonPaths"));
        const operators = typeof value === "object" ? Object.keys(value as object) : [];
        requirements.push(declaresOperators(...operators as never[]));
      }
    }
  };
  visit(toDriverWhere(predicate, params));
  return requirements;
}

/** What a driver must declare to store the values of a table as they are. */
export function nativeRequirements(schema: TableSchema): Requirement[] {
  return Object.values(schema).flatMap(({ type, bigint }): Requirement[] =>
    bigint === true
      ? [declaresNative("bigint")]
      : type === "DATE" || type === "DATETIME"
      ? [declaresNative("date")]
      : type === "BLOB"
      ? [declaresNative("bytes")]
      : []
  );
}

/** Rows that belong to whom they are given to. */
export function copies(rows: readonly Row[]): Row[] {
  return rows.map((row) => structuredClone(row));
}
