import { assertEquals } from "@std/assert";
import { describe, test } from "../../support/runner.ts";
import { callsOf, failure, key, type Loose, naive, takeCalls } from "./support.ts";

const user = {
  id: key,
  email: { type: "TEXT", unique: true },
  at: { type: "DATETIME", unique: true },
  team: { type: "INTEGER" },
  nick: { type: "TEXT" },
  gone: { type: "BOOLEAN" },
} as const;

function filled() {
  const made = naive({ users: user });
  const { users } = made.tables;
  users.insertAll([
    { id: 1, email: "a@x", at: new Date(1), team: 1, nick: "a", gone: false },
    { id: 2, email: "b@x", at: new Date(2), team: 1, nick: "b", gone: false },
    { id: 3, email: null, at: null, team: 2, nick: "a", gone: true },
  ]);
  made.driver.calls.length = 0;
  return { ...made, users };
}

function broken(columns: readonly string[]): Loose {
  return {
    name: "UniqueConstraintError",
    code: "UNIQUE_CONSTRAINT",
    table: "users",
    columns,
    driver: "naive",
  };
}

describe("ComposedStore uniqueness on insert", () => {
  test("refuses an equal key, unique column or unique index", () => {
    const { users, driver } = filled();
    users.index("nick_in_team", ["team", "nick"], true);
    driver.calls.length = 0;
    assertEquals(failure(() => users.insert({ id: 2 })), broken(["id"]));
    assertEquals(failure(() => users.insert({ email: "a@x" })), broken(["email"]));
    assertEquals(failure(() => users.insert({ at: new Date(2) })), broken(["at"]));
    assertEquals(failure(() => users.insert({ team: 1, nick: "b" })), broken(["team", "nick"]));
    assertEquals(takeCalls(driver).map(({ given }) => given[0]), [
      { where: { id: 2 } },
      { where: { email: "a@x" } },
      { where: { at: "1970-01-01T00:00:00.002Z" } },
      { where: { team: 1, nick: "b" } },
    ]);
    assertEquals(users.count(), 3);
  });

  test("lets null be in any number of rows", () => {
    const { users, driver } = filled();
    users.index("nick_in_team", ["team", "nick"], true);
    driver.calls.length = 0;
    users.insert({ team: 1 });
    users.insertAll([{ team: 1 }, { nick: "b" }, { nick: "b" }]);
    assertEquals(callsOf(driver), ["insert users", "bulkInsert users"]);
    assertEquals(users.count(), 7);
  });

  test("looks within a bulk, row after row", () => {
    const { users } = filled();
    assertEquals(failure(() => users.insertAll([{ email: "c@x" }, { email: "c@x" }])), broken(["email"]));
    assertEquals(
      failure(() => users.insertAll([{ id: 8 }, { id: 9, email: "d@x" }, { id: 8 }])),
      broken(["id"]),
    );
    assertEquals(
      failure(() => users.insertAll([{ id: 8, at: new Date(8) }, { id: 9, at: new Date(8) }])),
      broken(["at"]),
    );
    assertEquals(users.count(), 3);
  });

  test("takes a few calls for a bulk of any length", () => {
    const { users, driver } = filled();
    users.insertAll(Array.from({ length: 50 }, (_, i) => ({ id: 10 + i, email: `${i}@x` })));
    assertEquals(callsOf(driver), ["findAll users", "bulkInsert users"]);
    assertEquals(
      failure(() => users.insertAll(Array.from({ length: 50 }, (_, i) => ({ email: `${60 - i}@x` })))),
      broken(["email"]),
    );
    assertEquals(callsOf(driver), ["findAll users"]);
  });

  test("asks with lists, and for what they have in common, when the driver can", () => {
    const made = naive({ users: user }, { capabilities: { operators: ["$in"] } });
    const { users } = made.tables;
    users.index("nick_in_team", ["team", "nick"], true);
    made.driver.calls.length = 0;
    // The naive driver finds nothing by a list: what it is asked matters.
    users.insertAll(Array.from({ length: 6 }, (_, i) => ({ team: 1, nick: `${i}` })));
    assertEquals(made.driver.calls[0]?.given[0], {
      where: { team: 1, nick: { $in: ["0", "1", "2", "3", "4", "5"] } },
    });
    const { driver, tables } = naive({ users: user });
    tables.users.index("nick_in_team", ["team", "nick"], true);
    driver.calls.length = 0;
    tables.users.insertAll(Array.from({ length: 6 }, (_, i) => ({ team: 1, nick: `${i}` })));
    assertEquals(driver.calls[0]?.given[0], { where: { team: 1 } });
  });

  test("sees the numbers that the driver assigns to rows before", () => {
    const { users } = filled();
    assertEquals(failure(() => users.insertAll([{ nick: "x" }, { id: 4 }])), broken(["id"]));
    assertEquals(users.count(), 3);
    assertEquals((users.insertAll([{ id: 9 }, {}, { nick: "x" }]) as Loose[]).map(({ id }) => id), [
      9,
      10,
      11,
    ]);
  });

  test("is left to a driver that declares it", () => {
    const { tables: { users }, driver } = naive({ users: user }, { capabilities: { unique: true } });
    users.insert({ id: 1, email: "a@x" });
    users.update({ email: "b@x" }, { id: 1 });
    assertEquals(callsOf(driver), ["insert users", "findAll users", "update users"]);
  });
});

describe("ComposedStore uniqueness on update", () => {
  test("refuses what another row has, and lets a row keep its own", () => {
    const { users } = filled();
    assertEquals(failure(() => users.update({ email: "a@x" }, { id: 2 })), broken(["email"]));
    assertEquals(failure(() => users.update({ id: 1 }, { id: 2 })), broken(["id"]));
    assertEquals(users.update({ email: "a@x", id: 1 }, { id: 1 }), 1);
    assertEquals(users.update({ email: null, at: null }), 3);
  });

  test("refuses to give two rows one value", () => {
    const { users } = filled();
    assertEquals(failure(() => users.update({ email: "new" }, { team: 1 })), broken(["email"]));
    assertEquals(failure(() => users.update({ email: "a@x" })), broken(["email"]));
    assertEquals((users.select({ select: ["email"] }) as Loose[]).map(({ email }) => email), [
      "a@x",
      "b@x",
      null,
    ]);
  });

  test("looks only when a change can matter", () => {
    const { users, driver } = filled();
    users.update({ gone: true }, { id: 1 });
    assertEquals(callsOf(driver), ["findAll users", "update users"]);
    users.update({ email: "c@x" }, { id: 1 });
    assertEquals(callsOf(driver), ["findAll users", "findAll users", "update users"]);
  });

  test("of a composite index looks at the whole", () => {
    const { users } = filled();
    users.index("nick_in_team", ["team", "nick"], true);
    assertEquals(failure(() => users.update({ nick: "a" }, { id: 2 })), broken(["team", "nick"]));
    assertEquals(failure(() => users.update({ team: 1 }, { id: 3 })), broken(["team", "nick"]));
    assertEquals(users.update({ team: 2 }, { id: 2 }), 1);
  });
});

describe("ComposedStore unique indexes with a condition", () => {
  test("concern only the rows that satisfy it", () => {
    const { users } = filled();
    users.index("nick_of_present", ["nick"], true, { gone: false });
    assertEquals(failure(() => users.insert({ nick: "a", gone: false })), broken(["nick"]));
    users.insert({ nick: "a", gone: true });
    users.insert({ nick: "a" });
    assertEquals(failure(() => users.update({ gone: false }, { id: 3 })), broken(["nick"]));
    assertEquals(failure(() => users.update({ nick: "b" }, { id: 1 })), broken(["nick"]));
    assertEquals(users.update({ gone: true }, { id: 1 }), 1);
    assertEquals(users.update({ gone: false }, { id: 3 }), 1);
  });

  test("are kept from a driver that does not declare them", () => {
    const { users, driver } = filled();
    users.index("nick_of_present", ["nick"], true, { gone: false });
    assertEquals(callsOf(driver), ["findAll users", "createTable rinari_catalog", "insert rinari_catalog"]);
    users.dropIndex("nick_of_present");
    assertEquals(callsOf(driver), ["delete rinari_catalog"]);
  });

  test("are handed to a driver that declares them, in its form", () => {
    const capabilities = { partialIndexes: true, uniqueIndexes: true, unique: true } as const;
    const { tables: { users }, driver } = naive({ users: user }, { capabilities });
    users.index("of_day", ["nick"], true, { at: new Date(0) });
    assertEquals(takeCalls(driver), [{
      method: "createIndex",
      table: "users",
      given: ["of_day", { columns: ["nick"], unique: true, where: { at: "1970-01-01T00:00:00.000Z" } }],
    }]);
    users.insert({ nick: "a" });
    assertEquals(callsOf(driver), ["insert users"]);
    // A condition that cannot be handed over is enforced here.
    users.index("of_team", ["nick"], true, { team: { $gt: 1 } });
    users.insert({ nick: "b", team: 2 });
    assertEquals(callsOf(driver), [
      "findAll users",
      "createTable rinari_catalog",
      "insert rinari_catalog",
      "findAll users",
      "insert users",
    ]);
  });
});

describe("ComposedStore.createIndex", () => {
  test("refuses uniqueness that rows violate, and makes nothing", () => {
    const { users, driver } = filled();
    assertEquals(failure(() => users.index("nick", ["nick"], true)), broken(["nick"]));
    assertEquals(callsOf(driver), ["findAll users"]);
    users.index("nick_of_present", ["nick"], true, { gone: false });
    users.index("email", ["email"], true);
    users.index("day", ["at", "team"], false);
    assertEquals(
      takeCalls(driver).filter(({ method }) => method === "createIndex").map(({ given }) => given),
      [
        ["email", { columns: ["email"], unique: true }],
        ["day", { columns: ["at", "team"] }],
      ],
    );
  });

  test("refuses a condition that is only for speed and would not be understood", () => {
    const { users } = filled();
    assertEquals(
      failure(() => users.index("present", ["nick"], false, { gone: false })).name,
      "UnsupportedError",
    );
    const { tables } = naive({ users: user }, { capabilities: { partialIndexes: true } });
    tables.users.index("present", ["nick"], false, { gone: false });
    assertEquals(
      failure(() => tables.users.index("some", ["nick"], false, { team: { $gt: 1 } })).name,
      "UnsupportedError",
    );
  });

  test("refuses another index of the same name, and takes the same one again", () => {
    const { users } = filled();
    users.index("day", ["at"], false);
    users.index("day", ["at"], false);
    assertEquals(failure(() => users.index("day", ["at"], true)).code, "INDEX_MISMATCH");
    assertEquals(failure(() => users.index("day", ["at"], true, { team: 1 })).code, "INDEX_MISMATCH");
  });
});

describe("ComposedStore.dropIndex", () => {
  test("ends the uniqueness and tells the driver", () => {
    const { users, driver } = filled();
    users.index("nick_in_team", ["team", "nick"], true);
    driver.calls.length = 0;
    users.dropIndex("nick_in_team");
    assertEquals(callsOf(driver), ["dropIndex users", "delete rinari_catalog"]);
    users.insert({ team: 1, nick: "a" });
  });
});

describe("ComposedStore composite keys", () => {
  test("are unique together and found together", () => {
    const { tables: { pairs }, driver } = naive({
      pairs: {
        a: { type: "INTEGER", primaryKey: true },
        b: { type: "DATE", primaryKey: true },
        c: { type: "TEXT" },
      },
    });
    pairs.insertAll([{ a: 1, b: "2024-01-01" }, { a: 1, b: "2024-01-02" }]);
    assertEquals(failure(() => pairs.insert({ a: 1, b: "2024-01-01" })).columns, ["a", "b"]);
    assertEquals(failure(() => pairs.update({ b: "2024-01-03" })).columns, ["a", "b"]);
    driver.calls.length = 0;
    assertEquals(pairs.update({ c: "x" }, { a: { $gte: 1 } }), 2);
    assertEquals(takeCalls(driver).slice(1).map(({ given }) => given), [
      [{ c: "x" }, { a: 1, b: "2024-01-01" }],
      [{ c: "x" }, { a: 1, b: "2024-01-02" }],
    ]);
    assertEquals(pairs.delete({ c: { $ne: null } }), 2);
    assertEquals(pairs.count(), 0);
  });
});
