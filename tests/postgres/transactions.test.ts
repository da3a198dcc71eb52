import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  type AsyncDriver,
  ConflictError,
  DataTypes,
  ORM,
  TimeoutError,
  UniqueConstraintError,
} from "../../mod.ts";
import type {
  PostgresDriver,
  PostgresOptions,
} from "../../examples/custom-driver-postgres/postgres_driver.ts";
import { testPostgres } from "../support/postgres/each_place.ts";

const schema = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  name: { type: DataTypes.TEXT, unique: true },
  n: { type: DataTypes.INTEGER, default: 0 },
} as const;

const define = (driver: PostgresDriver) => {
  const orm = new ORM({ driver: driver as AsyncDriver });
  return { orm, Item: orm.define("app", "items", schema) };
};
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

await testPostgres(
  "postgres: transactions of two drivers that read and write the same row lose nothing",
  async ({ driver, again }) => {
    const sides = [define(driver), define(again())];
    await sides[0]?.Item.create({ name: "counter" });
    const increment = ({ orm, Item }: ReturnType<typeof define>) =>
      orm.transaction(async () => {
        const found = await Item.findOne({ where: { name: "counter" } });
        await pause(1);
        await Item.update({ n: (found?.n ?? 0) + 1 }, { name: "counter" });
      }, { retries: 100 });
    await Promise.all(
      Array.from({ length: 12 }, (_, i) => increment(sides[i % 2] as ReturnType<typeof define>)),
    );
    assertEquals((await sides[1]?.Item.findAll())?.map(({ n }) => n), [12]);
  },
  { only: "server" },
);

await testPostgres(
  "postgres: a conflict that is not retried is a ConflictError, and says that it may be",
  async ({ driver }) => {
    const { orm, Item } = define(driver);
    await Item.create({ name: "a" });
    const both = Array.from({ length: 2 }, () => Promise.withResolvers<void>());
    const updated = Promise.withResolvers<void>();
    const readWithOther = async (side: 0 | 1) => {
      await Item.findAll();
      both[side]?.resolve();
      await both[1 - side]?.promise;
    };
    const work = orm.transaction(async () => {
      await readWithOther(0);
      await Item.update({ n: 1 }, { name: "a" });
      updated.resolve();
      await pause(20);
    }, { retries: 0 });
    const other = orm.transaction(async () => {
      await readWithOther(1);
      await updated.promise;
      await Item.update({ n: 2 }, { name: "a" });
    }, { retries: 0 });
    const results = await Promise.allSettled([work, other]);
    const [lost] = results.flatMap((result) => result.status === "rejected" ? [result.reason] : []);
    assert(lost instanceof ConflictError, String(lost));
    assertEquals([lost.code, lost.retryable], ["CONFLICT", true]);
  },
  { only: "server" },
);

await testPostgres("postgres: two that wait for each other are not left waiting", async ({ driver }) => {
  const { orm, Item } = define(driver);
  await Item.bulkCreate([{ name: "a" }, { name: "b" }]);
  const both = (first: string, second: string) =>
    orm.transaction(async () => {
      await Item.update({ n: 1 }, { name: first });
      await pause(20);
      await Item.update({ n: 2 }, { name: second });
    }, { retries: 50 });
  await Promise.all([both("a", "b"), both("b", "a")]);
  assertEquals(new Set((await Item.findAll()).map(({ n }) => n)), new Set([1, 2]));
}, { only: "server", isolation: "read committed" });

await testPostgres(
  "postgres: a lock that another one holds too long is a conflict",
  async ({ driver, again }) => {
    const { orm, Item } = define(driver);
    await Item.create({ name: "a" });
    const { Item: Other } = define(again({ lockTimeout: 50 }));
    await orm.transaction(async () => {
      await Item.update({ n: 1 }, { name: "a" });
      // The flow of another driver is another flow, even here.
      const error = await assertRejects(() => Other.update({ n: 2 }, { name: "a" }), ConflictError);
      assertEquals([error.code, error.retryable], ["BUSY", true]);
    });
  },
  { only: "server", isolation: "read committed" },
);

await testPostgres("postgres: who finds no connection free waits, and not for ever", async ({ driver }) => {
  const { orm, Item } = define(driver);
  await Item.create({ name: "a" });
  let leave = (): void => undefined;
  const held = new Promise<void>((resolve) => leave = resolve);
  const holders = [1, 2].map(() =>
    orm.transaction(async () => {
      await Item.count();
      await held;
    })
  );
  await pause(50);
  const error = await assertRejects(async () => await Item.count(), TimeoutError);
  assertEquals([error.code, error.retryable], ["WAIT_TIMEOUT", true]);
  const patient = Item.count();
  await pause(20);
  leave();
  assertEquals(await patient, 1);
  await Promise.all(holders);
}, { only: "server", poolSize: 2, waitTimeout: 150 });

await testPostgres(
  "postgres: numbers that are given and numbers that are assigned never meet",
  async ({ driver, again }) => {
    const sides = [define(driver), define(again())];
    await sides[0]?.orm.ready();
    await sides[1]?.orm.ready();
    const given = Array.from(
      { length: 20 },
      (_, i) => sides[i % 2]?.Item.create({ id: (i + 1) * 7 }).catch((error) => error),
    );
    const assigned = Array.from({ length: 60 }, (_, i) => sides[i % 2]?.Item.create({}));
    const results = await Promise.all([...given, ...assigned]);
    // A number that is given may have been assigned before; one that is assigned is always new.
    const failures = results.filter((result) => result instanceof Error);
    assert(failures.every((error) => error instanceof UniqueConstraintError), String(failures));
    assert(results.slice(20).every((result) => !(result instanceof Error)));
    assertEquals(await sides[0]?.Item.count(), 80 - failures.length);
  },
  { only: "server" },
);

await testPostgres("postgres: a transaction of one write is three messages", async ({ driver, again }) => {
  await define(driver).Item.count();
  const sent: string[] = [];
  const options: PostgresOptions = { verbose: (text) => sent.push(text.split(" ")[0] as string) };
  const { orm, Item } = define(again(options));
  await Item.count();
  sent.length = 0;
  await orm.transaction(async () => {
    await Item.create({ name: "a" });
  });
  assertEquals(sent, ["BEGIN", "INSERT", "COMMIT"]);
  sent.length = 0;
  await assertRejects(() =>
    orm.transaction(async () => {
      await Item.create({ name: "b" });
      await Item.update({ n: 1 }, { name: "b" });
      await Item.create({ name: "a" });
    }), UniqueConstraintError);
  assertEquals(sent, [
    "BEGIN",
    "INSERT",
    "RELEASE",
    "UPDATE",
    "RELEASE",
    "INSERT",
    "ROLLBACK",
    "ROLLBACK",
  ]);
});
