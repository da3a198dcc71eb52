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

  test("refuses a parameter in the place of a limit, and says why", () => {
    const error = assertThrows(
      () => define().prepare(({ n }: { n: number }) => ({ limit: n })),
      ValidationError,
    );
    assertStringIncludes(error.message, "takes no parameter");
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
