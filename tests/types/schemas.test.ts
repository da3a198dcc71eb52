import { assert, assertEquals } from "@std/assert";
import { columns, DataTypes, type ModelSchema, ORM, type } from "../../mod.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { expectType } from "../support/expect_type.ts";
import { runtime, test } from "../support/runner.ts";
import { compile, specifierOf } from "./compiler.ts";

const IMPORTS = `import { DataTypes, ORM } from ${specifierOf("mod.ts")};
import { MemoryDriver } from ${specifierOf("drivers/memory.ts")};
const orm = new ORM({ driver: new MemoryDriver() });
const id = { type: DataTypes.INTEGER, primaryKey: true } as const;`;

const base = columns({
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  state: { type: DataTypes.TEXT, notNull: true, values: ["new", "done"], default: "new" },
  createdAt: { type: DataTypes.DATETIME, notNull: true, default: () => new Date(0) },
});

test("types: columns() keeps what define would infer, to be shared by models", () => {
  using orm = new ORM({ driver: new MemoryDriver() });
  const Task = orm.define("app", "tasks", { ...base, text: { type: DataTypes.TEXT, notNull: true } });
  const task = Task.create({ text: "x" });
  expectType(task).toBe<{ id: number; state: "new" | "done"; createdAt: Date; text: string }>();
  const Job = orm.define("app", "jobs", base);
  expectType(Job.create({})).toBe<{ id: number; state: "new" | "done"; createdAt: Date }>();
  assertEquals([Job.findById(1)?.state, task.id, Task.findByIdOrFail(1)], ["new", 1, task]);
  const schema = { id: { type: DataTypes.INTEGER, primaryKey: true } } as const;
  assert(Object.is(columns(schema), schema));
});

test("types: columns() refuses what define refuses", () => {
  const refused = () => {
    // @ts-expect-error: it is called notNull
    columns({ name: { type: DataTypes.TEXT, notnull: true } });
    // @ts-expect-error: an INTEGER takes no text
    columns({ age: { type: DataTypes.INTEGER, default: "x" } });
  };
  assertEquals(typeof refused, "function");
});

test("types: a schema that was widened in a variable does not compile", () => {
  using orm = new ORM({ driver: new MemoryDriver() });
  const widened = { id: { type: DataTypes.INTEGER, primaryKey: true } };
  const values = ["a", "b"];
  const refused = () => {
    // @ts-expect-error: whether `id` is the key is not known
    orm.define("app", "a", widened);
    // @ts-expect-error: nor is it when it is spread
    orm.define("app", "b", { ...widened, name: { type: DataTypes.TEXT } });
    // @ts-expect-error: the values are not known
    orm.define("app", "c", { ...base, name: { type: DataTypes.TEXT, values } });
  };
  assertEquals(typeof refused, "function");
  // What is only known when it runs says so by its type.
  const read: readonly string[] = values;
  const Label = orm.define("app", "d", { ...base, name: { type: DataTypes.TEXT, values: read } });
  expectType(Label.create({ name: "a" }).name).toBe<string | null>();
  const dynamic: ModelSchema = widened;
  const Any = orm.define("app", "e", dynamic);
  assertEquals(Any.create({ id: 1 }), { id: 1 });
});

test("types: a default fits its column", () => {
  using orm = new ORM({ driver: new MemoryDriver() });
  const Item = orm.define("app", "items", {
    ...base,
    size: { type: DataTypes.TEXT, values: ["s", "m"], default: () => "s" },
    tags: {
      type: DataTypes.JSON,
      as: type<{ list: string[]; kind: "a" | "b" }>(),
      default: { list: ["x"], kind: "a" },
    },
    list: { type: DataTypes.ARRAY, notNull: true, default: [1, { a: [] }] },
    big: { type: DataTypes.INTEGER, bigint: true, default: 5 },
    seen: { type: DataTypes.DATETIME, default: () => Date.now() },
    note: { type: DataTypes.TEXT, default: null },
  });
  const { size, tags, list, big, note } = Item.create({});
  assertEquals([size, tags?.kind, list, big, note], ["s", "a", [1, { a: [] }], 5n, null]);
  const refused = () => [
    // @ts-expect-error: none of the values
    orm.define("app", "a", { ...base, a: { type: DataTypes.TEXT, values: ["s"], default: "m" } }),
    // @ts-expect-error: a function that makes a number
    orm.define("app", "b", { ...base, b: { type: DataTypes.TEXT, default: () => 5 } }),
    orm.define("app", "c", {
      ...base,
      // @ts-expect-error: JSON of another type
      c: { type: DataTypes.JSON, as: type<{ a: string[] }>(), default: { a: [1] } },
    }),
    // @ts-expect-error: null where the column refuses it
    orm.define("app", "d", { ...base, d: { type: DataTypes.TEXT, notNull: true, default: null } }),
    // @ts-expect-error: a DATE takes no number
    orm.define("app", "e", { ...base, e: { type: DataTypes.DATE, default: 0 } }),
  ];
  assertEquals(typeof refused, "function");
});

/** Mistakes in a schema, and all that the compiler says of each. */
const MISTAKES: Readonly<Record<string, string>> = {
  "{ type: DataTypes.TEXT, notnull: true }":
    `Type 'true' is not assignable to type 'true & Mistake<"it is spelt notNull">'.`,
  "{ type: DataTypes.TEXT, size: 5 }":
    `Type '5' is not assignable to type '5 & Mistake<"a column has no size">'.`,
  '{ type: "TXT" }': `Type '"TXT"' is not assignable to type '"TXT" & Mistake<DataType>'.`,
  "{ type: DataTypes.TEXT, notNull: 1 }": `Type '1' is not assignable to type '1 & Mistake<boolean>'.`,
  '{ type: DataTypes.DATETIME, stored: "ms" }':
    `Type '"ms"' is not assignable to type '"ms" & Mistake<"iso" | "milliseconds" | "seconds" | "sql">'.`,
  '{ type: DataTypes.TEXT, stored: "iso" }':
    `Type '"iso"' is not assignable to type '"iso" & Mistake<"stored needs DATE or DATETIME">'.`,
  "{ unique: true }":
    "Type '{ unique: true; }' is not assignable to type '{ readonly unique: true; } & { readonly type: DataType; readonly unique: unknown; }'.",
  '{ type: DataTypes.INTEGER, default: "x" }':
    `Type '"x"' is not assignable to type '"x" & Mistake<number | (() => number | null) | null>'.`,
  '{ type: DataTypes.INTEGER, references: { model: "t", key: "id" } }':
    `Type '{ model: "t"; key: "id"; }' is not assignable to type '{ readonly model: "t"; readonly key: "id"; } & Mistake<"a reference has a table and a column">'.`,
  '{ type: DataTypes.INTEGER, references: { table: "t", column: "id", ondelete: "CASCADE" } }':
    `Type '"CASCADE"' is not assignable to type '"CASCADE" & Mistake<"it is spelt onDelete">'.`,
  '{ type: DataTypes.INTEGER, references: { table: "t", column: "id", onDelete: "DROP" } }':
    `Type '"DROP"' is not assignable to type '"DROP" & Mistake<ReferenceAction>'.`,
  '{ type: DataTypes.INTEGER, references: "t" }':
    `Type '"t"' is not assignable to type '"t" & Mistake<"a reference has a table and a column">'.`,
};

const oneError =
  "types: a mistake in a schema is one error at its place, and the other columns keep their types";
const widenedError = "types: a widened schema is one error that says what to write";
if (runtime === "node") {
  test(oneError, async () => {
    const lines = await compile(`${IMPORTS}
${
      Object.keys(MISTAKES).map((column, i) => `
const M${i} = orm.define("app", "t", {
  id, name: { type: DataTypes.TEXT, notNull: true },
  wrong: ${column},
}, { indexes: [{ columns: ["name"] }] });
M${i}.findAll({ where: { id: { $gt: 1 }, name: M${i}.create({ id: 1, name: "x" }).name }, select: ["id"] })[0]?.id.toFixed();`)
        .join("")
    }`);
    // Each mistake stands in the fourth line of its part; lines that are indented go on with the error before.
    const said = lines.filter((line) => /^\d/.test(line)).map((line) => line.replace(/TS\d+: /, ""));
    const expected = Object.values(MISTAKES).map((text, i) =>
      `${IMPORTS.split("\n").length + 5 * i + 4}: ${text}`
    );
    assertEquals(said, expected, lines.join("\n"));
  }, { timeout: 60_000 });
  test(widenedError, async () => {
    const lines = await compile(`${IMPORTS}
const schema = { id: { type: DataTypes.INTEGER, primaryKey: true }, name: { type: DataTypes.TEXT } };
const Name = orm.define("app", "names", schema);
Name.findAll({ where: { id: 1, name: "x" } });`);
    assertEquals(lines.map((line) => /^ *(\d+|Property '"[^"]*")/.exec(line)?.[1]), [
      "6",
      `Property '"write columns({ … }) around the columns, or \`as const\` behind them"`,
    ], lines.join("\n"));
  }, { timeout: 60_000 });
} else {
  for (const name of [oneError, widenedError]) {
    test.skip(name, "types do not depend on the runtime: checked under Node");
  }
}
