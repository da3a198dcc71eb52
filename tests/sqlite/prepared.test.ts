import { assertEquals } from "@std/assert";
import { DataTypes, ORM } from "../../mod.ts";
import { test } from "../support/runner.ts";
import { sqliteDrivers } from "../unit/sql/sqlite_drivers.ts";

for (const { name, make } of sqliteDrivers) {
  test(`${name}: a prepared query is the statement of findAll, null or not`, () => {
    const statements: string[] = [];
    using orm = new ORM({
      driver: make({ databases: { app: ":memory:" }, verbose: (sql) => statements.push(sql) }),
    });
    const User = orm.define("app", "users", {
      id: { type: DataTypes.INTEGER, primaryKey: true },
      email: { type: DataTypes.TEXT, unique: true },
    });
    User.bulkCreate([{ id: 1, email: "a" }, { id: 2 }]);
    const byEmail = User.prepare(({ email }: { email: string | null }) => ({ where: { email } }));
    for (const email of ["a", null]) {
      statements.length = 0;
      assertEquals(byEmail.findAll({ email }), User.findAll({ where: { email } }));
      assertEquals(statements[0], statements[1]);
    }
  });
}
