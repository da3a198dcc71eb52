import { ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure, expectTrue } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import { key, library, relate } from "./library.ts";

/** What is refused of relations, when they are asked for and where they are declared. */
export const relationMistakes: readonly TestCase[] = [
  promise("with: what makes no sense is refused, with what there is", refusals),
  promise("relations: models that do not fit each other are refused", misfits),
  promise("relations: a model that is not there yet is looked for again", early),
];

async function refusals(world: World): Promise<void> {
  const { Author, Book } = await library(world);
  const refused = { error: ValidationError, code: "INVALID_OPTIONS" };
  const bad: readonly unknown[] = [
    { boks: true },
    { books: false },
    { books: 5 },
    { books: undefined },
    { books: null },
    { books: [] },
    { books: { limt: 1 } },
    { books: { limit: -1 } },
    { books: { limit: "1" } },
    { books: { select: [] } },
    { books: { orderBy: "title" } },
    { books: { with: { titel: true } } },
    "books",
    ["books"],
    5,
    null,
    () => ({ books: true }),
  ];
  for (const each of bad) await expectFailure(() => Author.findAll({ with: each }), refused);
  for (const option of [{ limit: 1 }, { offset: 1 }, { orderBy: [["name", "ASC"]] }]) {
    await expectFailure(() => Book.findAll({ with: { author: option } }), refused);
  }
  const unknown = { error: ValidationError, code: "UNKNOWN_COLUMN" };
  await expectFailure(() => Author.findAll({ with: { books: { where: { titel: "x" } } } }), unknown);
  await expectFailure(() => Author.findAll({ with: { books: { select: ["titel"] } } }), unknown);
  await expectFailure(
    () => Author.findAll({ with: { books: { where: { title: undefined } } } }),
    { error: ValidationError, code: "INVALID_WHERE" },
  );
  const error = await expectFailure(() => Author.findAll({ with: { boks: true } }), refused);
  expectTrue(/`books`, `edited`, `profile`/.test(error.message), "it lists the relations there are");
  let deep: object = {};
  for (let depth = 0; depth < 5; depth++) deep = { with: { author: { with: { books: deep } } } };
  await Book.findAll(deep);
  await expectFailure(() => Author.findAll({ with: { books: deep } }), refused);
  expectEqual(await Author.count(), 4);
}

async function misfits(world: World): Promise<void> {
  const refused = { error: ValidationError, code: "INVALID_SCHEMA", table: "parents" };
  const other = world.newORM();
  const Stranger = world.define("children", {
    id: key,
    parent: { type: "INTEGER", references: { table: "parents", column: "id" } },
  }, { orm: other });
  const Far = world.define("far", { id: key }, { database: world.otherDatabase });
  const relations = {
    ok: relate.hasMany(() => Child, "parent"),
    column: relate.hasMany(() => Child, "nothing"),
    plain: relate.hasMany(() => Child, "n"),
    elsewhere: relate.hasMany(() => Child, "loop"),
    several: relate.hasOne(() => Child, "parent"),
    own: relate.belongsTo(() => Child, "nothing"),
    unrelated: relate.belongsTo(() => Child, "id"),
    from: relate.through(() => Child, () => Child, "nothing", "loop"),
    to: relate.through(() => Child, () => Child, "parent", "parent"),
    far: relate.hasMany(() => Far, "id"),
    stranger: relate.hasMany(() => Stranger, "parent"),
    nothing: () => undefined,
    text: () => "children",
    noModel: relate.hasMany(() => ({}) as TestModel, "parent"),
  };
  const Parent = world.define("parents", { id: key }, { relations });
  const Child: TestModel = world.define("children", {
    id: key,
    n: { type: "INTEGER" },
    parent: { type: "INTEGER", references: { table: "parents", column: "id" } },
    loop: { type: "INTEGER", references: { table: "children", column: "id" } },
  });
  expectEqual(await Parent.findAll({ with: { ok: true } }), []);
  for (const name of Object.keys(relations).slice(1)) {
    await expectFailure(() => Parent.findAll({ with: { [name]: true } }), refused);
  }
  await expectFailure(() => world.orm.ready(), refused);
  const undefinable: readonly unknown[] = [{ id: () => 1 }, { a: 5 }, [], 5, { "a.b": () => 1 }, {
    $a: () => 1,
  }];
  for (const each of undefinable) {
    await expectFailure(() => world.define("others", { id: key }, { relations: each }), {
      error: ValidationError,
    });
  }
}

async function early(world: World): Promise<void> {
  const defined: TestModel[] = [];
  const Parent = world.define("parents", { id: key }, {
    relations: {
      children: relate.hasMany(() => {
        const [child] = defined;
        if (child === undefined) throw new ReferenceError("Cannot access 'Child' before initialization");
        return child;
      }, "parent"),
    },
  });
  const refused = { error: ValidationError, code: "INVALID_SCHEMA", table: "parents" };
  await expectFailure(() => Parent.findAll({ with: { children: true } }), refused);
  const references = { table: "parents", column: "id" };
  defined.push(world.define("children", { id: key, parent: { type: "INTEGER", references } }));
  await Parent.create({ id: 1 });
  expectEqual(await Parent.findAll({ with: { children: true } }), [{ id: 1, children: [] }]);
}
