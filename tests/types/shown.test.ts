import { assertEquals } from "@std/assert";
import { runtime, test } from "../support/runner.ts";
import { compile, specifierOf } from "./compiler.ts";

const ROW = "{ id: number; name: string; nick: string | null; }";

/** What an editor shows of the type of each expression. */
const SHOWN: Readonly<Record<string, string>> = {
  'User.create({ name: "Ada" })': ROW,
  "User.findById(1)!": ROW,
  "User.findOne()!": ROW,
  "User.findAll()": `${ROW}[]`,
  "User.findByIdOrFail(1)": ROW,
  'User.findAll({ select: ["name", "nick"] })': "{ name: string; nick: string | null; }[]",
  'User.paginate({ size: 2, select: ["id"] })': "Page<{ id: number; }>",
  "User.iterate()": `IterableIterator<${ROW}>`,
  "User.prepare((given: { id: number }) => ({ where: { id: given.id } }))":
    `Prepared<${ROW}, { id: number; }, "sync">`,
  'User.groupBy({ by: ["nick"], aggregates: { n: { count: "*" } } })':
    "{ n: number; nick: string | null; }[]",
  "AsyncUser.findAll()": `Promise<${ROW}[]>`,
  User:
    `Model<${ROW}, { id?: number | undefined; name: string; nick?: string | null | undefined; }, number, "sync", Empty>`,
  "Book.findAll({ with: { writer: true } })":
    `{ id: number; title: string; writerId: number; writer: ${ROW}; }[]`,
  'Writer.findOne({ select: ["name"], with: { books: { select: ["title"] } }, aggregates: { n: { of: "books", count: "*" } } })!':
    "{ name: string; n: number; books: { title: string; }[]; }",
};

if (runtime === "node") {
  test("types: an editor shows the columns of a row", show, { timeout: 60_000 });
} else {
  test.skip(
    "types: an editor shows the columns of a row",
    "types do not depend on the runtime: checked under Node",
  );
}

/** The compiler names the type of what it cannot assign. */
async function show(): Promise<void> {
  const lines = await compile(`
import { belongsTo, DataTypes, hasMany, ORM, toAsyncDriver } from ${specifierOf("mod.ts")};
import { MemoryDriver } from ${specifierOf("drivers/memory.ts")};
const schema = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  name: { type: DataTypes.TEXT, notNull: true },
  nick: { type: DataTypes.TEXT },
} as const;
const User = new ORM({ driver: new MemoryDriver() }).define("app", "users", schema);
const AsyncUser = new ORM({ driver: toAsyncDriver(new MemoryDriver()) }).define("app", "users", schema);
const orm = new ORM({ driver: new MemoryDriver() });
const Writer = orm.define("app", "writers", schema, { relations: { books: () => hasMany(Book, "writerId") } });
const Book = orm.define("app", "books", {
  id: { type: DataTypes.INTEGER, primaryKey: true },
  title: { type: DataTypes.TEXT, notNull: true },
  writerId: { type: DataTypes.INTEGER, notNull: true, references: { table: "writers", column: "id" } },
}, { relations: { writer: () => belongsTo(Writer, "writerId") } });
${Object.keys(SHOWN).map((expression, i) => `export const n${i}: never = ${expression};`).join("\n")}
`);
  const shown = lines.map((line) => /: Type '(.*)' is not assignable to type 'never'\.$/.exec(line)?.[1]);
  assertEquals(shown.filter((type) => type !== undefined), Object.values(SHOWN), lines.join("\n"));
}
