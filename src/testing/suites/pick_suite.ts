import { UnsupportedError, ValidationError } from "../../errors/mod.ts";
import { inList, notIn } from "../../query/operators.ts";
import type { Exprs } from "../../types/expression.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { take } from "../steps.ts";
import { has, promise, promiseIf, type TestCase } from "../test_case.ts";
import type { Row, TestModel } from "../test_model.ts";
import type { World } from "../world.ts";

/** Lists that another search finds. */
export const pickSuite: readonly TestCase[] = [
  promise("pick: `$in` and `$notIn` are what they are of the list of values, nulls included", means),
  promise("pick: nothing is read before the condition is run, and each time anew", deferred),
  promise("pick: takes a condition, an order, a limit, and lists of its own", nested),
  promise("pick: stands in every search, in aggregates, groups and prepared queries", everywhere),
  promise("pick: stands in changes, of its own table too", changes),
  promise("pick: one job is taken by one of many who take at the same moment", jobs),
  promise("pick: is refused where it makes no sense", refused),
  promiseIf(has("query"), "pick: a statement of `orm.sql` stands for a list", statements),
];

const POSTS = {
  id: { type: "INTEGER", primaryKey: true },
  author: { type: "INTEGER" },
  at: { type: "DATETIME" },
  data: { type: "JSON" },
  n: { type: "INTEGER", notNull: true, default: 0 },
} as const;
const TAGS = {
  id: { type: "INTEGER", primaryKey: true },
  post: { type: "INTEGER" },
  name: { type: "TEXT" },
  at: { type: "DATETIME" },
} as const;

interface Models {
  readonly Post: TestModel;
  readonly Tag: TestModel;
}

async function filled(world: World): Promise<Models> {
  const Post = await world.filled("posts", POSTS, [
    { id: 1, author: 1, at: 1000 },
    { id: 2, author: 2, at: 2000 },
    { id: 3, author: null, at: null },
    { id: 4, author: 1, at: 4000 },
  ]);
  const Tag = await world.filled("tags", TAGS, [
    { id: 1, post: 1, name: "a", at: 1000 },
    { id: 2, post: 2, name: "a", at: 4000 },
    { id: 3, post: null, name: "b", at: null },
    { id: 4, post: 4, name: "b", at: null },
  ]);
  return { Post, Tag };
}

async function ids(Model: TestModel, where: unknown): Promise<unknown[]> {
  return (await Model.findAll({ where })).map(({ id }) => id);
}

async function means(world: World): Promise<void> {
  const { Post, Tag } = await filled(world);
  const lists: readonly (readonly [where: object, values: unknown[]])[] = [
    [{ name: "a" }, [1, 2]],
    [{ name: "b" }, [null, 4]],
    [{ name: "nobody" }, []],
    [{}, [1, 2, null, 4]],
  ];
  for (const [where, values] of lists) {
    const list = Tag.pick("post", { where });
    for (const column of ["id", "author"]) {
      for (const operator of ["$in", "$notIn", "$nin"]) {
        expectEqual(
          await ids(Post, { [column]: { [operator]: list } }),
          await ids(Post, { [column]: { [operator]: values } }),
        );
      }
      expectEqual(
        await ids(Post, { [column]: inList(list as never) }),
        await ids(Post, { [column]: { $in: values } }),
      );
      expectEqual(
        await ids(Post, { [column]: notIn(list as never) }),
        await ids(Post, { [column]: { $notIn: values } }),
      );
      expectEqual(
        await ids(Post, { $not: { [column]: { $in: list } }, n: 0 }),
        await ids(Post, { [column]: { $notIn: values }, n: 0 }),
      );
    }
  }
  expectEqual(await ids(Post, { at: { $in: Tag.pick("at") } }), [1, 3, 4]);
}

async function deferred(world: World): Promise<void> {
  const { Post, Tag } = await filled(world);
  const where = { id: { $in: Tag.pick("post", { where: { name: "c" } }) } };
  expectEqual(await ids(Post, where), []);
  await Tag.create({ id: 9, post: 3, name: "c" });
  expectEqual(await ids(Post, where), [3]);
  await Tag.update({ post: null }, { id: 9 });
  expectEqual(await ids(Post, where), []);
  // A table that is not made yet is made when it is asked.
  const Later = world.define("later", TAGS);
  expectEqual(await ids(Post, { id: { $in: Later.pick("post") } }), []);
}

async function nested(world: World): Promise<void> {
  const { Post, Tag } = await filled(world);
  const last = Tag.pick("post", { where: { post: { $ne: null } }, orderBy: [["id", "DESC"]], limit: 2 });
  expectEqual(await ids(Post, { id: { $in: last } }), [2, 4]);
  const ofAuthor = Tag.pick("post", { where: { post: { $in: Post.pick("id", { where: { author: 1 } }) } } });
  expectEqual(await ids(Post, { id: { $in: ofAuthor } }), [1, 4]);
  expectEqual(
    await ids(Post, { $or: [{ id: { $in: last } }, { author: { $in: Tag.pick("id", { limit: 1 }) } }] }),
    [1, 2, 4],
  );
  expectEqual(await ids(Post, { id: { $in: Tag.pick("post", { limit: 0 }) } }), []);
}

async function everywhere(world: World): Promise<void> {
  const { Post, Tag } = await filled(world);
  const where = { id: { $in: Tag.pick("post", { where: { name: "b" } }) } };
  expectEqual(await Post.count(where), 1);
  expectEqual(await Post.exists(where), true);
  expectEqual((await Post.findOne({ where }))?.["id"], 4);
  expectEqual((await Post.paginate({ where, size: 1 })).rows.map(({ id }) => id), [4]);
  expectEqual(await Post.sum("author", where), 1);
  expectEqual(await Post.groupBy({ by: ["author"], aggregates: { n: { count: "*" } }, where }), [{
    author: 1,
    n: 1,
  }]);
  const rows: unknown[] = [];
  for await (const { id } of Post.iterate({ where: { id: { $notIn: Tag.pick("post") } } })) rows.push(id);
  expectEqual(rows, [3]);
  await Post.explain({ where });
  const tagged = Post.prepare(({ name }) => ({
    where: { id: { $in: Tag.pick("post", { where: { name } }) } },
  }));
  expectEqual((await tagged.findAll({ name: "a" })).map(({ id }) => id), [1, 2]);
  expectEqual((await tagged.findAll({ name: "b" })).map(({ id }) => id), [4]);
  await world.transaction(function* () {
    yield* take(Tag.create({ id: 7, post: 3, name: "b" }));
    expectEqual(yield* take(Post.count(where)), 2);
  });
}

async function changes(world: World): Promise<void> {
  const { Post, Tag } = await filled(world);
  const of = (name: string) => ({ id: { $in: Tag.pick("post", { where: { name } }) } });
  expectEqual(await Post.update({ n: 1 }, of("a")), 2);
  expectEqual(await Post.update({ n: (p: Exprs<{ n: number }>) => p.n.plus(5) }, of("b")), 1);
  expectEqual(
    await Post.bulkUpdate([{ where: of("a"), data: { n: 2 } }, { where: { id: 3 }, data: { n: 3 } }]),
    3,
  );
  expectEqual((await Post.findAll()).map(({ n }) => n), [2, 2, 3, 5]);
  const changed = await Post.update({ n: 9 }, of("a"), { returning: true });
  expectEqual(changed.map(({ id, n }) => [id, n]), [[1, 9], [2, 9]]);
  const least = { id: { $in: Post.pick("id", { orderBy: [["n", "ASC"]], limit: 1 }) } };
  expectEqual((await Post.delete(least, { returning: true })).map(({ id }) => id), [3]);
  expectEqual(await Post.delete(of("b")), 1);
  expectEqual(await ids(Post, {}), [1, 2]);
}

async function jobs(world: World): Promise<void> {
  const Job = await world.filled("jobs", {
    id: { type: "INTEGER", primaryKey: true },
    state: { type: "TEXT", notNull: true, default: "new" },
  }, Array.from({ length: 6 }, (_, id) => ({ id })));
  const next = Job.pick("id", { where: { state: "new" }, orderBy: [["id", "ASC"]], limit: 1 });
  const grab = async (): Promise<Row[]> =>
    await Job.update({ state: "taken" }, { id: { $in: next } }, { returning: true });
  const taken = (await Promise.all(Array.from({ length: 8 }, grab))).flat();
  expectEqual(taken.map(({ id }) => Number(id)).toSorted((a, b) => a - b), [0, 1, 2, 3, 4, 5]);
}

async function refused(world: World): Promise<void> {
  const { Post, Tag } = await filled(world);
  const invalid = { error: ValidationError, code: "INVALID_WHERE" };
  await expectFailure(() => Post.findAll({ where: { id: { $in: Tag.pick("name") } } }), invalid);
  await expectFailure(() => Post.findAll({ where: { "data.a": { $in: Tag.pick("name") } } }), invalid);
  await expectFailure(() => Post.findAll({ where: { data: { $in: Tag.pick("name") } } }), invalid);
  await expectFailure(() => Post.findAll({ where: { id: Tag.pick("post") } }), { error: ValidationError });
  const Other = world.define("tags", TAGS, { database: world.otherDatabase });
  await expectFailure(() => Post.findAll({ where: { id: { $in: Other.pick("post") } } }), invalid);
  await expectFailure(async () => await Post.findAll({ where: { id: { $in: Tag.pick("nothing") } } }), {
    error: ValidationError,
    code: "UNKNOWN_COLUMN",
  });
  const options = { error: ValidationError, code: "INVALID_OPTIONS" };
  await expectFailure(async () => await Post.count({ id: { $in: Post.pick("data") } }), options);
  await expectFailure(
    async () => await Post.count({ id: { $in: Tag.pick("post", { select: ["id"] }) } }),
    options,
  );
  await expectFailure(
    async () =>
      await Post.createIndex("some", {
        columns: ["n"],
        unique: true,
        where: { id: { $in: Tag.pick("post") } },
      }),
    { error: ValidationError, code: "INVALID_INDEX" },
  );
  const having = { n: { $in: Tag.pick("id") } };
  const aggregates = { n: { count: "*" } };
  await expectFailure(() => Post.groupBy({ by: ["author"], aggregates, having }), options);
  await expectFailure(async () => await Post.scope({ id: { $in: Tag.pick("post") } }).count(), options);
  // What only looks like one is none.
  await expectFailure(() => Post.findAll({ where: { id: { $in: { find: 1, accepts: 1 } } } }), invalid);
}

async function statements(world: World): Promise<void> {
  const { Post } = await filled(world);
  const sql = world.orm.sql(world.database);
  try {
    await sql`SELECT ${sql.id("id")} FROM ${sql.id("tags")}`.all();
  } catch (error) {
    // A SQL driver has `query` also where its engine runs no SQL by hand.
    if (error instanceof UnsupportedError) return;
    throw error;
  }
  const found = (name: string) =>
    sql`SELECT ${sql.id("post")} FROM ${sql.id("tags")} WHERE ${sql.id("name")} = ${name}`;
  expectEqual(await ids(Post, { id: { $in: found("a") } }), [1, 2]);
  expectEqual(await ids(Post, { author: { $in: found("b") } }), [3]);
  expectEqual(await ids(Post, { id: { $notIn: found("b") } }), [1, 2, 3]);
  expectEqual(await Post.update({ n: 4 }, { id: { $in: found("a") } }), 2);
  const two = sql`SELECT ${sql.id("post")}, ${sql.id("name")} FROM ${sql.id("tags")}`;
  await expectFailure(() => Post.findAll({ where: { id: { $in: two } } }), {
    error: ValidationError,
    code: "INVALID_WHERE",
  });
}
