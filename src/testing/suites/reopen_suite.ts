import { ForeignKeyConstraintError, UniqueConstraintError, ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { all, declares, promise, promiseIf, reopens, type TestCase } from "../test_case.ts";
import type { TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import { allRows, directTable } from "./direct_table.ts";
import { COLUMN_SAMPLES } from "./value_samples.ts";

/** What is stored is there when the store is opened again. */
export const reopenSuite: readonly TestCase[] = [
  promiseIf(reopens, "reopen: values of every type are there", values),
  promiseIf(reopens, "reopen: autoIncrement never assigns a number again", numbers),
  promiseIf(reopens, "reopen: constraints and indexes still hold", constraints),
  promiseIf(
    all(reopens, declares("uniqueIndexes")),
    "reopen: an index that differs from the one declared is refused, until it is dropped",
    otherIndex,
  ),
  promiseIf(reopens, "reopen: a table that differs from its schema is refused", mismatch),
  promiseIf(reopens, "reopen: work that was undone is not there", undone),
  promiseIf(reopens, "reopen: tableExists and dropTable know the tables that are there", knows),
  promise("driver.connect: after disconnect, a table is used again when createTable has come again", again),
];

const key = { type: "INTEGER", primaryKey: true } as const;

async function values(world: World): Promise<void> {
  const define = () =>
    COLUMN_SAMPLES.map((kind) => world.define(`of_${kind.name}`, { id: key, value: kind.column }));
  for (const [i, Kind] of define().entries()) {
    await world.fill(Kind, COLUMN_SAMPLES[i]?.samples.map(({ give }, id) => ({ id, value: give })) ?? []);
  }
  for (let times = 0; times < 2; times++) {
    await world.reopen();
    for (const [i, Kind] of define().entries()) {
      expectEqual(
        await Kind.findAll(),
        COLUMN_SAMPLES[i]?.samples.map(({ get }, id) => ({ id, value: get })),
      );
    }
  }
}

async function numbers(world: World): Promise<void> {
  const define = (): TestModel => world.define("items", { id: { ...key, autoIncrement: true } });
  let Item = define();
  await Item.bulkCreate([{}, {}, {}]);
  await Item.delete({ id: { $gte: 2 } });
  await world.reopen();
  Item = define();
  expectEqual(await Item.create({}), { id: 4 });
  await Item.deleteAll();
  await world.reopen();
  Item = define();
  expectEqual(await Item.bulkCreate([{}, {}]), [{ id: 5 }, { id: 6 }]);
}

async function constraints(world: World): Promise<void> {
  const define = (): [TestModel, TestModel] => [
    world.define("parents", {
      id: key,
      name: { type: "TEXT", unique: true },
      a: { type: "TEXT" },
      b: { type: "DATE" },
    }, {
      indexes: [{ columns: ["a", "b"], unique: true }, {
        name: "some",
        columns: ["a"],
        unique: true,
        where: { id: { $gt: 9 } },
      }],
    }),
    world.define("children", {
      id: key,
      parent: { type: "INTEGER", references: { table: "parents", column: "id", onDelete: "CASCADE" } },
    }),
  ];
  let [Parent, Child] = define();
  await Parent.bulkCreate([{ id: 1, name: "x", a: "p", b: "2024-01-01" }, { id: 10, name: "y", a: "q" }]);
  await Child.bulkCreate([{ id: 1, parent: 1 }, { id: 2, parent: 10 }]);
  await world.reopen();
  [Parent, Child] = define();
  const refused = (...columns: string[]) => ({ error: UniqueConstraintError, table: "parents", columns });
  await expectFailure(() => Parent.create({ id: 1 }), refused("id"));
  await expectFailure(() => Parent.create({ id: 2, name: "x" }), refused("name"));
  await expectFailure(() => Parent.create({ id: 2, a: "p", b: "2024-01-01" }), refused("a", "b"));
  await expectFailure(() => Parent.create({ id: 11, a: "q" }), refused("a"));
  await expectFailure(() => Child.create({ id: 3, parent: 3 }), {
    error: ForeignKeyConstraintError,
    columns: ["parent"],
  });
  expectEqual(await Parent.delete({ id: 1 }), 1);
  expectEqual(await Child.findAll(), [{ id: 2, parent: 10 }]);
}

async function mismatch(world: World): Promise<void> {
  await world.filled("items", { id: key, a: { type: "TEXT" } }, [{ id: 1, a: "x" }]);
  await world.reopen();
  const refused = { error: ValidationError, code: "SCHEMA_MISMATCH", table: "items" };
  await expectFailure(() => world.define("items", { id: key, b: { type: "TEXT" } }).count(), refused);
  const schema = { id: key, a: { type: "DATE" } };
  await expectFailure(() => world.define("items", schema, { orm: world.newORM() }).count(), refused);
  const same = world.define("items", { id: key, a: { type: "TEXT" } }, { orm: world.newORM() });
  expectEqual(await same.findAll(), [{ id: 1, a: "x" }]);
}

async function otherIndex(world: World): Promise<void> {
  const define = (columns: string[], unique: boolean): TestModel =>
    world.define("items", { id: key, a: { type: "TEXT" }, b: { type: "TEXT" } }, {
      indexes: [{ name: "one", columns, unique }],
      orm: world.newORM(),
    });
  await define(["a"], false).create({ id: 1, a: "x" });
  await world.reopen();
  const refused = { error: ValidationError, code: "INDEX_MISMATCH", table: "items" };
  await expectFailure(() => define(["a"], true).create({ id: 2, a: "x" }), refused);
  await expectFailure(() => define(["b"], false).count(), refused);
  await expectFailure(() => define(["a", "b"], false).count(), refused);
  expectEqual(await define(["a"], false).findAll(), [{ id: 1, a: "x", b: null }]);
  const Item = define(["b", "a"], true);
  await expectFailure(() => Item.count(), refused);
  await Item.dropIndex("one");
  await Item.bulkCreate([{ id: 2, a: "x", b: "y" }, { id: 3, a: "x" }]);
  await expectFailure(() => Item.create({ id: 4, a: "x", b: "y" }), {
    error: UniqueConstraintError,
    columns: ["b", "a"],
  });
}

async function undone(world: World): Promise<void> {
  const define = (): TestModel => world.define("items", { id: key, a: { type: "TEXT" } });
  const Item = define();
  await Item.create({ id: 1, a: "kept" });
  const work = () =>
    world.transaction(function* () {
      yield Item.create({ id: 2 });
      yield Item.update({ a: "changed" }, { id: 1 });
      throw new Error("undo");
    });
  await expectFailure(work, { error: Error });
  await world.transaction(function* () {
    yield Item.create({ id: 3, a: "kept too" });
  });
  await world.reopen();
  expectEqual(await define().findAll(), [{ id: 1, a: "kept" }, { id: 3, a: "kept too" }]);
}

async function knows(world: World): Promise<void> {
  const schema = { id: { ...key, notNull: true } } as const;
  await directTable(world, "items", schema, [{ id: 1 }]);
  await world.reopen();
  const driver = await world.direct();
  expectEqual(await driver.tableExists(world.database, "items"), true);
  expectEqual(await driver.tableExists(world.database, "nothing"), false);
  await driver.dropTable(world.database, "items");
  expectEqual(await driver.tableExists(world.database, "items"), false);
  await world.reopen();
  expectEqual(await allRows(await directTable(world, "items", schema)), []);
}

async function again(world: World): Promise<void> {
  const schema = { id: { ...key, notNull: true } } as const;
  const { driver } = await directTable(world, "items", schema, [{ id: 1 }]);
  await driver.disconnect();
  await world.connect();
  const table = await directTable(world, "items", schema);
  const rows = await allRows(table);
  // Of a store that does not outlive its driver they may be gone.
  if (world.given.reopens || rows.length > 0) expectEqual(rows, [{ id: 1 }]);
  expectEqual(await driver.insert(table.db, "items", { id: 2 }), { id: 2 });
  expectEqual(await allRows(table), [...rows, { id: 2 }]);
}
