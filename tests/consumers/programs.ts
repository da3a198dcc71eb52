/** The programs of the consumers. Each imports every entry point by the name its users write. */

/** The specifiers that users write, by the name of the entry point in `exports`. */
function specifiersOf(name: string, entries: readonly string[]): [entry: string, specifier: string][] {
  return entries.map((entry) => [entry, `${name}${entry.slice(1)}`]);
}

/** An ES module that uses every driver. */
export function moduleProgram(name: string, entries: readonly string[]): string {
  const specifiers = specifiersOf(name, entries);
  const imports = specifiers.map(([, specifier], i) => `import * as e${i} from "${specifier}";`);
  const names = specifiers.map(([entry], i) => `  "${entry}": e${i},`);
  return `${imports.join("\n")}
import { report } from "./report.mjs";
await report({
${names.join("\n")}
});
`;
}

/** A CommonJS module that uses every driver. */
export function commonJSProgram(name: string, entries: readonly string[]): string {
  const names = specifiersOf(name, entries).map(([entry, specifier]) =>
    `  "${entry}": require("${specifier}"),`
  );
  return `const entries = {
${names.join("\n")}
};
import("./report.mjs").then(({ report }) => report(entries));
`;
}

/** A program that is only type-checked. */
export function typesProgram(name: string, entries: readonly string[]): string {
  const imports = specifiersOf(name, entries).map(([, specifier], i) =>
    `import * as e${i} from "${specifier}";`
  );
  return `${imports.join("\n")}
import { DataTypes, ORM, ValidationError } from "${name}";
import { MemoryDriver } from "${name}/drivers/memory";

export const all: object[] = [${entries.map((_, i) => `e${i}`).join(", ")}];

const orm = new ORM({ driver: new MemoryDriver() });
const User = orm.define("app", "users", {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  name: { type: DataTypes.TEXT, notNull: true },
  role: { type: DataTypes.TEXT, notNull: true, values: ["user", "admin"], default: "user" },
  joined: { type: DataTypes.DATETIME },
});

// A row of a sync driver is no Promise, and has the types of the schema.
const user = User.create({ name: "Ada" });
export const name: string = user.name;
export const joined: Date | null = user.joined;
export const role: "user" | "admin" = user.role;
export const found: readonly { id: number; name: string }[] = User.findAll({ where: { name: { $startsWith: "A" } } });
export const isTyped = (error: unknown): boolean => error instanceof ValidationError;
// @ts-expect-error: the column is missing
User.create({ role: "admin" });
// @ts-expect-error: there is no such column
User.findAll({ where: { nmae: "Ada" } });
`;
}

/** A program for a browser: it puts what it found into \`globalThis.outcome\`. */
export function browserProgram(name: string): string {
  return `import { DataTypes, ORM, RinariError } from "${name}";
import { DenoKVDriver } from "${name}/drivers/deno-kv";
import { LibSQLDriver } from "${name}/drivers/libsql";
import { MemoryDriver } from "${name}/drivers/memory";
import { NodeSQLiteDriver } from "${name}/drivers/node-sqlite";

new LibSQLDriver({ url: "http://127.0.0.1:1" });
const orm = new ORM({ driver: new MemoryDriver() });
const User = orm.define("app", "users", {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  name: { type: DataTypes.TEXT, notNull: true },
});
orm.transaction(() => User.create({ name: "Ada" }));
const refusals = [];
const calls = [
  () => new DenoKVDriver({ path: ":memory:" }),
  () => new NodeSQLiteDriver({ storageDir: "data" }),
  () => User.create({ name: 1 }),
  () => { throw new RinariError(""); },
];
for (const call of calls) {
  try {
    call();
  } catch (error) {
    refusals.push(String(error));
  }
}
globalThis.outcome = JSON.stringify({ rows: User.findAll({ where: { name: { $like: "a%" } } }), refusals });
`;
}

/** What the command line is given: models on a store of the project's own, and a step. */
export function storeProgram(name: string): string {
  return `import { DataTypes, ORM } from "${name}";
import { JSONFileDriver } from "${name}/drivers/json-file";

export const orm = new ORM({ driver: new JSONFileDriver({ storageDir: "./stored" }) });
orm.define("app", "notes", { id: { type: DataTypes.INTEGER, primaryKey: true }, text: { type: DataTypes.TEXT } });
export const steps = { rename: (db) => db.renameColumn("notes", "txt", "text") };
`;
}
