import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ForeignKeyConstraintError } from "../../../src/errors/mod.ts";
import type { ReferenceAction } from "../../../src/contract/mod.ts";
import { describe, test } from "../../support/runner.ts";
import { NaiveDriver } from "../../support/naive_driver.ts";
import { FakeDatabase, type FakeTable } from "./fake_database.ts";
import { callsOf, failure, key, type Loose, naive, takeCalls } from "./support.ts";

function refers(table: string, onDelete?: ReferenceAction, onUpdate?: ReferenceAction) {
  return {
    type: "INTEGER",
    references: { table, column: "id", ...(onDelete && { onDelete }), ...(onUpdate && { onUpdate }) },
  } as const;
}

const id = { type: "INTEGER", primaryKey: true } as const;

function broken(table: string, column: string): Loose {
  return {
    name: "ForeignKeyConstraintError",
    code: "FOREIGN_KEY_CONSTRAINT",
    table,
    columns: [column],
    driver: "naive",
  };
}

function ids(table: FakeTable, column = "id"): unknown[] {
  return (table.select() as Loose[]).map((row) => row[column]);
}

/** Parents 1 to 3, with children 10 of 1, 11 of 1 and 20 of 2. */
function family(onDelete?: ReferenceAction, onUpdate?: ReferenceAction) {
  const made = naive({
    parents: { id, name: { type: "TEXT" } },
    children: { id, parent: refers("parents", onDelete, onUpdate) },
  });
  const { parents, children } = made.tables;
  parents.insertAll([{ id: 1 }, { id: 2 }, { id: 3 }]);
  children.insertAll([{ id: 10, parent: 1 }, { id: 11, parent: 1 }, { id: 20, parent: 2 }, {
    id: 30,
    parent: null,
  }]);
  made.driver.calls.length = 0;
  return { ...made, parents, children };
}

describe("ComposedStore foreign keys on insert and update", () => {
  test("need a row that has the value, or null", () => {
    const { children, driver } = family();
    assertEquals(failure(() => children.insert({ id: 40, parent: 9 })), broken("children", "parent"));
    assertEquals(
      failure(() => children.insertAll([{ id: 40, parent: 1 }, { id: 41, parent: 9 }])),
      broken("children", "parent"),
    );
    assertEquals(failure(() => children.update({ parent: 9 }, { id: 10 })), broken("children", "parent"));
    driver.calls.length = 0;
    children.insert({ id: 40, parent: 3 });
    assertEquals(takeCalls(driver).map(({ table, given }) => [table, given[0]]), [
      ["children", { where: { id: 40 } }],
      ["parents", { where: { id: 3 } }],
      ["children", { id: 40, parent: 3 }],
    ]);
    assertEquals(children.update({ parent: 9 }, { id: 99 }), 0);
    assertEquals(children.update({ parent: null }, { id: 40 }), 1);
    assertEquals(ids(children, "parent"), [1, 1, 2, null, null]);
  });

  test("that stay as they are are not looked for", () => {
    const { children, driver } = family();
    assertEquals(children.update({ parent: 1 }, { id: 10 }), 1);
    assertEquals(callsOf(driver), ["findAll children", "update children"]);
  });

  test("take few calls for a bulk", () => {
    const { children, driver } = family();
    children.insertAll(Array.from({ length: 60 }, (_, i) => ({ id: 100 + i, parent: 1 + i % 3 })));
    assertEquals(callsOf(driver), [
      "findAll children",
      "findAll parents",
      "findAll parents",
      "findAll parents",
      "bulkInsert children",
    ]);
  });

  test("say what is missing", () => {
    const { children } = family();
    const error = assertThrows(() => children.insert({ id: 40, parent: 9 }), ForeignKeyConstraintError);
    assertStringIncludes(error.message, "Cannot insert into `children`: `parent` refers to `parents`.`id`");
  });

  test("may refer to the row itself, or to an earlier row of the bulk", () => {
    const { tables: { nodes } } = naive({ nodes: { id, parent: refers("nodes") } });
    nodes.insert({ id: 1, parent: 1 });
    nodes.insertAll([{ id: 2, parent: 2 }, { id: 3, parent: 2 }, { id: 4, parent: 3 }]);
    assertEquals(
      failure(() => nodes.insertAll([{ id: 5, parent: 6 }, { id: 6 }])),
      broken("nodes", "parent"),
    );
    assertEquals(nodes.update({ id: 9, parent: 9 }, { id: 4 }), 1);
    assertEquals(ids(nodes), [1, 2, 3, 9]);
  });

  test("may refer to a number still to be assigned", () => {
    const { tables: { nodes } } = naive({ nodes: { id: key, parent: refers("nodes") } });
    assertEquals(nodes.insert({ parent: 1 }), { id: 1, parent: 1 });
    assertEquals(nodes.insertAll([{ parent: 2 }, { parent: 2 }, { parent: null }]), [
      { id: 2, parent: 2 },
      { id: 3, parent: 2 },
      { id: 4, parent: null },
    ]);
    assertEquals(failure(() => nodes.insert({ parent: 9 })), broken("nodes", "parent"));
    assertEquals(
      failure(() => nodes.insertAll([{ parent: null }, { parent: 99 }])),
      broken("nodes", "parent"),
    );
    assertEquals(ids(nodes), [1, 2, 3, 4]);
  });

  test("of a table that was dropped have nothing to refer to", () => {
    const { children, parents } = family();
    children.delete();
    parents.drop();
    assertEquals(failure(() => children.insert({ id: 1, parent: 1 })), broken("children", "parent"));
    assertEquals(children.insert({ id: 1, parent: null }), { id: 1, parent: null });
  });
});

describe("ComposedStore foreign keys on delete", () => {
  test("without an action refuse at the end of the statement", () => {
    for (const action of [undefined, "NO ACTION", "RESTRICT"] as const) {
      const { parents, children } = family(action);
      assertEquals(failure(() => parents.delete({ id: 1 })), broken("parents", "id"));
      assertEquals(failure(() => parents.delete({ id: { $gte: 2 } })), broken("parents", "id"));
      assertEquals(parents.delete({ id: 3 }), 1);
      assertEquals([ids(parents), ids(children)], [[1, 2], [10, 11, 20, 30]]);
    }
  });

  test("name the column that refers", () => {
    const { parents } = family();
    const error = assertThrows(() => parents.delete({ id: 1 }), ForeignKeyConstraintError);
    assertStringIncludes(
      error.message,
      "Cannot delete from `parents`: rows still refer to `parents`.`id` through `children`.`parent`",
    );
  });

  test("CASCADE deletes what refers", () => {
    const { parents, children, driver } = family("CASCADE");
    assertEquals(parents.delete({ id: 1 }), 1);
    assertEquals(takeCalls(driver).map(({ method, table, given }) => [method, table, ...given]), [
      ["findAll", "parents", { where: { id: 1 } }],
      ["findAll", "children", { where: { parent: 1 } }],
      ["delete", "children", { id: 11 }],
      ["delete", "children", { id: 10 }],
      ["delete", "parents", { id: 1 }],
    ]);
    assertEquals([ids(parents), ids(children)], [[2, 3], [20, 30]]);
    assertEquals(parents.delete(), 2);
    assertEquals([ids(parents), ids(children)], [[], [30]]);
  });

  test("SET NULL keeps what refers", () => {
    const { parents, children } = family("SET NULL");
    assertEquals(parents.delete({ name: null }), 3);
    assertEquals([ids(parents), ids(children), ids(children, "parent")], [[], [10, 11, 20, 30], [
      null,
      null,
      null,
      null,
    ]]);
  });

  test("ask each table once a level, whatever the number of rows", () => {
    const { tables: { a, b, c }, driver } = naive({
      a: { id },
      b: { id, parent: refers("a", "CASCADE") },
      c: { id, parent: refers("b", "CASCADE") },
    });
    const rows = Array.from({ length: 30 }, (_, i) => ({ id: i + 1, parent: i + 1 }));
    a.insertAll(rows);
    b.insertAll(rows);
    c.insertAll(rows);
    driver.calls.length = 0;
    assertEquals(a.delete({ id: { $gt: 10 } }), 20);
    assertEquals(callsOf(driver).filter((call) => !call.startsWith("delete")), [
      "findAll a",
      "findAll b",
      "findAll c",
    ]);
    assertEquals([a.count(), b.count(), c.count()], [10, 10, 10]);
  });

  test("follow circles to their end", () => {
    const { tables: { a, b } } = naive({
      a: { id, other: refers("b", "CASCADE") },
      b: { id, other: refers("a", "CASCADE") },
    });
    a.insertAll([{ id: 1 }, { id: 2 }, { id: 3 }]);
    b.insertAll([{ id: 1, other: 2 }, { id: 2, other: 1 }, { id: 3, other: 3 }]);
    a.update({ other: 1 }, { id: 1 });
    a.update({ other: 2 }, { id: 2 });
    assertEquals(a.delete({ id: 1 }), 1);
    assertEquals([ids(a), ids(b)], [[3], [3]]);
  });

  test("follow a table's references to itself", () => {
    const { tables: { nodes } } = naive({ nodes: { id, parent: refers("nodes", "CASCADE") } });
    nodes.insertAll([{ id: 1, parent: 1 }, { id: 2, parent: 1 }, { id: 3, parent: 2 }, { id: 4 }]);
    assertEquals(nodes.delete({ id: { $lte: 2 } }), 2);
    assertEquals(ids(nodes), [4]);
    const { tables: { tree } } = naive({ tree: { id, parent: refers("tree") } });
    tree.insertAll([{ id: 1, parent: 1 }, { id: 2, parent: 1 }]);
    assertEquals(failure(() => tree.delete({ id: 1 })), broken("tree", "id"));
    assertEquals(tree.delete(), 2);
  });

  test("refuse what a deeper action would leave without its row", () => {
    const { tables: { a, b, c } } = naive({
      a: { id },
      b: { id, parent: refers("a", "CASCADE") },
      c: { id, parent: refers("b", "RESTRICT") },
    });
    for (const table of [a, b, c]) table.insert({ id: 1, parent: 1 });
    assertEquals(failure(() => a.delete()), broken("a", "id"));
    assertEquals([a.count(), b.count(), c.count()], [1, 1, 1]);
  });

  test("look at no table that does not exist yet", () => {
    const driver = new NaiveDriver();
    const database = new FakeDatabase(driver);
    const parents = database.define("parents", { id });
    database.define("children", { id, parent: refers("parents") });
    parents.create();
    parents.insert({ id: 1 });
    assertEquals(parents.delete({ id: 1 }), 1);
  });
});

describe("ComposedStore foreign keys on update of what is referred to", () => {
  test("CASCADE, SET NULL and no action", () => {
    const cascade = family(undefined, "CASCADE");
    assertEquals(cascade.parents.update({ id: 7 }, { id: 1 }), 1);
    assertEquals([ids(cascade.parents), ids(cascade.children, "parent")], [[2, 3, 7], [7, 7, 2, null]]);
    const setNull = family(undefined, "SET NULL");
    assertEquals(setNull.parents.update({ id: 7 }, { id: 1 }), 1);
    assertEquals(ids(setNull.children, "parent"), [null, null, 2, null]);
    const none = family();
    assertEquals(failure(() => none.parents.update({ id: 7 }, { id: 1 })), broken("parents", "id"));
    assertEquals(none.parents.update({ id: 1, name: "same" }, { id: 1 }), 1);
    assertEquals(none.parents.update({ id: 7 }, { id: 3 }), 1);
  });

  test("follow a key that is a foreign key itself", () => {
    const { tables: { a, b, c } } = naive({
      a: { id },
      b: { id: { ...id, ...refers("a", "CASCADE", "CASCADE") } },
      c: { id, b: refers("b", "CASCADE", "CASCADE") },
    });
    a.insert({ id: 1 });
    b.insert({ id: 1 });
    c.insertAll([{ id: 1, b: 1 }, { id: 2, b: 1 }]);
    assertEquals(a.update({ id: 5 }, { id: 1 }), 1);
    assertEquals([ids(a), ids(b), ids(c, "b")], [[5], [5], [5, 5]]);
    assertEquals(a.delete(), 1);
    assertEquals([a.count(), b.count(), c.count()], [0, 0, 0]);
  });

  test("give no null to a column that takes none", () => {
    const { tables: { a, b } } = naive({
      a: { id, code: { type: "TEXT", unique: true } },
      b: {
        id,
        code: {
          type: "TEXT",
          notNull: true,
          references: { table: "a", column: "code", onUpdate: "CASCADE" },
        },
      },
    });
    a.insert({ id: 1, code: "x" });
    b.insert({ id: 1, code: "x" });
    assertEquals(failure(() => a.update({ code: null }, { id: 1 })), {
      name: "NotNullConstraintError",
      code: "NOT_NULL_CONSTRAINT",
      table: "b",
      columns: ["code"],
      driver: "naive",
    });
    assertEquals(a.update({ code: "y" }, { id: 1 }), 1);
    assertEquals(ids(b, "code"), ["y"]);
  });

  test("check uniqueness where they lead", () => {
    const { tables: { a, b } } = naive({
      a: { id },
      b: { id, parent: refers("a", "SET NULL"), name: { type: "TEXT" } },
    });
    b.index("name_of_free", ["name"], true, { parent: null });
    a.insert({ id: 1 });
    b.insertAll([{ id: 1, parent: 1, name: "x" }, { id: 2, parent: null, name: "x" }]);
    assertEquals(failure(() => a.delete()), {
      name: "UniqueConstraintError",
      code: "UNIQUE_CONSTRAINT",
      table: "b",
      columns: ["name"],
      driver: "naive",
    });
    assertEquals(a.count(), 1);
  });

  test("return an upserted row as what it led to left it", () => {
    const { tables: { nodes } } = naive({
      nodes: { id, name: { type: "TEXT", unique: true }, parent: refers("nodes", undefined, "SET NULL") },
    });
    nodes.insert({ id: 1, name: "a", parent: 1 });
    assertEquals(nodes.upsert({ id: 2, name: "a", parent: 1 }, ["name"]), { id: 2, name: "a", parent: null });
    assertEquals(nodes.select(), [{ id: 2, name: "a", parent: null }]);
  });
});

describe("ComposedStore.drop", () => {
  test("is refused while rows of another table refer to it", () => {
    const { parents, children, driver } = family("CASCADE");
    assertEquals(failure(() => parents.drop()), broken("parents", "id"));
    assertEquals(parents.count(), 3);
    children.delete({ parent: { $ne: null } });
    parents.drop();
    assertEquals(driver.tableExists("app", "parents"), false);
    children.drop();
    parents.drop();
  });

  test("looks at no rows of the table itself, and at no table that is absent", () => {
    const { tables: { nodes }, database } = naive({ nodes: { id, parent: refers("nodes") } });
    database.define("absent", { id, node: refers("nodes") });
    nodes.insert({ id: 1, parent: 1 });
    nodes.drop();
  });
});
