import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import * as z from "zod";
import { type as arktype } from "arktype";
import { DataTypes, gt, ORM, RinariError, type SyncDriver, value } from "../../../mod.ts";
import { MemoryDriver } from "../../../drivers/memory.ts";
import { NodeSQLiteDriver } from "../../../drivers/node_sqlite.ts";
import { NaiveDriver } from "../../support/naive_driver.ts";
import { describe, test } from "../../support/runner.ts";

const SECRET = "hunter2";

const drivers: Readonly<Record<string, (log: (message: string) => void) => SyncDriver>> = {
  memory: () => new MemoryDriver(),
  naive: () => new NaiveDriver(),
  sqlite: (verbose) => new NodeSQLiteDriver({ databases: { app: ":memory:" }, verbose }),
};

/** An error with all that led to it, as a logger prints it. */
function printed(error: unknown): string {
  const parts: string[] = [];
  for (let each = error; each instanceof Error; each = each.cause) {
    parts.push(`${each.message} ${each.stack}`);
  }
  return parts.join("\n");
}

describe("sensitive: a value of the column is shown in no error, log or plan of", () => {
  for (const [name, make] of Object.entries(drivers)) {
    test(name, () => {
      const logged: string[] = [];
      using orm = new ORM({ driver: make((message) => logged.push(message)) });
      const User = orm.define("app", "users", {
        token: { type: DataTypes.TEXT, primaryKey: true, sensitive: true },
        password: {
          type: DataTypes.TEXT,
          sensitive: true,
          values: ["a", "b", SECRET],
          unique: true,
          validate: arktype("string <= 9"),
        },
        mail: {
          type: DataTypes.TEXT,
          sensitive: true,
          validate: z.string().refine((text) => !text.includes("!"), {
            error: ({ input }) => `not ${input}`,
          }),
        },
        pin: { type: DataTypes.INTEGER, sensitive: true },
        at: { type: DataTypes.DATETIME, sensitive: true },
        notes: { type: DataTypes.JSON, sensitive: true },
        plain: { type: DataTypes.TEXT },
      });
      const loose = User as unknown as Record<string, (...args: unknown[]) => unknown>;
      const call = (method: string, ...args: unknown[]): string => {
        try {
          loose[method]?.(...args);
        } catch (error) {
          assert(error instanceof RinariError, printed(error));
          return printed(error);
        }
        throw new Error(`${method} is expected to throw`);
      };
      User.create({ token: `${SECRET}-1`, password: SECRET, mail: SECRET });
      const long = `${SECRET}-${SECRET}`;
      const texts = [
        call("create", { token: 1, password: long }),
        call("create", { token: "t", password: `x${SECRET}` }),
        call("create", { token: "t", mail: `${SECRET}!` }),
        call("create", { token: "t", pin: SECRET }),
        call("create", { token: "t", at: SECRET }),
        call("create", { token: "t", notes: { [SECRET]: undefined } }),
        call("create", { token: `${SECRET}\0` }),
        call("create", { token: "t", password: SECRET }),
        call("create", { token: `${SECRET}-1` }),
        call("bulkCreate", [{ token: "t", pin: SECRET }]),
        call("update", { pin: SECRET }, { token: "t" }),
        call("upsert", { token: `${SECRET}-2`, password: SECRET }),
        call("findByIdOrFail", SECRET),
        call("findById", [SECRET]),
        call("count", { pin: SECRET }),
        call("count", { pin: value(SECRET) }),
        call("count", { pin: gt(SECRET) }),
        call("count", { pin: { $in: SECRET } }),
        call("count", { pin: { $in: [SECRET] } }),
        call("count", { pin: { $between: [1, SECRET] } }),
        call("count", { "notes.a": { $gt: null } }),
        call("groupBy", { by: ["pin"], aggregates: { m: { max: "pin" } }, having: { m: SECRET } }),
      ];
      for (const text of texts) assertEquals(text.toLowerCase().includes(SECRET), false, text);
      const where = { password: { $ne: SECRET }, mail: { $in: [SECRET, "x"] }, plain: { $like: "seen%" } };
      const { steps } = User.explain({ where, orderBy: [["mail", "DESC"]] });
      assertEquals(steps.join("\n").includes(SECRET), false, steps.join("\n"));
      if (name === "naive") assertStringIncludes(steps.join("\n"), '"seen%"');
      assertEquals(User.count(where), 0);
      assertEquals(logged.filter((line) => line.includes(SECRET)), []);
      assertStringIncludes(call("create", { token: "t", plain: 12345 }), "12345");
    });
  }

  test("sqlite, that another program stored", async () => {
    const { DatabaseSync } = await import("node:sqlite");
    const database = new DatabaseSync(":memory:");
    database.exec(
      `CREATE TABLE users (id INTEGER PRIMARY KEY, born DATE); INSERT INTO users VALUES (1, '${SECRET}')`,
    );
    using orm = new ORM({ driver: new NodeSQLiteDriver({ database: database as never }) });
    const User = orm.define("app", "users", {
      id: { type: DataTypes.INTEGER, primaryKey: true },
      born: { type: DataTypes.DATE, sensitive: true },
    });
    try {
      User.findAll();
    } catch (error) {
      assertEquals(
        [(error as RinariError).name, (error as RinariError).code],
        ["CorruptValueError", "CORRUPT_VALUE"],
        `${error}`,
      );
      assertEquals(printed(error).includes(SECRET), false, printed(error));
      return;
    }
    throw new Error("a value that is no date is expected to be refused");
  });
});
