/**
 * Compares Rinari on Deno KV with calls of the store itself that keep the same indexes by hand:
 * `deno run -A --unstable-kv bench/deno_kv.ts`.
 *
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { DenoKVDriver, type KVStore } from "../drivers/deno_kv.ts";
import { DataTypes, ORM } from "../mod.ts";

const ROWS = 10_000;
const ROUNDS = 9;
const CALLS = 300;

interface User {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly age: number;
}

interface Contestant {
  insert(user: User): Promise<unknown>;
  byKey(id: number): Promise<unknown>;
  byEmail(email: string): Promise<unknown>;
  byAge(age: number): Promise<unknown>;
  rename(id: number, name: string): Promise<unknown>;
  increment(id: number): Promise<unknown>;
}

process.exitCode = await main();

async function main(): Promise<number> {
  const { Deno } = globalThis as { Deno?: { openKv?: (path: string) => Promise<KVStore> } };
  if (Deno?.openKv === undefined) {
    console.error("Cannot measure: this runtime has no `Deno.openKv`; run under Deno with --unstable-kv");
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), "rinari-bench-"));
  const kv = await Deno.openKv(join(folder, "by_hand.db"));
  const driver = new DenoKVDriver({ path: join(folder, "rinari.db"), bulk: "chunked" });
  const orm = new ORM({ driver });
  const hand = byHand(kv);
  const rinari = await withRinari(orm);
  const results: { name: string; hand: number; rinari: number }[] = [];
  let next = ROWS;
  const fresh = (): User => userOf(next++);
  const some = (): number => Math.floor(Math.random() * ROWS);
  const cases: [string, (it: Contestant) => Promise<unknown>][] = [
    ["find by key", (it) => it.byKey(some())],
    ["find by unique column", (it) => it.byEmail(`user${some()}@example.org`)],
    ["50 rows of an index, in order", (it) => it.byAge(some() % 90)],
    ["insert with two indexes", (it) => it.insert(fresh())],
    ["change a column", (it) => it.rename(some(), "changed")],
    ["read, add one, write, in a transaction", (it) => it.increment(some())],
  ];
  for (let id = 0; id < ROWS; id++) await hand.insert(userOf(id));
  await rinari.fill(Array.from({ length: ROWS }, (_, id) => userOf(id)));
  for (const [name, run] of cases) {
    const times: Record<"hand" | "rinari", number[]> = { hand: [], rinari: [] };
    for (let round = 0; round < ROUNDS; round++) {
      const order = round % 2 === 0 ? ["hand", "rinari"] as const : ["rinari", "hand"] as const;
      for (const who of order) times[who].push(await measure(() => run(who === "hand" ? hand : rinari)));
    }
    results.push({ name, hand: median(times.hand), rinari: median(times.rinari) });
  }
  for (const { name, hand, rinari } of results) {
    console.log(
      `${name.padEnd(40)} ${hand.toFixed(0).padStart(6)} µs ${rinari.toFixed(0).padStart(6)} µs  ${
        (rinari / hand).toFixed(2)
      }`,
    );
  }
  await orm.disconnect();
  kv.close();
  rmSync(folder, { recursive: true, force: true });
  return 0;
}

function userOf(id: number): User {
  return { id, name: `User ${id}`, email: `user${id}@example.org`, age: id % 90 };
}

async function measure(run: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  for (let i = 0; i < CALLS; i++) await run();
  return (performance.now() - started) * 1000 / CALLS;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}

/** Rows as V8 stores objects, indexes that hold keys, and checks: what careful code on the store does. */
function byHand(kv: KVStore): Contestant {
  const rows = async (keys: number[]): Promise<User[]> => {
    const found: Promise<readonly { value: unknown }[]>[] = [];
    for (let at = 0; at < keys.length; at += 10) {
      found.push(kv.getMany(keys.slice(at, at + 10).map((id) => ["users", id])));
    }
    return (await Promise.all(found)).flat().map(({ value }) => value as User);
  };
  const change = async (id: number, next: (user: User) => User): Promise<void> => {
    for (;;) {
      const { value, versionstamp } = await kv.get(["users", id]);
      const atomic = kv.atomic();
      atomic.check({ key: ["users", id], versionstamp });
      atomic.set(["users", id], next(value as User));
      if ((await atomic.commit()).ok) return;
    }
  };
  return {
    async insert(user) {
      const atomic = kv.atomic();
      const email = ["by_email", user.email];
      atomic.check({ key: ["users", user.id], versionstamp: null }, { key: email, versionstamp: null });
      atomic.set(["users", user.id], user);
      atomic.set(email, user.id);
      atomic.set(["by_age", user.age, user.id], 0);
      atomic.sum(["count"], 1n);
      if (!(await atomic.commit()).ok) throw new Error("taken");
    },
    byKey: async (id) => (await kv.get(["users", id])).value,
    async byEmail(email) {
      const { value } = await kv.get(["by_email", email]);
      return (await kv.get(["users", value as number])).value;
    },
    async byAge(age) {
      const keys: number[] = [];
      const range = { start: ["by_age", age], end: ["by_age", age + 1] };
      for await (const { key } of kv.list(range, { limit: 50, batchSize: 50 })) keys.push(key[2] as number);
      return await rows(keys);
    },
    rename: (id, name) => change(id, (user) => ({ ...user, name })),
    increment: (id) => change(id, (user) => ({ ...user, name: `${user.name}+` })),
  };
}

async function withRinari(
  orm: ORM<DenoKVDriver>,
): Promise<Contestant & { fill(users: User[]): Promise<unknown> }> {
  const User = orm.define("bench", "users", {
    id: { type: DataTypes.INTEGER, primaryKey: true },
    name: { type: DataTypes.TEXT, notNull: true },
    email: { type: DataTypes.TEXT, unique: true, notNull: true },
    age: { type: DataTypes.INTEGER, notNull: true },
  }, { indexes: [{ columns: ["age"] }] });
  await orm.ready();
  return {
    fill: (users) => User.bulkCreate(users),
    insert: (user) => User.create(user),
    byKey: (id) => User.findById(id),
    byEmail: (email) => User.findOne({ where: { email } }),
    byAge: (age) => User.findAll({ where: { age }, limit: 50 }),
    rename: (id, name) => User.update({ name }, { id }),
    increment: (id) =>
      orm.transaction(async () => {
        const { name } = await User.findOrFail(id);
        await User.update({ name: `${name}+` }, { id });
      }),
  };
}
