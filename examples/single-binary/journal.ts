/**
 * A program that is one file with all it needs, and whose store has seen two older versions of it:
 *
 * ```sh
 * bun build --compile examples/single-binary/journal.ts --outfile journal
 * ./journal journal.db write "Ada Lovelace" "bought milk"
 * ./journal journal.db list
 * ```
 *
 * Nothing lies beside it that says how to migrate: the steps are in the program.
 */
import process from "node:process";
import { BunSQLiteDriver } from "../../drivers/bun_sqlite.ts";
import { DataTypes, ORM } from "../../mod.ts";
import { migrate } from "../../src/migration/mod.ts";
import { steps, versions } from "./versions.ts";

const [path = "journal.db", command = "list", author = "", text = ""] = process.argv.slice(2);
// An older version of the program, for its tests: `JOURNAL_VERSION=1 ./journal …`.
const version = Number(process.env["JOURNAL_VERSION"] ?? versions.length);

const orm = new ORM({ driver: new BunSQLiteDriver({ databases: { journal: path } }) });
const columns = versions[version - 1] ?? {};
const Entry = orm.define("journal", "entries", {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  text: { type: DataTypes.TEXT, notNull: true },
  ...columns,
} as never) as unknown as {
  create(row: object): unknown;
  findAll(): readonly object[];
};

const done = migrate(orm, "journal", { steps: version === versions.length ? steps : {} });
if (done.steps.length > 0) console.log(`migrated: ${done.steps.join(", ")}`);
if (command === "write") {
  const [first, ...rest] = author.split(" ");
  Entry.create(version < 3 ? { author, text } : { first, last: rest.join(" ") || null, text });
} else {
  for (const row of Entry.findAll()) console.log(JSON.stringify(row));
}
orm.disconnect();
