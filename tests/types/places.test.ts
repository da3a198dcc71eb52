import { assertEquals, assertThrows } from "@std/assert";
import { DataTypes, type JSONValue, ORM, type, ValidationError } from "../../mod.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { test } from "../support/runner.ts";

/** A type that is in itself. */
interface Node {
  name: string;
  children?: Node[];
  weights?: Record<string, number> | null;
}

function makeNotes() {
  const orm = new ORM({ driver: new MemoryDriver() });
  const Note = orm.define("app", "notes", {
    id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    settings: {
      type: DataTypes.JSON,
      as: type<
        {
          theme: "dark" | "light";
          size?: { w: number; h: number } | null;
          tags: string[];
          any: JSONValue;
          unknown: unknown;
        }
      >(),
    },
    tree: { type: DataTypes.JSON, as: type<Node>() },
    either: { type: DataTypes.JSON, as: type<{ a: number } | { b: { c: string } }>() },
    json: { type: DataTypes.JSON },
    list: { type: DataTypes.ARRAY },
  });
  Note.create({
    settings: { theme: "dark", size: { w: 1, h: 2 }, tags: ["x"], any: { deep: [true] }, unknown: { at: 5 } },
    tree: { name: "root", children: [{ name: "leaf", weights: { a: 1 } }] },
    either: { b: { c: "d" } },
    json: { some: { where: 1 } },
    list: [{ x: 1 }],
  });
  return Note;
}

test("types: a path leads to a place that the type of a JSON column has", () => {
  const Note = makeNotes();
  assertEquals(
    Note.count({
      "settings.theme": "dark",
      "settings.size.w": { $lt: 2 },
      "settings.tags.0": "x",
      "settings.any.deep.0": true,
      "settings.unknown.at": 5,
      "tree.name": "root",
      "tree.children.0.name": "leaf",
      "tree.children.0.weights.a": 1,
      "either.b.c": "d",
      "either.a": null,
      "json.some.where": 1,
      "list.0.x": 1,
    }),
    1,
  );
  const place: string = "settings.theme";
  assertEquals(Note.count({ [place]: "light" }), 0);
  const refused = () => [
    // @ts-expect-error: it is called theme
    Note.count({ "settings.thme": "dark" }),
    // @ts-expect-error: a size has no depth
    Note.count({ "settings.size.d": 1 }),
    // @ts-expect-error: an array has places at whole numbers
    Note.count({ "settings.tags.first": "x" }),
    // @ts-expect-error: it is called name, further down too
    Note.count({ "tree.children.0.children.0.nam": "x" }),
    // @ts-expect-error: there is no such column
    Note.count({ "setings.theme": "dark" }),
  ];
  assertEquals(typeof refused, "function");
});

test("types: a condition is one of this model's, with JSON columns and without", () => {
  const Note = makeNotes();
  const Plain = new ORM({ driver: new MemoryDriver() }).define("app", "plain", {
    id: { type: DataTypes.INTEGER, primaryKey: true },
    name: { type: DataTypes.TEXT },
  });
  const refused = [
    // @ts-expect-error: a Date is no condition
    () => Note.delete(new Date()),
    // @ts-expect-error: a Date is no condition
    () => Plain.delete(new Date()),
    // @ts-expect-error: a function of the row gives a condition
    () => Plain.delete(() => true),
    // @ts-expect-error: text is no condition
    () => Plain.delete("x"),
    // @ts-expect-error: a path into a column that is no JSON
    () => Plain.count({ "name.x": 1 }),
  ];
  for (const each of refused) assertThrows(each, ValidationError, undefined, `${each}`);
});
