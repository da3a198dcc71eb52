import { assertEquals } from "@std/assert";
import { and, DataTypes, lt, not, or, ORM, startsWith, type WhereInput } from "../../mod.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { test } from "../support/runner.ts";

function makeCities() {
  const orm = new ORM({ driver: new MemoryDriver() });
  const City = orm.define("app", "cities", {
    id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    name: { type: DataTypes.TEXT, notNull: true },
    lng: { type: DataTypes.REAL, notNull: true },
  });
  City.bulkCreate([{ name: "New York", lng: -74 }, { name: "New Delhi", lng: 77 }, { name: "Lyon", lng: 5 }]);
  return City;
}

test("types: joined conditions nest, and take the row from where they stand", () => {
  const City = makeCities();
  assertEquals(City.count(and({ name: startsWith("New ") }, not({ lng: lt(-30) }))), 1);
  assertEquals(City.count({ $or: [and({ name: "Lyon" }), not({ lng: lt(70) })] }), 2);
  const wheres: WhereInput<typeof City.$row>[] = [
    or({ name: "Lyon" }, and({ lng: 77 }, { name: "New Delhi" })),
  ];
  assertEquals(City.findAll({ where: wheres[0] }).length, 2);
});

test("types: joined conditions refuse unknown columns", () => {
  const City = makeCities();
  const misspelt = [
    // @ts-expect-error: there is no column `nam`
    () => City.count(or({ nam: "Lyon" }, { lng: 5 })),
    // @ts-expect-error: there is no column `lngg`
    () => City.count(not({ lngg: 5 })),
  ];
  assertEquals(misspelt.length, 2);
});
