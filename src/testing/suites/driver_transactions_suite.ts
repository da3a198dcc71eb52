import { expectEqual, expectFailure, expectThrown, expectTrue, failing, throwing } from "../assertions.ts";
import { runSteps, type Steps, take } from "../steps.ts";
import { all, declares, has, promise, promiseIf, reopens, type TestCase } from "../test_case.ts";
import type { World } from "../world.ts";
import { allRows, type DirectTable, directTable, idsOf } from "./direct_table.ts";

const hasTransactions = declares("transactions");
const hasSavepoints = all(hasTransactions, declares("savepoints"));

/** The transactions a driver declares. */
export const driverTransactionsSuite: readonly TestCase[] = [
  promise("driver.transaction: passes on what its callback returns or throws", passesOn),
  promise("driver.transaction: passes on what is thrown also when it is no Error", passesOnAnything),
  promiseIf(hasTransactions, "driver.transaction: keeps the work when its callback returns", keeps),
  promiseIf(
    hasTransactions,
    "driver.transaction: undoes every kind of write when its callback throws",
    undoes,
  ),
  promiseIf(
    hasTransactions,
    "driver.transaction: is undone also when what is thrown is no Error",
    undoesForAnything,
  ),
  promiseIf(all(hasTransactions, reopens), "driver.disconnect: undoes an open transaction", disconnects),
  promiseIf(hasTransactions, "driver.transaction: nothing of an undone one leaks into the next", leaks),
  promiseIf(hasSavepoints, "driver.transaction: inside another it is undone alone", nested),
  promiseIf(
    hasSavepoints,
    "driver.transaction: inside another it is undone also when what is thrown is no Error",
    nestedForAnything,
  ),
  promiseIf(hasSavepoints, "driver.transaction: inside another that throws it is undone too", outer),
  promiseIf(
    all(hasTransactions, has("begin")),
    "driver.begin: commit keeps the work, rollback undoes it",
    begins,
  ),
  promiseIf(all(hasSavepoints, has("begin")), "driver.begin: inside another it is a savepoint", beginsInside),
];

class Undo extends Error {}

/** What may be thrown too: each is easily taken for nothing thrown. */
const NO_ERRORS: readonly unknown[] = [undefined, null, 0, "", false, NaN];

const schema = {
  id: { type: "INTEGER", primaryKey: true, notNull: true },
  name: { type: "TEXT" },
} as const;

function items(world: World): Promise<DirectTable> {
  return directTable(world, "items", schema, [{ id: 1, name: "a" }, { id: 2, name: "b" }]);
}

async function transaction<T>(world: World, steps: () => Steps<T>): Promise<T> {
  const driver = await world.direct();
  return await driver.transaction(() => runSteps(world.mode, steps));
}

async function passesOn(world: World): Promise<void> {
  const { driver, db, name } = await items(world);
  const given = { any: "value" };
  const returned = await transaction(world, function* () {
    yield driver.count(db, name);
    return given;
  });
  expectTrue(returned === given, "what the callback returns is returned");
  const reason = new Undo("undo");
  const work = () =>
    transaction(world, function* () {
      yield driver.count(db, name);
      throw reason;
    });
  expectTrue(await expectFailure(work, { error: Undo }) === reason, "what the callback throws is thrown");
}

async function passesOnAnything(world: World): Promise<void> {
  const { driver, db, name } = await items(world);
  for (const reason of NO_ERRORS) {
    const forget = world.log.part();
    const work = () =>
      transaction(world, function* () {
        yield driver.count(db, name);
        throw reason;
      });
    await expectThrown(work, reason);
    forget();
  }
}

async function undoesForAnything(world: World): Promise<void> {
  const table = await items(world);
  const { driver, db, name } = table;
  const before = await allRows(table);
  for (const reason of NO_ERRORS) {
    const forget = world.log.part();
    const work = () =>
      transaction(world, function* () {
        yield driver.delete(db, name, { id: 1 });
        throw reason;
      });
    await expectThrown(work, reason);
    expectEqual(await allRows(table), before);
    forget();
  }
}

async function nestedForAnything(world: World): Promise<void> {
  const table = await items(world);
  const { driver, db, name } = table;
  await transaction(world, function* () {
    for (const reason of NO_ERRORS) {
      const inner = () =>
        driver.transaction(() =>
          runSteps(world.mode, function* () {
            yield driver.delete(db, name, { id: 1 });
            throw reason;
          })
        );
      yield* throwing(inner, reason);
    }
    yield driver.insert(db, name, { id: 3, name: "c" });
  });
  expectEqual(idsOf(await allRows(table)), [1, 2, 3]);
}

async function keeps(world: World): Promise<void> {
  const table = await items(world);
  const { driver, db, name } = table;
  const count = await transaction(world, function* () {
    yield driver.insert(db, name, { id: 3, name: "c" });
    yield driver.delete(db, name, { id: 1 });
    return yield* take(driver.count(db, name));
  });
  expectEqual(count, 2);
  expectEqual(idsOf(await allRows(table)), [2, 3]);
}

async function undoes(world: World): Promise<void> {
  const table = await items(world);
  const { driver, db, name } = table;
  const before = await allRows(table);
  const writes: readonly (() => unknown)[] = [
    () => driver.insert(db, name, { id: 3, name: "c" }),
    () => driver.bulkInsert(db, name, [{ id: 4, name: "d" }, { id: 5, name: null }]),
    () => driver.update(db, name, { name: "z" }, { id: 1 }),
    () => driver.update(db, name, { id: 9 }, { id: 1 }),
    () => driver.bulkUpdate(db, name, [{ where: { id: 2 }, data: { name: null } }]),
    () => driver.delete(db, name, { id: 2 }),
    () => driver.delete(db, name, {}),
  ];
  for (const write of writes) {
    const work = () =>
      transaction(world, function* () {
        yield write();
        throw new Undo();
      });
    const forget = world.log.part();
    await expectFailure(work, { error: Undo });
    expectEqual(await allRows(table), before);
    forget();
  }
  const everything = () =>
    transaction(world, function* () {
      for (const write of writes) yield write();
      throw new Undo();
    });
  await expectFailure(everything, { error: Undo });
  expectEqual(await allRows(table), before);
}

async function disconnects(world: World): Promise<void> {
  const before = await allRows(await items(world));
  await (world.mode === "sync" ? disconnectInside(world) : disconnectBeside(world));
  await world.reopen();
  expectEqual(await allRows(await directTable(world, "items", schema)), before);
}

async function disconnectInside(world: World): Promise<void> {
  const driver = await world.direct();
  const work = () =>
    transaction(world, function* () {
      yield driver.insert(world.database, "items", { id: 3, name: "c" });
      yield driver.disconnect();
    });
  await expectFailure(work, { error: Error });
}

async function disconnectBeside(world: World): Promise<void> {
  const driver = await world.direct();
  let inside = (): void => {};
  let end = (): void => {};
  const written = new Promise<void>((resolve) => inside = resolve);
  const ended = new Promise<void>((resolve) => end = resolve);
  const work = driver.transaction(async () => {
    await driver.insert(world.database, "items", { id: 3, name: "c" });
    inside();
    await ended;
  });
  const refused = expectFailure(() => work, { error: Error });
  await Promise.race([written, refused]);
  const closed = driver.disconnect();
  // A driver that waits for the transaction is not waited for.
  await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 20))]);
  end();
  await refused;
  await closed;
}

async function leaks(world: World): Promise<void> {
  const table = await items(world);
  const { driver, db, name } = table;
  for (let i = 0; i < 5; i++) {
    const work = () =>
      transaction(world, function* () {
        yield driver.insert(db, name, { id: 10, name: "leak" });
        throw new Undo();
      });
    await expectFailure(work, { error: Undo });
    await driver.insert(db, name, { id: 20 + i, name: "kept" });
    await transaction(world, function* () {
      yield driver.insert(db, name, { id: 30 + i, name: "kept" });
    });
  }
  expectEqual(idsOf(await allRows(table)), [1, 2, 20, 21, 22, 23, 24, 30, 31, 32, 33, 34]);
}

async function nested(world: World): Promise<void> {
  const table = await items(world);
  const { driver, db, name } = table;
  await transaction(world, function* () {
    yield driver.insert(db, name, { id: 3, name: "outer" });
    const inner = () =>
      driver.transaction(() =>
        runSteps(world.mode, function* () {
          yield driver.delete(db, name, {});
          throw new Undo();
        })
      );
    yield* failing(inner, { error: Undo });
    yield driver.insert(db, name, { id: 4, name: "after" });
  });
  expectEqual(idsOf(await allRows(table)), [1, 2, 3, 4]);
}

async function outer(world: World): Promise<void> {
  const table = await items(world);
  const { driver, db, name } = table;
  const work = () =>
    transaction(world, function* () {
      yield driver.insert(db, name, { id: 3, name: "outer" });
      yield driver.transaction(() =>
        runSteps(world.mode, function* () {
          yield driver.insert(db, name, { id: 4, name: "inner" });
        })
      );
      throw new Undo();
    });
  await expectFailure(work, { error: Undo });
  expectEqual(idsOf(await allRows(table)), [1, 2]);
}

async function begins(world: World): Promise<void> {
  const table = await items(world);
  const { driver, db, name } = table;
  const first = await driver.begin?.();
  await driver.insert(db, name, { id: 3, name: "kept" });
  await first?.commit();
  const second = await driver.begin?.();
  await driver.delete(db, name, {});
  await driver.insert(db, name, { id: 4, name: "undone" });
  await second?.rollback();
  expectEqual(idsOf(await allRows(table)), [1, 2, 3]);
}

async function beginsInside(world: World): Promise<void> {
  const table = await items(world);
  const { driver, db, name } = table;
  const whole = await driver.begin?.();
  await driver.insert(db, name, { id: 3, name: "kept" });
  const part = await driver.begin?.();
  await driver.insert(db, name, { id: 4, name: "undone" });
  await part?.rollback();
  const other = await driver.begin?.();
  await driver.insert(db, name, { id: 5, name: "kept" });
  await other?.commit();
  await whole?.commit();
  expectEqual(idsOf(await allRows(table)), [1, 2, 3, 5]);
}
