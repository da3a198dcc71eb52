import { NotFoundError, UniqueConstraintError, ValidationError } from "../../errors/mod.ts";
import { Model } from "../../model/model.ts";
import { View } from "../../model/view.ts";
import { now } from "../../schema/clock.ts";
import { expectEqual, expectFailure, expectTrue } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { Row, TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import { key, refers, relate } from "./library.ts";

/** Models of a part of a table. */
export const scopesSuite: readonly TestCase[] = [
  promise("scope: every method of a model leaves rows outside unseen and as they are", strangers),
  promise("scope: create fills in what the condition fixes, and stores no row outside", fills),
  promise("scope: an update may not change what the condition fixes", keeps),
  promise("scope: an upsert never updates a row outside", upserts),
  promise("scope: deleteAs changes what would be removed, once, and touches it", softDeletes),
  promise("scope: a unique index of the rows that are not deleted lets a name be used again", namesAgain),
  promise("scope: a scope of a scope satisfies both conditions", scopesOfScopes),
  promise("scope: conditions of any form are taken, and checked for new rows", anyCondition),
  promise("scope: relations go to the model that is named, and to no row outside", related),
];

const schema = {
  id: key,
  tenant: { type: "TEXT", notNull: true },
  slug: { type: "TEXT" },
  n: { type: "INTEGER" },
  deletedAt: { type: "DATETIME" },
} as const;

const row = (id: number, tenant: string, more: object = {}): Row => ({
  id,
  tenant,
  slug: null,
  n: null,
  deletedAt: null,
  ...more,
});

const mine = row(1, "me", { slug: "mine", n: 1 });
const theirs = row(2, "stranger", { slug: "theirs", n: 1 });

const STRANGER = /stranger|theirs/;

interface Attempt {
  /** A model of the rows of one tenant. */
  readonly Mine: TestModel;
}

/** What is tried with the row of a stranger, by the method. What it gives must not show the stranger. */
const ATTEMPTS: Readonly<Record<string, (attempt: Attempt) => unknown>> = {
  findOne: ({ Mine }) => Mine.findOne({ where: { id: 2 } }),
  findAll: ({ Mine }) => Mine.findAll({ where: { $or: [{ id: 2 }, { tenant: "stranger" }, {}] } }),
  findOrFail: ({ Mine }) =>
    expectFailure(() => Mine.findOrFail({ where: { id: 2 } }), { error: NotFoundError }),
  findById: async ({ Mine }) => expectEqual(await Mine.findById(2), null),
  findByIdOrFail: ({ Mine }) => expectFailure(() => Mine.findByIdOrFail(2), { error: NotFoundError }),
  count: async ({ Mine }) => expectEqual([await Mine.count(), await Mine.count({ id: 2 })], [1, 0]),
  exists: async ({ Mine }) => expectEqual([await Mine.exists(), await Mine.exists({ id: 2 })], [true, false]),
  sum: async ({ Mine }) => expectEqual(await Mine.sum("n"), 1),
  avg: async ({ Mine }) => expectEqual(await Mine.avg("n", { id: 2 }), null),
  min: async ({ Mine }) => expectEqual(await Mine.min("slug"), "mine"),
  max: async ({ Mine }) => expectEqual(await Mine.max("slug"), "mine"),
  aggregate: async ({ Mine }) =>
    expectEqual(await Mine.aggregate({ n: { count: "*" } }, { n: { $gte: 1 } }), { n: 1 }),
  groupBy: ({ Mine }) => Mine.groupBy({ by: ["tenant"], aggregates: { n: { count: "*" } } }),
  iterate: async ({ Mine }) => {
    const rows: Row[] = [];
    for await (const each of Mine.iterate({ orderBy: [["n", "ASC"]] })) rows.push(each);
    expectEqual(rows.length, 1);
    return rows;
  },
  paginate: async ({ Mine }) => {
    const page = await Mine.paginate({ size: 1 });
    expectEqual(page.next, null);
    return page;
  },
  prepare: async ({ Mine }) => {
    const query = Mine.prepare((given) => ({ where: { id: given["id"] } }));
    expectEqual([await query.findAll({ id: 2 }), await query.findOne({ id: 2 })], [[], null]);
    return query.findAll({ id: 1 });
  },
  explain: ({ Mine }) => Mine.explain({ where: { id: 2 } }),
  transaction: ({ Mine }) => Mine.transaction(() => Mine.findAll()),
  create: ({ Mine }) =>
    expectFailure(() => Mine.create({ id: 3, tenant: "another" }), {
      error: ValidationError,
      code: "OUT_OF_SCOPE",
      table: "docs",
      columns: ["tenant"],
    }),
  bulkCreate: ({ Mine }) =>
    expectFailure(() => Mine.bulkCreate([{ id: 3 }, { id: 4, tenant: "another" }]), {
      error: ValidationError,
      code: "OUT_OF_SCOPE",
    }),
  update: async ({ Mine }) =>
    expectEqual([
      await Mine.update({ slug: "x" }, { id: 2 }),
      await Mine.update({ slug: "x" }, { id: 2 }, { returning: true }),
      await Mine.update({ n: (d: { n: { plus(n: number): unknown } }) => d.n.plus(1) }, { id: 2 }),
    ], [0, [], 0]),
  updateAll: async ({ Mine }) => expectEqual(await Mine.updateAll({ n: 1 }), 1),
  updateById: ({ Mine }) => expectFailure(() => Mine.updateById(2, { slug: "x" }), { error: NotFoundError }),
  patch: ({ Mine }) => expectFailure(() => Mine.patch({ id: 2 }, { slug: "x" }), { error: NotFoundError }),
  bulkUpdate: async ({ Mine }) =>
    expectEqual(
      await Mine.bulkUpdate([{ where: { id: 2 }, data: { n: 9 } }, { where: { n: 1 }, data: { n: 1 } }]),
      1,
    ),
  upsert: ({ Mine }) => expectFailure(() => Mine.upsert({ id: 2, n: 9 }), { error: UniqueConstraintError }),
  findOrCreate: ({ Mine }) =>
    expectFailure(() => Mine.findOrCreate({ id: 2, n: 9 }), { error: UniqueConstraintError }),
  bulkUpsert: ({ Mine }) =>
    expectFailure(() => Mine.bulkUpsert([{ id: 1, n: 9 }, { id: 2, n: 9 }]), {
      error: UniqueConstraintError,
    }),
  pick: async ({ Mine }) =>
    expectEqual(await Mine.findAll({ where: { id: { $in: Mine.pick("id", { where: { id: 2 } }) } } }), []),
  link: async ({ Mine }) => {
    await expectFailure(() => Mine.link(1, "replies", [2]), { error: NotFoundError });
    await expectFailure(() => Mine.link(2, "replies", [1]), { error: NotFoundError });
  },
  unlink: async ({ Mine }) => {
    expectEqual(await Mine.unlink(1, "replies", [2]), 0);
    await expectFailure(() => Mine.unlink(2, "replies", [1]), { error: NotFoundError });
  },
  relink: ({ Mine }) => expectFailure(() => Mine.relink(1, "replies", [2]), { error: NotFoundError }),
  delete: async ({ Mine }) =>
    expectEqual([await Mine.delete({ id: 2 }), await Mine.delete({ id: 2 }, { returning: true })], [0, []]),
  deleteAll: async ({ Mine }) => {
    expectEqual(await Mine.deleteAll(), 1);
    await Mine.create(mine);
  },
  bulkDelete: async ({ Mine }) => expectEqual(await Mine.bulkDelete([2, 7]), 0),
  scope: ({ Mine }) => Mine.scope({ id: 2 }).findAll(),
  createIndex: ({ Mine }) => refused(() => Mine.createIndex("by_n", { columns: ["n"] })),
  dropIndex: ({ Mine }) => refused(() => Mine.dropIndex("by_n")),
  drop: ({ Mine }) => refused(() => Mine.drop()),
};

function refused(call: () => unknown): Promise<Error> {
  return expectFailure(call, { error: ValidationError, code: "OUT_OF_SCOPE", table: "docs" });
}

async function strangers(world: World): Promise<void> {
  const methods = [View, Model].flatMap(({ prototype }) => Object.getOwnPropertyNames(prototype))
    .filter((name) => name !== "constructor");
  expectEqual([...Object.keys(ATTEMPTS)].sort(), methods.sort(), "every method is tried");
  const Doc = world.define("docs", { ...schema, parent: refers("docs") }, {
    relations: { replies: relate.hasMany(() => Mine, "parent") },
  });
  const Mine: TestModel = Doc.scope({ tenant: "me" });
  const rows = [{ ...mine, parent: null }, { ...theirs, parent: null }];
  await Doc.bulkCreate(rows);
  for (const [name, attempt] of Object.entries(ATTEMPTS)) {
    const result = await attempt({ Mine });
    expectTrue(
      name === "explain" || !STRANGER.test(JSON.stringify(result) ?? ""),
      `${name} shows a row of a stranger`,
    );
    expectEqual(await Doc.findAll(), rows, `after ${name}`);
  }
}

async function fills(world: World): Promise<void> {
  const Doc = world.define("docs", schema);
  const Mine = Doc.scope({ tenant: "me", deletedAt: null });
  expectEqual(await Mine.create({ id: 1 }), row(1, "me"));
  expectEqual(await Mine.create({ id: 2, tenant: "me", deletedAt: undefined }), row(2, "me"));
  expectEqual(await Mine.bulkCreate([{ id: 3, n: 1 }]), [row(3, "me", { n: 1 })]);
  const refuse = (columns: readonly string[]) => ({ error: ValidationError, code: "OUT_OF_SCOPE", columns });
  await expectFailure(() => Mine.create({ id: 4, deletedAt: 0 }), refuse(["deletedAt"]));
  await expectFailure(
    () => Mine.create({ id: 4, tenant: "you", deletedAt: 0 }),
    refuse(["tenant", "deletedAt"]),
  );
  expectEqual(await Doc.count(), 3);
}

async function keeps(world: World): Promise<void> {
  const Doc = await world.filled("docs", schema, [mine, theirs]);
  const Mine = Doc.scope({ tenant: "me" });
  const refuse = { error: ValidationError, code: "OUT_OF_SCOPE", table: "docs", columns: ["tenant"] };
  await expectFailure(() => Mine.update({ tenant: "you" }, { id: 1 }), refuse);
  await expectFailure(() => Mine.updateAll({ tenant: "you", n: 1 }), refuse);
  await expectFailure(() => Mine.updateById(1, { tenant: "you" }), refuse);
  await expectFailure(() => Mine.patch({ id: 1 }, { tenant: (d: { slug: unknown }) => d.slug }), refuse);
  await expectFailure(() => Mine.bulkUpdate([{ where: { id: 1 }, data: { tenant: "you" } }]), refuse);
  expectEqual(await Mine.update({ tenant: "me", n: 2 }, { id: 1 }), 1);
  expectEqual(await Doc.findAll(), [{ ...mine, n: 2 }, theirs]);
}

async function upserts(world: World): Promise<void> {
  const Doc = await world.filled("docs", { ...schema, slug: { type: "TEXT", unique: true } }, [mine, theirs]);
  const Mine = Doc.scope({ tenant: "me" });
  expectEqual(await Mine.upsert({ id: 1, n: 5 }), { ...mine, n: 5 });
  expectEqual(await Mine.upsert({ id: 3, n: 6 }), row(3, "me", { n: 6 }));
  expectEqual(await Mine.upsert({ id: 3 }), row(3, "me", { n: 6 }));
  await expectFailure(() => Mine.upsert({ id: 4, slug: "theirs" }, { conflict: ["slug"] }), {
    error: UniqueConstraintError,
    columns: ["slug"],
  });
  await expectFailure(() => Mine.upsert({ id: 2 }), { error: UniqueConstraintError, columns: ["id"] });
  await expectFailure(() => Mine.upsert({ id: 1, tenant: "stranger" }), {
    error: ValidationError,
    code: "OUT_OF_SCOPE",
  });
  expectEqual(await Doc.findAll(), [{ ...mine, n: 5 }, theirs, row(3, "me", { n: 6 })]);
}

async function softDeletes(world: World): Promise<void> {
  let time = 1;
  const orm = world.newORM({ now: () => new Date(time) });
  const versioned = {
    ...schema,
    changed: { type: "DATETIME", touch: now },
    version: { type: "INTEGER", notNull: true, version: true },
  };
  const Doc = world.define("docs", versioned, { orm });
  const Live = Doc.scope({ deletedAt: null }, { deleteAs: { deletedAt: now } });
  await Live.bulkCreate([1, 2, 3, 4, 5].map((id) => ({ id, tenant: "me" })));
  time = 2;
  expectEqual(await Live.delete({ id: 1 }), 1);
  expectEqual(await Live.delete({ id: 1 }), 0);
  expectEqual(await Live.bulkDelete([1, 2]), 1);
  const removed = await Live.delete({ id: 3 }, { returning: true });
  expectEqual(removed.map(({ id, deletedAt }) => [id, deletedAt]), [[3, null]]);
  expectEqual((await Live.findAll()).map(({ id }) => id), [4, 5]);
  time = 3;
  expectEqual(await Live.deleteAll(), 2);
  expectEqual(await Live.count(), 0);
  const at = (ms: number) => ({ deletedAt: new Date(ms), changed: new Date(ms), version: 2 });
  expectEqual(
    await Doc.findAll(),
    [1, 2, 3, 4, 5].map((id) => row(id, "me", at(id < 4 ? 2 : 3))),
  );
  await Doc.update({ deletedAt: null }, { id: 1 });
  expectEqual((await Live.findById(1))?.["version"], 3);
  expectEqual(await Doc.delete({ deletedAt: { $lt: 3 } }), 2);
  for (const bad of [{ deleteAs: {} }, { deleteAs: 5 }, { deleteAs: { nothing: 1 } }, { onDelete: {} }, 5]) {
    await expectFailure(() => Doc.scope({ deletedAt: null }, bad), { error: ValidationError });
  }
}

async function namesAgain(world: World): Promise<void> {
  const index = { columns: ["tenant", "slug"], unique: true, where: { deletedAt: null } };
  const Doc = world.define("docs", schema, { indexes: [index] });
  const Live = Doc.scope({ deletedAt: null }, { deleteAs: { deletedAt: now } });
  const Mine = Live.scope({ tenant: "me" });
  await Mine.create({ id: 1, slug: "a" });
  await expectFailure(() => Mine.create({ id: 2, slug: "a" }), { error: UniqueConstraintError });
  await Live.scope({ tenant: "you" }).create({ id: 3, slug: "a" });
  await Mine.delete({ slug: "a" });
  await Mine.create({ id: 2, slug: "a" });
  await expectFailure(() => Doc.update({ deletedAt: null }, { id: 1 }), { error: UniqueConstraintError });
  expectEqual((await Live.findAll()).map(({ id }) => id), [2, 3]);
}

async function scopesOfScopes(world: World): Promise<void> {
  const Doc = await world.filled("docs", schema, [mine, theirs, row(3, "me", { n: 7 })]);
  const Mine = Doc.scope({ tenant: "me" });
  const Large = Mine.scope({ n: { $gt: 5 } });
  expectEqual((await Large.findAll()).map(({ id }) => id), [3]);
  await expectFailure(() => Large.create({ id: 4, n: 1 }), { error: ValidationError, code: "OUT_OF_SCOPE" });
  expectEqual(await Large.create({ id: 4, n: 8 }), row(4, "me", { n: 8 }));
  const None = Mine.scope({ tenant: "stranger" });
  expectEqual([await None.count(), await None.updateAll({ n: 0 })], [0, 0]);
  await expectFailure(() => None.create({ id: 5 }), { error: ValidationError, code: "OUT_OF_SCOPE" });
  expectEqual(await Large.deleteAll(), 2);
  expectEqual(await Doc.findAll(), [mine, theirs]);
}

async function anyCondition(world: World): Promise<void> {
  const Doc = await world.filled("docs", schema, [mine, theirs]);
  const byFunction = Doc.scope((d: { slug: { startsWith(text: string): unknown } }) =>
    d.slug.startsWith("m")
  );
  expectEqual((await byFunction.findAll({ where: { n: 1 } })).map(({ id }) => id), [1]);
  await expectFailure(() => byFunction.create({ id: 3, tenant: "x", slug: "n" }), {
    error: ValidationError,
    code: "OUT_OF_SCOPE",
    columns: [],
  });
  const some = Doc.scope({ $or: [{ id: 1 }, { slug: { $in: ["a", "b"] } }], n: { $ne: 9 } });
  expectEqual(await some.update({ n: 2 }, { n: 1 }), 1);
  expectEqual(await some.create({ id: 4, tenant: "x", slug: "b" }), row(4, "x", { slug: "b" }));
  expectEqual((await Doc.scope({}).findAll()).length, 3);
  await expectFailure(() => Doc.scope({ nothing: 1 }), { error: ValidationError, code: "UNKNOWN_COLUMN" });
  await expectFailure(() => Doc.scope(undefined), { error: ValidationError });
}

async function related(world: World): Promise<void> {
  const named = { id: key, name: { type: "TEXT" }, gone: { type: "BOOLEAN", notNull: true, default: false } };
  const Author: TestModel = world.define("authors", named, {
    relations: {
      books: relate.hasMany(() => Book, "author"),
      live: relate.hasMany(() => LiveBook, "author"),
    },
  });
  const LiveAuthor = Author.scope({ gone: false });
  const Book: TestModel = world.define("books", { ...named, author: refers("authors", { notNull: true }) }, {
    relations: {
      writer: relate.belongsTo(() => Author, "author"),
      live: relate.belongsTo(() => LiveAuthor, "author"),
    },
  });
  const LiveBook: TestModel = Book.scope({ gone: false });
  await Author.bulkCreate([{ id: 1, name: "a" }, { id: 2, name: "b", gone: true }]);
  await Book.bulkCreate([
    { id: 1, author: 1 },
    { id: 2, author: 1, gone: true },
    { id: 3, author: 2 },
  ]);
  const ids = (rows: unknown) => (rows as Row[]).map(({ id }) => id);
  const [first] = await Author.findAll({
    with: { books: true, live: true },
    aggregates: { n: { of: "live", count: "*" }, all: { of: "books", count: "*" } },
  }) as [Row];
  expectEqual([ids(first["books"]), ids(first["live"]), first["n"], first["all"]], [[1, 2], [1], 1, 2]);
  const books = await LiveBook.findAll({ with: { writer: true, live: true } });
  expectEqual(
    books.map(({ id, writer, live }) => [id, (writer as Row)["id"], (live as Row | null)?.["id"] ?? null]),
    [[1, 1, 1], [3, 2, null]],
  );
  expectEqual((await LiveAuthor.findAll({ with: { live: true } })).map(({ live }) => ids(live)), [[1]]);
}
