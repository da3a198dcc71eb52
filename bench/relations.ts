/**
 * Compares an eager load, parents with five children each, with two statements and a Map by hand and, under Bun, with other
 * libraries: `node scripts/run.mjs bench/relations.ts --runtime bun`, `--rounds N` (15), `--ms N` (20).
 *
 * @module
 */
import { deepStrictEqual } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { DataTypes, hasMany, ORM, type SyncDriver } from "../mod.ts";
import { PRAGMAS } from "./by_hand_sql.ts";
import { enginesHere } from "./engines.ts";
import { loadPeer } from "./peers/load.ts";
import { drizzleLoads, kyselyLoads } from "./peers/relations.mjs";

interface Author {
  id: number;
  name: string;
  books?: Book[];
}

interface Book {
  id: number;
  title: string;
  price: number | null;
  authorId: number;
}

/** One way to read the authors up to an id, with their books. */
interface Loads {
  readonly name: string;
  load(most: number): unknown;
}

interface Client {
  exec(sql: string): unknown;
  prepare(sql: string): { all(...values: unknown[]): unknown[] };
  close(): void;
}

const PARENTS = [1, 20, 100, 1_000];
const CHILDREN = 5;
const ROUNDS = Number(option("rounds") ?? 15);
const MS = Number(option("ms") ?? 20);

function option(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}

function open(path: string, bun: boolean): Client {
  const module = process.getBuiltinModule((bun ? "bun:sqlite" : "node:sqlite") as never) as unknown as Record<
    string,
    new (path: string) => Client
  >;
  const client = new (module[bun ? "Database" : "DatabaseSync"] as (typeof module)[string])(path);
  for (const sql of PRAGMAS(true)) client.exec(sql);
  return client;
}

function byHand(client: Client): Loads {
  const authors = client.prepare("SELECT id, name FROM authors WHERE id <= ? ORDER BY id");
  const books = client.prepare(
    'SELECT id, title, price, "authorId" FROM books WHERE "authorId" IN (SELECT value FROM json_each(?)) ORDER BY "authorId", id',
  );
  return {
    name: "by hand",
    load(most) {
      const found = authors.all(most) as Author[];
      const byAuthor = new Map<number, Book[]>();
      for (const book of books.all(JSON.stringify(found.map(({ id }) => id))) as Book[]) {
        const own = byAuthor.get(book.authorId);
        if (own === undefined) byAuthor.set(book.authorId, [book]);
        else own.push(book);
      }
      for (const author of found) author.books = byAuthor.get(author.id) ?? [];
      return found;
    },
  };
}

function define(orm: ORM<SyncDriver>) {
  const id = { type: DataTypes.INTEGER, primaryKey: true } as const;
  const text = { type: DataTypes.TEXT, notNull: true } as const;
  const Author = orm.define("bench", "authors", { id, name: text }, {
    relations: { books: () => hasMany(Book, "authorId") },
  });
  const Book = orm.define("bench", "books", {
    id,
    title: text,
    price: { type: DataTypes.REAL },
    authorId: {
      type: DataTypes.INTEGER,
      notNull: true,
      references: { table: "authors", column: "id" },
    },
  });
  return { Author, Book };
}

async function peers(path: string): Promise<Loads[]> {
  const [{ drizzle }, core, orm, kysely, helpers] = await Promise.all(
    [
      "drizzle-orm/bun-sqlite/index.js",
      "drizzle-orm/sqlite-core/index.js",
      "drizzle-orm/index.js",
      "kysely/dist/index.js",
      "kysely/dist/helpers/sqlite.js",
    ].map((each) => loadPeer<Record<string, unknown>>(each)),
  ) as [Record<string, unknown>, unknown, unknown, unknown, unknown];
  const withDrizzle = drizzleLoads as unknown as (modules: object, client: Client) => Loads[];
  const withKysely = kyselyLoads as unknown as (module: unknown, helpers: unknown, client: Client) => Loads[];
  return [
    ...withDrizzle({ drizzle, core, orm }, open(path, true)),
    ...withKysely(kysely, helpers, open(path, true)),
  ];
}

/** The mean time of a call, in microseconds, over about `MS` milliseconds. */
async function timeOf({ load }: Loads, most: number): Promise<number> {
  const begun = performance.now();
  let calls = 0;
  do {
    const rows = load(most);
    if (rows instanceof Promise) await rows;
    calls++;
  } while (performance.now() - begun < MS);
  return (performance.now() - begun) * 1_000 / calls;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}

const plain = (rows: unknown): unknown => JSON.parse(JSON.stringify(rows));

for (const engine of enginesHere) {
  const folder = mkdtempSync(join(tmpdir(), "rinari-relations-"));
  const path = join(folder, "bench.db");
  const orm = new ORM({ driver: await engine.driver(path, true) });
  const { Author, Book } = define(orm);
  const most = Math.max(...PARENTS);
  Author.bulkCreate(Array.from({ length: most }, (_, i) => ({ id: i + 1, name: `author ${i + 1}` })));
  Book.bulkCreate(
    Array.from({ length: most * CHILDREN }, (_, i) => ({
      id: i + 1,
      title: `book ${i + 1}`,
      price: i % 50,
      authorId: i % most + 1,
    })),
  );
  const prepared = Author.prepare(({ most }: { most: number }) => ({
    where: { id: { $lte: most } },
    with: { books: true },
  }));
  const bun = engine.name === "bun-sqlite";
  const client = open(path, bun);
  const floor = byHand(client);
  const others: Loads[] = [
    {
      name: "Rinari",
      load: (most) => Author.findAll({ where: { id: { $lte: most } }, with: { books: true } }),
    },
    { name: "Rinari, prepared", load: (most) => prepared.findAll({ most }) },
    ...(bun ? await peers(path) : []),
  ];
  for (const each of others) deepStrictEqual(plain(await each.load(20)), plain(floor.load(20)), each.name);
  for (const parents of PARENTS) {
    const times = new Map([floor, ...others].map((each) => [each, [] as number[]]));
    for (let round = -2; round < ROUNDS; round++) {
      const turn = [...times.keys()];
      if (round % 2 !== 0) turn.reverse();
      for (const each of turn) {
        const time = await timeOf(each, parents);
        if (round >= 0) times.get(each)?.push(time);
      }
    }
    const own = times.get(floor) ?? [];
    const ratio = (each: Loads): string =>
      median((times.get(each) ?? []).map((time, i) => time / (own[i] as number))).toFixed(2);
    console.log(
      `${engine.name}, ${parents} x ${CHILDREN}: by hand ${median(own).toFixed(1)} µs, ` +
        others.map((each) => `${each.name} ${ratio(each)}`).join(", "),
    );
  }
  client.close();
  orm.disconnect();
  rmSync(folder, { recursive: true, force: true });
}
