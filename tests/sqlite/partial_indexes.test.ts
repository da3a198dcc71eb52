import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DataTypes, ORM, RinariError } from "../../mod.ts";
import { test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { openRaw, sqliteDrivers } from "../unit/sql/sqlite_drivers.ts";

const SCHEMA = {
  id: { type: DataTypes.INTEGER, primaryKey: true },
  status: { type: DataTypes.TEXT, notNull: true },
  email: { type: DataTypes.TEXT },
  age: { type: DataTypes.INTEGER },
} as const;

const EITHER = { $or: [{ status: "active", email: "a" }, { status: "active", email: "b" }] };

for (const { name, make } of sqliteDrivers) {
  test(`${name} uses an index of the rows with one value`, () => {
    using orm = new ORM({ driver: make({ databases: { app: ":memory:" } }) });
    const User = orm.define("app", "users", SCHEMA, {
      indexes: [
        { name: "active", columns: ["email"], where: { status: "active" } },
        {
          name: "adult",
          columns: ["age"],
          where: { $not: { $or: [{ status: { $ne: "adult" } }, { age: null }] } },
        },
      ],
    });
    type Where = Parameters<typeof User.count>[0];
    const plan = (where: Where) => User.explain({ where }).steps.join("\n");
    const uses = (where: Where, index: string) =>
      assertMatch(
        plan(where),
        new RegExp(`^SEARCH users USING INDEX users__${index} `),
      );
    uses({ status: "active", email: "a" }, "active");
    uses({ status: "active", email: "a", age: { $gt: 3 } }, "active");
    uses({ status: "adult", age: 3 }, "adult");
    assertMatch(plan(EITHER), /users__active/);
  });

  test(`${name} says how to repair an index that others made and SQLite cannot use`, () =>
    withTempDir((dir) => {
      const path = join(dir, "app.sqlite");
      const execute = (sql: string) => {
        const raw = openRaw(path);
        raw.exec(sql);
        raw.close();
      };
      const count = () => {
        using orm = new ORM({ driver: make({ databases: { app: path } }) });
        return orm.define("app", "users", SCHEMA).count(EITHER);
      };
      execute("CREATE TABLE users (id INTEGER PRIMARY KEY, status TEXT NOT NULL, email TEXT, age INTEGER)");
      execute("CREATE INDEX active ON users (email) WHERE status = 'active'");
      const { message } = assertThrows(count, RinariError);
      assertMatch(message, /^Cannot search `users`: .*make that index again with WHERE \(a = 1 OR 0\)$/);
      execute("DROP INDEX active; CREATE INDEX active ON users (email) WHERE (status = 'active' OR 0)");
      assertEquals(count(), 0);
    }));
}
