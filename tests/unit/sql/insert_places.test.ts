import { assertEquals, assertGreater } from "@std/assert";
import { NodeSQLiteDriver } from "../../../drivers/node_sqlite.ts";
import { DataTypes, ORM } from "../../../mod.ts";
import { test } from "../../support/runner.ts";

// node:sqlite looks the name of a numbered place up among all of them, for each value: a bulk insert took three times as long.
test("Model.bulkCreate writes places without numbers", () => {
  const statements: string[] = [];
  const driver = new NodeSQLiteDriver({
    databases: { app: ":memory:" },
    verbose: (sql) => statements.push(sql),
  });
  using orm = new ORM({ driver });
  const Note = orm.define("app", "notes", {
    id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    text: { type: DataTypes.TEXT, notNull: true },
  });
  Note.bulkCreate(Array.from({ length: 50 }, (_, i) => ({ text: String(i) })));
  const inserts = statements.filter((sql) => sql.startsWith("INSERT"));
  assertGreater(inserts.length, 0);
  assertEquals(inserts.filter((sql) => /\?\d/.test(sql)), []);
});
