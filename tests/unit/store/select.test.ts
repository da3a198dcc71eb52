import { assertEquals } from "@std/assert";
import type { Capabilities } from "../../../src/contract/mod.ts";
import { NaiveDriver } from "../../support/naive_driver.ts";
import { describe, test } from "../../support/runner.ts";
import { FakeDatabase, type FakeTable } from "./fake_database.ts";
import { callsOf, key, type Loose, naive, takeCalls } from "./support.ts";

const people = {
  id: key,
  name: { type: "TEXT" },
  age: { type: "INTEGER" },
  big: { type: "INTEGER", bigint: true },
  tags: { type: "JSON" },
} as const;

const ROWS: readonly [Loose, Loose, Loose, Loose] = [
  { id: 1, name: "Zoë", age: 30, big: 9n, tags: ["a"] },
  { id: 2, name: "\u{1F600}", age: null, big: 10n, tags: null },
  { id: 3, name: "\uFFFD", age: 20, big: -1n, tags: { deep: { x: 1 } } },
  { id: 4, name: null, age: 30, big: null, tags: "a" },
];

function filled() {
  const made = naive({ people });
  made.tables.people.insertAll(ROWS);
  made.driver.calls.length = 0;
  return { ...made, people: made.tables.people };
}

describe("ComposedStore.select with a naive driver", () => {
  test("asks for the equalities and does the rest itself", () => {
    const { people, driver } = filled();
    const options = {
      where: { age: 30, name: { $startsWith: "Z" } },
      orderBy: [["name", "DESC"]],
      limit: 1,
      offset: 0,
    };
    assertEquals(people.select(options), [ROWS[0]]);
    assertEquals(driver.calls, [{ method: "findAll", table: "people", given: [{ where: { age: 30 } }] }]);
  });

  test("applies order, offset, limit and select", () => {
    const { people, driver } = filled();
    const ids = (options: unknown) =>
      (people.select({ ...options as Loose, select: ["id"] }) as Loose[]).map(({ id }) => id);
    assertEquals(ids({ orderBy: [["name", "ASC"]] }), [4, 1, 3, 2]);
    assertEquals(ids({ orderBy: [["age", "DESC"]] }), [4, 1, 3, 2]);
    assertEquals(ids({ orderBy: [["big", "ASC"]] }), [4, 3, 1, 2]);
    assertEquals(ids({ orderBy: [["age", "ASC"]], limit: 2, offset: 1 }), [3, 1]);
    assertEquals(ids({ limit: 2, offset: 3 }), [4]);
    assertEquals(ids({ where: { "tags.deep.x": 1 } }), [3]);
    assertEquals(people.select({ select: ["tags"], limit: 1 }), [{ tags: ["a"] }]);
    assertEquals(new Set(driver.calls.map(({ given }) => JSON.stringify(given))), new Set(["[{}]"]));
  });

  test("asks for nothing when the limit is 0", () => {
    const { people, driver } = filled();
    assertEquals(people.select({ limit: 0 }), []);
    assertEquals(callsOf(driver), []);
  });

  test("asks for one row when it is found by its key", () => {
    const { people, driver } = filled();
    assertEquals(people.select({ where: { id: 3 }, orderBy: [["name", "ASC"]], limit: 1 }), [ROWS[2]]);
    assertEquals(takeCalls(driver), [{ method: "findOne", table: "people", given: [{ where: { id: 3 } }] }]);
    assertEquals(people.select({ where: { id: 9 }, limit: 1 }), []);
    assertEquals(people.select({ where: { id: 3 }, limit: 1, offset: 1 }), []);
    assertEquals(callsOf(driver), ["findOne people", "findAll people"]);
  });

  test("does not ask for the first of several rows in no order", () => {
    const { people, driver } = filled();
    assertEquals(people.select({ where: { age: 30 }, orderBy: [["id", "DESC"]], limit: 1 }), [ROWS[3]]);
    assertEquals(callsOf(driver), ["findAll people"]);
  });
});

describe("ComposedStore.select pushes", () => {
  const asked = (capabilities: Capabilities, options: unknown) => {
    const driver = new NaiveDriver({ capabilities });
    const table = new FakeDatabase(driver).define("people", people);
    table.create();
    driver.calls.length = 0;
    table.select(options);
    return driver.calls.map(({ method, given }) => [method, given[0]]);
  };
  const order = [["name", "ASC"], ["id", "ASC"]];

  test("the order, then the limit, then the columns, each where declared", () => {
    const options = { where: { age: 1 }, orderBy: [["name", "ASC"]], limit: 2, offset: 3, select: ["id"] };
    const where = { age: 1 };
    assertEquals(asked({}, options), [["findAll", { where }]]);
    assertEquals(asked({ limit: true, select: true }, options), [["findAll", { where }]]);
    assertEquals(asked({ orderBy: true }, options), [["findAll", { where, orderBy: order }]]);
    assertEquals(asked({ orderBy: true, limit: true }, options), [
      ["findAll", { where, orderBy: order, limit: 2, offset: 3 }],
    ]);
    assertEquals(asked({ orderBy: true, select: true }, options), [
      ["findAll", { where, orderBy: order, select: ["id"] }],
    ]);
    assertEquals(asked({ orderBy: true, limit: true, select: true }, { limit: 1 }), [
      ["findOne", { orderBy: [["id", "ASC"]], limit: 1 }],
    ]);
  });

  test("none of them when a part of the condition is left over", () => {
    const all = { orderBy: true, limit: true, select: true } as const;
    const options = { where: { age: 1, name: { $ne: "x" } }, limit: 1, select: ["id"] };
    assertEquals(asked(all, options), [["findAll", { where: { age: 1 } }]]);
  });

  test("none of them when encoding does not keep the order", () => {
    const all = { orderBy: true, limit: true, select: true } as const;
    const options = { orderBy: [["big", "ASC"]], limit: 1, select: ["id"] };
    assertEquals(asked(all, options), [["findAll", {}]]);
    assertEquals(asked({ ...all, nativeTypes: ["bigint"] }, options), [
      ["findOne", { orderBy: [["big", "ASC"], ["id", "ASC"]], limit: 1, select: ["id"] }],
    ]);
  });
});

describe("ComposedStore.count", () => {
  test("is left to the driver when the whole condition is", () => {
    const { people, driver } = filled();
    assertEquals([people.count(), people.count({ age: 30 }), people.count({ age: 30, id: 1 })], [4, 2, 1]);
    assertEquals(takeCalls(driver).map(({ method, given }) => [method, ...given]), [
      ["count", undefined],
      ["count", { age: 30 }],
      ["count", { age: 30, id: 1 }],
    ]);
    assertEquals([people.count({ age: null }), people.count({ age: 30, id: { $gt: 1 } })], [1, 1]);
    assertEquals(takeCalls(driver).map(({ method, given }) => [method, ...given]), [
      ["findAll", {}],
      ["findAll", { where: { age: 30 } }],
    ]);
  });
});

describe("ComposedStore.group", () => {
  const group = (table: FakeTable, by: readonly string[], terms: readonly Loose[], where: unknown = {}) => {
    const { predicate, params } = table.where(where);
    return table.group({ by, terms: terms as never, where: predicate, params });
  };

  test("computes from the rows", () => {
    const { people, driver } = filled();
    const terms = [
      { as: "n", operation: "count" },
      { as: "sum", operation: "sum", column: "big" },
      { as: "avg", operation: "avg", column: "age" },
      { as: "max", operation: "max", column: "name" },
    ];
    assertEquals(group(people, [], terms, { id: { $lt: 4 } }), [{
      n: 3,
      sum: 18n,
      avg: 25,
      max: "\u{1F600}",
    }]);
    assertEquals(group(people, ["age"], terms.slice(0, 2)), [
      { age: null, n: 1, sum: 10n },
      { age: 20, n: 1, sum: -1n },
      { age: 30, n: 2, sum: 9n },
    ]);
    assertEquals(group(people, [], terms.slice(1), { id: 9 }), [{ sum: 0n, avg: null, max: null }]);
    assertEquals(new Set(callsOf(driver)), new Set(["findAll people"]));
  });

  test("leaves a count of rows to driver.count", () => {
    const { people, driver } = filled();
    assertEquals(group(people, [], [{ as: "n", operation: "count" }], { age: 30 }), [{ n: 2 }]);
    assertEquals(callsOf(driver), ["count people"]);
  });

  test("asks driver.aggregate only when operators are declared and all of the condition is pushed", () => {
    const asked: unknown[] = [];
    class Aggregating extends NaiveDriver {
      aggregate(
        _dbName: string,
        _tableName: string,
        operation: string,
        field: string,
        where?: unknown,
      ): number {
        asked.push([operation, field, where]);
        return operation === "AVG" ? NaN : operation === "SUM" ? 2 ** 53 : 3;
      }
    }
    const make = (capabilities?: Capabilities) => {
      const table = new FakeDatabase(new Aggregating(capabilities ? { capabilities } : {})).define(
        "people",
        people,
      );
      table.create();
      return table;
    };
    const sum = (column: string) => [{ as: "x", operation: "sum", column }];
    group(make(), [], sum("age"));
    assertEquals(asked, []);
    const declared = make({ operators: ["$eq"] });
    assertEquals(group(declared, [], [{ as: "x", operation: "count", column: "age" }], { id: 1 }), [{
      x: 3,
    }]);
    assertEquals(group(declared, [], [{ as: "x", operation: "avg", column: "age" }]), [{ x: null }]);
    assertEquals(asked.splice(0), [["COUNT", "age", { id: 1 }], ["AVG", "age", undefined]]);
    // A sum that is not safe is added again, exactly.
    assertEquals(group(declared, [], sum("age")), [{ x: 0 }]);
    assertEquals(asked.splice(0), [["SUM", "age", undefined]]);
    group(declared, [], sum("big"));
    group(declared, [], sum("age"), { id: { $gt: 1 } });
    group(declared, ["name"], sum("age"));
    group(declared, [], [...sum("age"), { as: "y", operation: "count" }]);
    assertEquals(asked, []);
  });
});

describe("ComposedStore.explain", () => {
  test("says who does what", () => {
    const { people, driver } = filled();
    const options = {
      where: {
        age: 30,
        name: { $like: "Z%" },
        $or: [{ id: { $in: [1, 2, 3, 4, 5] } }, { $not: { tags: null } }],
      },
      orderBy: [["name", "DESC"]],
      limit: 10,
      offset: 20,
      select: ["id", "name"],
    };
    assertEquals(people.explain(options), [
      "driver naive: find rows of `people` where `age` = 30",
      'core: keep those where (`name` like "Z%" and (`id` in (1, 2, 3, and 2 more) or not `tags` is null))',
      "core: order by `name` DESC, `id` DESC",
      "core: skip 20, return at most 10",
      "core: return `id`, `name`",
    ]);
    assertEquals(people.explain({ where: { id: 1 }, limit: 1 }), [
      "driver naive: find at most one of the rows of `people` where `id` = 1",
      "core: return at most 1",
    ]);
    assertEquals(people.explain({ limit: 0 }), ["core: return nothing, the limit is 0"]);
    assertEquals(callsOf(driver), []);
  });

  test("says what a driver that declares more does", () => {
    const capabilities = { orderBy: true, limit: true, select: true, operators: ["$between"] } as const;
    const table = new FakeDatabase(new NaiveDriver({ capabilities })).define("people", people);
    table.create();
    assertEquals(
      table.explain({ where: { age: { $between: [1, 2] } }, limit: 3, select: ["id"] }),
      [
        "driver naive: find rows of `people` where `age` between 1 and 2",
        "driver naive: order by `id` ASC",
        "driver naive: return at most 3",
        "driver naive: return `id`",
      ],
    );
    assertEquals(table.explain(), [
      "driver naive: find all rows of `people`",
      "driver naive: order by `id` ASC",
    ]);
  });
});

describe("ComposedStore.iterate", () => {
  test("is left to pages", () => {
    const { people } = filled();
    assertEquals(people.iterate(), null);
  });
});
