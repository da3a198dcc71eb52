import { assertEquals } from "@std/assert";
import {
  type AsyncDriver,
  DataTypes,
  eq,
  gt,
  inList,
  type JSONValue,
  like,
  type Model,
  or,
  ORM,
  type Page,
  type SyncDriver,
  toAsyncDriver,
  type,
  value,
} from "../../mod.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { expectType } from "../support/expect_type.ts";
import { test } from "../support/runner.ts";

interface Profile {
  city: string;
  tags: string[];
}

function defineUser<D extends SyncDriver | AsyncDriver>(orm: ORM<D>) {
  return orm.define("app", "users", {
    id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    name: { type: DataTypes.TEXT, notNull: true },
    role: { type: DataTypes.TEXT, notNull: true, values: ["admin", "member"], default: "member" },
    age: { type: DataTypes.INTEGER },
    balance: { type: DataTypes.INTEGER, bigint: true, notNull: true, default: 0n },
    score: { type: DataTypes.REAL },
    active: { type: DataTypes.BOOLEAN, notNull: true, default: true },
    born: { type: DataTypes.DATE },
    seen: { type: DataTypes.DATETIME, notNull: true, default: () => new Date(0) },
    profile: { type: DataTypes.JSON, as: type<Profile>() },
    anything: { type: DataTypes.JSON },
    avatar: { type: DataTypes.BLOB },
  });
}

test("types: a row has the schema's columns, null only where the schema allows it", () => {
  using orm = new ORM({ driver: new MemoryDriver() });
  const User = defineUser(orm);
  type Row = typeof User.$row;
  expectType({} as Row).toBe<{
    id: number;
    name: string;
    role: "admin" | "member";
    age: number | null;
    balance: bigint;
    score: number | null;
    active: boolean;
    born: Date | null;
    seen: Date;
    profile: Profile | null;
    anything: JSONValue;
    avatar: Uint8Array | null;
  }>();
  const row = User.create({ name: "Ada" });
  expectType(row).toBe<Row>();
  assertEquals(row.role, "member");
});

test("types: what create takes is required unless generated, defaulted or nullable", () => {
  using orm = new ORM({ driver: new MemoryDriver() });
  const User = defineUser(orm);
  User.create({ name: "Ada", role: "admin", born: "1815-12-10", seen: 0, balance: 5, age: undefined });
  const refused = () => {
    // @ts-expect-error: name is required
    User.create({});
    // @ts-expect-error: an unknown column
    User.create({ name: "Ada", nmae: "Ada" });
    // @ts-expect-error: null where the column refuses it
    User.create({ name: null });
    // @ts-expect-error: none of the values
    User.create({ name: "Ada", role: "root" });
    // @ts-expect-error: a string where a number is needed
    User.create({ name: "Ada", age: "36" });
    // @ts-expect-error: JSON of another type
    User.create({ name: "Ada", profile: { city: 1, tags: [] } });
  };
  assertEquals(typeof refused, "function");
});

test("types: a where takes values, operators and paths that fit the column", () => {
  using orm = new ORM({ driver: new MemoryDriver() });
  const User = defineUser(orm);
  User.findAll({
    where: {
      name: "Ada",
      age: { $gte: 18, $ne: null },
      role: { $in: ["admin", "member"] },
      seen: { $between: [new Date(0), "2030-01-01T00:00:00Z"] },
      born: "1815-12-10",
      balance: { $gt: 1n },
      "profile.city": { $like: "p%" },
      $or: [{ age: gt(18) }, { name: like("a%") }, { name: value("x") }, { age: eq(null) }, {
        age: inList([1, null]),
      }],
      $not: { active: true },
    },
  });
  User.findAll({ where: or({ age: 1 }, { name: "x" }) });
  const refused = () => {
    // @ts-expect-error: an unknown column
    User.findAll({ where: { nmae: "Ada" } });
    // @ts-expect-error: a number where a string is needed
    User.findAll({ where: { name: 5 } });
    // @ts-expect-error: an unknown operator
    User.findAll({ where: { age: { $regex: "a" } } });
    // @ts-expect-error: a text match on a number
    User.findAll({ where: { age: { $like: "1%" } } });
    // @ts-expect-error: an order comparison of booleans
    User.findAll({ where: { active: { $gt: false } } });
    // @ts-expect-error: none of the values
    User.findAll({ where: { role: "root" } });
    // @ts-expect-error: an operator of another type
    User.findAll({ where: { age: gt("18") } });
    // @ts-expect-error: a path into a column that is no JSON
    User.findAll({ where: { "name.first": "Ada" } });
    // @ts-expect-error: an unknown column in the order
    User.findAll({ orderBy: [["nmae", "ASC"]] });
    // @ts-expect-error: an unknown direction
    User.findAll({ orderBy: [["name", "UP"]] });
    // @ts-expect-error: an unknown option
    User.findAll({ wehre: { name: "Ada" } });
  };
  assertEquals(typeof refused, "function");
});

test("types: select narrows the row", () => {
  using orm = new ORM({ driver: new MemoryDriver() });
  const User = defineUser(orm);
  const rows = User.findAll({ select: ["id", "name"] });
  expectType(rows).toBe<Pick<typeof User.$row, "id" | "name">[]>();
  const one = User.findOne({ select: ["role"] });
  expectType(one).toBe<Pick<typeof User.$row, "role"> | null>();
  const page = User.paginate({ select: ["id"], size: 10 });
  expectType(page).toBe<Page<Pick<typeof User.$row, "id">>>();
  for (const row of User.iterate({ select: ["age"] })) expectType(row.age).toBe<number | null>();
  const refused = () => {
    // @ts-expect-error: a column that was not selected
    rows[0]?.age;
    // @ts-expect-error: an unknown column
    User.findAll({ select: ["nmae"] });
  };
  assertEquals(typeof refused, "function");
});

test("types: a sync driver gives values, an async driver Promises", async () => {
  using sync = new ORM({ driver: new MemoryDriver() });
  const User = defineUser(sync);
  expectType(User.count()).toBe<number>();
  expectType(User.findById(1)).toBe<typeof User.$row | null>();
  expectType(sync.ready()).toBe<void>();
  expectType(User.transaction(() => 5)).toBe<number>();
  const refused = () => {
    // @ts-expect-error: an async callback of a sync driver
    User.transaction(async () => await Promise.resolve(1));
    // @ts-expect-error: the same through the ORM
    sync.transaction(() => Promise.resolve(1));
  };
  assertEquals(typeof refused, "function");

  await using async = new ORM({ driver: toAsyncDriver(new MemoryDriver()) });
  const Later = defineUser(async);
  const count = Later.count();
  expectType(count).toBe<Promise<number>>();
  assertEquals(await count, 0);
  const found = Later.findAll({ select: ["id"] });
  expectType(found).toBe<Promise<Pick<typeof Later.$row, "id">[]>>();
  await found;
  const result = Later.transaction(() => Promise.resolve("x"));
  expectType(result).toBe<Promise<string>>();
  assertEquals(await result, "x");
  for await (const row of Later.iterate()) expectType(row.name).toBe<string>();
});

test("types: aggregates have the types of their columns", () => {
  using orm = new ORM({ driver: new MemoryDriver() });
  const User = defineUser(orm);
  expectType(User.sum("age")).toBe<number>();
  expectType(User.sum("balance")).toBe<bigint>();
  expectType(User.avg("score")).toBe<number | null>();
  expectType(User.min("name")).toBe<string | null>();
  expectType(User.max("seen")).toBe<Date | null>();
  const all = User.aggregate({ n: { count: "*" }, oldest: { max: "age" }, total: { sum: "balance" } });
  expectType(all).toBe<{ n: number; oldest: number | null; total: bigint }>();
  const groups = User.groupBy({ by: ["role"], aggregates: { n: { count: "*" } }, having: { n: { $gt: 1 } } });
  expectType(groups).toBe<{ role: "admin" | "member"; n: number }[]>();
  const refused = () => {
    // @ts-expect-error: a sum of text
    User.sum("name");
    // @ts-expect-error: the least JSON value
    User.min("profile");
    // @ts-expect-error: an order by what is not in the group
    User.groupBy({ by: ["role"], aggregates: { n: { count: "*" } }, orderBy: [["age", "ASC"]] });
  };
  assertEquals(typeof refused, "function");
});

test("types: the key is the primary key's value, or an object of its columns", () => {
  using orm = new ORM({ driver: new MemoryDriver() });
  const Code = orm.define("app", "codes", { code: { type: DataTypes.TEXT, primaryKey: true } });
  assertEquals(Code.findById("FR"), null);
  const Seat = orm.define("app", "seats", {
    row: { type: DataTypes.INTEGER, primaryKey: true },
    seat: { type: DataTypes.TEXT, primaryKey: true },
  });
  assertEquals(Seat.findById({ row: 1, seat: "a" }), null);
  const refused = () => {
    // @ts-expect-error: a number where the key is text
    Code.findById(1);
    // @ts-expect-error: a part of the key
    Seat.findById({ row: 1 });
  };
  assertEquals(typeof refused, "function");
});

test("types: an interface defines the row", () => {
  interface Account {
    id: number;
    owner: string;
    note: string | null;
    opened?: Date;
  }
  using orm = new ORM({ driver: new MemoryDriver() });
  const Accounts = orm.define<Account>("app", "accounts", {
    id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    owner: { type: DataTypes.TEXT, notNull: true },
    note: { type: DataTypes.TEXT },
    opened: { type: DataTypes.DATETIME },
  });
  const row = Accounts.create({ owner: "Ada" });
  expectType(row).toBe<{ id: number; owner: string; note: string | null; opened: Date }>();
  assertEquals(row.note, null);
  const refused = () => {
    // @ts-expect-error: owner is required
    Accounts.create({});
    // @ts-expect-error: a column of the interface is missing
    orm.define<Account>("app", "less", { id: { type: DataTypes.INTEGER, primaryKey: true } });
  };
  assertEquals(typeof refused, "function");
});

test("types: a prepared query takes the parameters its builder names", () => {
  using orm = new ORM({ driver: new MemoryDriver() });
  const User = defineUser(orm);
  const older = User.prepare((given: { age: number; roles: ("admin" | "member")[] }) => ({
    where: { age: { $gt: given.age }, role: { $in: given.roles } },
    select: ["id"],
  }));
  const rows = older.findAll({ age: 18, roles: ["admin"] });
  expectType(rows).toBe<Pick<typeof User.$row, "id">[]>();
  const refused = () => {
    // @ts-expect-error: a parameter is missing
    older.findAll({ age: 18 });
    // @ts-expect-error: a parameter of another type
    older.findAll({ age: "18", roles: [] });
  };
  assertEquals(typeof refused, "function");
});

/** What a team writes once for all its models: inside it, only the type parameters are known. */
class Repository<Row extends { id: number }, Insert extends object> {
  readonly model: Model<Row, Insert, number, "sync">;

  constructor(model: Model<Row, Insert, number, "sync">) {
    this.model = model;
  }

  get(id: number): Row | null {
    return this.model.findById(id);
  }

  first(): Row | null {
    return this.model.findOne();
  }

  list(): readonly Row[] {
    return this.model.findAll({ limit: 10 });
  }

  ids(): number[] {
    return this.model.findAll({ select: ["id"] }).map((row) => row.id);
  }

  each(): IterableIterator<Row> {
    return this.model.iterate();
  }
}

test("types: a class of one's own, generic over models, gets whole rows", () => {
  const users = new Repository(defineUser(new ORM({ driver: new MemoryDriver() })));
  users.model.create({ name: "Ada" });
  expectType(users.first()?.name).toBe<string | undefined>();
  assertEquals([users.get(1)?.name, users.list().length, users.ids(), [...users.each()].length], ["Ada", 1, [
    1,
  ], 1]);
});
