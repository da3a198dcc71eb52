/** A row of the measured table: by `id`, unique by `email`, with an index on `age`. */
export interface User {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly age: number;
}

/** One way of doing the work: by hand or with Rinari. */
export interface KVContestant {
  readonly name: string;
  byKey(id: number): Promise<User | null>;
  byEmail(email: string): Promise<User | null>;
  /** The first fifty of an age, by key. */
  byAge(age: number): Promise<User[]>;
  countAge(age: number): Promise<number>;
  insert(user: User): Promise<unknown>;
  insertAll(users: readonly User[]): Promise<unknown>;
  /** Changes a column without an index. */
  rename(id: number, name: string): Promise<unknown>;
  /** Changes a column with an index. */
  grow(id: number, age: number): Promise<unknown>;
  remove(id: number): Promise<unknown>;
  /** Reads a row and writes what depends on it, so that no other writer comes between. */
  append(id: number, text: string): Promise<unknown>;
}

/** An operation that is measured. */
export interface KVCase {
  readonly name: string;
  /** What is done next: the same for all. */
  input(): number;
  run(it: KVContestant, input: number): Promise<unknown>;
}

/** How many rows there are at the beginning. */
export const ROWS = 10_000;

/** Ages repeat after so many rows. */
const AGES = 90;
/** How many rows are inserted at once: what one commit can check. */
const TOGETHER = 40;

/** A row. */
export function userOf(id: number): User {
  return { id, name: `User ${id}`, email: `user${id}@example.org`, age: id % AGES };
}

let next = ROWS;
const some = (): number => 1 + Math.floor(Math.random() * ROWS);
const fresh = (): number => ++next;

/** The operations. */
export const cases: readonly KVCase[] = [
  { name: "find by key", input: some, run: (it, id) => it.byKey(id) },
  { name: "find by unique column", input: some, run: (it, id) => it.byEmail(`user${id}@example.org`) },
  { name: "50 rows of an index, in order", input: some, run: (it, id) => it.byAge(id % AGES) },
  { name: "count 111 rows of an index", input: some, run: (it, id) => it.countAge(id % AGES) },
  { name: "insert with two indexes", input: fresh, run: (it, id) => it.insert(userOf(id)).then(nothing) },
  {
    name: `insert ${TOGETHER} rows in one commit`,
    input: () => (next += TOGETHER) - TOGETHER + 1,
    run: (it, id) => it.insertAll(Array.from({ length: TOGETHER }, (_, i) => userOf(id + i))).then(nothing),
  },
  { name: "change a column", input: some, run: (it, id) => it.rename(id, `changed ${next}`).then(nothing) },
  { name: "change an indexed column", input: some, run: (it, id) => it.grow(id, id % 7).then(nothing) },
  {
    name: "insert and delete",
    input: fresh,
    run: async (it, id) => {
      await it.insert(userOf(id));
      await it.remove(id);
    },
  },
  {
    name: "read and write in a transaction",
    input: some,
    run: (it, id) => it.append(id, "+").then(nothing),
  },
];

function nothing(): void {}
