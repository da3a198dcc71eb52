import { ValidationError } from "../errors/mod.ts";
import { entryOf } from "../orm/model_entry.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import type { Column } from "../schema/column.ts";
import { describeValue } from "../schema/describe_value.ts";
import type { BelongsTo, HasMany, HasManyThrough, HasOne } from "../types/relation.ts";

/** What a function of `relations` gives. */
type Declared =
  | BelongsTo<unknown, string>
  | HasOne<unknown, string>
  | HasMany<unknown, string>
  | HasManyThrough<unknown, unknown, string, string>;

/** The rows that join two tables. */
export interface Joint {
  /** Their table. */
  readonly entry: TableEntry;
  /** The column that refers to the table which has the relation. */
  readonly from: Column;
  /** The column that refers to the other. */
  readonly to: Column;
}

/** A relation whose models are known, and fit each other. */
export interface Relation {
  /** Its name. */
  readonly name: string;
  /** The name of the table that has it, for messages. */
  readonly table: string;
  /** Whether there can be several rows. */
  readonly many: boolean;
  /** Whether there is always a row: the reference of a column that refuses null. */
  readonly required: boolean;
  /** Whether it is this table's column that refers. */
  readonly belongs: boolean;
  /** The table it leads to. */
  readonly target: TableEntry;
  /** The column of this table whose value joins. */
  readonly own: Column;
  /** The column of the other table that has that value or, with a table between, the one its rows refer to. */
  readonly theirs: Column;
  /** The table between, or null. */
  readonly joint: Joint | null;
}

/**
 * Finds the models of a relation, and the columns that join them.
 *
 * @throws {ValidationError} When they do not fit (`INVALID_SCHEMA`).
 */
export function resolveRelation(entry: TableEntry, name: string, give: () => unknown): Relation {
  const refuse: Refuse = (reason, cause) => {
    throw new ValidationError(`Cannot use relation \`${name}\` of \`${entry.table.name}\`: ${reason}`, {
      code: "INVALID_SCHEMA",
      table: entry.table.name,
      cause,
    });
  };
  const declared = given(give, refuse);
  const target = siblingOf(entry, declared.model, "the model", refuse);
  switch (declared.kind) {
    case "belongsTo": {
      const own = columnOf(entry, declared.column, refuse);
      const theirs = referred(own, target, refuse);
      return make(declared, { own, theirs, joint: null, required: !own.nullable && target.base === target });
    }
    case "hasOne":
    case "hasMany": {
      const theirs = columnOf(target, declared.column, refuse);
      const own = referred(theirs, entry, refuse);
      if (!declared.many && !target.isUnique(theirs)) {
        refuse(
          `\`${target.table.name}.${theirs.name}\` is not unique, so there could be several rows; mark it \`unique\`, or use hasMany`,
        );
      }
      return make(declared, { own, theirs, joint: null, required: false });
    }
    case "through": {
      const joint = siblingOf(entry, declared.through, "`through`", refuse);
      const from = columnOf(joint, declared.from, refuse);
      const to = columnOf(joint, declared.to, refuse);
      const own = referred(from, entry, refuse);
      const theirs = referred(to, target, refuse);
      return make(declared, { own, theirs, joint: { entry: joint, from, to }, required: false });
    }
  }

  function make(
    { kind, many }: Declared,
    columns: Pick<Relation, "own" | "theirs" | "joint" | "required">,
  ): Relation {
    const table = entry.table.name;
    return Object.freeze({ name, table, many, belongs: kind === "belongsTo", target, ...columns });
  }
}

/** The relations of a table, for messages. */
export function listOfRelations({ relations: { names } }: TableEntry): string {
  return names.length === 0
    ? "the table has none; `relations` of define makes them"
    : `there is ${names.map((each) => `\`${each}\``).join(", ")}`;
}

type Refuse = (reason: string, cause?: unknown) => never;

function given(give: () => unknown, refuse: Refuse): Declared {
  let declared: unknown;
  try {
    declared = give();
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    return refuse(
      `the model it leads to is not there yet (${error.message}): a module asks for rows while those that define the models are still ` +
        "being loaded; ask when all of them are",
      error,
    );
  }
  const kind = typeof declared === "object" && declared !== null
    ? (declared as { kind?: unknown }).kind
    : null;
  if (kind === "belongsTo" || kind === "hasOne" || kind === "hasMany" || kind === "through") {
    return declared as Declared;
  }
  return refuse(
    `its function gives ${describeValue(declared)}, and has to give belongsTo(…), hasOne(…) or hasMany(…)`,
  );
}

/** The entry of a model of the same ORM and database: only there one state of both can be read. */
function siblingOf(entry: TableEntry, model: unknown, what: string, refuse: Refuse): TableEntry {
  const found = entryOf(model);
  if (found === null) return refuse(`${what} it names is ${describeValue(model)}, which is no model`);
  if (found.database !== entry.database) {
    return refuse(
      `${what} it names is of database \`${found.database}\`, not \`${entry.database}\`: no state of both can be read at once; keep ` +
        "both tables in one database, or read them one after the other",
    );
  }
  if (entry.sibling(found.table.name) !== found.base) {
    return refuse(`${what} it names, \`${found.table.name}\`, is of another ORM; define both with one`);
  }
  return found;
}

function columnOf({ table }: TableEntry, name: unknown, refuse: Refuse): Column {
  const column = typeof name === "string" ? table.get(name) : undefined;
  if (column !== undefined) return column;
  const names = table.columns.map((each) => `\`${each.name}\``).join(", ");
  return refuse(`\`${table.name}\` has no column ${describeValue(name)}; its columns are ${names}`);
}

/** The column of a table that another refers to. */
function referred(column: Column, to: TableEntry, refuse: Refuse): Column {
  const { references } = column;
  if (references?.table === to.table.name) return to.table.column(references.column);
  return refuse(
    `\`${column.table}.${column.name}\` ` +
      (references === null ? "refers to no table" : `refers to \`${references.table}\``) +
      `; give it \`references: { table: "${to.table.name}", column: … }\``,
  );
}
