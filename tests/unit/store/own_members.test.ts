import { assertEquals } from "@std/assert";
import { MemoryDriver } from "../../../drivers/memory.ts";
import { DataTypes, ORM } from "../../../mod.ts";
import type { Capabilities } from "../../../src/contract/mod.ts";
import { describe, test } from "../../support/runner.ts";

const MEMBERS = [
  "prepare",
  "group",
  "aggregate",
  "upsert",
  "iterate",
  "explain",
  "findAll",
  "insert",
] as const;

/** A driver that does everything but what is taken away, and a list of what is called. */
function without(...names: readonly (keyof Capabilities)[]) {
  const driver = new MemoryDriver();
  const declared = { ...driver.metadata.capabilities } as Record<string, unknown>;
  for (const name of names) delete declared[name];
  const calls: string[] = [];
  const selected: unknown[] = [];
  for (const name of MEMBERS) {
    const own = driver[name].bind(driver) as (...args: unknown[]) => unknown;
    (driver as unknown as Record<string, unknown>)[name] = (...args: unknown[]) => {
      if (args[1] !== "rinari_catalog") calls.push(name);
      if (name === "findAll") selected.push((args[2] as { select?: unknown }).select);
      return own(...args);
    };
  }
  Object.assign(driver, { metadata: { ...driver.metadata, capabilities: declared } });
  const orm = new ORM({ driver });
  const Parent = orm.define("app", "parents", { id: { type: DataTypes.INTEGER, primaryKey: true } });
  const Item = orm.define("app", "items", {
    id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    name: { type: DataTypes.TEXT, unique: true },
    n: { type: DataTypes.INTEGER },
    data: { type: DataTypes.JSON },
  });
  Item.bulkCreate([{ name: "a", n: 1 }, { name: "b", n: 2 }]);
  Parent.create({ id: 1 });
  const took = (work: () => unknown): string[] => {
    calls.length = selected.length = 0;
    work();
    return [...new Set(calls)];
  };
  return { orm, Item, Parent, took, selected };
}

const group = { by: ["n"], aggregates: { last: { max: "name" } } } as const;

describe("an optional member needs only what it needs:", () => {
  test("without partial indexes a driver does all the rest itself", () => {
    const { Item, took } = without("partialIndexes");
    assertEquals(took(() => Item.findAll({ where: { n: { $gt: 0 } }, limit: 1 })), ["prepare"]);
    assertEquals(took(() => Item.count({ n: { $ne: null } })), ["prepare"]);
    assertEquals(took(() => Item.groupBy(group)), ["group"]);
    assertEquals(took(() => Item.sum("n")), ["group"]);
    assertEquals(took(() => Item.create({ name: "c" })), ["insert"]);
    assertEquals(took(() => Item.upsert({ name: "c", n: 3 })), ["upsert"]);
    assertEquals(took(() => Item.update({ n: 4 }, { name: { $like: "c" } })), ["prepare"]);
    assertEquals(took(() => Item.delete({ n: { $gt: 3 } })), ["prepare"]);
    assertEquals(took(() => [...Item.iterate()]), ["iterate"]);
    assertEquals(took(() => Item.explain()), ["explain"]);
  });

  test("a unique index that is enforced by the core takes only writes away", () => {
    const { Item, took } = without("partialIndexes");
    Item.createIndex("some", { columns: ["n"], unique: true, where: { name: { $ne: null } } });
    assertEquals(took(() => Item.groupBy(group)), ["group"]);
    assertEquals(took(() => Item.findAll()), ["prepare"]);
    assertEquals(took(() => Item.create({ name: "c", n: 9 })), ["findAll", "insert"]);
    assertEquals(took(() => Item.update({ data: 1 }, { n: { $gt: 8 } })), ["prepare"]);
    assertEquals(took(() => Item.update({ n: 10 }, { n: { $gt: 8 } })), ["findAll"]);
  });

  test("without a limit, an order or references searches and groups stay as they are", () => {
    for (
      const name of ["limit", "references", "unique", "savepoints", "transactions", "uniqueIndexes"] as const
    ) {
      const { Item, took } = without(name);
      assertEquals(took(() => Item.groupBy(group)), ["group"], name);
      assertEquals(took(() => Item.findAll({ where: { n: { $gt: 0 } } })), ["prepare"], name);
      assertEquals(took(() => Item.findAll({ limit: 1 })), [name === "limit" ? "findAll" : "prepare"], name);
    }
    const { Item, took } = without("orderBy");
    assertEquals(took(() => Item.groupBy(group)), ["group"]);
    assertEquals(took(() => Item.findAll({ where: { n: { $gt: 0 } } })), ["findAll"]);
  });

  test("what is composed reads the columns it needs", () => {
    const { Item, took, selected } = without("jsonPaths", "references");
    const where = { "data.a": 1 } as const;
    assertEquals(took(() => Item.groupBy({ ...group, where })), ["findAll"]);
    assertEquals(selected, [["id", "n", "name", "data"]]);
    assertEquals(took(() => Item.count(where)), ["findAll"]);
    assertEquals(selected, [["id", "data"]]);
    assertEquals(took(() => Item.delete(where)), ["findAll"]);
    assertEquals(selected, [["id", "data"]]);
  });
});
