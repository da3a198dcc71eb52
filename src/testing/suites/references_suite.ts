import { ForeignKeyConstraintError } from "../../errors/mod.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { TestModel } from "../test_model.ts";
import type { World } from "../world.ts";

/** Foreign keys and what they do. */
export const referencesSuite: readonly TestCase[] = [
  promise("reference: a row that refers to nothing is refused, one that refers to null is not", orphans),
  promise("reference: an update that makes a row refer to nothing is refused", updates),
  promise("reference: RESTRICT and NO ACTION refuse to remove or renumber what is referred to", restricts),
  promise("reference: onDelete CASCADE removes the rows that refer, to any depth", cascades),
  promise("reference: onDelete SET NULL sets the rows that refer to null", setsNull),
  promise("reference: onUpdate CASCADE takes the new value along, to any depth", updateCascades),
  promise("reference: onUpdate SET NULL sets the rows that refer to null", updateSetsNull),
  promise("reference: actions of several tables happen together or not at all", mixed),
  promise("reference: a row may refer to itself, and a tree may go as a whole", selfReference),
  promise("reference: a deep tree is removed", deepTree),
  promise("reference: rows stored together may refer to those before them, not to those after", together),
  promise("reference: may point at a unique column, of text, dates or 64 bit", kinds),
  promise("reference: tables may refer to each other", circle),
  promise("reference: upsert and bulkUpdate keep references", otherWrites),
  promise("drop: a table that is referred to is refused", drops),
];

const key = { type: "INTEGER", primaryKey: true } as const;
const orphan = (table: string, ...columns: string[]) =>
  ({ error: ForeignKeyConstraintError, code: "FOREIGN_KEY_CONSTRAINT", table, columns }) as const;

function family(world: World, actions: object): { Parent: TestModel; Child: TestModel } {
  const Parent = world.define("parents", { id: key, name: { type: "TEXT" } });
  const references = { table: "parents", column: "id", ...actions };
  const Child = world.define("children", {
    id: key,
    parent: { type: "INTEGER", references },
    n: { type: "INTEGER" },
  });
  return { Parent, Child };
}

async function filled(world: World, actions: object): Promise<{ Parent: TestModel; Child: TestModel }> {
  const { Parent, Child } = family(world, actions);
  await Parent.bulkCreate([{ id: 1, name: "a" }, { id: 2, name: "b" }, { id: 3, name: "c" }]);
  await Child.bulkCreate([{ id: 1, parent: 1 }, { id: 2, parent: 1 }, { id: 3, parent: 2 }, { id: 4 }]);
  return { Parent, Child };
}

async function parents(Child: TestModel): Promise<unknown[]> {
  return (await Child.findAll()).map(({ id, parent }) => [id, parent]);
}

async function orphans(world: World): Promise<void> {
  const { Parent, Child } = family(world, {});
  await expectFailure(() => Child.create({ id: 1, parent: 1 }), orphan("children", "parent"));
  expectEqual(await Child.create({ id: 1 }), { id: 1, parent: null, n: null });
  await Parent.create({ id: 1 });
  expectEqual(await Child.create({ id: 2, parent: 1 }), { id: 2, parent: 1, n: null });
  await expectFailure(
    () => Child.bulkCreate([{ id: 3, parent: 1 }, { id: 4, parent: 2 }]),
    orphan("children", "parent"),
  );
  expectEqual(await parents(Child), [[1, null], [2, 1]]);
}

async function updates(world: World): Promise<void> {
  const { Child } = await filled(world, {});
  await expectFailure(() => Child.update({ parent: 9 }, { id: 1 }), orphan("children", "parent"));
  await expectFailure(() => Child.updateAll({ parent: 9 }), orphan("children", "parent"));
  expectEqual(await Child.update({ parent: 2, n: 1 }, { id: 1 }), 1);
  expectEqual(await Child.update({ parent: null }, { id: 2 }), 1);
  expectEqual(await parents(Child), [[1, 2], [2, null], [3, 2], [4, null]]);
}

async function restricts(world: World): Promise<void> {
  const actions = [{}, { onDelete: "RESTRICT", onUpdate: "RESTRICT" }, {
    onDelete: "NO ACTION",
    onUpdate: "NO ACTION",
  }];
  for (const [i, each] of actions.entries()) {
    const Parent = world.define(`parents_${i}`, { id: key, name: { type: "TEXT" } });
    const references = { table: `parents_${i}`, column: "id", ...each };
    const Child = world.define(`children_${i}`, { id: key, parent: { type: "INTEGER", references } });
    await Parent.bulkCreate([{ id: 1 }, { id: 2 }, { id: 3 }]);
    await Child.bulkCreate([{ id: 1, parent: 1 }, { id: 2, parent: 2 }]);
    const refused = orphan(`parents_${i}`, "id");
    await expectFailure(() => Parent.delete({ id: 1 }), refused);
    await expectFailure(() => Parent.deleteAll(), refused);
    await expectFailure(() => Parent.update({ id: 9 }, { id: 1 }), refused);
    expectEqual(await Parent.update({ name: "new" }, { id: 1 }), 1);
    expectEqual(await Parent.update({ id: 1 }, { id: 1 }), 1);
    expectEqual(await Parent.delete({ id: 3 }), 1);
    expectEqual(await Child.delete({ parent: 1 }), 1);
    expectEqual(await Parent.delete({ id: 1 }), 1);
    expectEqual((await Parent.findAll()).map(({ id }) => id), [2]);
  }
}

async function cascades(world: World): Promise<void> {
  const { Parent, Child } = await filled(world, { onDelete: "CASCADE" });
  const references = { table: "children", column: "id", onDelete: "CASCADE" };
  const Toy = world.define("toys", { id: key, owner: { type: "INTEGER", references } });
  await Toy.bulkCreate([{ id: 1, owner: 1 }, { id: 2, owner: 3 }, { id: 3 }]);
  expectEqual(await Parent.delete({ id: 1 }), 1);
  expectEqual(await parents(Child), [[3, 2], [4, null]]);
  expectEqual(await Toy.findAll(), [{ id: 2, owner: 3 }, { id: 3, owner: null }]);
  expectEqual(await Parent.deleteAll(), 2);
  expectEqual(await parents(Child), [[4, null]]);
  expectEqual(await Toy.findAll(), [{ id: 3, owner: null }]);
}

async function setsNull(world: World): Promise<void> {
  const { Parent, Child } = await filled(world, { onDelete: "SET NULL" });
  expectEqual(await Parent.delete({ id: 1 }), 1);
  expectEqual(await parents(Child), [[1, null], [2, null], [3, 2], [4, null]]);
  expectEqual(await Parent.deleteAll(), 2);
  expectEqual(await Child.count({ parent: null }), 4);
}

async function updateCascades(world: World): Promise<void> {
  const cascade = { onUpdate: "CASCADE" };
  const Parent = world.define("parents", { name: { type: "TEXT", primaryKey: true } });
  const Child = world.define("children", {
    name: { type: "TEXT", primaryKey: true, references: { table: "parents", column: "name", ...cascade } },
    n: { type: "INTEGER" },
  });
  const Toy = world.define("toys", {
    id: key,
    owner: { type: "TEXT", references: { table: "children", column: "name", ...cascade } },
  });
  await Parent.bulkCreate([{ name: "a" }, { name: "b" }]);
  await Child.bulkCreate([{ name: "a", n: 1 }, { name: "b", n: 2 }]);
  await Toy.bulkCreate([{ id: 1, owner: "a" }, { id: 2, owner: "b" }]);
  expectEqual(await Parent.update({ name: "é" }, { name: "a" }), 1);
  expectEqual(await Child.findAll(), [{ name: "b", n: 2 }, { name: "é", n: 1 }]);
  expectEqual(await Toy.findAll(), [{ id: 1, owner: "é" }, { id: 2, owner: "b" }]);
  await expectFailure(() => Parent.delete({ name: "é" }), orphan("parents", "name"));
}

async function updateSetsNull(world: World): Promise<void> {
  const { Parent, Child } = await filled(world, { onUpdate: "SET NULL" });
  expectEqual(await Parent.update({ id: 10 }, { id: 1 }), 1);
  expectEqual(await Parent.update({ name: "x" }, { id: 2 }), 1);
  expectEqual(await parents(Child), [[1, null], [2, null], [3, 2], [4, null]]);
}

async function mixed(world: World): Promise<void> {
  const Parent = world.define("parents", { id: key });
  const column = (actions: object) => ({
    type: "INTEGER",
    references: { table: "parents", column: "id", ...actions },
  });
  const Gone = world.define("gone", { id: key, parent: column({ onDelete: "CASCADE" }) });
  const Freed = world.define("freed", { id: key, parent: column({ onDelete: "SET NULL" }) });
  const Held = world.define("held", { id: key, parent: column({ onDelete: "RESTRICT" }) });
  await Parent.bulkCreate([{ id: 1 }, { id: 2 }]);
  for (const Child of [Gone, Freed]) await Child.bulkCreate([{ id: 1, parent: 1 }, { id: 2, parent: 2 }]);
  await Held.create({ id: 1, parent: 2 });
  await expectFailure(() => Parent.deleteAll(), orphan("parents", "id"));
  expectEqual([await Parent.count(), await Gone.count(), await Freed.count({ parent: null })], [2, 2, 0]);
  expectEqual(await Parent.delete({ id: 1 }), 1);
  expectEqual([await parents(Gone), await parents(Freed)], [[[2, 2]], [[1, null], [2, 2]]]);
}

function tree(world: World, actions: object): TestModel {
  const references = { table: "nodes", column: "id", ...actions };
  return world.define("nodes", { id: key, parent: { type: "INTEGER", references } });
}

async function selfReference(world: World): Promise<void> {
  const Node = tree(world, { onDelete: "RESTRICT" });
  expectEqual(await Node.create({ id: 1, parent: 1 }), { id: 1, parent: 1 });
  await expectFailure(() => Node.create({ id: 2, parent: 3 }), orphan("nodes", "parent"));
  await Node.bulkCreate([{ id: 2, parent: 1 }, { id: 3, parent: 2 }]);
  await expectFailure(() => Node.delete({ id: { $in: [1, 2] } }), orphan("nodes", "id"));
  expectEqual(await Node.count(), 3);
  expectEqual(await Node.delete({ id: { $in: [2, 3] } }), 2);
  expectEqual(await Node.deleteAll(), 1);
}

async function deepTree(world: World): Promise<void> {
  const Node = tree(world, { onDelete: "CASCADE" });
  const rows = Array.from({ length: 150 }, (_, id) => ({ id, parent: id === 0 ? null : id - 1 }));
  await world.fill(Node, rows);
  expectEqual(await Node.delete({ id: 50 }), 1);
  expectEqual(await Node.count(), 50);
  expectEqual(await Node.deleteAll(), 50);
}

async function together(world: World): Promise<void> {
  const Node = tree(world, {});
  const rows = [{ id: 2, parent: 2 }, { id: 1, parent: 2 }, { id: 3, parent: 1 }];
  expectEqual(await Node.bulkCreate(rows), rows);
  const refused = orphan("nodes", "parent");
  await expectFailure(() => Node.bulkCreate([{ id: 4 }, { id: 5, parent: 6 }, { id: 6 }]), refused);
  await expectFailure(() => Node.bulkCreate([{ id: 5, parent: 4 }, { id: 6, parent: 5 }]), refused);
  expectEqual(await Node.count(), 3);
}

async function kinds(world: World): Promise<void> {
  const columns: readonly (readonly [string, object, unknown, unknown, unknown])[] = [
    ["text", { type: "TEXT" }, "a", "A", "é'`\""],
    ["date", { type: "DATE" }, new Date("2024-02-29"), new Date("2024-03-01"), new Date("1969-12-31")],
    ["time", { type: "DATETIME" }, new Date(1), new Date(2), new Date(3)],
    ["ms", { type: "DATETIME", stored: "milliseconds" }, new Date(1), new Date(2), new Date(-3)],
    ["second", { type: "DATETIME", stored: "seconds" }, new Date(1000), new Date(2000), new Date(-3000)],
    ["sql", { type: "DATETIME", stored: "sql" }, new Date(1), new Date(0), new Date(1500)],
    ["day", { type: "DATE", stored: "sql" }, new Date("2024-02-29"), new Date("2024-03-01"), new Date(0)],
    ["big", { type: "INTEGER", bigint: true }, 2n ** 53n + 1n, 2n ** 53n, -(2n ** 63n)],
    ["bytes", { type: "BLOB" }, Uint8Array.of(1), Uint8Array.of(1, 0), new Uint8Array()],
  ];
  for (const [name, column, given, missing, next] of columns) {
    const [parent, child] = [`${name}_parents`, `${name}_children`];
    const references = { table: parent, column: "code", onUpdate: "CASCADE", onDelete: "SET NULL" };
    const Parent = world.define(parent, { id: key, code: { ...column, unique: true } });
    const Child = world.define(child, { id: key, code: { ...column, references } });
    await Parent.create({ id: 1, code: given });
    await expectFailure(() => Child.create({ id: 1, code: missing }), orphan(child, "code"));
    expectEqual(await Child.create({ id: 1, code: given }), { id: 1, code: given });
    await Parent.update({ code: next }, { id: 1 });
    expectEqual(await Child.findAll({ where: { code: next } }), [{ id: 1, code: next }]);
    await Parent.delete({ code: next });
    expectEqual(await Child.findAll(), [{ id: 1, code: null }]);
  }
}

async function circle(world: World): Promise<void> {
  const refer = (table: string, onDelete: string) => ({
    type: "INTEGER",
    references: { table, column: "id", onDelete },
  });
  const Team = world.define("teams", { id: key, lead: refer("people", "SET NULL") });
  const Person = world.define("people", { id: key, team: refer("teams", "CASCADE") });
  await Team.create({ id: 1 });
  await Person.bulkCreate([{ id: 1, team: 1 }, { id: 2, team: 1 }, { id: 3 }]);
  await Team.update({ lead: 2 }, { id: 1 });
  await expectFailure(() => Team.update({ lead: 9 }, { id: 1 }), orphan("teams", "lead"));
  await Person.delete({ id: 2 });
  expectEqual(await Team.findAll(), [{ id: 1, lead: null }]);
  await Team.update({ lead: 1 }, { id: 1 });
  expectEqual(await Team.deleteAll(), 1);
  expectEqual(await Person.findAll(), [{ id: 3, team: null }]);
}

async function otherWrites(world: World): Promise<void> {
  const { Parent, Child } = await filled(world, { onUpdate: "CASCADE" });
  await expectFailure(() => Child.upsert({ id: 1, parent: 9 }), orphan("children", "parent"));
  await expectFailure(() => Child.upsert({ id: 99, parent: 9 }), orphan("children", "parent"));
  expectEqual(await Child.upsert({ id: 1, parent: 2 }), { id: 1, parent: 2, n: null });
  const moves = [{ where: { id: 1 }, data: { parent: 3 } }, { where: { id: 2 }, data: { parent: 9 } }];
  await expectFailure(() => Child.bulkUpdate(moves), orphan("children", "parent"));
  expectEqual(await Parent.bulkUpdate([{ where: { id: 2 }, data: { id: 20 } }]), 1);
  expectEqual(await parents(Child), [[1, 20], [2, 1], [3, 20], [4, null]]);
}

async function drops(world: World): Promise<void> {
  const { Parent, Child } = await filled(world, {});
  await expectFailure(() => Parent.drop(), { error: ForeignKeyConstraintError, table: "parents" });
  expectEqual([await Parent.count(), await Child.count()], [3, 4]);
  await Child.updateAll({ parent: null });
  await Child.drop();
  await Parent.drop();
  expectEqual([await Parent.count(), await Child.count()], [0, 0]);
}
