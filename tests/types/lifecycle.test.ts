import { assertEquals } from "@std/assert";
import { DataTypes, now, ORM, toAsyncDriver } from "../../mod.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { expectType } from "../support/expect_type.ts";
import { test } from "../support/runner.ts";

const SCHEMA = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  text: { type: DataTypes.TEXT, notNull: true },
  changed: { type: DataTypes.DATETIME, notNull: true, touch: now },
  version: { type: DataTypes.INTEGER, notNull: true, version: true },
} as const;

interface Doc {
  id: number;
  text: string;
  changed: Date;
  version: number;
}

test("types: touch and version are not asked for by create, and never null in rows", () => {
  using orm = new ORM({ driver: new MemoryDriver() });
  const Note = orm.define("app", "notes", SCHEMA);
  const note = Note.create({ text: "a" });
  expectType(note).toBe<Doc>();
  assertEquals(note.version, 1);
  // @ts-expect-error: the text is
  assertEquals(typeof (() => Note.create({})), "function");
});

test("types: touch takes what default takes, and version is true", () => {
  const refused = (orm: ORM<MemoryDriver>) => {
    const id = { type: DataTypes.INTEGER, primaryKey: true } as const;
    // @ts-expect-error: no date
    orm.define("app", "a", { id, at: { type: DataTypes.DATETIME, touch: true } });
    // @ts-expect-error: no text
    orm.define("app", "b", { id, by: { type: DataTypes.TEXT, touch: 5 } });
    // @ts-expect-error: misspelt
    orm.define("app", "c", { id, at: { type: DataTypes.DATETIME, onUpdate: now } });
    // @ts-expect-error: true
    orm.define("app", "d", { id, n: { type: DataTypes.INTEGER, notNull: true, version: 1 } });
  };
  assertEquals(typeof refused, "function");
});

test("types: updateById and patch give rows, patch takes a part of a row", async () => {
  const orm = new ORM({ driver: toAsyncDriver(new MemoryDriver()) });
  const Note = orm.define("app", "notes", SCHEMA);
  await Note.create({ text: "a" });
  const note = Note.updateById(1, { text: (n) => n.text.concat("b") });
  expectType(note).toBe<Promise<Doc>>();
  const next = await Note.patch({ id: 1, version: (await note).version }, { text: "c" });
  expectType(next).toBe<Doc>();
  assertEquals([(await note).text, next.text, next.version], ["ab", "c", 3]);
  const refused = () => {
    // @ts-expect-error: no column
    Note.patch({ id: 1, nothing: 1 }, { text: "c" });
    // @ts-expect-error: no text
    Note.patch({ id: 1 }, { text: 5 });
    // @ts-expect-error: no key
    Note.updateById({ where: {} }, { text: "c" });
  };
  assertEquals(typeof refused, "function");
});
