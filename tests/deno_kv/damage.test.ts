import { assert, assertEquals, assertRejects } from "@std/assert";
import { DenoKVDriver, type KVKey, type KVProblem, type KVStore } from "../../drivers/deno_kv.ts";
import { DataTypes, RinariError } from "../../mod.ts";
import { random } from "../support/random.ts";
import { describe } from "../support/runner.ts";
import { torture } from "../support/torture.ts";
import { countingKV } from "./counting_kv.ts";
import { openKv, testKV } from "./open_kv.ts";

type Row = Record<string, unknown>;

const PEOPLE = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  name: { type: DataTypes.TEXT, notNull: true },
  code: { type: DataTypes.TEXT, unique: true },
  born: { type: DataTypes.DATE },
  seen: { type: DataTypes.DATETIME },
  big: { type: DataTypes.INTEGER, bigint: true },
  flag: { type: DataTypes.BOOLEAN },
  score: { type: DataTypes.REAL },
  data: { type: DataTypes.JSON },
  bytes: { type: DataTypes.BLOB },
} as const;
const PETS = {
  tag: { type: DataTypes.TEXT, primaryKey: true, notNull: true },
  owner: { type: DataTypes.INTEGER, references: { table: "people", column: "id", onDelete: "CASCADE" } },
} as const;
const TOKENS = {
  id: { type: DataTypes.INTEGER, primaryKey: true, notNull: true },
  text: { type: DataTypes.TEXT },
} as const;

const TESTS: Readonly<Record<string, (value: unknown) => boolean>> = {
  id: Number.isSafeInteger,
  name: (value) => typeof value === "string",
  code: (value) => value === null || typeof value === "string",
  born: (value) => value === null || (value instanceof Date && value.getTime() % 86_400_000 === 0),
  seen: (value) => value === null || (value instanceof Date && !Number.isNaN(value.getTime())),
  big: (value) => value === null || typeof value === "bigint",
  flag: (value) => value === null || typeof value === "boolean",
  score: (value) => value === null || Number.isFinite(value),
  data: (value) => value !== undefined,
  bytes: (value) => value === null || value instanceof Uint8Array,
  tag: (value) => typeof value === "string",
  owner: (value) => value === null || Number.isSafeInteger(value),
  text: (value) => value === null || typeof value === "string",
};

/** What is stored under a key. */
interface Stored {
  readonly key: KVKey;
  readonly value: unknown;
}

/** Elsewhere the store of these tests takes bytes only, and fewer checks. */
const isDeno = "Deno" in globalThis;
const encoder = new TextEncoder();

function people(count: number): Row[] {
  return Array.from({ length: count }, (_, i) => ({
    name: `n${i % 3}`,
    code: i % 4 === 3 ? null : `c${i}`,
    born: new Date(Date.UTC(1990, i, 1)),
    seen: new Date(1e12 + i),
    big: BigInt(i) * 10n ** 15n,
    flag: i % 2 === 0,
    score: i / 3,
    data: { list: [i, "x"] },
    bytes: i === 2 ? Uint8Array.from({ length: 100_000 }, (_, at) => at * 7) : Uint8Array.of(i, 0, 255),
  }));
}

async function fill(kv: KVStore): Promise<void> {
  const driver = openOn(kv);
  await driver.connect();
  await driver.createTable("d", "people", PEOPLE);
  await driver.createTable("d", "pets", PETS);
  await driver.createTable("d", "tokens", TOKENS);
  await driver.createIndex("d", "people", "names", { columns: ["name", "score"] });
  await driver.createIndex("d", "people", "flagged", {
    columns: ["big"],
    unique: true,
    where: { flag: true },
  });
  await driver.bulkInsert("d", "people", people(8));
  await driver.bulkInsert("d", "pets", [{ tag: "a", owner: 1 }, { tag: "b", owner: 3 }, {
    tag: "c",
    owner: null,
  }]);
  await driver.bulkInsert("d", "tokens", [{ id: 1, text: "x" }, { id: 2, text: "y" }]);
  await driver.expire("d", "tokens", 1, 3_600_000);
}

function openOn(kv: KVStore): DenoKVDriver {
  return new DenoKVDriver({ kv, remote: false, limits: { checks: isDeno ? 100 : 10 } });
}

async function snapshot(kv: KVStore): Promise<Stored[]> {
  const stored: Stored[] = [];
  for await (const { key, value } of kv.list({ start: ["rinari"], end: ["rinarj"] }, {})) {
    stored.push({ key: key as KVKey, value });
  }
  return stored;
}

async function restore(kv: KVStore, stored: readonly Stored[]): Promise<void> {
  const atomic = kv.atomic();
  for (const { key } of await snapshot(kv)) atomic.delete(key);
  for (const { key, value } of stored) atomic.set(key, value);
  await atomic.commit();
}

/** What the driver never writes, or only elsewhere. */
const TEXTS = [
  "",
  "s20000000",
  "s999 9 00000000",
  "s2 100073 00000000",
  "[]",
  "null",
  "{}",
  '["evil",5,"{}",3]',
  '[1,"n",null,null,null,null,null,null,null,null]',
  '[1,"n",null,1e999,null,null,null,1e999,null,null]',
  '{"last":1e999,"moved":false}',
  '{"last":-5}',
  '{"next":0}',
  " [1]",
  " [1,9e15]",
  "[9007199254740993]",
  "[".repeat(50_000),
  `{"id":"1","nextIndex":1,"indexes":[],"schema":{"id":{"type":"INTEGER"}}}`,
  `{"id":"1","nextIndex":-1,"indexes":[{"name":"x","id":"N1","state":"ready","options":{}}],"schema":{}}`,
];

/** Damages what is under one key. @returns Whether a row may have become another one. */
async function damage(
  kv: KVStore,
  stored: readonly Stored[],
  draw: (below: number) => number,
): Promise<Stored> {
  const target = stored[draw(stored.length)] as Stored;
  const { key, value } = target;
  const atomic = kv.atomic();
  const bytes = value instanceof Uint8Array ? value.slice() : new Uint8Array(8);
  switch (draw(9)) {
    case 0:
    case 1:
      for (let i = draw(3); i >= 0 && bytes.length > 0; i--) bytes[draw(bytes.length)] = draw(256);
      atomic.set(key, bytes);
      break;
    case 2:
      atomic.set(key, bytes.slice(0, draw(bytes.length + 1)));
      break;
    case 3:
      atomic.set(key, Uint8Array.of(...bytes.slice(0, 5_000), draw(256)));
      break;
    case 4:
      atomic.set(key, encoder.encode(TEXTS[draw(TEXTS.length)]));
      break;
    case 5:
      atomic.set(
        key,
        !isDeno ? Uint8Array.of(0xff) : [5, "text", null, undefined, { a: 1 }, new Date(0), 7n, [1]][draw(8)],
      );
      break;
    case 6:
      atomic.delete(key);
      break;
    case 7:
      atomic.set(key, (stored[draw(stored.length)] as Stored).value);
      break;
    default:
      atomic.set(
        [...key.slice(0, -1), ["z", 4.5, 1e300, 3n, true, Uint8Array.of(9)][draw(6)] as string],
        value,
      );
  }
  await atomic.commit();
  return target;
}

/** What may be asked of a damaged store, and what comes of it: rows, or nothing that is looked at. */
const calls: readonly [string, (driver: DenoKVDriver) => Promise<unknown>][] = [
  ["findAll", (driver) => driver.findAll("d", "people", {})],
  ["by key", (driver) => driver.findAll("d", "people", { where: { id: 3 } })],
  ["by unique", (driver) => driver.findAll("d", "people", { where: { code: "c1" } })],
  ["by index", (driver) => driver.findAll("d", "people", { where: { name: "n1" }, limit: 2 })],
  [
    "by order",
    (driver) => driver.findAll("d", "people", { orderBy: [["name", "DESC"], ["score", "DESC"]], limit: 3 }),
  ],
  ["prepared", async (driver) => {
    const where = {
      kind: "equal",
      column: "code",
      path: null,
      slot: 0,
      nullable: false,
      type: null,
    } as const;
    const query = driver.prepare("d", "people", { kind: "select", shape: "", where } as never);
    return [...await query.all(["c1"]), ...await query.all(["c2"])];
  }],
  ["pets", (driver) => driver.findAll("d", "pets", {})],
  ["tokens", (driver) => driver.findAll("d", "tokens", {})],
  ["count", (driver) => driver.count("d", "people")],
  ["count tokens", (driver) => driver.count("d", "tokens")],
  ["count by index", (driver) => driver.count("d", "people", { name: "n1" })],
  ["aggregate", (driver) => driver.aggregate("d", "people", "MAX", "score")],
  [
    "group",
    (driver) => driver.group("d", "people", { where: null, params: [], by: ["name"], terms: [] } as never),
  ],
  [
    "in a transaction",
    (driver) => driver.transaction(() => driver.findAll("d", "people", { where: { name: "n2" } })),
  ],
  ["insert", (driver) => driver.insert("d", "people", { name: "new", code: "new" })],
  ["insert twice", (driver) =>
    driver.transaction(async () => [
      await driver.insert("d", "people", { name: "new", code: "t1" }),
      await driver.insert("d", "pets", { tag: "new", owner: 2 }),
    ])],
  ["insert with a key", (driver) => driver.insert("d", "tokens", { id: 9, text: null })],
  ["bulkInsert", (driver) => driver.bulkInsert("d", "people", [{ name: "b" }, { name: "b", code: "c0" }])],
  ["update", (driver) => driver.update("d", "people", { name: "n9" }, { id: 2 })],
  ["update all", (driver) => driver.update("d", "people", { flag: true }, {})],
  ["update by index", (driver) => driver.update("d", "people", { score: 1 }, { name: "n0" })],
  [
    "upsert",
    (driver) =>
      driver.upsert("d", "people", { name: "u", code: "c1" }, { conflict: ["code"], set: ["name"] }),
  ],
  ["expire", (driver) => driver.expire("d", "tokens", 2, 0)],
  ["purge", (driver) => driver.purgeExpired("d", "tokens")],
  ["createIndex", (driver) => driver.createIndex("d", "people", "seen", { columns: ["seen"] })],
  ["delete", (driver) => driver.delete("d", "people", { id: 3 })],
  ["delete by index", (driver) => driver.delete("d", "people", { name: "n2" })],
  ["createTable", (driver) => driver.createTable("d", "more", TOKENS)],
  ["dropIndex", (driver) => driver.dropIndex("d", "people", "names")],
  ["explain", (driver) => driver.explain("d", "people", { where: { name: "n1" } })],
  ["dropTable", (driver) => driver.dropTable("d", "pets")],
];

/** The codes that damage must not lead to: of what is not understood, and of what would go on for ever. */
const MISLEADING = ["STORE", "ERROR", "CONFLICT", "BUSY", "LIMIT_EXCEEDED", "UNREACHABLE"];

function checkRows(name: string, rows: unknown): void {
  for (const row of Array.isArray(rows) ? rows : []) {
    if (typeof row !== "object" || row === null || name === "group") continue;
    for (const column of Object.keys(row as Row)) {
      assert(TESTS[column]?.((row as Row)[column]), `${name}: ${column} is ${String((row as Row)[column])}`);
    }
  }
}

function typed(what: string, error: unknown): void {
  assert(error instanceof RinariError, `${what}: ${error instanceof Error ? error.stack : error}`);
  assert(!MISLEADING.includes(error.code), `${what}: ${error.code} ${error.message}`);
  if (error.code !== "CORRUPT_VALUE") return;
  assert(error.table !== undefined && !error.retryable, `${what}: ${error.message}`);
}

describe("DenoKVDriver.purgeExpired", () => {
  testKV("comes to its end though many entries belong to no row", async () => {
    const store = await openKv(":memory:");
    const driver = openOn(store);
    await driver.connect();
    await driver.createTable("d", "tokens", TOKENS);
    await driver.bulkInsert("d", "tokens", Array.from({ length: 70 }, (_, id) => ({ id, text: null })));
    const keys = async () => new Map((await snapshot(store)).map(({ key }) => [key.map(String).join(), key]));
    const before = await keys();
    for (let id = 0; id < 69; id++) await driver.expire("d", "tokens", id, 0);
    const orphans = [...await keys()].filter(([name]) => !before.has(name)).map(([, key]) => key);
    assert(orphans.length >= 69);
    await new Promise((resolve) => setTimeout(resolve, 5));
    assertEquals(await driver.purgeExpired("d", "tokens"), 69);
    const atomic = store.atomic();
    for (const key of orphans) atomic.set(key, new Uint8Array(0));
    await atomic.commit();
    await driver.expire("d", "tokens", 69, 0);
    await new Promise((resolve) => setTimeout(resolve, 5));
    assertEquals(await driver.purgeExpired("d", "tokens"), 1);
    assertEquals(await driver.purgeExpired("d", "tokens"), 0);
    await driver.disconnect();
    store.close();
  });
});

describe("DenoKVDriver on a damaged store", () => {
  testKV("gives typed errors and right rows, within bounds, and repair mends what is no row", async () => {
    const store = await openKv(":memory:");
    await fill(store);
    const stored = await snapshot(store);
    const whole = openOn(store);
    await whole.connect();
    const originals = new Map((await whole.findAll<Row>("d", "people", {})).map((row) => [row.id, row]));
    const { kv, count } = countingKV(store);
    for (let seed = 1; seed <= (torture ? 150 : 50); seed++) {
      const draw = random(seed).int;
      await restore(store, stored);
      const hits = [await damage(store, stored, draw)];
      if (draw(3) === 0) hits.push(await damage(store, stored, draw));
      const hit = new Set(hits.map(({ key }) => key[3]));
      const driver = openOn(kv);
      await driver.connect();
      const what = `seed ${seed}, ${hits.map(({ key }) => key.join("/")).join(" and ")}`;
      await mended(driver, store, what);
      await restore(store, stored);
      const again = random(seed).int;
      await damage(store, stored, again);
      if (again(3) === 0) await damage(store, stored, again);
      const reader = openOn(kv);
      await reader.connect();
      const [first, second] = [draw(calls.length), draw(calls.length)];
      for (const [i, [name, call]] of calls.entries()) {
        // Those that write would hide what the damage does to others: only some of them run.
        if (i >= 14 && i !== first && i !== second) continue;
        try {
          const { result, entries } = await count(() => call(reader));
          assert(entries < 5_000, `${what}: ${name} reads ${entries} entries`);
          checkRows(`${what}: ${name}`, result);
          if (i > 3) continue;
          for (const row of result as Row[]) {
            const original = originals.get(row.id);
            if (original !== undefined && !hit.has(row.id as number)) {
              assertEquals(row, original, `${what}: ${name}`);
            }
          }
        } catch (error) {
          typed(`${what}: ${name}`, error);
        }
      }
    }
    store.close();
  }, { timeout: 240_000 });

  testKV("names the table and the key of what cannot be read, to every reader", async () => {
    const store = await openKv(":memory:");
    await fill(store);
    const stored = await snapshot(store);
    const key: KVKey = ["rinari", "d", "1R", 3];
    for (const text of ["s20000000", '["evil",5,"{}",3]', "{", "s4 100073 00000000"]) {
      await restore(store, stored);
      const atomic = store.atomic();
      atomic.set(key, encoder.encode(text));
      await atomic.commit();
      const driver = openOn(store);
      await driver.connect();
      for (const [name, call] of calls.slice(0, 2)) await corrupt(name, () => call(driver));
      await corrupt("update", () => driver.update("d", "people", { name: "x" }, { id: 3 }));
      await corrupt("delete", () => driver.delete("d", "people", { id: 3 }));
      await corrupt(
        "a transaction",
        () => driver.transaction(() => driver.findOne("d", "people", { where: { id: 3 } })),
      );
      const found = await driver.verify("d");
      assertEquals(found.filter(({ kind }) => kind === "corrupt"), [
        { kind: "corrupt", table: "people", part: "row", key, row: key },
      ]);
    }
    store.close();
  });

  testKV("a large row without one of its segments, or with one of another row, is told", async () => {
    const store = await openKv(":memory:");
    await fill(store);
    const driver = openOn(store);
    await driver.connect();
    const segment: KVKey = ["rinari", "d", "1S", 3, 1];
    const { value } = await store.get(segment);
    for (const other of [null, new Uint8Array((value as Uint8Array).length)]) {
      const atomic = store.atomic();
      if (other === null) atomic.delete(segment);
      else atomic.set(segment, other);
      await atomic.commit();
      await corrupt("findOne", () => driver.findOne("d", "people", { where: { id: 3 } }));
      assertEquals((await driver.verify("d")).map(({ kind, part }) => [kind, part]), [["corrupt", "row"]]);
    }
    const atomic = store.atomic();
    atomic.set(segment, value);
    await atomic.commit();
    // The versions differ now, as in a store that was copied key by key.
    assertEquals(
      (await driver.findOne<Row>("d", "people", { where: { id: 3 } }))?.bytes,
      people(3)[2]?.bytes,
    );
    assertEquals(await driver.verify("d"), []);
    store.close();
  });

  testKV("verify tells what only its owner can mend, and repair leaves it", async () => {
    const store = await openKv(":memory:");
    await fill(store);
    const driver = openOn(store);
    await driver.connect();
    const atomic = store.atomic();
    atomic.set(["rinari", "d", "2R", "a"], encoder.encode('["a",77]'));
    const { value } = await store.get(["rinari", "d", "1R", 1]);
    const twin = new TextDecoder("latin1").decode(value as Uint8Array).replace("[1,", "[9,");
    atomic.set(["rinari", "d", "1R", 9], Uint8Array.from(twin, (char) => char.charCodeAt(0)));
    atomic.set(["rinari", "d", "9R", 1], encoder.encode("[1]"));
    await atomic.commit();
    const left = async (): Promise<string[]> =>
      (await driver.verify("d")).map(({ kind, table, part }) => `${kind} ${table} ${part}`).sort();
    await driver.repair("d");
    assertEquals(await left(), [
      "duplicate people code",
      "duplicate people flagged",
      "reference pets owner",
      "unknown * 9R",
    ]);
    await driver.delete("d", "people", { id: 9 });
    await driver.update("d", "pets", { owner: null }, { tag: "a" });
    await driver.repair("d");
    assertEquals(await left(), ["unknown * 9R"]);
    store.close();
  });
});

async function corrupt(what: string, call: () => Promise<unknown>): Promise<void> {
  const error = await assertRejects(call) as RinariError;
  assertEquals([what, error.code, error.table, error.retryable], [what, "CORRUPT_VALUE", "people", false]);
  assert(error.message.includes('["rinari", "d", "1R", 3]'), error.message);
}

/** Verify and repair do not fail, and mend all but what is left to the owner, who removes what cannot be read. */
async function mended(driver: DenoKVDriver, store: KVStore, what: string): Promise<void> {
  try {
    await driver.repair("d");
    const left = await driver.verify("d");
    assertEquals(left.filter((problem) => !isLeft(problem)), [], what);
    const atomic = store.atomic();
    for (const { kind, key } of left) if (kind === "corrupt") atomic.delete(key);
    await atomic.commit();
    await driver.repair("d");
    const rest = (await driver.verify("d")).filter(({ kind }) =>
      !["duplicate", "reference", "unknown"].includes(kind)
    );
    assertEquals(rest, [], what);
    for (const [name, call] of calls.slice(0, 4)) {
      try {
        checkRows(name, await call(driver));
      } catch (error) {
        // The description of the table may be what was removed.
        if ((error as RinariError).code !== "UNKNOWN_TABLE") throw error;
      }
    }
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}

function isLeft({ kind, part, row }: KVProblem): boolean {
  return ["duplicate", "reference", "unknown"].includes(kind) ||
    (kind === "corrupt" && (row !== null || part === "schema"));
}
