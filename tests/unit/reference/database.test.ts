import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { TableSchema } from "../../../src/contract/mod.ts";
import { RinariError } from "../../../src/errors/mod.ts";
import { readWhere } from "../../../src/query/where_reader.ts";
import { Database } from "../../../src/reference/database.ts";
import { compilePredicate } from "../../../src/reference/evaluate.ts";
import type { Filter } from "../../../src/reference/search.ts";
import { UndoLog } from "../../../src/reference/undo_log.ts";
import { describe, test } from "../../support/runner.ts";

const users: TableSchema = {
  id: { type: "INTEGER", primaryKey: true, autoIncrement: true },
  name: { type: "TEXT", unique: true },
  age: { type: "INTEGER" },
  boss: {
    type: "INTEGER",
    references: { table: "users", column: "id", onDelete: "SET NULL", onUpdate: "CASCADE" },
  },
};
const posts: TableSchema = {
  a: { type: "INTEGER", primaryKey: true },
  b: { type: "TEXT", primaryKey: true },
  author: {
    type: "INTEGER",
    references: { table: "users", column: "id", onDelete: "CASCADE", onUpdate: "CASCADE" },
  },
  editor: { type: "TEXT", references: { table: "users", column: "name" } },
};

const small = fc.integer({ min: 0, max: 4 });
const name = fc.option(fc.constantFrom("x", "y", "z"));
const user = fc.record({ id: small, name, age: small, boss: fc.option(small) }, { requiredKeys: [] });
const post = fc.record({ a: small, b: fc.constantFrom("x", "y"), author: fc.option(small), editor: name });
const where = fc.oneof(
  fc.constant({}),
  small.map((id) => ({ id })),
  fc.array(small, { maxLength: 3 }).map(($in) => ({ id: { $in } })),
  name.map((each) => ({ name: each })),
  small.map((boss) => ({ $and: [{ boss }, { age: { $gte: 1 } }] })),
  small.map((age) => ({ age: { $lt: age } })),
);

/** Statements as functions of a database. */
const statement: fc.Arbitrary<(database: Database) => unknown> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.array(user, { minLength: 1, maxLength: 3 }).map((rows) => (db: Database) =>
      db.insert("users", rows)
    ),
  },
  {
    weight: 3,
    arbitrary: fc.array(post, { minLength: 1, maxLength: 2 }).map((rows) => (db: Database) =>
      db.insert("posts", rows)
    ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(user, where).map(([values, each]) => (db: Database) =>
      db.update("users", values, filter(db, each))
    ),
  },
  fc.tuple(user, where, where).map(([values, one, two]) => (db: Database) =>
    db.updateEach("users", [{ values: { age: 9 }, filter: filter(db, one) }, {
      values,
      filter: filter(db, two),
    }])
  ),
  { weight: 2, arbitrary: where.map((each) => (db: Database) => db.delete("users", filter(db, each))) },
  user.map((row) => (db: Database) => db.upsert("users", row, { conflict: ["name"], set: ["age", "boss"] })),
  fc.constantFrom(["age"], ["name", "boss"]).map((columns) => (db: Database) =>
    db.createIndex("users", "i", { columns })
  ),
  fc.constant((db: Database) =>
    db.createIndex("users", "u", { columns: ["age"], unique: true, where: { boss: { $eq: null } } })
  ),
  fc.constantFrom("i", "u").map((index) => (db: Database) => db.dropIndex("users", index)),
  fc.constant((db: Database) => db.dropTable("posts")),
  fc.constant((db: Database) => db.createTable("posts", posts)),
);

function filter(database: Database, condition: object): Filter {
  const { predicate, params } = readWhere(database.table("users").table, condition, false);
  return { where: predicate, params };
}

function made(): { database: Database; log: UndoLog } {
  const log = new UndoLog();
  const database = new Database("test", "app", log);
  database.createTable("users", users);
  database.createTable("posts", posts);
  return { database, log };
}

function attempt(database: Database, run: (database: Database) => unknown): boolean {
  try {
    run(database);
    return true;
  } catch (error) {
    if (error instanceof RinariError) return false;
    throw error;
  }
}

/** Everything a later statement could tell apart. */
function stateOf(database: Database): unknown {
  return [...database.tables].map((store) => ({
    table: store.table.name,
    rows: database.select(store.table.name, { where: null, params: [] }),
    next: [store.autoIncrement?.last, store.autoIncrement?.moved],
    indexes: [...store.named.values()].map(({ name, options }) => [name, options]),
  }));
}

/** Every index has exactly the rows it should, and every reference is met. */
function checkSound(database: Database): void {
  for (const store of database.tables) {
    for (const index of [...store.fullIndexes, ...store.named.values()]) {
      const keys = new Set<unknown>();
      for (const entry of store.entries) {
        assert(entry.live);
        const key = index.keyOf(entry.row);
        if (key === null) continue;
        if (index.unique) assert(!keys.has(key), "two rows with one key");
        keys.add(key);
        assert(index.get(key).includes(entry), "a row is missing in an index");
      }
      assertEquals(index.size, keys.size, "an index has a row too many");
    }
    for (const { index, parentTable, parentColumn } of store.references) {
      for (const { row } of store.entries) {
        const key = index.keyOf(row);
        if (key !== null) {
          assert(database.table(parentTable).uniqueIndex(parentColumn)?.has(key), "an orphan");
        }
      }
    }
  }
}

describe("Database", () => {
  test("keeps its indexes and references sound, and a statement that fails changes nothing", () => {
    let failed = 0;
    fc.assert(
      fc.property(fc.array(statement, { maxLength: 25 }), (statements) => {
        const { database } = made();
        for (const run of statements) {
          const before = stateOf(database);
          if (!attempt(database, run)) {
            failed++;
            assertEquals(stateOf(database), before);
          }
          checkSound(database);
        }
      }),
      { numRuns: 400 },
    );
    assert(failed > 100);
  });

  test("comes back to the same state by a rollback", () => {
    fc.assert(
      fc.property(
        fc.array(statement, { maxLength: 12 }),
        fc.array(statement, { maxLength: 12 }),
        (first, second) => {
          const { database, log } = made();
          for (const run of first) attempt(database, run);
          const before = stateOf(database);
          const open = log.begin();
          for (const run of second) attempt(database, run);
          open.rollback();
          assertEquals(stateOf(database), before);
          checkSound(database);
        },
      ),
      { numRuns: 400 },
    );
  });

  test("comes back to the beginning of whichever level is rolled back", () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: statement },
      fc.constantFrom("begin", "commit", "rollback"),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { database, log } = made();
        const open: { level: ReturnType<UndoLog["begin"]>; before: unknown }[] = [];
        for (const each of steps) {
          if (typeof each === "function") attempt(database, each);
          else if (each === "begin") open.push({ level: log.begin(), before: stateOf(database) });
          else {
            const last = open.pop();
            const now = stateOf(database);
            last?.level[each]();
            if (last !== undefined) assertEquals(stateOf(database), each === "commit" ? now : last.before);
          }
          assertEquals(log.depth, open.length);
        }
        checkSound(database);
        if (open[0] === undefined) return;
        open[0].level.rollback();
        assertEquals(stateOf(database), open[0].before);
        assertEquals(log.depth, 0);
      }),
      { numRuns: 300 },
    );
  });

  test("finds the same rows with indexes as by looking at every row", () => {
    fc.assert(
      fc.property(fc.array(user, { maxLength: 8 }), where, fc.boolean(), (rows, condition, indexed) => {
        const { database } = made();
        if (indexed) database.createIndex("users", "i", { columns: ["boss", "age"] });
        for (const row of rows) attempt(database, (db) => db.insert("users", [row]));
        const { table } = database.table("users");
        const wanted = filter(database, condition);
        const all = database.select("users", { where: null, params: [] });
        assertEquals(
          database.select("users", wanted),
          all.filter(compilePredicate(table, wanted.where, wanted.params)),
        );
      }),
    );
  });
});
