import { assert, assertEquals } from "@std/assert";
import { MemoryDriver } from "../../drivers/memory.ts";
import { DataTypes, now, ORM, RinariError, type SyncDriver } from "../../mod.ts";
import { type Random, random } from "../support/random.ts";
import { describe, test } from "../support/runner.ts";
import { torture } from "../support/torture.ts";
import { sqliteDrivers } from "../unit/sql/sqlite_drivers.ts";

const TENANTS = ["me", "you"] as const;

function models(driver: SyncDriver) {
  const orm = new ORM({ driver });
  const Item = orm.define("app", "items", {
    id: { type: DataTypes.INTEGER, primaryKey: true },
    tenant: { type: DataTypes.TEXT, notNull: true },
    slug: { type: DataTypes.TEXT, unique: true },
    n: { type: DataTypes.INTEGER },
    deletedAt: { type: DataTypes.DATETIME },
    version: { type: DataTypes.INTEGER, notNull: true, version: true },
  });
  const Mine = Item.scope({ deletedAt: null }, { deleteAs: { deletedAt: now } }).scope({ tenant: "me" });
  return { orm, Item, Mine };
}

type Mine = ReturnType<typeof models>["Mine"];

interface Values {
  readonly id: number;
  readonly n: number;
  readonly slug: string;
  readonly where: object;
}

function draw({ int, oneIn }: Random): Values {
  const n = int(4);
  const id = 1 + int(8);
  const wheres = [
    { id },
    { n },
    { tenant: "you" },
    { $or: [{ tenant: "you" }, { n }] },
    { $not: { tenant: "me" } },
    { id: { $gt: id } },
    { deletedAt: { $ne: null } },
    { slug: `s${n}` },
  ];
  return { id, n, slug: oneIn(2) ? `s${int(4)}` : `t${id}`, where: wheres[int(wheres.length)] as object };
}

/** What is done through the scope. */
const STEPS: Readonly<Record<string, (mine: Mine, values: Values) => unknown>> = {
  create: (mine, { id, n, slug }) => mine.create({ id, n, slug }),
  bulkCreate: (mine, { id, n, slug }) => mine.bulkCreate([{ id, n, slug }, { id: id + 1, n }]),
  update: (mine, { n, where }) => mine.update({ n: n + 1 }, where),
  computed: (mine, { where }) => mine.update({ n: (row) => row.n.plus(1) }, where),
  rename: (mine, { id, slug }) => mine.update({ slug }, { id }),
  updateAll: (mine, { n }) => mine.updateAll({ n }),
  updateById: (mine, { id, n }) => mine.updateById(id, { n }),
  patch: (mine, { id, n }) => mine.patch({ id, version: 1 + n }, { n }),
  bulkUpdate: (mine, { where, n }) =>
    mine.bulkUpdate([{ where, data: { n } }, { where: { n }, data: { n: 9 } }]),
  upsert: (mine, { id, n, slug }) => mine.upsert({ id, n, slug }),
  upsertBySlug: (mine, { id, n, slug }) => mine.upsert({ id, n, slug }, { conflict: "slug" }),
  bulkUpsert: (mine, { id, n, slug }) => mine.bulkUpsert([{ id, n, slug }]),
  findOrCreate: (mine, { id, n, slug }) => mine.findOrCreate({ id, n, slug }),
  delete: (mine, { where }) => mine.delete(where),
  bulkDelete: (mine, { id }) => mine.bulkDelete([id, id + 1]),
  deleteAll: (mine, { n }) => n === 0 ? mine.deleteAll() : 0,
  escape: (mine, { where }) => mine.update({ tenant: "you" } as object, where),
  steal: (mine, { id, slug }) => mine.create({ id, slug, tenant: "you" } as never),
  reads: (mine, { where, id }) => [
    mine.findAll({ where }),
    mine.findById(id) ?? [],
    [...mine.iterate({ where })],
    mine.paginate({ where, size: 3 }).rows,
    mine.findOne({ where }) ?? [],
  ],
};

describe("scope", () => {
  for (
    const { name, make } of [{ name: "memory", make: () => new MemoryDriver() }, ...sqliteDrivers.slice(0, 1)]
  ) {
    test(`any sequence of operations leaves rows outside untouched and unseen: ${name}`, () => {
      for (let seed = 1; seed <= (torture ? 500 : 15); seed++) {
        sequence(make({ databases: { app: ":memory:" } }), seed);
      }
    });
  }
});

function sequence(driver: SyncDriver, seed: number): void {
  const { orm, Item, Mine } = models(driver);
  const source = random(seed);
  const taken = new Set<string>();
  for (let id = 1; id <= 6; id++) {
    const slug = `s${source.int(6)}`;
    if (taken.has(slug)) continue;
    taken.add(slug);
    const deletedAt = source.oneIn(3) ? new Date(id) : null;
    Item.create({ id, tenant: TENANTS[source.int(2)] as string, slug, n: source.int(4), deletedAt });
  }
  const names = Object.keys(STEPS);
  for (let step = 0; step < 30; step++) {
    const name = names[source.int(names.length)] as string;
    const values = draw(source);
    const outside = () =>
      Item.findAll({ where: { $or: [{ tenant: { $ne: "me" } }, { deletedAt: { $ne: null } }] } });
    const before = outside();
    const count = Mine.count();
    let answer: unknown = null;
    try {
      answer = STEPS[name]?.(Mine, values);
    } catch (error) {
      // A refusal is an answer: what it must not do is change or show anything.
      if (!(error instanceof RinariError)) throw error;
      assertEquals(Mine.count(), count, `${name} of seed ${seed} was refused, and changed something`);
    }
    const what = `${name} of seed ${seed}, step ${step}, ${JSON.stringify(values)}`;
    const after = new Map(outside().map((row) => [row.id, row]));
    for (const row of before) assertEquals(after.get(row.id), row, what);
    assert(!JSON.stringify(answer).includes('"you"'), what);
  }
  orm.disconnect();
}
