import { assertEquals, assertGreater } from "@std/assert";
import { NodeSQLiteDriver } from "../../../drivers/node_sqlite.ts";
import { DataTypes, ORM } from "../../../mod.ts";
import { sqliteDialect } from "../../../src/sql/sqlite/dialect.ts";
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

test("a place without a number has the number it had", () => {
  const simplify = (sql: string) => sqliteDialect.simplify(sql, 100);
  assertEquals(simplify("a = ?1 AND b = ?2 AND c = ?1 AND d = ?3"), "a = ? AND b = ? AND c = ?1 AND d = ?");
  // The place after ?3 would be the fourth.
  assertEquals(simplify("a = ?3 AND b = ?1 AND c = ?2 AND d = ?4"), "a = ?3 AND b = ?1 AND c = ?2 AND d = ?");
  assertEquals(simplify("`?1` = '?1' AND b = ?1"), "`?1` = '?1' AND b = ?");
});
