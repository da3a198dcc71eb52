import { ConflictError, NotFoundError, UniqueConstraintError, ValidationError } from "../../errors/mod.ts";
import { now } from "../../schema/clock.ts";
import { expectEqual, expectFailure, expectTrue } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { Row, TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import { refers, relate } from "./library.ts";

/** What every change of a row does besides. */
export const lifecycleSuite: readonly TestCase[] = [
  promise("touch: a new row has the value of touch, or the default where there is one", touchedByInsert),
  promise("touch: every change of a row gives it, by whichever method", touchedByChange),
  promise("touch: what is given goes before it, and no change touches nothing", touchedByNothing),
  promise("touch: upsert touches the row that is there, and gives a new one its default", touchedByUpsert),
  promise("version: counts every change of a row, by whichever method", counted),
  promise("version: is given to new rows alone", givenVersion),
  promise("touch and version: rows that are written by the relations of others have them", writtenByOthers),
  promise("updateById: changes one row and returns it as it is stored", byKey),
  promise("patch: changes the row that was read, and refuses one that was changed since", patches),
  promise("patch: needs the key and the version of the row, and no more", patchNeeds),
  promise("patch: of fifty of one version, one wins", patchesTogether),
  promise("patch: without a version, changes the row with the key", patchesUnversioned),
];

/** A clock that goes on only when it is told to. */
class TestClock {
  at = 0;
  readonly now = (): Date => new Date(this.at);
}

const schema = {
  id: { type: "INTEGER", primaryKey: true },
  name: { type: "TEXT" },
  n: { type: "INTEGER" },
  made: { type: "DATETIME", notNull: true, default: now },
  changed: { type: "DATETIME", notNull: true, touch: now },
  by: { type: "TEXT", default: "maker", touch: () => "changer" },
  version: { type: "INTEGER", notNull: true, version: true },
} as const;

const { version: _version, by: _by, ...onlyTouched } = schema;

function documents(world: World): readonly [TestModel, TestClock] {
  const clock = new TestClock();
  const orm = world.newORM({ now: clock.now });
  return [world.define("documents", schema, { orm }), clock];
}

const row = (id: number, made: number, changed: number, version: number, more: object = {}): Row => ({
  id,
  name: null,
  n: null,
  made: new Date(made),
  changed: new Date(changed),
  by: version === 1 ? "maker" : "changer",
  version,
  ...more,
});

async function touchedByInsert(world: World): Promise<void> {
  const [Doc, clock] = documents(world);
  clock.at = 5;
  expectEqual(await Doc.create({ id: 1 }), row(1, 5, 5, 1));
  clock.at = 6;
  const rows = [row(2, 6, 6, 1), row(3, 0, 1, 1, { by: "me" })];
  expectEqual(await Doc.bulkCreate([{ id: 2 }, { id: 3, made: 0, changed: 1, by: "me" }]), rows);
  expectEqual(await Doc.findAll({ where: { id: { $gt: 1 } } }), rows);
}

/** Every way to change the row with key 1 to a name. */
const CHANGES: readonly (readonly [string, (Doc: TestModel, name: string) => unknown])[] = [
  ["update", (Doc, name) => Doc.update({ name }, { id: 1 })],
  ["updateAll", (Doc, name) => Doc.updateAll({ name })],
  ["bulkUpdate", (Doc, name) => Doc.bulkUpdate([{ where: { id: 1 }, data: { name } }])],
  ["update with returning", (Doc, name) => Doc.update({ name }, { id: 1 }, { returning: true })],
  ["updateById", (Doc, name) => Doc.updateById(1, { name })],
  ["patch", async (Doc, name) => Doc.patch(await Doc.findById(1), { name })],
  ["upsert", (Doc, name) => Doc.upsert({ id: 1, name })],
  ["an expression", (Doc, name) => Doc.update({ name, n: (d: { n: Row }) => d.n }, { id: 1 })],
];

async function touchedByChange(world: World): Promise<void> {
  const [Doc, clock] = documents(world);
  await Doc.create({ id: 1 });
  const Plain = world.define("plain", onlyTouched, { orm: world.newORM({ now: clock.now }) });
  await Plain.create({ id: 1 });
  let version = 1;
  for (const [name, change] of CHANGES) {
    clock.at++;
    version++;
    await change(Doc, name);
    expectEqual(await Doc.findAll(), [row(1, 0, clock.at, version, { name })], name);
    await change(Plain, name);
    const { by: _, version: __, ...plain } = row(1, 0, clock.at, 1, { name });
    expectEqual(await Plain.findAll(), [plain], `${name}, without a version`);
  }
}

async function touchedByNothing(world: World): Promise<void> {
  const [Doc, clock] = documents(world);
  await Doc.create({ id: 1, name: "a" });
  clock.at = 1;
  expectEqual(await Doc.update({}, { id: 1 }), 1);
  expectEqual(await Doc.updateAll({ name: undefined }), 1);
  expectEqual(await Doc.bulkUpdate([{ where: { id: 1 }, data: {} }]), 0);
  expectEqual(await Doc.updateById(1, {}), row(1, 0, 0, 1, { name: "a" }));
  expectEqual(await Doc.patch({ id: 1, version: 1 }, {}), row(1, 0, 0, 1, { name: "a" }));
  expectEqual(await Doc.upsert({ id: 1 }), row(1, 0, 0, 1, { name: "a" }));
  await Doc.update({ name: "a" }, { id: 1 });
  expectEqual(await Doc.findById(1), row(1, 0, 1, 2, { name: "a" }), "a change to equal values");
  clock.at = 2;
  await Doc.update({ changed: (d: { changed: unknown }) => d.changed }, { id: 1 });
  expectEqual(await Doc.findById(1), row(1, 0, 1, 3, { name: "a" }), "a time that is kept");
  await Doc.update({ changed: 9, by: null }, { id: 1 });
  expectEqual(await Doc.findById(1), row(1, 0, 9, 4, { name: "a", by: null }), "a time that is given");
}

async function touchedByUpsert(world: World): Promise<void> {
  const [Doc, clock] = documents(world);
  expectEqual(await Doc.upsert({ id: 1, name: "new" }), row(1, 0, 0, 1, { name: "new" }));
  clock.at = 1;
  expectEqual(await Doc.upsert({ id: 1, name: "old" }), row(1, 0, 1, 2, { name: "old" }));
  expectEqual(
    await Doc.upsert({ id: 1, n: 1, by: "me", changed: 7 }),
    row(1, 0, 7, 3, { name: "old", n: 1, by: "me" }),
  );
  expectEqual(await Doc.count(), 1);
}

async function counted(world: World): Promise<void> {
  const [Doc] = documents(world);
  await Doc.bulkCreate([{ id: 1 }, { id: 2 }]);
  const versions = async (): Promise<unknown[]> => (await Doc.findAll()).map(({ version }) => version);
  await Doc.update({ n: 1 }, { id: 1 });
  expectEqual(await versions(), [2, 1]);
  await Doc.updateAll({ n: (d: { id: { plus(n: number): unknown } }) => d.id.plus(1) });
  expectEqual(await versions(), [3, 2]);
  await Doc.bulkUpdate([
    { where: { id: 1 }, data: { n: 1 } },
    { where: { n: { $gt: 0 } }, data: { n: 2 } },
    { where: { id: 2 }, data: {} },
  ]);
  expectEqual(await versions(), [5, 3]);
  await Doc.delete({ id: 1 });
  await Doc.create({ id: 1 });
  expectEqual(await versions(), [1, 3]);
}

async function givenVersion(world: World): Promise<void> {
  const [Doc] = documents(world);
  expectEqual((await Doc.create({ id: 1, version: 7 }))["version"], 7);
  expectEqual((await Doc.upsert({ id: 1, version: 99, n: 1 }))["version"], 8);
  expectEqual((await Doc.upsert({ id: 2, version: 5 }))["version"], 5);
  const refused = {
    error: ValidationError,
    code: "GENERATED_VALUE",
    table: "documents",
    columns: ["version"],
  };
  await expectFailure(() => Doc.update({ version: 1 }, { id: 1 }), refused);
  await expectFailure(() => Doc.updateAll({ version: 1, n: 1 }), refused);
  await expectFailure(() => Doc.bulkUpdate([{ where: { id: 1 }, data: { version: 1 } }]), refused);
  await expectFailure(() => Doc.updateById(1, { version: 1 }), refused);
  await expectFailure(() => Doc.patch({ id: 1, version: 8 }, { version: 9 }), refused);
  expectEqual((await Doc.findAll()).map(({ version }) => version), [8, 5]);
}

async function writtenByOthers(world: World): Promise<void> {
  const clock = new TestClock();
  const orm = world.newORM({ now: clock.now });
  const Folder: TestModel = world.define("folders", { id: { type: "INTEGER", primaryKey: true } }, {
    orm,
    relations: {
      documents: relate.hasMany(() => Doc, "folder"),
      marks: relate.through(() => Mark, () => Marked, "folder", "mark"),
    },
  });
  const Doc: TestModel = world.define("documents", { ...schema, folder: refers("folders") }, { orm });
  const Mark: TestModel = world.define("marks", { id: { type: "INTEGER", primaryKey: true } }, { orm });
  const Marked: TestModel = world.define("marked", {
    folder: refers("folders", { primaryKey: true }),
    mark: refers("marks", { primaryKey: true }),
    changed: { type: "DATETIME", notNull: true, touch: now },
    version: { type: "INTEGER", notNull: true, version: true },
  }, { orm });
  clock.at = 1;
  await Folder.create({ id: 1 }, { with: { documents: [{ id: 1 }, { id: 2 }] } });
  expectEqual(await Doc.findAll(), [row(1, 1, 1, 1, { folder: 1 }), row(2, 1, 1, 1, { folder: 1 })]);
  await Folder.create({ id: 2 });
  clock.at = 2;
  await Folder.link(2, "documents", [1]);
  expectEqual(await Doc.findAll(), [row(1, 1, 2, 2, { folder: 2 }), row(2, 1, 1, 1, { folder: 1 })], "link");
  clock.at = 3;
  await Folder.link(2, "documents", [1]);
  expectEqual(await Doc.findById(1), row(1, 1, 2, 2, { folder: 2 }), "what is linked already is no change");
  await Folder.relink(2, "documents", [2]);
  expectEqual(
    await Doc.findAll(),
    [row(1, 1, 3, 3, { folder: null }), row(2, 1, 3, 2, { folder: 2 })],
    "relink",
  );
  clock.at = 4;
  await Folder.unlink(2, "documents", [2]);
  expectEqual(await Doc.findById(2), row(2, 1, 4, 3, { folder: null }), "unlink");
  await Mark.create({ id: 1 });
  await Folder.link(1, "marks", [1]);
  expectEqual(await Marked.findAll(), [{ folder: 1, mark: 1, changed: new Date(4), version: 1 }]);
}

async function byKey(world: World): Promise<void> {
  const [Doc, clock] = documents(world);
  await Doc.bulkCreate([{ id: 1 }, { id: 2 }]);
  clock.at = 3;
  expectEqual(await Doc.updateById(1, { name: "a" }), row(1, 0, 3, 2, { name: "a" }));
  expectEqual(
    await Doc.updateById(1, { n: (d: { id: { plus(n: number): unknown } }) => d.id.plus(4) }),
    row(1, 0, 3, 3, { name: "a", n: 5 }),
  );
  expectEqual(await Doc.updateById(1, { id: 9 }), row(9, 0, 3, 4, { name: "a", n: 5 }));
  await expectFailure(() => Doc.updateById(1, { n: 1 }), { error: NotFoundError, table: "documents" });
  await expectFailure(() => Doc.updateById(1, {}), { error: NotFoundError, table: "documents" });
  await expectFailure(() => Doc.updateById(9, { id: 2 }), { error: UniqueConstraintError });
  await expectFailure(() => Doc.updateById(null, { n: 1 }), { error: ValidationError, code: "INVALID_KEY" });
  await expectFailure(() => Doc.updateById({ id: 9 }, { n: 1 }), { error: ValidationError });
  expectEqual(await Doc.findAll(), [row(2, 0, 0, 1), row(9, 0, 3, 4, { name: "a", n: 5 })]);
}

async function patches(world: World): Promise<void> {
  const [Doc] = documents(world);
  const first = await Doc.create({ id: 1, name: "a" });
  const second = await Doc.patch(first, { name: "b" });
  expectEqual(second, row(1, 0, 0, 2, { name: "b" }));
  const error = await expectFailure(() => Doc.patch(first, { name: "c" }), {
    error: ConflictError,
    code: "STALE_ROW",
    table: "documents",
  }) as ConflictError;
  expectEqual(error.current, second);
  expectTrue(!error.retryable, "a stale row is no conflict that goes by");
  await expectFailure(() => Doc.patch(first, {}), { error: ConflictError, code: "STALE_ROW" });
  expectEqual(await Doc.patch(error.current, { n: 1 }), row(1, 0, 0, 3, { name: "b", n: 1 }));
  await Doc.delete({ id: 1 });
  await expectFailure(() => Doc.patch(second, { name: "d" }), { error: NotFoundError, table: "documents" });
}

async function patchNeeds(world: World): Promise<void> {
  const [Doc] = documents(world);
  await Doc.create({ id: 1 });
  expectEqual((await Doc.patch({ id: 1, version: 1, name: 5, other: true }, { n: 1 }))["n"], 1);
  const refused = {
    error: ValidationError,
    code: "INVALID_KEY",
    table: "documents",
    columns: ["id", "version"],
  };
  for (const bad of [{ id: 1 }, { version: 2 }, { id: null, version: 2 }, {}, null, undefined, 1, [1, 2]]) {
    await expectFailure(() => Doc.patch(bad, { n: 2 }), refused);
  }
  const inherited = Object.create({ id: 1, version: 2 });
  await expectFailure(() => Doc.patch(inherited, { n: 2 }), refused);
  await expectFailure(() => Doc.patch({ id: 1, version: "2" }, { n: 2 }), { error: ValidationError });
  expectEqual((await Doc.findById(1))?.["n"], 1);
}

async function patchesTogether(world: World): Promise<void> {
  const [Doc] = documents(world);
  const read = await Doc.create({ id: 1 });
  const patch = async (n: number): Promise<unknown> => {
    try {
      await Doc.patch(read, { n });
      return n;
    } catch (error) {
      if (error instanceof ConflictError && error.code === "STALE_ROW") return null;
      throw error;
    }
  };
  const results = await Promise.all(Array.from({ length: 50 }, (_, n) => patch(n)));
  const winners = results.filter((result) => result !== null);
  expectEqual(winners.length, 1);
  expectEqual(await Doc.findAll(), [row(1, 0, 0, 2, { n: winners[0] })]);
}

async function patchesUnversioned(world: World): Promise<void> {
  const Pair = world.define("pairs", {
    a: { type: "INTEGER", primaryKey: true },
    b: { type: "TEXT", primaryKey: true },
    n: { type: "INTEGER" },
  });
  await Pair.bulkCreate([{ a: 1, b: "x" }, { a: 1, b: "y" }]);
  expectEqual(await Pair.patch({ a: 1, b: "y" }, { n: 1 }), { a: 1, b: "y", n: 1 });
  expectEqual(await Pair.updateById({ a: 1, b: "y" }, { b: "z" }), { a: 1, b: "z", n: 1 });
  await expectFailure(() => Pair.patch({ a: 1 }, { n: 1 }), {
    error: ValidationError,
    code: "INVALID_KEY",
    columns: ["a", "b"],
  });
  await expectFailure(() => Pair.patch({ a: 1, b: "y" }, { n: 1 }), { error: NotFoundError });
  expectEqual(await Pair.findAll(), [{ a: 1, b: "x", n: null }, { a: 1, b: "z", n: 1 }]);
}
