import type { ColumnDefinition, SchemaDifference } from "../contract/mod.ts";
import type { Table } from "./table.ts";

/** What is to be done about the differences of a table. */
export interface Remedies {
  /** The differences that `migrate` does away with by itself: no row loses anything. */
  readonly safe: readonly SchemaDifference[];
  /** The others, each with the code of a step, or null where no step helps. */
  readonly steps: readonly { readonly difference: SchemaDifference; readonly code: string | null }[];
}

/**
 * Tells what loses nothing from what has to be asked for. What only rows can refuse, such as `notNull` where there was none, is
 * safe: it is tried, and nothing is changed when a row refuses.
 */
export function remedies(differences: readonly SchemaDifference[], wanted: Table): Remedies {
  const absent = differences.filter(({ kind }) => kind === "absent");
  const renamed = new Set<SchemaDifference>();
  const safe: SchemaDifference[] = [];
  const steps: { difference: SchemaDifference; code: string | null }[] = [];
  for (const difference of differences) {
    if (difference.kind === "absent") continue;
    const twins = difference.kind === "extra"
      ? absent.filter((each) => each.wanted === difference.stored && !renamed.has(each))
      : [];
    const [twin] = twins;
    if (twin !== undefined) renamed.add(twin);
    if (isSafe(difference, wanted)) safe.push(difference);
    else steps.push({ difference, code: stepOf(difference, wanted, twin?.columns[0]) });
  }
  for (const difference of absent) {
    if (isSafe(difference, wanted)) safe.push(difference);
    else if (!renamed.has(difference)) steps.push({ difference, code: stepOf(difference, wanted) });
  }
  return { safe, steps };
}

/** What to do, as the end of a message. */
export function remedyText(
  database: string,
  differences: readonly SchemaDifference[],
  wanted: Table,
): string {
  const { steps } = remedies(differences, wanted);
  if (steps.length === 0) {
    return `call migrate(orm, ${JSON.stringify(database)}) of @rinari/orm/migrate first, which loses nothing`;
  }
  const codes = steps.flatMap(({ code }) => code ?? []);
  if (codes.length < steps.length) {
    return "change the schema, or copy the rows into a table that is new";
  }
  return `change the schema, or give migrate of @rinari/orm/migrate a step: ${codes.join("; ")}`;
}

function isSafe({ kind, columns, stored, wanted }: SchemaDifference, table: Table): boolean {
  switch (kind) {
    case "absent": {
      const column = table.get(columns[0] as string);
      const initial = column?.definition.default;
      const given = initial !== undefined && initial !== null && typeof initial !== "function";
      return column !== undefined && !column.primaryKey && (column.nullable || given);
    }
    case "type":
      return stored === "INTEGER" && wanted === "INTEGER of 64 bit";
    case "notNull":
    case "unique":
    case "autoIncrement":
    case "references":
      return true;
    default:
      return false;
  }
}

function stepOf(
  { kind, columns, stored }: SchemaDifference,
  table: Table,
  twin?: string,
): string | null {
  const [name] = columns;
  const [quotedTable, quoted] = [JSON.stringify(table.name), JSON.stringify(name)];
  const column = name === undefined ? undefined : table.get(name);
  switch (kind) {
    case "extra": {
      const drop = `db.dropColumn(${quotedTable}, ${quoted})`;
      if (twin === undefined) return drop;
      return `db.renameColumn(${quotedTable}, ${quoted}, ${JSON.stringify(twin)}) or ${drop}`;
    }
    case "absent": {
      if (column === undefined || column.primaryKey) return null;
      const { notNull: _, ...definition } = definitionOf(column.definition);
      const columns = Object.fromEntries(
        [...table.primaryKey, column].map((each) => [each.name, { type: each.type }]),
      );
      return `db.addColumn(${quotedTable}, ${quoted}, ${literal(definition)}), then ` +
        `db.eachRow(${quotedTable}, ${literal(columns)}, (row) => ({ ${quoted}: … }))`;
    }
    case "type":
    case "stored": {
      if (column === undefined) return null;
      const wanted = literal(definitionOf(column.definition));
      // Another form of the same dates is no other value.
      const convert = kind === "type" ? ", (value) => …" : "";
      return `db.changeColumn(${quotedTable}, ${quoted}, ${wanted}${convert})`;
    }
    case "table":
      return stored === null ? null : `db.renameTable(${JSON.stringify(stored)}, ${quotedTable})`;
    default:
      return null;
  }
}

/** What the store is told of a column, as far as code can be pasted of it. */
function definitionOf(definition: ColumnDefinition): ColumnDefinition {
  const { type, notNull, unique, bigint, stored, references } = definition;
  return {
    type,
    ...(notNull && { notNull }),
    ...(unique && { unique }),
    ...(bigint && { bigint }),
    ...(stored && { stored }),
    ...(references && { references }),
  };
}

function literal(value: unknown): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([name, each]) =>
    `${/^[a-z_]\w*$/i.test(name) ? name : JSON.stringify(name)}: ${literal(each)}`
  );
  return `{ ${members.join(", ")} }`;
}
