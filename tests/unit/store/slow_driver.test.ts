import { assert, assertEquals } from "@std/assert";
import { SlowNaiveDriver } from "../../support/naive_driver.ts";
import { describe, test } from "../../support/runner.ts";
import { FakeDatabase, type FakeTable } from "./fake_database.ts";
import { key, type Loose, rejection } from "./support.ts";

async function made(
  seed: number,
): Promise<{ driver: SlowNaiveDriver; teams: FakeTable; people: FakeTable; database: FakeDatabase }> {
  const driver = new SlowNaiveDriver({}, seed);
  const database = new FakeDatabase(driver);
  const teams = database.define("teams", { id: { type: "INTEGER", primaryKey: true } });
  const people = database.define("people", {
    id: key,
    email: { type: "TEXT", unique: true },
    team: {
      type: "INTEGER",
      references: { table: "teams", column: "id", onDelete: "CASCADE", onUpdate: "CASCADE" },
    },
    boss: { type: "INTEGER", references: { table: "people", column: "id", onDelete: "SET NULL" } },
    at: { type: "DATETIME" },
  });
  await teams.create();
  await people.create();
  await teams.insertAll([{ id: 1 }, { id: 2 }]);
  await people.insertAll([{ email: "a", team: 1, at: new Date(1) }, { email: "b", team: 1, boss: null }]);
  await people.insertAll([{ email: "c", team: 2, boss: 1 }]);
  return { driver, teams, people, database };
}

describe("ComposedStore with an async driver", () => {
  test("returns Promises and does the same", async () => {
    const { people, teams } = await made(1);
    const pending = people.select({ where: { at: null }, orderBy: [["id", "DESC"]], select: ["id"] });
    assert(pending instanceof Promise);
    assertEquals(await pending, [{ id: 3 }, { id: 2 }]);
    assertEquals(await people.count({ email: { $gt: "a" } }), 2);
    assertEquals((await rejection(() => people.insert({ email: "c" }))).name, "UniqueConstraintError");
    assertEquals((await rejection(() => people.insert({ team: 9 }))).columns, ["team"]);
    assertEquals((await rejection(() => people.index("team", ["team"], true))).name, "UniqueConstraintError");
    assertEquals((await rejection(() => teams.drop())).name, "ForeignKeyConstraintError");
    assertEquals(await people.upsert({ email: "c", at: new Date(5) }, ["email"]), {
      id: 3,
      email: "c",
      team: 2,
      boss: 1,
      at: new Date(5),
    });
    assertEquals(await teams.update({ id: 4 }, { id: 1 }), 1);
    assertEquals(await teams.delete({ id: { $in: [4, 9] } }), 1);
    assertEquals(await people.select({ select: ["id", "team", "boss"] }), [{ id: 3, team: 2, boss: null }]);
    assertEquals(
      await people.group({ by: [], terms: [{ as: "n", operation: "count" }], where: null, params: [] }),
      [{ n: 1 }],
    );
  });

  test("undoes what fails in the middle", async () => {
    for (const n of [1, 2, 3, 4]) {
      const { driver, people, teams } = await made(n);
      const before = [await teams.select(), await people.select()];
      let count = 0;
      driver.inner.fail = ({ method }) => {
        if ((method === "update" || method === "delete") && ++count === n) {
          throw new Error("the line is dead");
        }
      };
      let message = "";
      try {
        await teams.delete({ id: { $gt: 0 } });
      } catch (error) {
        message = (error as Error).message;
      }
      driver.inner.fail = () => {};
      assertEquals(message, "the line is dead");
      assertEquals([await teams.select(), await people.select()], before);
    }
  });

  test("rejects what a driver answers wrongly", async () => {
    const { driver, people } = await made(1);
    driver.findAll = () => Promise.resolve(undefined as never);
    driver.insert = () => Promise.resolve({} as never);
    assertEquals((await rejection(() => people.select())).code, "DRIVER_CONTRACT");
    driver.findAll = <T>() => Promise.resolve([] as T[]);
    assertEquals((await rejection(() => people.insert({ email: "z" }))).code, "DRIVER_CONTRACT");
  });

  test("numbers rows of a bulk in order", async () => {
    const { people } = await made(1);
    const rows = await people.insertAll([{ email: "x" }, { id: 20, email: "y" }, { email: "z", boss: 20 }]);
    assertEquals((rows as Loose[]).map(({ id }) => id), [4, 20, 21]);
  });
});
