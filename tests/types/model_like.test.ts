import { assertEquals } from "@std/assert";
import {
  type AnyModel,
  type AnyORM,
  type AsyncDriver,
  columns,
  DataTypes,
  type Mode,
  type Model,
  type ModelLike,
  ORM,
  type Result,
  type SyncDriver,
  toAsyncDriver,
} from "../../mod.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { expectType } from "../support/expect_type.ts";
import { test } from "../support/runner.ts";

interface Deletable {
  id: number;
  deletedAt: Date | null;
}

const base = columns({
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  deletedAt: { type: DataTypes.DATETIME },
});

function defineAll<D extends SyncDriver | AsyncDriver>(orm: ORM<D>) {
  return {
    User: orm.define("app", "users", {
      ...base,
      name: { type: DataTypes.TEXT, notNull: true },
      profile: { type: DataTypes.JSON },
    }),
    Note: orm.define("app", "notes", { ...base, text: { type: DataTypes.TEXT } }),
    Seat: orm.define("app", "seats", {
      row: { type: DataTypes.INTEGER, primaryKey: true },
      seat: { type: DataTypes.TEXT, primaryKey: true },
      price: { type: DataTypes.INTEGER, bigint: true },
    }),
  };
}

function softDelete<M extends Mode>(model: ModelLike<Deletable, M>, id: number): Result<M, number> {
  return model.update({ deletedAt: new Date(0) }, { id, deletedAt: null });
}

function live<Row extends Deletable, M extends Mode>(model: ModelLike<Deletable, M, Row>): Result<M, Row[]> {
  return model.findAll({ where: { deletedAt: null }, orderBy: [["id", "DESC"]] });
}

function total(models: readonly AnyModel<"sync">[]): number {
  return models.reduce((sum, model) => sum + model.count(), 0);
}

test("types: a function takes any model with the columns it names, and gives that model's rows", async () => {
  using orm = new ORM({ driver: new MemoryDriver() });
  const { User, Note, Seat } = defineAll(orm);
  User.bulkCreate([{ name: "Ada" }, { name: "Grace" }]);
  expectType(softDelete(User, 1)).toBe<number>();
  expectType(live(User)).toBe<(typeof User.$row)[]>();
  assertEquals([live(User).map(({ name }) => name), live(Note).length], [["Grace"], 0]);
  await using async = new ORM({ driver: toAsyncDriver(new MemoryDriver()) });
  const later = defineAll(async);
  await later.Note.create({ text: "x" });
  const rows = live(later.Note);
  expectType(rows).toBe<Promise<(typeof later.Note.$row)[]>>();
  assertEquals([(await rows)[0]?.text, await softDelete(later.Note, 1), await live(later.Note)], [
    "x",
    1,
    [],
  ]);
  const refused = () => {
    // @ts-expect-error: a seat has no deletedAt
    softDelete(Seat, 1);
  };
  assertEquals(typeof refused, "function");
});

test("types: a function that names the columns it needs is checked by them", () => {
  const refused = <M extends Mode>(model: ModelLike<Deletable, M>) => {
    // @ts-expect-error: it is called deletedAt
    model.findAll({ where: { deltedAt: null } });
    // @ts-expect-error: it is called where
    model.findAll({ wher: { deletedAt: null } });
    // @ts-expect-error: it is called deletedAt
    model.update({ deletdAt: null }, { id: 1 });
    // @ts-expect-error: a date is no boolean
    model.update({ deletedAt: true }, { id: 1 });
    // @ts-expect-error: what a new row needs is not known
    model.create({ deletedAt: null });
  };
  assertEquals(typeof refused, "function");
});

test("types: a repository is written once for all models", () => {
  class Repository<Row extends Deletable, Insert, M extends Mode> {
    readonly model: ModelLike<Deletable, M, Row, Insert>;
    constructor(model: ModelLike<Deletable, M, Row, Insert>) {
      this.model = model;
    }
    add(data: Insert): Result<M, Row> {
      return this.model.create(data);
    }
    addAll(data: readonly Insert[]): Result<M, Row[]> {
      return this.model.bulkCreate(data);
    }
    get(id: number): Result<M, Row | null> {
      return this.model.findById(id);
    }
  }
  using orm = new ORM({ driver: new MemoryDriver() });
  const { User } = defineAll(orm);
  const users = new Repository(User);
  expectType(users.add({ name: "Ada" })).toBe<typeof User.$row>();
  assertEquals([users.get(1)?.name, users.addAll([{ name: "Grace" }]).length], ["Ada", 1]);
  const refused = () => {
    // @ts-expect-error: it is called name
    users.add({ nam: "Ada" });
    // @ts-expect-error: name is required
    users.add({});
  };
  assertEquals(typeof refused, "function");
});

test("types: any model is an AnyModel, any ORM an AnyORM", async () => {
  using orm = new ORM({ driver: new MemoryDriver() });
  await using async = new ORM({ driver: toAsyncDriver(new MemoryDriver()) });
  const { User, Note, Seat } = defineAll(orm);
  const later = defineAll(async);
  interface Account {
    id: number;
    owner?: string;
  }
  const Accounts = orm.define<Account>("app", "accounts", {
    id: { type: DataTypes.INTEGER, primaryKey: true },
    owner: { type: DataTypes.TEXT },
  });
  const generic = <Row extends Record<string, unknown>, Insert extends object, Key>(
    model: Model<Row, Insert, Key, "sync">,
  ): number => total([model]);
  assertEquals([total([User, Note, Seat, Accounts, ...orm.getAllModels()]), generic(User)], [0, 0]);
  const all: AnyModel[] = [User, Seat, later.User, orm.model("app", "users")];
  assertEquals(all.map(({ table }) => table), ["users", "seats", "users", "users"]);
  const any: AnyModel<"sync"> = User;
  any.create({ name: "Ada" });
  assertEquals([any.findAll({ where: { name: "Ada" }, limit: 1 })[0]?.["name"], any.count({ id: 2 })], [
    "Ada",
    0,
  ]);

  const open = async (each: AnyORM): Promise<readonly string[]> => {
    await each.ready();
    return each.getDatabases();
  };
  const sync = (each: ORM<SyncDriver>): number => each.getAllModels().length;
  assertEquals([await open(orm), await open(async), sync(orm)], [["app"], ["app"], 4]);
});

test("types: a union of two models counts and finds", () => {
  using orm = new ORM({ driver: new MemoryDriver() });
  const { User, Note } = defineAll(orm);
  Note.create({ text: "x" });
  for (const model of [User, Note]) {
    const either = model as typeof User | typeof Note;
    const rows = either.findAll();
    expectType(rows).toBe<(typeof User.$row)[] | (typeof Note.$row)[]>();
    assertEquals([either.count(), either.findOne() === null], [rows.length, rows.length === 0]);
    const like: ModelLike<Deletable, "sync", typeof User.$row | typeof Note.$row> = either;
    assertEquals(like.findAll({ where: { deletedAt: null }, limit: 1 }).length, rows.length);
  }
});
