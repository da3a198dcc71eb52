import { assertEquals, assertThrows } from "@std/assert";
import {
  type ColumnReference,
  DataTypes,
  endsWith,
  eq,
  like,
  NotNullConstraintError,
  ORM,
  startsWith,
  type,
  ValidationError,
} from "../../mod.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { expectType } from "../support/expect_type.ts";
import { test } from "../support/runner.ts";

type Slug = string & { readonly __brand: "slug" };

function makePages() {
  const orm = new ORM({ driver: new MemoryDriver() });
  const Page = orm.define("app", "pages", {
    id: { type: DataTypes.INTEGER, primaryKey: true },
    slug: { type: DataTypes.TEXT, as: type<Slug>() },
    state: { type: DataTypes.TEXT, values: ["draft", "done"] },
    day: { type: DataTypes.DATE },
    at: { type: DataTypes.DATETIME },
  });
  Page.bulkCreate([{ id: 1, slug: "a-b" as Slug, state: "draft", day: "2026-01-01", at: 0 }, {
    id: 2,
    state: "done",
  }]);
  return Page;
}

test("types: text operators made by functions serve columns whose text is narrowed", () => {
  const Page = makePages();
  assertEquals(Page.count({ state: startsWith("d") }), 2);
  assertEquals(Page.count({ state: like("DR%"), slug: endsWith("b") }), 1);
  const refused = [
    // @ts-expect-error: equality is with one of the values
    () => Page.count({ state: eq("gone") }),
    // @ts-expect-error: a number is no text
    () => Page.count({ id: startsWith("1") }),
    // @ts-expect-error: a date is no text
    () => Page.count({ day: like("2026%") }),
  ];
  assertEquals(refused.length, 3);
});

test("types: a DATE takes no number", () => {
  const Page = makePages();
  // @ts-expect-error: a DATE is a Date or `YYYY-MM-DD`
  assertThrows(() => Page.create({ id: 3, day: 0 }), ValidationError);
  // @ts-expect-error: a DATE is a Date or `YYYY-MM-DD`
  assertThrows(() => Page.update({ day: 0 }, { id: 1 }), ValidationError);
  assertEquals(Page.update({ day: new Date(0), at: 5 }, { id: 1 }), 1);
});

test("types: a column that the store alone numbers is not given", () => {
  using orm = new ORM({ driver: new MemoryDriver() });
  const Ticket = orm.define("app", "tickets", {
    id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true, generated: "always" },
    title: { type: DataTypes.TEXT, notNull: true },
    note: { type: DataTypes.TEXT },
  });
  const made = Ticket.create({ title: "a" });
  expectType(made).toBe<{ id: number; title: string; note: string | null }>();
  // @ts-expect-error: the store numbers it
  assertThrows(() => Ticket.create({ id: 7, title: "b" }), ValidationError, "generated");
  // @ts-expect-error: the store numbers it
  assertThrows(() => Ticket.bulkCreate([{ id: 7, title: "b" }]), ValidationError, "generated");
  // @ts-expect-error: what is left is needed as before
  assertThrows(() => Ticket.create({ note: "c" }), NotNullConstraintError);
  assertEquals(Ticket.findById(1)?.title, "a");
});

test("types: a column has no members but those of a column", () => {
  using orm = new ORM({ driver: new MemoryDriver() });
  const id = { type: DataTypes.INTEGER, primaryKey: true } as const;
  // @ts-expect-error: it is called onDelete
  const references: ColumnReference = { table: "a", column: "c", ondelete: "CASCADE" };
  const misspelt = [
    // @ts-expect-error: it is called notNull
    () => orm.define("app", "a", { id, b: { type: DataTypes.TEXT, notnull: true } }),
    () => orm.define("app", "a", { id, b: { type: DataTypes.TEXT, references } }),
    // @ts-expect-error: it is called unique
    () => orm.define("app", "a", { id }, { indexes: [{ columns: ["id"], uniq: true }] }),
    // @ts-expect-error: it is called indexes
    () => orm.define("app", "a", { id }, { index: [{ columns: ["id"] }] }),
  ];
  for (const each of misspelt) assertThrows(each, ValidationError, undefined, `${each}`);
  const Item = orm.define("app", "d", { id, name: { type: DataTypes.TEXT, notNull: true, default: "x" } });
  expectType(Item.create({ id: 1 })).toBe<{ id: number; name: string }>();
});

test("types: findByIdOrFail takes the key of an interface's model", () => {
  interface Member {
    id: number;
    name: string;
  }
  using orm = new ORM({ driver: new MemoryDriver() });
  const Member = orm.define<Member>("app", "members", {
    id: { type: DataTypes.INTEGER, primaryKey: true },
    name: { type: DataTypes.TEXT, notNull: true },
  });
  Member.create({ id: 1, name: "Ada" });
  expectType(Member.findByIdOrFail(1)).toBe<{ id: number; name: string }>();
  const id: number | undefined = Member.findAll().find(({ name }) => name === "Grace")?.id;
  // @ts-expect-error: undefined is no key
  assertThrows(() => Member.findByIdOrFail(id), ValidationError);
});

test("types: JSON columns take the values of an interface", () => {
  interface Point {
    x: number;
    label?: string;
  }
  using orm = new ORM({ driver: new MemoryDriver() });
  const Shape = orm.define("app", "shapes", {
    id: { type: DataTypes.INTEGER, primaryKey: true },
    json: { type: DataTypes.JSON },
    object: { type: DataTypes.OBJECT },
    array: { type: DataTypes.ARRAY },
  });
  const point: Point = { x: 1 };
  const row = Shape.create({ id: 1, json: point, object: point, array: [point] });
  assertEquals([row.json, row.object, row.array], [{ x: 1 }, { x: 1 }, [{ x: 1 }]]);
  assertEquals(Shape.update({ json: [point] }, { id: 1 }), 1);
  // The types let it pass; it is no JSON.
  assertThrows(() => Shape.create({ id: 2, json: { now: new Date(0) } }), ValidationError);
  const refused = () => [
    // @ts-expect-error: an ARRAY is no object
    Shape.create({ id: 3, array: point }),
    // @ts-expect-error: a bigint is no JSON
    Shape.create({ id: 3, json: 1n }),
  ];
  assertEquals(typeof refused, "function");
});
