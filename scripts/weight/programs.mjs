// The smallest programs that define a table, write a row and read it back, with each library on bun:sqlite.

/** @param {string} driver @param {string} options @param {string} [entry] */
const rinari = (driver, options, entry = "@rinari/orm") =>
  `import { DataTypes, ORM } from "${entry}";
${driver}
const orm = new ORM({ driver: ${options} });
const User = orm.define("app", "users", {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  name: { type: DataTypes.TEXT, notNull: true },
});
User.create({ name: "Ada" });
console.log(User.findAll({ where: { name: "Ada" } }));
`;

/**
 * A program on bun:sqlite, by an entry point of the ORM.
 * @param {string} name @param {string} entry
 */
const onSqlite = (name, entry) => ({
  name,
  imports: {
    bun: [entry, "@rinari/orm/drivers/bun-sqlite"],
    node: [entry, "@rinari/orm/drivers/node-sqlite"],
  },
  text: rinari(
    'import { BunSQLiteDriver } from "@rinari/orm/drivers/bun-sqlite";',
    'new BunSQLiteDriver({ databases: { app: ":memory:" } })',
    entry,
  ),
});

/**
 * What is imported to be timed, by runtime. Node.js has no bun:sqlite: there it is the driver for node:sqlite, and of drizzle-orm
 * none.
 *
 * @typedef {Record<"bun" | "node", string[]>} Imports
 */

/** @type {{ name: string, imports: Imports, text: string }[]} */
export const programs = [
  onSqlite("Rinari, bun-sqlite", "@rinari/orm"),
  {
    name: "Rinari, memory",
    imports: {
      bun: ["@rinari/orm", "@rinari/orm/drivers/memory"],
      node: ["@rinari/orm", "@rinari/orm/drivers/memory"],
    },
    text: rinari('import { MemoryDriver } from "@rinari/orm/drivers/memory";', "new MemoryDriver()"),
  },
  onSqlite("Rinari core, bun-sqlite", "@rinari/orm/core"),
  {
    name: "drizzle-orm",
    imports: {
      bun: ["drizzle-orm", "drizzle-orm/sqlite-core", "drizzle-orm/bun-sqlite"],
      node: ["drizzle-orm", "drizzle-orm/sqlite-core"],
    },
    text: `import { Database } from "bun:sqlite";
import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/bun-sqlite";
import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";
const client = new Database(":memory:");
client.exec("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL)");
const db = drizzle({ client });
const users = sqliteTable("users", { id: integer().primaryKey(), name: text().notNull() });
db.insert(users).values({ name: "Ada" }).run();
console.log(db.select().from(users).where(eq(users.name, "Ada")).all());
`,
  },
  {
    name: "kysely",
    imports: { bun: ["kysely"], node: ["kysely"] },
    text: `import { Database } from "bun:sqlite";
import { Kysely, SqliteDialect } from "kysely";
const client = new Database(":memory:");
const prepare = (sql) => {
  const statement = client.prepare(sql);
  return {
    reader: statement.columnNames.length > 0,
    all: (values) => statement.all(...values),
    run: (values) => statement.run(...values),
  };
};
const db = new Kysely({ dialect: new SqliteDialect({ database: { prepare, close: () => client.close() } }) });
client.exec("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL)");
await db.insertInto("users").values({ name: "Ada" }).execute();
console.log(await db.selectFrom("users").selectAll().where("name", "=", "Ada").execute());
`,
  },
];
