import { assert, assertEquals, assertThrows } from "@std/assert";
import type { Capabilities } from "../../../src/contract/mod.ts";
import type { NaiveCall, NaiveDriver } from "../../support/naive_driver.ts";
import { describe, test } from "../../support/runner.ts";
import { FakeDatabase } from "./fake_database.ts";
import { LimitedDriver } from "./limited_driver.ts";
import { callsOf, key, type Loose, naive } from "./support.ts";

const id = { type: "INTEGER", primaryKey: true } as const;
const reference = { table: "teams", column: "id", onDelete: "CASCADE", onUpdate: "CASCADE" } as const;

function filled(capabilities?: Capabilities, snapshots = false) {
  const made = naive({
    teams: { id, name: { type: "TEXT" } },
    people: {
      id: key,
      team: { type: "INTEGER", references: reference },
      seen: { type: "DATETIME" },
      data: { type: "JSON" },
    },
  }, { snapshots, ...(capabilities && { capabilities }) });
  const { teams, people } = made.tables;
  teams.insertAll([{ id: 1, name: "a" }, { id: 2, name: "b" }]);
  people.insertAll([
    { id: 1, team: 1, seen: new Date(1), data: { a: 1 } },
    { id: 2, team: 1, seen: null, data: null },
    { id: 3, team: 2, seen: new Date(3), data: [1] },
  ]);
  made.driver.calls.length = 0;
  return { ...made, teams, people };
}

/** What is stored, by key: the order in a naive driver means nothing. */
function snapshot(driver: NaiveDriver): unknown {
  const byKey = (a: Loose, b: Loose) => Number(a.id) - Number(b.id);
  return [driver.stored("app", "teams").sort(byKey), driver.stored("app", "people").sort(byKey)];
}

/** Makes the n-th call of some methods fail. */
function failAt(driver: NaiveDriver, n: number, ...methods: readonly string[]): void {
  let count = 0;
  driver.fail = ({ method }: NaiveCall) => {
    if (methods.includes(method) && ++count === n) throw new Error("the disk is full");
  };
}

/** Runs work that must fail as one, and checks that nothing of it stays. */
function undone(driver: NaiveDriver, work: () => unknown): void {
  const before = snapshot(driver);
  assertThrows(work, Error, "the disk is full");
  driver.fail = () => {};
  assertEquals(snapshot(driver), before);
}

describe("ComposedStore undoes a statement that fails in the middle:", () => {
  test("an update by keys", () => {
    const { people, driver } = filled();
    failAt(driver, 3, "update");
    undone(driver, () => people.update({ seen: new Date(9), data: { b: 2 } }, { id: { $lte: 3 } }));
  });

  test("a delete by keys", () => {
    const { people, driver } = filled();
    failAt(driver, 2, "delete");
    undone(driver, () => people.delete({ id: { $gte: 2 } }));
  });

  test("a delete that cascades", () => {
    for (const n of [1, 2, 3, 4]) {
      const { teams, driver } = filled();
      failAt(driver, n, "delete");
      undone(driver, () => teams.delete({ name: { $ne: "c" } }));
    }
  });

  test("an update that cascades", () => {
    for (const n of [1, 2, 3]) {
      const { teams, driver } = filled();
      failAt(driver, n, "update");
      undone(driver, () => teams.update({ id: 7, name: "c" }, { name: { $like: "A" } }));
    }
  });

  test("several updates", () => {
    const { people, driver } = filled();
    failAt(driver, 3, "update");
    undone(
      driver,
      () =>
        people.updateEach([[{ team: 2 }, { team: 1 }], [{ seen: null }, { id: 3 }], [{ id: 9 }, { id: 1 }]]),
    );
  });

  test("rows inserted one by one", () => {
    const { people, driver } = filled();
    failAt(driver, 2, "insert");
    undone(driver, () => people.insertAll([{ team: 1 }, { id: 50, team: 1 }]));
  });
});

describe("ComposedStore undoes a transaction that fails later:", () => {
  const works: Readonly<Record<string, (made: ReturnType<typeof filled>) => unknown>> = {
    "an insert": ({ people }) => people.insert({ team: 2, seen: new Date(5) }),
    "a bulk insert": ({ people }) => people.insertAll([{ team: 2 }, { team: 1 }]),
    "an update of one call": ({ people }) => people.update({ seen: new Date(7) }, { team: 1 }),
    "an update of a key": ({ people }) => people.update({ id: 12, data: "x" }, { id: 2 }),
    "an update by keys": ({ people }) => people.update({ team: null }, { team: { $gt: 0 } }),
    "a delete of one call": ({ people }) => people.delete({ team: 1 }),
    "a delete of all": ({ people }) => people.delete(),
    "a cascade": ({ teams }) => [teams.update({ id: 5 }, { id: 1 }), teams.delete({ id: 5 })],
    "an upsert": (
      { people },
    ) => [people.upsert({ id: 3, team: 1 }, ["id"]), people.upsert({ id: 4, team: 1 }, ["id"])],
    "a dropped table": ({ people }) => people.drop(),
    "one thing after another": ({ teams, people }) => {
      teams.insert({ id: 3 });
      people.insert({ id: 10, team: 3 });
      people.update({ team: 3 }, { id: { $ne: 2 } });
      teams.update({ id: 4 }, { id: 3 });
      people.delete({ team: 4, seen: { $ne: null } });
      teams.delete({ id: 4 });
    },
  };

  for (const [name, work] of Object.entries(works)) {
    test(name, () => {
      // A driver that says nothing of transactions may still roll back: undoing twice changes nothing more.
      const kinds = [[undefined, false], [undefined, true], [{ transactions: "exclusive" }, true]] as const;
      for (const [capabilities, snapshots] of kinds) {
        const made = filled(capabilities, snapshots);
        undone(made.driver, () =>
          made.database.atomically(() => {
            work(made);
            throw new Error("the disk is full");
          }));
      }
    });
  }

  test("a savepoint that the driver does not have", () => {
    const made = filled({ transactions: "exclusive" }, true);
    made.database.atomically(() => {
      made.teams.insert({ id: 3 });
      const before = snapshot(made.driver);
      const inner = () =>
        made.database.atomically(() => {
          made.people.update({ team: 3 });
          made.teams.delete({ id: 3 });
          throw new Error("the disk is full");
        });
      assertThrows(inner, Error, "the disk is full");
      assertEquals(snapshot(made.driver), before);
      made.people.delete({ id: 1 });
    });
    assertEquals([made.teams.count(), made.people.count()], [3, 2]);
  });
});

describe("ComposedStore undoes only what was done:", () => {
  test("a delete or update of a row that is gone puts nothing back", () => {
    const { people, driver, database } = filled();
    let writes = 0;
    driver.delete = driver.update = () => {
      writes++;
      return 0;
    };
    undone(driver, () =>
      database.atomically(() => {
        assertEquals(people.delete({ id: 1 }), 0);
        assertEquals(people.update({ seen: null }, { id: 1 }), 0);
        throw new Error("the disk is full");
      }));
    assertEquals(writes, 2);
    assertEquals(callsOf(driver), ["findAll people", "findAll people"]);
  });

  test("a cascade, in the order that a driver with references of its own allows", () => {
    const driver = new LimitedDriver({ unique: true, references: true });
    driver.connect();
    const database = new FakeDatabase(driver);
    const teams = database.define("teams", { id });
    const people = database.define("people", { id: key, team: { type: "INTEGER", references: reference } });
    teams.create();
    people.create();
    teams.insert({ id: 1 });
    people.insertAll([{ team: 1 }, { team: 1 }]);
    const work = (change: () => unknown) => () =>
      database.atomically(() => {
        change();
        throw new Error("the disk is full");
      });
    assertThrows(work(() => teams.update({ id: 7 }, { id: 1 })), Error, "the disk is full");
    assertThrows(work(() => teams.delete()), Error, "the disk is full");
    assertEquals([teams.select(), people.select()], [[{ id: 1 }], [{ id: 1, team: 1 }, { id: 2, team: 1 }]]);
  });
});

describe("ComposedStore undoes many rows", () => {
  test("with a number of calls that does not grow with theirs", () => {
    const { people, driver, database } = filled();
    people.insertAll(Array.from({ length: 500 }, (_, i) => ({ id: 100 + i, team: 1, data: i })));
    const before = snapshot(driver);
    driver.calls.length = 0;
    undone(driver, () =>
      database.atomically(() => {
        people.update({ id: 3_000, seen: new Date(1) }, { id: 100 });
        people.update({ seen: new Date(9), data: null });
        people.insertAll(Array.from({ length: 100 }, () => ({ team: 2 })));
        people.delete({ id: { $between: [150, 400] } });
        people.insert({ id: 150, team: null });
        driver.calls.length = 0;
        throw new Error("the disk is full");
      }));
    assertEquals(callsOf(driver), ["findAll people", "delete people", "bulkInsert people"]);
    assertEquals(snapshot(driver), before);
    // The numbers that were assigned are not assigned again.
    assertEquals((people.insert({}) as Loose).id, 3_101);
  });

  test("one by one where a driver follows references of its own", () => {
    const driver = new LimitedDriver({ unique: true, references: true });
    driver.connect();
    const database = new FakeDatabase(driver);
    const teams = database.define("teams", { id });
    const people = database.define("people", { id: key, team: { type: "INTEGER", references: reference } });
    teams.create();
    people.create();
    teams.insertAll(Array.from({ length: 100 }, (_, i) => ({ id: i })));
    people.insertAll(Array.from({ length: 100 }, (_, i) => ({ team: i })));
    const work = () =>
      database.atomically(() => {
        for (let i = 0; i < 100; i++) teams.update({ id: 1_000 + i }, { id: i });
        throw new Error("the disk is full");
      });
    const before = [teams.select(), people.select()];
    assertThrows(work, Error, "the disk is full");
    assertEquals([teams.select(), people.select()], before);
  });
});

describe("ComposedStore with a driver that undoes everything itself", () => {
  test("reads nothing before it writes what it can push", () => {
    const capabilities = {
      transactions: "exclusive",
      savepoints: true,
      unique: true,
      references: true,
    } as const;
    const { people, driver } = filled(capabilities);
    people.update({ seen: null }, { team: 1 });
    people.update({ team: 1, id: 3 }, { id: 3 });
    people.delete({ team: 1 });
    people.insert({});
    people.updateEach([[{ seen: new Date(0) }, { id: 1 }], [{ data: {} }, { id: 2 }]]);
    assertEquals(callsOf(driver), [
      "update people",
      "update people",
      "delete people",
      "insert people",
      "bulkUpdate people",
    ]);
    people.updateEach([[{ seen: new Date(0) }, { id: { $gt: 1 } }]]);
    people.delete({ id: { $gt: 1 } });
    assert(callsOf(driver).includes("findAll people"));
  });

  test("writes to many keys with lists where it can", () => {
    const capabilities = {
      transactions: "exclusive",
      savepoints: true,
      unique: true,
      references: true,
      operators: ["$in"],
    } as const;
    const { people, driver } = filled(capabilities);
    people.update({ seen: null }, { id: { $gte: 3 } });
    people.update({ seen: null }, { id: { $gte: 2 } });
    people.delete({ id: { $gte: 2 } });
    assertEquals(driver.calls.filter(({ method }) => method !== "findAll").map(({ given }) => given), [
      [{ seen: null }, { id: 3 }],
      [{ seen: null }, { id: { $in: [2, 3] } }],
      [{ id: { $in: [2, 3] } }],
    ]);
  });
});

describe("ComposedStore transactions", () => {
  test("are opened for several writes only", () => {
    const { people, teams, driver } = filled();
    const opened = count(driver);
    people.insert({ team: 1 });
    people.insertAll([{ team: 1 }, { team: 2 }]);
    people.update({ seen: null }, { team: 1 });
    people.update({ seen: null }, { id: { $in: [1] } });
    people.delete({ id: 4 });
    assertEquals(opened(), 0);
    people.update({ seen: null }, { id: { $gte: 1 } });
    people.delete({ id: { $gte: 5 } });
    teams.delete({ id: 1 });
    assertEquals(opened(), 3);
  });

  test("are opened around what is read and written when the driver runs flows beside each other", () => {
    const { people, driver } = filled({ transactions: "concurrent" });
    const opened = count(driver);
    people.insert({ team: 1 });
    people.update({ seen: null }, { team: 1 });
    people.update({ seen: null }, { id: { $gte: 1 } });
    people.delete({ id: 4 });
    assertEquals(opened(), 4);
  });
});

function count(driver: NaiveDriver): () => number {
  const { transaction } = driver;
  let opened = 0;
  driver.transaction = function (work) {
    opened++;
    return transaction.call(this, work) as never;
  };
  return () => opened;
}
