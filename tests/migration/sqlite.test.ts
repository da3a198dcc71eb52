import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { DataTypes, ORM, UnsupportedError } from "../../mod.ts";
import { migrate, MigrationError, type MigrationSteps, plan } from "../../src/migration/mod.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { openRaw, sqliteDrivers } from "../unit/sql/sqlite_drivers.ts";

const id = { type: DataTypes.INTEGER, primaryKey: true } as const;
const text = { type: DataTypes.TEXT } as const;
const user = {
  type: DataTypes.INTEGER,
  references: { table: "users", column: "id", onDelete: "CASCADE" },
} as const;

for (const { name, make } of sqliteDrivers) {
  const opened = (path: string, schema: object, log: string[] = []) => {
    const driver = make({ databases: { app: path }, verbose: (line) => log.push(line) });
    const orm = new ORM({ driver });
    orm.define("app", "users", schema as never);
    orm.define("app", "orders", { id, user });
    return orm;
  };
  const filled = (path: string): void => {
    const orm = opened(path, { id, name: text });
    migrate(orm, "app");
    orm.model("app", "users").bulkCreate([{ id: 1, name: "a" }, { id: 2, name: "b" }]);
    orm.model("app", "orders").bulkCreate([{ id: 1, user: 1 }, { id: 2, user: 2 }]);
    orm.disconnect();
  };

  describe(`migrate: ${name}:`, () => {
    test("a start with nothing to do is one statement, without a lock", () =>
      withTempDir((dir) => {
        const path = join(dir, "app.db");
        filled(path);
        const log: string[] = [];
        const orm = opened(path, { id, name: text }, log);
        // Whoever writes is in nobody's way.
        const writer = openRaw(path);
        writer.exec("BEGIN IMMEDIATE");
        migrate(orm, "app");
        writer.exec("ROLLBACK");
        writer.close();
        const statements = log.filter((line) => !/^PRAGMA/i.test(line));
        assertEquals(statements.length, 1, statements.join("\n"));
        assertStringIncludes(statements[0] as string, "rinari_migrations");
        orm.disconnect();
      }));

    test("a rebuild keeps triggers, views and the enforcement of foreign keys", () =>
      withTempDir((dir) => {
        const path = join(dir, "app.db");
        filled(path);
        const raw = openRaw(path);
        raw.exec("CREATE TABLE seen (n)");
        raw.exec("CREATE TRIGGER t AFTER INSERT ON users BEGIN INSERT INTO seen VALUES (new.id); END");
        raw.exec("CREATE VIEW v AS SELECT upper(name) AS loud FROM users");
        raw.close();
        const orm = opened(path, { id, name: { ...text, notNull: true, unique: true } });
        migrate(orm, "app");
        orm.model("app", "users").create({ id: 3, name: "c" });
        assertThrows(() => orm.model("app", "orders").create({ id: 3, user: 9 }));
        orm.model("app", "users").delete({ id: 1 });
        assertEquals(orm.model("app", "orders").count(), 1);
        orm.disconnect();
        const after = openRaw(path);
        assertEquals(after.all("SELECT n FROM seen"), [{ n: 3 }]);
        assertEquals(after.all("SELECT loud FROM v ORDER BY 1"), [{ loud: "B" }, { loud: "C" }]);
        assertEquals(after.all("PRAGMA foreign_key_check"), []);
        assertEquals(after.all("SELECT name FROM sqlite_schema WHERE name LIKE 'rinari_new%'"), []);
        after.close();
      }));

    test("a step that deletes what others refer to and remakes the table is to be two", () =>
      withTempDir((dir) => {
        const path = join(dir, "app.db");
        filled(path);
        const orm = opened(path, { id, name: { ...text, notNull: true } });
        const remake = (db: Parameters<MigrationSteps[string]>[0]): undefined => {
          db.changeColumn("users", "name", { ...text, notNull: true });
        };
        const remove = (db: Parameters<MigrationSteps[string]>[0]): undefined => {
          db.model("users", { id }).delete({ id: 1 });
        };
        const both: MigrationSteps = {
          both: (db) => {
            remove(db);
            remake(db);
          },
        };
        assertEquals(
          assertThrows(() => migrate(orm, "app", { steps: both }), MigrationError).code,
          "MIGRATION_SPLIT",
        );
        migrate(orm, "app", { steps: { remove, remake } });
        assertEquals([orm.model("app", "users").count(), orm.model("app", "orders").count()], [1, 1]);
        orm.disconnect();
      }));

    test("a table that others have made in a way of their own is not remade", () =>
      withTempDir((dir) => {
        const path = join(dir, "app.db");
        const raw = openRaw(path);
        raw.exec("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT CHECK (name <> ''))");
        raw.exec("INSERT INTO users VALUES (1, 'a')");
        raw.close();
        const orm = opened(path, { id, name: text, more: text });
        migrate(orm, "app");
        assertEquals(orm.model("app", "users").findAll(), [{ id: 1, name: "a", more: null }]);
        orm.disconnect();
        const other = opened(path, { id, name: { ...text, notNull: true }, more: text });
        assertThrows(() => migrate(other, "app"), UnsupportedError, "others have made it");
        other.disconnect();
      }));

    test("plan keeps nobody from the store, whatever is to run", () =>
      withTempDir((dir) => {
        const path = join(dir, "app.db");
        filled(path);
        const raw = openRaw(path);
        raw.exec("PRAGMA busy_timeout = 0");
        raw.exec("BEGIN IMMEDIATE");
        const orm = opened(path, { id, fullName: { ...text, notNull: true }, more: text });
        const steps: MigrationSteps = {
          rename: (db) => {
            db.renameColumn("users", "name", "fullName");
          },
          drop: (db) => {
            db.dropColumn("users", "fullName");
          },
        };
        const { rename } = steps as { readonly rename: NonNullable<MigrationSteps["rename"]> };
        const { changes, blocked } = plan(orm, "app", { steps: { rename } });
        assertEquals([changes.length, blocked], [2, []]);
        assertEquals(plan(orm, "app", { steps }).blocked.map(({ step }) => step?.slice(0, 12)), [
          "db.addColumn",
        ]);
        raw.exec("ROLLBACK");
        raw.close();
        orm.disconnect();
      }));

    test("backup copies the file before anything is changed", () =>
      withTempDir((dir) => {
        const path = join(dir, "app.db");
        filled(path);
        const orm = opened(path, { id, name: text, more: text });
        const { backup } = migrate(orm, "app", { backup: true });
        assert(backup !== null && backup.includes(".before-models-"));
        assertEquals(migrate(orm, "app", { backup: true }).backup, null);
        orm.disconnect();
        assertEquals(readdirSync(dir).filter((file) => file.includes("before")).length, 1);
        const copy = openRaw(backup as string);
        assertEquals(copy.all("SELECT * FROM users"), [{ id: 1, name: "a" }, { id: 2, name: "b" }]);
        copy.close();
      }));

    test("backup of what is no file is refused", async () => {
      const driver = make({ databases: { app: ":memory:" } });
      const v1 = new ORM({ driver });
      v1.define("app", "users", { id });
      migrate(v1, "app");
      const v2 = new ORM({ driver });
      v2.define("app", "users", { id, name: text });
      await assertRejects(
        () => Promise.resolve().then(() => migrate(v2, "app", { backup: true })),
        UnsupportedError,
      );
      v2.disconnect();
    });
  });
}
