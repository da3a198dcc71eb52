import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DataTypes, Model, ORM, RinariError, toAsyncDriver, ValidationError, View } from "../../../mod.ts";
import { MemoryDriver } from "../../../drivers/memory.ts";
import { describe, test } from "../../support/runner.ts";

const SCHEMA = { id: { type: DataTypes.INTEGER, primaryKey: true }, text: { type: DataTypes.TEXT } } as const;
type Loose = Record<string, (...args: readonly unknown[]) => Promise<unknown>>;

/** For every method that gives a Promise, arguments it refuses before the store is asked. */
const REFUSED: Readonly<Record<string, readonly unknown[]>> = {
  create: [{ nothing: 1 }],
  bulkCreate: [5],
  findOne: [{ nothing: 1 }],
  findAll: [{ nothing: 1 }],
  findOrFail: ["one"],
  findById: ["one"],
  findByIdOrFail: [{ id: 1 }],
  count: [{ nothing: 1 }],
  exists: [{ nothing: 1 }],
  update: [{ text: "a" }, {}],
  updateAll: [{ nothing: 1 }],
  updateById: [1, { nothing: 1 }],
  patch: [{}, { text: "a" }],
  bulkUpdate: [5],
  upsert: [{ nothing: 1 }],
  bulkUpsert: [5],
  findOrCreate: [{ nothing: 1 }],
  delete: [{}],
  bulkDelete: [[null]],
  sum: ["nothing"],
  avg: ["text"],
  min: ["nothing"],
  max: ["nothing"],
  aggregate: [{}],
  groupBy: [{}],
  paginate: [{ size: 0 }],
  link: [1, "nothing", [1]],
  unlink: [1, "nothing", [1]],
  relink: [1, "nothing", [1]],
  explain: [{ nothing: 1 }],
  createIndex: ["i", { columns: ["nothing"] }],
  dropIndex: [""],
  transaction: [5],
};

describe("a model on an async driver", () => {
  test("rejects what it refuses, and never throws", async () => {
    const orm = new ORM({ driver: toAsyncDriver(new MemoryDriver()) });
    const Item = orm.define("app", "items", SCHEMA);
    const always = ["deleteAll", "drop"];
    const others = ["constructor", "iterate", "pick", "prepare", "scope"];
    const methods = [View, Model].flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype));
    assertEquals(
      methods.filter((name) => !others.includes(name) && !always.includes(name)).toSorted(),
      Object.keys(REFUSED).toSorted(),
    );
    for (const [name, args] of Object.entries(REFUSED)) {
      const answer = (Item as unknown as Loose)[name]?.(...args);
      assertEquals(answer instanceof Promise, true, name);
      await assertRejects(() => answer as Promise<unknown>, ValidationError, undefined, name);
    }
    const query = Item.prepare((given: { id: number }) => ({ where: { id: given.id } }));
    for (
      const answer of [
        query.findAll({} as never),
        query.findOne({ id: "x" } as never),
        orm.transaction(5 as never),
      ]
    ) {
      await assertRejects(() => answer as Promise<unknown>, ValidationError);
    }
    const settled = await Promise.allSettled([
      Item.create({ id: 1 }),
      Item.create({ id: 1.5 }),
      Item.count(),
    ]);
    assertEquals(settled.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
    // No Promise is promised here.
    assertThrows(() => Item.iterate({ nothing: 1 } as never), ValidationError);
    assertThrows(() => Item.prepare(5 as never), ValidationError);
    await orm.disconnect();
    for (
      const answer of [Item.count(), Item.create({ id: 3 }), orm.ready(), orm.transaction(async () => {})]
    ) {
      await assertRejects(() => answer as Promise<unknown>, RinariError, "disconnected");
    }
  });
});
