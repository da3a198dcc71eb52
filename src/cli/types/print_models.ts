import type { OpenStore } from "./open_store.ts";
import type { PlannedColumn, PlannedModel } from "./plan_models.ts";
import { LOOKED_AT } from "./store_tables.ts";

/** Where the database is, for the program that opens it. */
export interface PrintedPlace {
  /** The database's name in the program. */
  readonly database: string;
  /** Its path or url. */
  readonly place: string;
}

/** Prints a module that opens a store with its models. */
export function printModels(
  models: readonly PlannedModel[],
  { database, place }: PrintedPlace,
  driver: OpenStore["driver"],
): string[] {
  const printed = models.filter(({ missing }) => missing === null);
  const makers = [...new Set(printed.flatMap(({ relations }) => relations.map(({ maker }) => maker)))].sort();
  const guessed = printed.some(({ columns }) => columns.some(({ note }) => note !== null));
  const names = [...makers, "DataTypes", "ORM"];
  return [
    `import { ${names.join(", ")} } from "@rinari/orm";`,
    `import { ${driver.name} } from ${JSON.stringify(driver.module)};`,
    "",
    ...(guessed
      ? [
        `// What is guessed is so of the first ${
          LOOKED_AT.toLocaleString("en")
        } rows: look whether it is meant.`,
      ]
      : []),
    "export const orm = new ORM({",
    `  driver: new ${driver.name}({ databases: { ${keyOf(database)}: ${JSON.stringify(place)} } }),`,
    "});",
    ...models.flatMap((model) => ["", ...printModel(model, database)]),
  ];
}

function printModel(model: PlannedModel, database: string): string[] {
  const { found: { stored }, variable, columns, relations, indexes, left, missing } = model;
  const what = stored.view === true ? "view" : "table";
  if (missing !== null) return [`// No model of ${what} ${JSON.stringify(stored.name)}: ${missing}.`];
  const options = [
    ...(indexes.length === 0 ? [] : [
      "  indexes: [",
      ...indexes.map((index) => `    ${literal({ ...index, unique: index.unique || undefined })},`),
      "  ],",
    ]),
    ...(relations.length === 0 ? [] : [
      "  relations: {",
      ...relations.map(({ name, maker, model, column }) =>
        `    ${name}: () => ${maker}(${model}, ${JSON.stringify(column)}),`
      ),
      "  },",
    ]),
  ];
  return [
    ...left.map((each) => `// Left to the store: ${each}.`),
    ...(stored.view === true
      ? ["// The columns of the key tell its rows apart: guessed from its values."]
      : []),
    `export const ${variable} = orm.${stored.view === true ? "view" : "define"}(${
      JSON.stringify(database)
    }, ${JSON.stringify(stored.name)}, {`,
    ...columns.map((column) => `  ${printColumn(model, column)}`),
    ...(options.length === 0 ? ["});"] : ["}, {", ...options, "});"]),
  ];
}

function printColumn({ references }: PlannedModel, column: PlannedColumn): string {
  const { member, name, definition: { type, ...more }, note } = column;
  const rest = {
    ...more,
    column: member === name ? undefined : name,
    references: references.get(column),
  };
  const members = [`type: DataTypes.${type}`, ...membersOf(rest)];
  return `${member}: { ${members.join(", ")} },${note === null ? "" : ` // ${note}`}`;
}

function membersOf(value: object): string[] {
  return Object.entries(value).filter(([, each]) => each !== undefined)
    .map(([name, each]) => `${keyOf(name)}: ${literal(each)}`);
}

function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  return typeof value === "object" && value !== null
    ? `{ ${membersOf(value).join(", ")} }`
    : JSON.stringify(value);
}

function keyOf(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : JSON.stringify(name);
}
