import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type AsyncDriver, DataTypes, ORM, RinariError, toAsyncDriver } from "../../../mod.ts";
import { LibSQLDriver } from "../../../drivers/libsql.ts";
import { MemoryDriver } from "../../../drivers/memory.ts";
import { NodeSQLiteDriver } from "../../../drivers/node_sqlite.ts";
import { NaiveDriver, SlowNaiveDriver } from "../../support/naive_driver.ts";
import { describe, test } from "../../support/runner.ts";

const SCHEMA = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  name: { type: DataTypes.TEXT, unique: true },
  parent: { type: DataTypes.INTEGER, references: { table: "users", column: "id" } },
} as const;

const inMemory = { databases: { app: ":memory:" } } as const;
const deep = Array.from({ length: 8 }).reduce<object>((where) => ({ $not: where }), { id: { $near: 1 } });

/** A frame of the function that made the call, after those of the package. */
function assertTold(error: RinariError, caller: string): void {
  const { stack = "" } = error;
  const [first = ""] = stack.split("\n");
  assert(first.includes(error.message), stack);
  assert(stack.includes(caller), stack);
}

function defineUsers<D extends AsyncDriver>(driver: D) {
  const orm = new ORM({ driver });
  return { orm, User: orm.define("app", "users", SCHEMA) };
}

describe("An error tells the call that it comes from,", () => {
  for (const driver of [new MemoryDriver(), new NaiveDriver(), new NodeSQLiteDriver(inMemory)]) {
    test(`on a sync driver: ${driver.metadata.name}`, () => {
      using orm = new ORM({ driver });
      const User = orm.define("app", "users", SCHEMA);
      User.create({ name: "a" });
      function makesTwins(): void {
        User.create({ name: "a" });
      }
      function makesTwinsInBulk(): void {
        orm.transaction(() => {
          User.bulkCreate([{ name: "b" }, { name: "b" }]);
        });
      }
      function makesOrphans(): void {
        User.update({ parent: 99 }, { id: 1 });
      }
      function asksDeeply(): void {
        User.count(deep);
      }
      for (const caller of [makesTwins, makesTwinsInBulk, makesOrphans, asksDeeply]) {
        assertTold(assertThrows(caller, RinariError), caller.name);
      }
    });
  }

  const drivers: Readonly<Record<string, () => AsyncDriver>> = {
    "toAsyncDriver(memory)": () => toAsyncDriver(new MemoryDriver()),
    "toAsyncDriver(node-sqlite)": () => toAsyncDriver(new NodeSQLiteDriver(inMemory)),
    "slow-naive": () => new SlowNaiveDriver(),
    libsql: () => new LibSQLDriver(inMemory),
  };
  for (const [name, make] of Object.entries(drivers)) {
    test(`on an async driver: ${name}`, async () => {
      const { orm, User } = defineUsers(make());
      await User.create({ name: "a" });
      async function makesTwins(): Promise<void> {
        await User.create({ name: "a" });
      }
      async function makesTwinsInBulk(): Promise<void> {
        await orm.transaction(async () => {
          await User.bulkCreate([{ name: "b" }, { name: "b" }]);
        });
      }
      async function makesOrphansBesideOthers(): Promise<void> {
        await Promise.all([User.count(), User.update({ parent: 99 }, { id: 1 })]);
      }
      async function findsNobody(): Promise<void> {
        await User.findByIdOrFail(99);
      }
      async function asksDeeply(): Promise<void> {
        await User.count(deep);
      }
      async function runsPrepared(): Promise<void> {
        await User.prepare((given: { id: number }) => ({ where: { id: given.id } })).findOne({ id: 0.5 });
      }
      const callers = [
        makesTwins,
        makesTwinsInBulk,
        makesOrphansBesideOthers,
        findsNobody,
        asksDeeply,
        runsPrepared,
      ];
      for (const caller of callers) assertTold(await assertRejects(caller, RinariError), caller.name);
      await orm.disconnect();
    });
  }

  test("and leaves the limit of frames as it was, and a lower one alone", () => {
    const { stackTraceLimit } = Error;
    try {
      new RinariError("why");
      assertEquals(Error.stackTraceLimit, stackTraceLimit);
      Error.stackTraceLimit = 0;
      const { stack = "" } = new RinariError("why");
      assertEquals([stack.includes("    at "), Error.stackTraceLimit], [false, 0]);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  });

  test("and not what a callback throws that is no error of this package", async () => {
    const { orm } = defineUsers(toAsyncDriver(new MemoryDriver()));
    const own = new TypeError("mine");
    const { stack } = own;
    assertEquals(await orm.transaction(() => Promise.reject(own)).catch((error: unknown) => error), own);
    assertEquals(own.stack, stack);
    await orm.disconnect();
  });
});
