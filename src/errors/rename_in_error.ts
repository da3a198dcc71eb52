import { RinariError } from "./rinari_error.ts";

/** What something is called in the model, and in the store. */
interface Names {
  readonly name: string;
  readonly storeName: string;
}

/** The names of a table and its columns. */
interface NamedTable extends Names {
  readonly columns: readonly Names[];
}

/** A name, possibly of a column with its table before it. */
const QUOTED = /(?:`([^`]+)`\.)?`([^`]+)`/g;

/**
 * Lets an error say what the models call tables and columns. Its text names both, so that they can be found in the store too.
 *
 * @param home The table it is about, when it names none.
 * @param tables All tables that it could name.
 * @returns The error.
 */
export function renameInError(error: unknown, home: NamedTable, tables: readonly NamedTable[]): unknown {
  if (!(error instanceof RinariError)) return error;
  const find = (storeName: string): NamedTable | undefined =>
    tables.find((table) => table.storeName === storeName);
  const own = (error.table === undefined ? undefined : find(error.table)) ?? home;
  const columnOf = (table: NamedTable, storeName: string): Names | undefined =>
    table.columns.find((column) => column.storeName === storeName);
  const before = error.message;
  const message = before.replace(QUOTED, (quoted, table: string | undefined, name: string) => {
    const of = table === undefined ? own : find(table);
    const column = of && columnOf(of, name);
    if (table === undefined) return both(column ?? find(name) ?? { name, storeName: name });
    if (of === undefined || column === undefined) return quoted;
    if (of.name === table && column.name === name) return quoted;
    return `\`${of.name}\`.\`${column.name}\` (${quoted} in the store)`;
  });
  const { stack } = error;
  Object.assign(error, {
    message,
    columns: error.columns.map((name) => columnOf(own, name)?.name ?? name),
    ...(error.table === own.storeName ? { table: own.name } : null),
  });
  // Where the stack begins with the message, it was written down when the error was made.
  if (typeof stack === "string") error.stack = stack.replace(before, () => message);
  return error;
}

function both({ name, storeName }: Names): string {
  return name === storeName ? `\`${name}\`` : `\`${name}\` (\`${storeName}\` in the store)`;
}
