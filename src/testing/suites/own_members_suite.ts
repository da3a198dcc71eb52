import { ValidationError } from "../../errors/mod.ts";
import { eq } from "../../query/operators.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { TestModel } from "../test_model.ts";
import type { World } from "../world.ts";

/** What stands in the prototype of an object that is given is not read: a check of its keys, made before, does not see it. */
export const ownMembersSuite: readonly TestCase[] = [
  promise("security: rows are read by their own members", rows),
  promise("security: conditions and options are read by their own members", options),
  promise("security: schemas and indexes are read by their own members", definitions),
];

const schema = {
  id: { type: "INTEGER", primaryKey: true, autoIncrement: true },
  name: { type: "TEXT" },
  role: { type: "TEXT", notNull: true, default: "user" },
} as const;

const user = (id: number, name: string | null) => ({ id, name, role: "user" });

function users(world: World): Promise<TestModel> {
  return world.filled("users", schema, [{ name: "a" }, { name: "b" }]);
}

/** What a careless merge makes of a body with `__proto__` where that sets the prototype: no key of its own more, and yet a role. */
function merged<T extends object>(own: T, inherited: object): T {
  return Object.assign(Object.create(inherited) as object, own) as T;
}

async function rows(world: World): Promise<void> {
  const User = await users(world);
  expectEqual(await User.create(merged({}, { role: "admin", id: 99 })), user(3, null));
  expectEqual(await User.create(merged({ name: "d" }, { role: "admin" })), user(4, "d"));
  expectEqual(await User.bulkCreate([merged({ name: "e" }, { role: "admin", id: 1 })]), [user(5, "e")]);
  expectEqual(await User.upsert(merged({ id: 1, name: "a2" }, { role: "admin" })), user(1, "a2"));
  expectEqual(await User.update(merged({ name: "b2" }, { role: "admin" }), { id: 2 }), 1);
  expectEqual(await User.updateAll(merged({}, { role: "admin" })), 5);
  expectEqual(await User.bulkUpdate([{ where: { id: 2 }, data: merged({}, { role: "admin" }) }]), 0);
  // What inherits nothing at all is as good as a literal.
  expectEqual(await User.create(merged({ name: "f", role: "guest" }, null as never)), {
    id: 6,
    name: "f",
    role: "guest",
  });
  class Account {
    name = "g";
    get role(): string {
      return "admin";
    }
  }
  expectEqual(await User.create(new Account()), user(7, "g"));
  expectEqual(await User.count({ role: "admin" }), 0);
}

async function options(world: World): Promise<void> {
  const User = await users(world);
  const refused = { error: ValidationError, table: "users" };
  const all = { n: { count: "*" } };
  for (const wide of [merged({}, { id: 1 }), merged({ id: 1 }, { name: "a" }), merged({}, { $or: [] })]) {
    await expectFailure(() => User.findAll({ where: wide }), refused);
    await expectFailure(() => User.count(wide), refused);
    await expectFailure(() => User.update({ name: "x" }, wide), refused);
    await expectFailure(() => User.delete(wide), refused);
    await expectFailure(() => User.bulkUpdate([{ where: wide, data: { name: "x" } }]), refused);
  }
  await expectFailure(() => User.count({ id: merged({}, { $gt: 0 }) }), refused);
  await expectFailure(() => User.count({ id: Object.create(eq(1)) as object }), refused);
  await expectFailure(() => User.findAll(merged({}, { where: { id: 1 } })), refused);
  await expectFailure(() => User.findOrFail(merged({}, { where: { id: 1 } })), refused);
  await expectFailure(() => User.paginate(merged({}, { size: 1 })), refused);
  await expectFailure(
    () => User.bulkUpdate([merged({ data: { name: "x" } }, { where: { id: 1 } })]),
    refused,
  );
  await expectFailure(() => User.bulkUpdate([{ where: { id: 1 }, data: { name: "x" }, more: 1 }]), refused);
  await expectFailure(() => User.groupBy(merged({ aggregates: all }, { by: [] })), refused);
  await expectFailure(() => User.groupBy({ by: [], aggregates: { n: merged({}, { count: "*" }) } }), refused);
  expectEqual(
    await User.groupBy(merged({ by: [], aggregates: all }, { where: { id: 1 }, having: { n: 9 } })),
    [
      { n: 2 },
    ],
  );
  expectEqual(await User.groupBy({ by: [], aggregates: merged(all, { m: { count: "*" } }) }), [{ n: 2 }]);
  expectEqual(await User.findAll(), [user(1, "a"), user(2, "b")]);
}

async function definitions(world: World): Promise<void> {
  const invalid = { error: ValidationError };
  await expectFailure(
    () => world.define("a", { id: merged({ type: "INTEGER" }, { primaryKey: true }) }),
    invalid,
  );
  await expectFailure(() => world.define("a", { id: merged({}, schema.id) }), invalid);
  await expectFailure(() => world.define("a", merged({}, schema)), invalid);
  await expectFailure(
    () => world.define("a", schema, { indexes: [merged({}, { columns: ["name"] })] }),
    invalid,
  );
  const User = world.define("users", {
    ...schema,
    name: merged({ type: "TEXT" }, { default: "x", notNull: true }),
  }, {
    indexes: [merged({ columns: ["role"] }, { name: "other", unique: true, where: { id: 1 } })],
  });
  expectEqual(await User.create({}), user(1, null));
  expectEqual(await User.create({}), user(2, null));
  await expectFailure(() => User.createIndex("i", merged({}, { columns: ["name"] })), invalid);
  await User.createIndex("names", merged({ columns: ["name"] }, { unique: true, where: { id: 1 } }));
  expectEqual((await User.bulkCreate([{ name: "a" }, { name: "a" }])).length, 2);
}
