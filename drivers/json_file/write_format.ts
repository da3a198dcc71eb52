import type { Database, TableStore } from "../../src/reference/mod.ts";
import { describeSchema } from "../../src/reference/mod.ts";
import { rowWriter, toJSON, whereToJSON } from "./values.ts";

/** What the first member of a file says. */
export const FORMAT = "@rinari/orm json-file";

/** The version of the format this module writes, and the newest it reads. */
export const VERSION = 1;

/** How long a piece of the text is, at least, before it is given out. */
const PIECE = 65_536;

/** The text of a database, in pieces: a line for each column, index and row, so that versions can be compared. */
export function* databaseText(database: Database): Generator<string> {
  yield `{\n  "format": ${JSON.stringify(FORMAT)},\n  "version": ${VERSION},\n  "tables": [`;
  let before = "\n";
  for (const store of database.tables) {
    yield before + tableHead(store);
    yield* listText(store.entries, rowText(store));
    yield "\n    }";
    before = ",\n";
  }
  yield before === "\n" ? "]\n}\n" : "\n  ]\n}\n";
}

function tableHead({ table, schema, named, autoIncrement }: TableStore): string {
  const columns = Object.entries(describeSchema(schema)).map(([name, definition]) =>
    `        ${JSON.stringify(name)}: ${JSON.stringify(definition)}`
  );
  const indexes = [...named.values()].map(({ name, options: { columns, unique, where } }) =>
    JSON.stringify({
      name,
      columns,
      ...(unique && { unique }),
      ...(where && { where: whereToJSON(table, where) }),
    })
  );
  const lines = [
    `      "name": ${JSON.stringify(table.name)}`,
    `      "columns": {\n${columns.join(",\n")}\n      }`,
    ...(indexes.length === 0 ? [] : [`      "indexes": [\n        ${indexes.join(",\n        ")}\n      ]`]),
    ...(autoIncrement === null
      ? []
      : [`      "lastNumber": ${JSON.stringify(toJSON(autoIncrement.column.kind, autoIncrement.last))}`]),
    `      "rows": [`,
  ];
  return `    {\n${lines.join(",\n")}`;
}

function rowText(store: TableStore): (entry: { readonly row: Readonly<Record<string, unknown>> }) => string {
  const write = rowWriter(store.table);
  return ({ row }) => write(row);
}

function* listText<T>(items: Iterable<T>, write: (item: T) => string): Generator<string> {
  let text = "";
  let before = "\n        ";
  for (const item of items) {
    text += before + write(item);
    before = ",\n        ";
    if (text.length < PIECE) continue;
    yield text;
    text = "";
  }
  yield before.startsWith(",") ? `${text}\n      ]` : "]";
}
