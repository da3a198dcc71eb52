import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { DataTypes, ORM, ValidationError } from "../../../mod.ts";
import { MemoryDriver } from "../../../drivers/memory.ts";
import { describe, test } from "../../support/runner.ts";

function define() {
  const orm = new ORM({ driver: new MemoryDriver() });
  const Item = orm.define("app", "items", {
    id: { type: DataTypes.INTEGER, primaryKey: true },
    text: { type: DataTypes.TEXT },
    at: { type: DataTypes.DATETIME },
    data: { type: DataTypes.JSON },
  });
  Item.bulkCreate([{ id: 1, text: "a" }, { id: 2, text: "user" }, { id: 3 }]);
  return Item;
}

describe("Model.prepare", () => {
  test("refuses work on a parameter, whose value is not known yet", () => {
    const Item = define();
    type Given = { name: string; at: Date; ids: number[]; user: { name: string } };
    const builds: readonly ((given: Given) => object)[] = [
      ({ name }) => ({ where: { text: { $like: `${name}%` } } }),
      ({ name }) => ({ where: { text: { $like: name + "%" } } }),
      ({ user }) => ({ where: { text: user.name } }),
      ({ name }) => ({ where: { text: name.trim() } }),
      ({ at }) => ({ where: { at: at.getTime() } }),
      ({ ids }) => ({ where: { id: { $in: [...ids] } } }),
      ({ ids }) => ({ where: { id: { $in: ids.map((id) => id + 1) } } }),
      ({ user }) => ({ where: { ...user } }),
      ({ user }) => ({ where: { data: JSON.stringify(user) } }),
      (given) => ({ where: { ...given } }),
      (given) => ({ where: { text: Object.values(given)[0] } }),
    ];
    for (const build of builds) {
      const error = assertThrows(() => Item.prepare(build), ValidationError, undefined, `${build}`);
      assertEquals([error.code, error.table], ["INVALID_PARAMETER", "items"], `${build}`);
    }
    const error = assertThrows(() => Item.prepare(builds[0] as () => object), ValidationError);
    assertStringIncludes(error.message, "`name`");
  });

  test("refuses to decide by a parameter, whose value is not known yet", () => {
    const Item = define();
    const builds: ((given: { name: string | null; kind: string }) => object)[] = [
      (given) => ({ where: given.name ? { text: given.name } : {} }),
      (given) => ({ where: given.kind === "all" ? {} : { text: given.name } }),
      ({ name, kind }) => ({ where: { text: kind ? name : "x" } }),
      (given) => ({ where: { text: given.name ?? "x", id: given.kind && 1 } }),
    ];
    for (const build of builds) {
      const error = assertThrows(() => Item.prepare(build as never), ValidationError, undefined, `${build}`);
      assertEquals(error.code, "INVALID_PARAMETER");
      assertStringIncludes(error.message, "decided by it here");
    }
    Item.prepare(({ name }: { name: string }) => ({ where: { $or: [{ text: name }, { text: name }] } }));
    Item.prepare((given: { id: number }) => ({ where: { $and: [{ id: { $in: [] } }, { id: given.id }] } }));
  });

  test("takes a limit and an offset with each run, and refuses what is no number of rows", () => {
    const query = define().prepare(({ n, from }: { n: number; from: number }) => ({
      select: ["id"],
      limit: n,
      offset: from,
    }));
    assertEquals(query.findAll({ n: 1, from: 1 }), [{ id: 2 }]);
    assertEquals(query.findAll({ n: 9, from: 1 }), [{ id: 2 }, { id: 3 }]);
    assertEquals(query.findOne({ n: 5, from: 2 }), { id: 3 });
    assertEquals(query.findOne({ n: 0, from: 0 }), null);
    for (const n of [-1, 1.5, NaN, "1", null, undefined]) {
      assertThrows(() => query.findAll({ n: n as number, from: 0 }), ValidationError, "", `${n}`);
      assertThrows(() => query.findOne({ n: 1, from: n as number }), ValidationError, "", `${n}`);
    }
  });

  test("refuses to be prepared inside the function of another", () => {
    const Item = define();
    const inner = ({ id }: { id: number }) => ({ where: { id } });
    const error = assertThrows(
      () =>
        Item.prepare(({ text }: { text: string }) => {
          Item.prepare(inner);
          return { where: { text } };
        }),
      ValidationError,
    );
    assertEquals(error.code, "INVALID_OPTIONS");
    assertStringIncludes(error.message, "inside the function of another");
    assertEquals(Item.prepare(inner).findOne({ id: 3 })?.id, 3);
  });

  test("refuses what is no function, or gives no options", () => {
    const Item = define();
    const builds = [
      undefined,
      { where: { id: 1 } },
      () => undefined,
      () => null,
      () => Promise.resolve({}),
      () => [],
      () => 1,
    ];
    for (const build of builds) {
      const error = assertThrows(() => Item.prepare(build as never), ValidationError, undefined, `${build}`);
      assertEquals(error.code, "INVALID_OPTIONS", `${build}`);
    }
  });

  test("a list given with a run finds null when it holds null, as findAll does", () => {
    const Item = define();
    const query = Item.prepare(({ list }: { list: (string | null)[] }) => ({
      where: { text: { $notIn: list } },
      select: ["id"],
    }));
    assertEquals(query.findAll({ list: ["a", null] }), [{ id: 2 }]);
    assertEquals(query.findAll({ list: ["a"] }), [{ id: 2 }, { id: 3 }]);
    assertEquals(query.findOne({ list: [null] }), { id: 1 });
  });
});
