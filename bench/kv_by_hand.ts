import { AsyncLocalStorage } from "node:async_hooks";
import type { KVAtomic, KVEntry, KVKey, KVStore } from "../drivers/deno_kv.ts";
import type { KVContestant, User } from "./kv_cases.ts";

/** How rows are written, what every commit has besides them, and how a transaction is made. */
interface Style {
  readonly name: string;
  /** What all keys begin with. */
  readonly prefix: KVKey;
  write(user: User): unknown;
  read(value: unknown): User;
  /** Added to a commit that changes the number of rows by so many. */
  keep(atomic: KVAtomic, delta: number): void;
  /** Read after entries, when it matters that they are still those of the schema known. */
  readonly schema: KVKey | null;
  /** Whether transactions are of code that is handed nothing, and end in time. */
  readonly ambient: boolean;
}

/** What code in a transaction has read, and wants to write. */
interface Transaction {
  readonly read: Map<number, KVEntry>;
  readonly written: Map<number, User>;
}

const transactions = new AsyncLocalStorage<Transaction>();
/** After so many milliseconds a transaction is given up. */
const DEADLINE = 30_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const SCHEMA: KVKey = ["bench", "schema"];

/**
 * What careful code on the store does for one table of several: keys that name the database and the table; rows as bytes,
 * because what one runtime's V8 writes another does not read; a schema version, checked by every commit so that no writer misses
 * an index made meanwhile, and by every search in an index, which another process may have begun to remove; a count, changed
 * by every write, whose version tells a transaction that a range it has read has changed; transactions whose code is handed
 * nothing and may call what it likes, which end in time.
 */
export function byHand(kv: KVStore): KVContestant {
  return onStore(kv, {
    name: "by hand",
    prefix: ["bench", "users"],
    schema: SCHEMA,
    ambient: true,
    write: ({ id, name, email, age }) => encoder.encode(JSON.stringify([id, name, email, age])),
    read(value) {
      const [id, name, email, age] = JSON.parse(decoder.decode(value as Uint8Array));
      return { id, name, email, age };
    },
    keep(atomic, delta) {
      atomic.check({ key: SCHEMA, versionstamp: null });
      atomic.sum(["bench", "users", "count"], BigInt.asUintN(64, BigInt(delta)));
    },
  });
}

/**
 * The least there is to do: short keys, rows as V8 stores objects, one schema for ever, a count of inserts and deletes, a
 * function of its own for each transaction.
 */
export function bareByHand(kv: KVStore): KVContestant {
  return onStore(kv, {
    name: "bare",
    prefix: [],
    schema: null,
    ambient: false,
    write: (user) => user,
    read: (value) => value as User,
    keep(atomic, delta) {
      if (delta !== 0) atomic.sum(["count"], BigInt.asUintN(64, BigInt(delta)));
    },
  });
}

function onStore(kv: KVStore, { name, prefix, schema, ambient, write, read, keep }: Style): KVContestant {
  const rowKey = (id: number): KVKey => [...prefix, "row", id];
  const emailKey = (email: string): KVKey => [...prefix, "by_email", email];
  const ageKey = (age: number, id: number): KVKey => [...prefix, "by_age", age, id];
  const ofAge = (age: number) => ({
    start: [...prefix, "by_age", age],
    end: [...prefix, "by_age", age + 1],
  });
  const open = ({ value }: KVEntry): User | null => value === null ? null : read(value);
  const done = async (atomic: KVAtomic): Promise<void> => {
    if (!(await atomic.commit()).ok) throw new Error("taken");
  };
  const put = (atomic: KVAtomic, user: User): void => {
    const { id, email, age } = user;
    atomic.check({ key: rowKey(id), versionstamp: null }, { key: emailKey(email), versionstamp: null });
    atomic.set(rowKey(id), write(user));
    atomic.set(emailKey(email), encoder.encode(String(id)));
    atomic.set(ageKey(age, id), new Uint8Array(0));
  };
  const change = async (id: number, next: (user: User, atomic: KVAtomic) => User | null): Promise<void> => {
    const key = rowKey(id);
    for (;;) {
      const { value, versionstamp } = await kv.get(key);
      if (value === null) return;
      const atomic = kv.atomic();
      atomic.check({ key, versionstamp });
      const after = next(read(value), atomic);
      if (after === null) atomic.delete(key);
      else atomic.set(key, write(after));
      keep(atomic, after === null ? -1 : 0);
      if ((await atomic.commit()).ok) return;
    }
  };
  const transaction = async (run: () => Promise<void>): Promise<void> => {
    for (;;) {
      const { read: found, written } = await inTime(run);
      const atomic = kv.atomic();
      for (const [id, { versionstamp }] of found) atomic.check({ key: rowKey(id), versionstamp });
      for (const [id, user] of written) atomic.set(rowKey(id), write(user));
      keep(atomic, 0);
      if ((await atomic.commit()).ok) return;
    }
  };
  const get = async (id: number): Promise<User | null> => {
    const { read: found, written } = transactions.getStore() as Transaction;
    const entry = found.get(id) ?? await kv.get(rowKey(id));
    found.set(id, entry);
    return written.get(id) ?? open(entry);
  };
  return {
    name,
    byKey: async (id) => open(await kv.get(rowKey(id))),
    async byEmail(email) {
      const { value } = await kv.get(emailKey(email));
      return value === null ? null : open(await kv.get(rowKey(Number(decoder.decode(value as Uint8Array)))));
    },
    async byAge(age) {
      const keys: KVKey[] = [];
      for await (const { key } of kv.list(ofAge(age), { limit: 50, batchSize: 50 })) {
        keys.push(rowKey(key.at(-1) as number));
      }
      const rows = keys.length;
      if (schema !== null) keys.push(schema);
      const found: Promise<readonly KVEntry[]>[] = [];
      for (let at = 0; at < keys.length; at += 10) found.push(kv.getMany(keys.slice(at, at + 10)));
      const entries = (await Promise.all(found)).flat();
      if (schema !== null) expectNull(entries[rows]);
      return entries.slice(0, rows).map((entry) => open(entry) as User);
    },
    async countAge(age) {
      let count = 0;
      for await (const _ of kv.list(ofAge(age), { batchSize: 500 })) count++;
      if (schema !== null) expectNull(await kv.get(schema));
      return count;
    },
    async insert(user) {
      const atomic = kv.atomic();
      put(atomic, user);
      keep(atomic, 1);
      await done(atomic);
      return user;
    },
    async insertAll(users) {
      const atomic = kv.atomic();
      for (const user of users) put(atomic, user);
      keep(atomic, users.length);
      await done(atomic);
      return users;
    },
    rename: (id, name) => change(id, (user) => ({ ...user, name })),
    grow: (id, age) =>
      change(id, (user, atomic) => {
        if (user.age === age) return user;
        atomic.delete(ageKey(user.age, id));
        atomic.set(ageKey(age, id), new Uint8Array(0));
        return { ...user, age };
      }),
    remove: (id) =>
      change(id, ({ email, age }, atomic) => {
        atomic.delete(emailKey(email));
        atomic.delete(ageKey(age, id));
        return null;
      }),
    append: (id, text) =>
      ambient
        ? transaction(async () => {
          const user = await get(id) as User;
          transactions.getStore()?.written.set(id, { ...user, name: user.name + text });
        })
        : change(id, (user) => ({ ...user, name: user.name + text })),
  };
}

function expectNull(entry: KVEntry | undefined): void {
  if (entry?.versionstamp !== null) throw new Error("the schema has changed");
}

async function inTime(run: () => Promise<void>): Promise<Transaction> {
  const transaction: Transaction = { read: new Map(), written: new Map() };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the transaction took too long")), DEADLINE);
  });
  try {
    await Promise.race([transactions.run(transaction, run), deadline]);
    return transaction;
  } finally {
    clearTimeout(timer);
  }
}
