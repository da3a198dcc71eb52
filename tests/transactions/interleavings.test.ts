import { assert, assertEquals } from "@std/assert";
import process from "node:process";
import { type AsyncDriver, DataTypes, ORM, toAsyncDriver } from "../../mod.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { NodeSQLiteDriver } from "../../drivers/node_sqlite.ts";
import { type Random, random } from "../support/random.ts";
import { test } from "../support/runner.ts";

const SCHEDULES = Number(process.env["RINARI_SCHEDULES"] ?? 1_000);
const SEED = Number(process.env["RINARI_SEED"] ?? Date.now() % 1_000_000);
const FLOWS = 6;
const ACCOUNTS = 4;
const START = 100;

class Undo extends Error {}

/** One schedule: flows that move money in transactions, some undone, while others look. */
async function runSchedule(driver: AsyncDriver, database: string, seed: number): Promise<void> {
  const source = random(seed);
  const orm = new ORM({ driver });
  const Account = orm.define(database, `accounts_${seed}`, {
    id: { type: DataTypes.INTEGER, primaryKey: true },
    balance: { type: DataTypes.INTEGER, notNull: true },
    moves: { type: DataTypes.INTEGER, notNull: true },
  });
  await Account.bulkCreate(Array.from({ length: ACCOUNTS }, (_, id) => ({ id, balance: START, moves: 0 })));
  let committed = 0;

  const total = async (): Promise<number> => {
    const rows = await Account.findAll();
    return rows.reduce((sum, { balance }) => sum + balance, 0);
  };
  const move = async (from: number, to: number): Promise<void> => {
    const [a, b] = [await Account.findById(from), await Account.findById(to)];
    await pause(source);
    await Account.update({ balance: (a?.balance ?? 0) - 1, moves: (a?.moves ?? 0) + 1 }, { id: from });
    await pause(source);
    await Account.update({ balance: (b?.balance ?? 0) + 1 }, { id: to });
  };
  const flow = async (): Promise<void> => {
    for (let step = 0; step < 3; step++) {
      const from = source.int(ACCOUNTS);
      const to = (from + 1 + source.int(ACCOUNTS - 1)) % ACCOUNTS;
      const kind = source.int(5);
      await pause(source);
      if (kind === 0) {
        assertEquals(await total(), ACCOUNTS * START, "a read outside of a transaction sees half of one");
        continue;
      }
      try {
        await orm.transaction(async () => {
          await move(from, to);
          if (kind === 1) throw new Undo();
          if (kind === 2) {
            await orm.transaction(async () => {
              await move(to, from);
              throw new Undo();
            }).catch(expectUndo);
          }
          if (kind === 3) await Account.transaction(() => move(from, to));
          assertEquals(await total(), ACCOUNTS * START, "a transaction sees the work of another");
        });
        committed += kind === 3 ? 2 : 1;
      } catch (error) {
        expectUndo(error);
        assertEquals(kind, 1);
      }
    }
  };
  await Promise.all(Array.from({ length: FLOWS }, flow));
  const rows = await Account.findAll();
  assertEquals(
    rows.reduce((sum, { balance }) => sum + balance, 0),
    ACCOUNTS * START,
    "money is lost or made",
  );
  assertEquals(rows.reduce((sum, { moves }) => sum + moves, 0), committed, "an update is lost");
}

function expectUndo(error: unknown): void {
  if (!(error instanceof Undo)) throw error;
}

async function pause(source: Random): Promise<void> {
  const turns = source.int(4);
  for (let i = 0; i < turns; i++) await Promise.resolve();
  if (source.oneIn(20)) await new Promise((resolve) => setTimeout(resolve, 0));
}

async function runSchedules(driver: AsyncDriver, count: number): Promise<void> {
  assert(count > 0);
  for (let i = 0; i < count; i++) {
    const seed = SEED + i;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const hang = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("the schedule hangs")), 20_000);
    });
    try {
      await Promise.race([runSchedule(driver, "bank", seed), hang]);
    } catch (error) {
      throw new Error(
        `schedule with RINARI_SEED=${seed} RINARI_SCHEDULES=1 fails: ${(error as Error).message}`,
        { cause: error },
      );
    } finally {
      clearTimeout(timer);
    }
  }
}

test(`transactions: ${FLOWS} flows interleave without loss, dirty reads or hangs on memory`, async () => {
  const driver = toAsyncDriver(new MemoryDriver());
  await runSchedules(driver, SCHEDULES);
  await driver.disconnect();
}, { timeout: 120_000 });

test(
  `transactions: ${FLOWS} flows interleave without loss, dirty reads or hangs on node-sqlite`,
  async () => {
    const driver = toAsyncDriver(new NodeSQLiteDriver({ databases: { bank: ":memory:" } }));
    await runSchedules(driver, Math.ceil(SCHEDULES / 4));
    await driver.disconnect();
  },
  { timeout: 120_000 },
);
