import { assertEquals } from "@std/assert";
import { NaiveDriver } from "../../support/naive_driver.ts";
import { describe, test } from "../../support/runner.ts";
import { FakeDatabase } from "./fake_database.ts";
import { failure, type Loose, naive } from "./support.ts";

const id = { type: "INTEGER", primaryKey: true } as const;
const schema = {
  id,
  at: { type: "DATETIME" },
  big: { type: "INTEGER", bigint: true },
  gone: { type: "BOOLEAN" },
} as const;

function kept(driver: NaiveDriver): Loose[] {
  return driver.tableExists("app", "rinari_catalog") ? driver.stored("app", "rinari_catalog") as Loose[] : [];
}

/** Another program on the same store. */
function again(driver: NaiveDriver): FakeDatabase {
  const other = new NaiveDriver();
  for (const name of ["createTable", "dropTable", "tableExists", "findOne", "findAll", "count"] as const) {
    other[name] = driver[name].bind(driver) as never;
  }
  for (const name of ["insert", "bulkInsert", "update", "bulkUpdate", "delete"] as const) {
    other[name] = driver[name].bind(driver) as never;
  }
  return new FakeDatabase(other);
}

describe("the catalog of a database", () => {
  test("is not made where nothing has to be kept", () => {
    const { driver, tables: { items } } = naive({ items: schema });
    items.index("by_at", ["at"], false);
    assertEquals(kept(driver), []);
  });

  test("keeps an index with its condition, whatever values that has", () => {
    const { driver, tables: { items } } = naive({ items: schema });
    items.index("living", ["at"], true, { $or: [{ gone: false }, { at: new Date(5), big: 2n ** 60n }] });
    items.insert({ id: 1, at: new Date(1), gone: false });
    const more = again(driver).define("items", schema);
    more.create();
    assertEquals(
      failure(() => more.insert({ id: 2, at: new Date(1), gone: false })).name,
      "UniqueConstraintError",
    );
    more.insert({ id: 3, at: new Date(1), gone: true });
    more.insert({ id: 4, at: new Date(5), big: 2n ** 60n, gone: true });
    const twin = { id: 5, at: new Date(5), big: 2n ** 60n, gone: true };
    assertEquals(failure(() => more.insert(twin)).name, "UniqueConstraintError");
    assertEquals(failure(() => more.index("living", ["at"], true)).code, "INDEX_MISMATCH");
  });

  test("forgets what is dropped, and what is undone", () => {
    const { driver, database, tables: { items, parts } } = naive({
      items: schema,
      parts: { id, item: { type: "INTEGER", references: { table: "items", column: "id" } } },
    });
    assertEquals(kept(driver).map(({ name }) => name), ["parts"]);
    const undone = () =>
      database.atomically(() => {
        items.index("one", ["at"], true);
        parts.drop();
        assertEquals(kept(driver).map(({ name }) => name), ["items"]);
        throw new RangeError("undo");
      });
    try {
      undone();
    } catch (error) {
      assertEquals(error instanceof RangeError, true);
    }
    assertEquals(kept(driver).map(({ name }) => name), ["parts"]);
    items.insert({ id: 1, at: new Date(1) });
    items.insert({ id: 2, at: new Date(1) });
    assertEquals(failure(() => parts.insert({ id: 1, item: 9 })).name, "ForeignKeyConstraintError");
    parts.drop();
    assertEquals(kept(driver), []);
  });

  test("of a table that somebody else removed says nothing", () => {
    const { driver, tables: { items } } = naive({
      items: schema,
      parts: { id, item: { type: "INTEGER", references: { table: "items", column: "id" } } },
    });
    items.insert({ id: 1 });
    driver.dropTable("app", "parts");
    const more = again(driver).define("items", schema);
    more.create();
    assertEquals(more.delete({ id: 1 }), 1);
    assertEquals(driver.tableExists("app", "parts"), false);
  });
});
