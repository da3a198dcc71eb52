import type { ColumnDefinition, ColumnReference } from "../../contract/mod.ts";
import { RinariError } from "../../errors/mod.ts";
import { checkIdentifier, foldCase } from "../../schema/identifiers.ts";
import { givenIndexName } from "../../sql/index_sql.ts";
import { ROW_NUMBER } from "../../sql/schema_differences.ts";
import type { StoredColumn } from "../../sql/sql_catalog.ts";
import { guessColumn } from "./guess_column.ts";
import { leadName, lowerFirst, memberName, modelName, Names, upperFirst } from "./names.ts";
import type { FoundTable } from "./store_tables.ts";

/** A column of a model that is printed. */
export interface PlannedColumn {
  /** Its name in the model. */
  readonly member: string;
  /** Its name in the store. */
  readonly name: string;
  /** What it is. References come with the others of the model. */
  readonly definition: ColumnDefinition;
  /** What was guessed, or null. */
  readonly note: string | null;
}

/** A relation that is printed. */
export interface PlannedRelation {
  readonly name: string;
  readonly maker: "belongsTo" | "hasMany" | "hasOne";
  readonly model: string;
  readonly column: string;
}

/** A model that is printed, or why it is not. */
export interface PlannedModel {
  readonly found: FoundTable;
  readonly variable: string;
  readonly columns: readonly PlannedColumn[];
  readonly references: Map<PlannedColumn, ColumnReference>;
  readonly relations: PlannedRelation[];
  readonly indexes: readonly {
    readonly name: string;
    readonly columns: readonly string[];
    readonly unique: boolean;
  }[];
  /** What the model leaves to the store, a line each. */
  readonly left: string[];
  /** Why there is no model of it, or null. */
  missing: string | null;
}

const ACTIONS: readonly string[] = ["CASCADE", "SET NULL", "RESTRICT", "NO ACTION"];

/** Makes models of what was found. */
export function planModels(tables: readonly FoundTable[]): PlannedModel[] {
  const variables = new Names();
  const models = tables.map((found) => planModel(found, variables));
  // A table of this library needs its references: without one of them there is no model, and none that refers to it.
  for (let before = -1; before !== countMissing(models);) {
    before = countMissing(models);
    for (const model of models) if (model.missing === null) refer(model, models);
  }
  const relationNames = new Map(models.map((model) => [model, namesIn(model)]));
  for (const model of models) if (model.missing === null) relate(model, models, relationNames);
  return models;
}

function countMissing(models: readonly PlannedModel[]): number {
  return models.filter(({ missing }) => missing !== null).length;
}

function planModel(found: FoundTable, variables: Names): PlannedModel {
  const { stored } = found;
  const model: PlannedModel = {
    found,
    variable: variables.take(modelName(stored.name)),
    columns: [],
    references: new Map(),
    relations: [],
    indexes: [],
    left: [],
    missing: null,
  };
  if (stored.oddity !== null && stored.view !== true) return { ...model, missing: stored.oddity };
  if (!isName("table", stored.name)) return { ...model, missing: "no model can have its name" };
  const key = stored.view === true ? found.apart : stored.primaryKey;
  const members = new Names();
  const columns: PlannedColumn[] = [];
  if (key.length === 0) {
    const taken = stored.columns.some(({ name }) => foldCase(name) === ROW_NUMBER);
    if (stored.numbered !== true || taken) {
      return { ...model, missing: "no column tells its rows apart" };
    }
    const definition = { type: "INTEGER", primaryKey: true, autoIncrement: true } as const;
    columns.push({
      member: members.take(ROW_NUMBER),
      name: ROW_NUMBER,
      definition,
      note: "the number of the row",
    });
  }
  const joins = new Set(stored.references.map(({ column }) => column));
  for (const column of stored.columns) {
    const isKey = key.includes(column.name);
    const unique = stored.unique.includes(column.name) || stored.uniqueIndexed.includes(column.name);
    const guessed = !isName("column", column.name) || column.oddity !== undefined ||
        (column.generated && (isKey || joins.has(column.name)))
      ? null
      : guessColumn(column, found.values.get(column.name) ?? [], isKey || unique || joins.has(column.name));
    if (guessed !== null && !(isKey && guessed.definition.type === "JSON")) {
      columns.push({
        member: members.take(memberName(column.name)),
        name: column.name,
        definition: {
          ...guessed.definition,
          ...traitsOf(found, column, isKey, guessed.definition.type === "JSON"),
        },
        note: guessed.note,
      });
      continue;
    }
    const why = column.generated
      ? "is computed by the store"
      : !isName("column", column.name)
      ? "has a name that no model takes"
      : column.oddity ?? "has values of several types";
    const needed = column.notNull && column.hasDefault !== true && !column.generated && stored.view !== true;
    if (isKey || needed || stored.foreign === false) {
      return { ...model, missing: `column ${quoted(column.name)} ${why}` };
    }
    model.left.push(`column ${quoted(column.name)} ${why}`);
  }
  return { ...model, columns, indexes: indexesOf(found, columns, model.left) };
}

function traitsOf(
  { stored }: FoundTable,
  { name, notNull, rowNumber, generated, hasDefault }: StoredColumn,
  isKey: boolean,
  json: boolean,
): Partial<ColumnDefinition> {
  if (stored.view === true) return isKey ? { primaryKey: true } : {};
  const { foreign, primaryKey, autoIncrement, unique, uniqueIndexed } = stored;
  const numbered = foreign === true ? rowNumber === true : autoIncrement;
  const isUnique = !json && (unique.includes(name) || (foreign === true && uniqueIndexed.includes(name)));
  const alone = isKey && primaryKey.length === 1;
  return {
    ...(isKey && { primaryKey: true }),
    ...(alone && numbered && { autoIncrement: true }),
    ...(notNull && !isKey && { notNull: true }),
    ...(isUnique && !isKey && { unique: true }),
    ...(generated
      ? { generated: "always" }
      : foreign === true && hasDefault === true && !isKey && { default: "store" }),
  };
}

/** The indexes that are of this library; those of others are the store's, and are told. */
function indexesOf({ stored, indexes }: FoundTable, columns: readonly PlannedColumn[], left: string[]) {
  const own: { name: string; columns: string[]; unique: boolean }[] = [];
  for (const index of indexes) {
    const name = givenIndexName(stored.name, index.name);
    const members = index.columns.map((each) => columns.find((column) => column.name === each)?.member);
    const [only, ...more] = index.columns;
    // It is told by its column.
    if (
      index.unique && !index.partial && more.length === 0 &&
      columns.some((column) => column.name === only && column.definition.unique === true)
    ) continue;
    if (name === index.name || index.partial || members.includes(undefined)) {
      const unique = index.unique ? "unique " : "";
      left.push(`${unique}index ${quoted(index.name)} on ${index.columns.map(quoted).join(", ")}`);
    } else own.push({ name, columns: members as string[], unique: index.unique });
  }
  return own;
}

/** Finds what the columns of a model refer to. */
function refer(model: PlannedModel, models: readonly PlannedModel[]): void {
  const { stored } = model.found;
  model.references.clear();
  for (const column of model.columns) {
    const reference = stored.references.find((each) => each.column === column.name);
    if (reference === undefined || stored.view === true) continue;
    const target = models.find(({ missing, found }) =>
      missing === null && found.stored.name === reference.table && found.stored.view !== true
    );
    const [key, ...more] = target?.found.stored.primaryKey ?? [];
    const to = reference.to === "" && more.length === 0 ? key : reference.to;
    const theirs = target?.columns.find(({ name }) => name === to);
    const { onDelete, onUpdate } = reference;
    const notNull = column.definition.notNull === true || column.definition.primaryKey === true;
    const fits = target !== undefined && theirs !== undefined && isUnique(target, theirs) &&
      sameKind(column.definition, theirs.definition) &&
      ACTIONS.includes(onDelete) && ACTIONS.includes(onUpdate) &&
      !(notNull && (onDelete === "SET NULL" || onUpdate === "SET NULL"));
    if (fits) {
      model.references.set(column, {
        table: reference.table,
        column: theirs.member,
        ...(onDelete !== "NO ACTION" && onDelete !== "RESTRICT" && { onDelete }),
        ...(onUpdate !== "NO ACTION" && onUpdate !== "RESTRICT" && { onUpdate }),
      });
    } else if (stored.foreign !== true) {
      model.missing = `column ${quoted(column.name)} refers to ${
        quoted(reference.table)
      }, which has no model`;
    }
  }
}

function isUnique({ found }: PlannedModel, { name, definition }: PlannedColumn): boolean {
  const { primaryKey } = found.stored;
  return definition.unique === true || (primaryKey.length === 1 && primaryKey[0] === name);
}

function sameKind(a: ColumnDefinition, b: ColumnDefinition): boolean {
  return a.type === b.type && a.bigint === b.bigint && a.stored === b.stored;
}

/** The relations that references make, on both sides. */
function relate(
  model: PlannedModel,
  models: readonly PlannedModel[],
  names: ReadonlyMap<PlannedModel, Names>,
): void {
  for (const [column, { table }] of model.references) {
    const target = models.find(({ missing, found }) => missing === null && found.stored.name === table);
    if (target === undefined) continue;
    const lead = leadName(column.member);
    const own = names.get(model) as Names;
    model.relations.push({
      name: own.take(own.free(lead) ? lead : `${column.member}Row`),
      maker: "belongsTo",
      model: target.variable,
      column: column.member,
    });
    const theirs = names.get(target) as Names;
    const back = lowerFirst(model.variable);
    target.relations.push({
      name: theirs.take(theirs.free(back) ? back : `${back}By${upperFirst(lead)}`),
      maker: isUnique(model, column) ? "hasOne" : "hasMany",
      model: model.variable,
      column: column.member,
    });
  }
}

function namesIn({ columns }: PlannedModel): Names {
  const names = new Names();
  for (const { member } of columns) names.take(member);
  return names;
}

function isName(what: "table" | "column", name: string): boolean {
  try {
    checkIdentifier(what, name, true);
    return true;
  } catch (error) {
    if (error instanceof RinariError) return false;
    throw error;
  }
}

/** A name in a comment, which it cannot end. */
function quoted(name: string): string {
  return JSON.stringify(name);
}
