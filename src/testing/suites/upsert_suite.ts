import { NotNullConstraintError, UniqueConstraintError, ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { TestModel } from "../test_model.ts";
import type { World } from "../world.ts";

/** Storing a row, or updating the one that is there. */
export const upsertSuite: readonly TestCase[] = [
  promise("upsert: stores a row that is not there, with defaults", inserts),
  promise("upsert: updates the row that is there with what is given, and nothing else", updates),
  promise("upsert: finds the row by the one unique column given", byUnique),
  promise("upsert: finds the row by the columns named, in any order", byNamed),
  promise("upsert: leaves the row as it is when only its key is given", keyOnly),
  promise("upsert: a conflict with another row is refused and changes nothing", conflicts),
  promise("upsert: columns that make no row unique are refused", badColumns),
  promise("upsert: a hundred times changes one row", often),
];

const schema = {
  id: { type: "INTEGER", primaryKey: true },
  email: { type: "TEXT", unique: true },
  code: { type: "TEXT", unique: true },
  a: { type: "INTEGER" },
  b: { type: "INTEGER", default: 7 },
  at: { type: "DATETIME" },
} as const;

const row = (id: number, more: object = {}) => ({
  id,
  email: null,
  code: null,
  a: null,
  b: 7,
  at: null,
  ...more,
});

function items(world: World): TestModel {
  return world.define("items", schema);
}

async function inserts(world: World): Promise<void> {
  const Item = items(world);
  expectEqual(await Item.upsert({ id: 1 }), row(1));
  expectEqual(
    await Item.upsert({ id: 2, email: "x", b: null, at: 5 }),
    row(2, { email: "x", b: null, at: new Date(5) }),
  );
  expectEqual(await Item.count(), 2);
}

async function updates(world: World): Promise<void> {
  const Item = items(world);
  await Item.create({ id: 1, email: "x", a: 1, b: 1, at: 9 });
  expectEqual(await Item.upsert({ id: 1, a: 2 }), row(1, { email: "x", a: 2, b: 1, at: new Date(9) }));
  expectEqual(await Item.upsert({ id: 1, at: null, b: undefined }), row(1, { email: "x", a: 2, b: 1 }));
  expectEqual(await Item.upsert({ id: 1, email: "y" }), row(1, { email: "y", a: 2, b: 1 }));
  expectEqual(await Item.findAll(), [row(1, { email: "y", a: 2, b: 1 })]);
}

async function byUnique(world: World): Promise<void> {
  const Item = world.define("items", { ...schema, id: { ...schema.id, autoIncrement: true } });
  expectEqual(await Item.upsert({ email: "x", a: 1 }), row(1, { email: "x", a: 1 }));
  expectEqual(await Item.upsert({ email: "x", a: 2 }), row(1, { email: "x", a: 2 }));
  expectEqual(await Item.upsert({ code: "c", a: 3 }), row(2, { code: "c", a: 3 }));
  await expectFailure(() => Item.upsert({ email: "x", code: "c" }), {
    error: ValidationError,
    table: "items",
  });
  expectEqual(
    await Item.upsert({ email: "y", code: "c" }, { conflict: ["code"] }),
    row(2, { email: "y", code: "c", a: 3 }),
  );
  expectEqual(await Item.count(), 2);
}

async function byNamed(world: World): Promise<void> {
  const Item = items(world);
  await Item.createIndex("both", { columns: ["a", "b"], unique: true });
  expectEqual(
    await Item.upsert({ id: 1, a: 1, b: 1, code: "p" }, { conflict: ["b", "a"] }),
    row(1, { a: 1, b: 1, code: "p" }),
  );
  expectEqual(
    await Item.upsert({ id: 1, a: 1, b: 1, code: "q" }, { conflict: ["a", "b"] }),
    row(1, { a: 1, b: 1, code: "q" }),
  );
  expectEqual(
    await Item.upsert({ id: 5, a: 1, b: 1 }, { conflict: ["a", "b"] }),
    row(5, { a: 1, b: 1, code: "q" }),
  );
  expectEqual(await Item.findAll(), [row(5, { a: 1, b: 1, code: "q" })]);
}

async function keyOnly(world: World): Promise<void> {
  const Item = items(world);
  await Item.create({ id: 1, a: 5, b: 6 });
  expectEqual(await Item.upsert({ id: 1 }), row(1, { a: 5, b: 6 }));
  expectEqual(await Item.findAll(), [row(1, { a: 5, b: 6 })]);
}

async function conflicts(world: World): Promise<void> {
  const Item = items(world);
  await Item.bulkCreate([{ id: 1, email: "x", code: "p" }, { id: 2, email: "y", code: "q" }]);
  const before = await Item.findAll();
  const refused = (column: string) => ({ error: UniqueConstraintError, table: "items", columns: [column] });
  await expectFailure(() => Item.upsert({ id: 1, email: "y" }), refused("email"));
  await expectFailure(() => Item.upsert({ id: 3, email: "y" }), refused("email"));
  await expectFailure(
    () => Item.upsert({ id: 3, email: "z", code: "q" }, { conflict: ["email"] }),
    refused("code"),
  );
  await expectFailure(() => Item.upsert({ id: 1, email: "new" }, { conflict: ["email"] }), refused("id"));
  await expectFailure(() => Item.upsert({ id: 2, email: "x" }, { conflict: ["email"] }), refused("id"));
  expectEqual(await Item.findAll(), before);
}

async function badColumns(world: World): Promise<void> {
  const Item = items(world);
  const refused = { error: ValidationError, table: "items" };
  for (const bad of [[], ["a"], ["id", "email"], ["nothing"], "id", ["id", "id"], [undefined]]) {
    await expectFailure(() => Item.upsert({ id: 1, email: "x", a: 1 }, { conflict: bad }), refused);
  }
  await expectFailure(() => Item.upsert({ id: 1 }, { conflict: ["email"] }), refused);
  await expectFailure(() => Item.upsert({ id: 1, email: null }, { conflict: ["email"] }), refused);
  await expectFailure(() => Item.upsert({ email: "x" }), { error: NotNullConstraintError, columns: ["id"] });
  for (
    const bad of [["id"], "id", null, { conflicts: ["id"] }, { update: 1 }, { where: 1 }, {
      update: ["nothing"],
    }]
  ) {
    await expectFailure(() => Item.upsert({ id: 1, email: "x", a: 1 }, bad), refused);
  }
  await Item.createIndex("plain", { columns: ["a"] });
  await expectFailure(() => Item.upsert({ id: 1, a: 1 }, { conflict: "plain" }), {
    ...refused,
    code: "INVALID_CONFLICT",
  });
  expectEqual(await Item.count(), 0);
}

async function often(world: World): Promise<void> {
  const Item = items(world);
  for (let a = 1; a <= 100; a++) expectEqual(await Item.upsert({ id: 1, a }), row(1, { a }));
  expectEqual(await Item.count(), 1);
}
