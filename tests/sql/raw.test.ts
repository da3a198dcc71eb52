import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  type AsyncDriver,
  belongsTo,
  DataTypes,
  ORM,
  type Page,
  RinariError,
  type SqlStatement,
  type SyncDriver,
  toAsyncDriver,
} from "../../mod.ts";
import { BunSQLiteDriver } from "../../drivers/bun_sqlite.ts";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { NodeSQLiteDriver } from "../../drivers/node_sqlite.ts";
import { scanSqlite } from "../../src/sql/sqlite/scan.ts";
import { noServer } from "../support/libsql/server.ts";
import { ServerStores } from "../support/libsql/stores.ts";
import { describe, runtime, test } from "../support/runner.ts";

const DOC = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  title: { type: DataTypes.TEXT, notNull: true },
  at: { type: DataTypes.DATETIME },
  big: { type: DataTypes.INTEGER, bigint: true },
  tags: { type: DataTypes.ARRAY },
  done: { type: DataTypes.BOOLEAN },
} as const;
const AT = new Date("2026-11-30T10:11:12.013Z");
const BIG = 2n ** 60n;

interface Place {
  readonly make: () => AsyncDriver | Promise<AsyncDriver>;
  readonly cleanup?: (driver: AsyncDriver) => Promise<void> | void;
  readonly skip?: string | null;
}

const databases = { app: ":memory:" };
function server(reach: "http" | "ws"): Place {
  const stores = new ServerStores(reach);
  return {
    make: () => stores.driver("app"),
    cleanup: (driver) => stores.cleanup(driver as never),
    skip: noServer,
  };
}
function files(): Place {
  let folder = "";
  return {
    make: () => {
      folder = mkdtempSync(join(tmpdir(), "rinari-raw-"));
      return new LibSQLDriver({ databases: { app: join(folder, "app.db") } });
    },
    cleanup: () => rmSync(folder, { recursive: true, force: true }),
  };
}
const places: Record<string, Place> = {
  "bun-sqlite": {
    make: () => toAsyncDriver(new BunSQLiteDriver({ databases })),
    skip: runtime === "bun" ? null : "bun:sqlite is only in Bun",
  },
  "node-sqlite": { make: () => toAsyncDriver(new NodeSQLiteDriver({ databases })) },
  "libSQL in memory": { make: () => new LibSQLDriver({ databases }) },
  "libSQL on a file": files(),
  "libSQL over http": server("http"),
  "libSQL over ws": server("ws"),
};

/** Runs a test with two documents there. */
async function withDocs(
  place: Place,
  work: (given: ReturnType<typeof define>) => Promise<void>,
): Promise<void> {
  const driver = await place.make();
  const given = define(driver);
  try {
    await given.Doc.bulkCreate([
      { title: "the quick brown fox", at: AT, big: BIG, tags: ["a"], done: true },
      { title: "lazy dog" },
      { title: "brown dogs", done: false },
    ]);
    await work(given);
  } finally {
    await given.orm.disconnect();
    await place.cleanup?.(driver);
  }
}

function define(driver: AsyncDriver) {
  const orm = new ORM({ driver });
  return { orm, Doc: orm.define("app", "docs", DOC), sql: orm.sql("app") };
}

async function refused(code: string, work: () => Promise<unknown>): Promise<string> {
  const error = await assertRejects(work, RinariError);
  assertEquals(error.code, code, error.message);
  return error.message;
}

for (const [name, place] of Object.entries(places)) {
  describe(`orm.sql on ${name}:`, () => {
    const check = (title: string, work: Parameters<typeof withDocs>[1]): void => {
      if (place.skip) test.skip(title, place.skip);
      else test(title, () => withDocs(place, work));
    };

    check("values of every type are bound as what they are", async ({ sql }) => {
      const types = {
        whole: "INTEGER",
        half: "INTEGER",
        real: "TEXT",
        yes: "TEXT",
        bytes: "TEXT",
        day: "TEXT",
      } as const;
      const row =
        await sql`SELECT ${5} AS whole, ${5} / 2 AS half, typeof(${1.5}) AS real, typeof(${true}) AS yes,
        typeof(${new Uint8Array([1])}) AS bytes, ${AT} AS day, ${null} AS none, ${BIG} AS big`
          .first({ ...types, big: { type: "INTEGER", bigint: true } });
      assertEquals(row as unknown, {
        whole: 5,
        half: 2,
        real: "real",
        yes: "integer",
        bytes: "blob",
        day: AT.toISOString(),
        none: null,
        big: BIG,
      });
    });

    check("a statement reads the rows of a model, and more beside", async ({ Doc, sql }) => {
      const rows = await sql`SELECT *, length(title) AS size FROM ${Doc} WHERE id IN ${
        sql.list([1, 3])
      } ORDER BY id`
        .all(Doc, { size: "INTEGER" });
      const [first] = await Doc.findAll({ limit: 1 });
      assertEquals(rows.map(({ size }) => size), [19, 10]);
      assertEquals(rows[0], { ...first, size: 19 } as unknown as (typeof rows)[0]);
      assertEquals(await sql`SELECT id FROM ${Doc} WHERE id IN ${sql.list([])}`.all(), []);
    });

    check("a fragment is written out with its values, a name is quoted", async ({ Doc, sql }) => {
      const named = sql`title LIKE ${"%dog%"}`;
      const rows = await sql`SELECT id FROM ${sql.id("docs")} WHERE ${named} AND ${sql`id > ${2}`}`.all({
        id: "INTEGER",
      });
      assertEquals(rows, [{ id: 3 }]);
      const hostile = "x` WHERE 1 = 1; DROP TABLE docs; --";
      await assertRejects(async () => await sql`SELECT * FROM ${sql.id(hostile)}`.all(), RinariError);
      const found = await sql`SELECT id FROM ${Doc} WHERE title = ${"' OR 1 = 1 --"}`.all();
      assertEquals([found, await Doc.count()], [[], 3]);
    });

    check("run tells how many rows it changed, with RETURNING too", async ({ Doc, sql }) => {
      assertEquals(await sql`UPDATE ${Doc} SET done = ${true} WHERE id < ${3}`.run(), { changes: 2 });
      const changed = sql`UPDATE ${Doc} SET done = ${false} WHERE id < ${3} RETURNING id`;
      assertEquals(await changed.run(), { changes: 2 });
      assertEquals((await changed.all()).length, 2);
      assertEquals(await Doc.count({ done: false }), 3);
    });

    check("a statement belongs to the open transaction", async ({ orm, Doc, sql }) => {
      const undone = new Error("undone");
      const work = async () => {
        await sql`DELETE FROM ${Doc}`.run();
        assertEquals(await Doc.count(), 0);
        throw undone;
      };
      assert(await orm.transaction(work).catch((error) => error) === undone);
      assertEquals(await Doc.count(), 3);
      await orm.transaction(async () => {
        await Doc.deleteAll();
        await sql`INSERT INTO ${Doc} (title) VALUES (${"new"})`.run();
      });
      assertEquals(await Doc.count(), 1);
    });

    check(
      "iterate gives the rows one by one, and writes between them change none of it",
      async ({ Doc, sql }) => {
        const titles: string[] = [];
        for await (const row of sql`SELECT * FROM ${Doc} ORDER BY id; `.iterate(Doc)) {
          if (titles.push(row.title) === 1) await Doc.delete({ id: 3 });
          if (row.id === 1) assertEquals([row.at, row.big], [AT, BIG]);
        }
        assertEquals([titles.length, await Doc.count()], [3, 2]);
        for await (const { n } of sql`SELECT count(*) AS n FROM ${Doc} -- all`.iterate({ n: "INTEGER" })) {
          assertEquals(n, 2);
          break;
        }
        const raised = async (statement: SqlStatement<"async">) => {
          for await (const _ of statement.iterate()) await Doc.count();
        };
        await refused("INVALID_SQL", () => raised(sql`SELECT 1 AS a, 2 AS a`));
        await refused("INVALID_SQL", () => raised(sql`COMMIT`));
        await refused("STORE", () => raised(sql`SELEC 1`));
        const overflow = sql`SELECT abs(id - 9223372036854775807 - 2) AS n FROM ${Doc} ORDER BY id DESC`;
        await assertRejects(() => raised(overflow), RinariError);
        const [first] = await Array.fromAsync(
          sql`DELETE FROM ${Doc} RETURNING id`.iterate({ id: "INTEGER" }),
        );
        assertEquals([first, await Doc.count()], [{ id: 1 }, 0]);
      },
    );

    check(
      "iterate belongs to the open transaction, and ends with it when it is undone",
      async ({ orm, Doc, sql }) => {
        const undone = new Error("undone");
        let rows: AsyncIterableIterator<{ id: number | null }> | undefined;
        const failed = await orm.transaction(async () => {
          await Doc.create({ title: "not for long" });
          rows = sql`SELECT id FROM ${Doc} ORDER BY id DESC`.iterate({ id: "INTEGER" });
          assertEquals((await rows.next()).value, { id: 4 });
          throw undone;
        }).catch((error) => error);
        assert(failed === undone);
        await refused("TRANSACTION_ENDED", async () => await rows?.next());
        let committed: AsyncIterableIterator<{ id: number | null }> | undefined;
        await orm.transaction(async () => {
          committed = sql`SELECT id FROM ${Doc} ORDER BY id`.iterate({ id: "INTEGER" });
          await committed.next();
        });
        assertEquals((await committed?.next())?.value, { id: 2 });
        await committed?.return?.();
        assertEquals((await committed?.next())?.done, true);
      },
    );

    check("what would not do as it says is refused", async ({ Doc, sql }) => {
      await refused("INVALID_SQL", async () => await sql`SELECT 1; DELETE FROM ${Doc}`.all());
      for (
        const word of [
          "BEGIN",
          "COMMIT",
          "ROLLBACK",
          "SAVEPOINT a",
          "RELEASE a",
          "END",
          "PRAGMA foreign_keys = 0",
        ]
      ) {
        await refused("INVALID_SQL", async () => await sql([word] as unknown as TemplateStringsArray).run());
      }
      await refused("INVALID_SQL", async () => await sql`SELECT 1 AS a, 2 AS a`.all());
      const message = await refused(
        "INVALID_SQL",
        async () => await sql`SELECT big FROM ${Doc} WHERE id = 1`.all(),
      );
      assert(message.includes("bigint: true"), message);
      await refused("INVALID_SQL", async () => await sql`SELECT id FROM ${Doc}`.all({ title: "TEXT" }));
      await refused("STORE", async () => await sql`SELEC 1`.all());
      await refused(
        "UNIQUE_CONSTRAINT",
        async () => await sql`INSERT INTO ${Doc} (id, title) VALUES (1, 'x')`.run(),
      );
      assertEquals(await Doc.count(), 3);
    });

    check("what is no value is refused when the statement is made", ({ sql }) => {
      for (const value of [undefined, [1], { a: 1 }, () => 1, NaN, "\ud800", new Date(NaN), 2n ** 64n]) {
        const error = assertThrows(() => sql`SELECT ${value}`, RinariError, undefined, String(value));
        assertEquals(error.code, "INVALID_SQL");
      }
      assertThrows(() => sql.list([1, "a"]) && sql`SELECT ${sql.list([1, "a"])}`, RinariError);
      return Promise.resolve();
    });

    check("what full-text search finds is paged, and comes with its relations", async ({ orm, Doc, sql }) => {
      const Note = orm.define("app", "notes", {
        id: { type: DataTypes.INTEGER, primaryKey: true },
        text: { type: DataTypes.TEXT, notNull: true },
        doc: { type: DataTypes.INTEGER, references: { table: "docs", column: "id" } },
      }, { relations: { of: () => belongsTo(Doc, "doc") } });
      await Note.bulkCreate([1, 2, 3, 4, 5].map((id) => ({
        id,
        text: id === 4 ? "nothing" : `a word, the ${id}th`,
        doc: id === 1 ? null : 1 + id % 3,
      })));
      await sql`CREATE VIRTUAL TABLE notes_fts USING fts5(text, content='notes', content_rowid='id')`.run();
      await sql`INSERT INTO notes_fts(notes_fts) VALUES ('rebuild')`.run();
      const ids = sql`SELECT rowid FROM notes_fts WHERE notes_fts MATCH ${'"word"'}`;
      const where = { id: { $in: ids } };
      const seen: unknown[] = [];
      let after: string | null = null;
      do {
        const page: Page<{ id: number; of: { title: string } | null }> = await Note.paginate({
          where,
          orderBy: [["id", "DESC"]],
          with: { of: { select: ["title"] } },
          select: ["id"],
          size: 3,
          after,
        });
        seen.push(...page.rows.map(({ id, of }) => [id, of?.title ?? null]));
        after = page.next;
      } while (after !== null);
      assertEquals(seen, [
        [5, "brown dogs"],
        [3, "the quick brown fox"],
        [2, "brown dogs"],
        [1, null],
      ]);
      assertEquals(await Note.count({ ...where, of: { title: "brown dogs" } }), 2);
      await sql`DROP TABLE notes_fts`.run();
      await Note.drop();
    });

    const vectors = (title: string, work: Parameters<typeof withDocs>[1]): void => {
      if (name.startsWith("libSQL")) check(title, work);
      else test.skip(title, "vectors are libSQL's");
    };
    vectors("vectors of a table beside a model's find its rows by nearness", async ({ Doc, sql }) => {
      await sql`CREATE TABLE doc_vectors (
        id INTEGER PRIMARY KEY REFERENCES ${Doc}(id) ON DELETE CASCADE, embedding F32_BLOB(3) NOT NULL)`
        .run();
      await sql`CREATE INDEX doc_vectors_near ON doc_vectors (libsql_vector_idx(embedding))`.run();
      for (const [id, vector] of [[1, [1, 0, 0]], [2, [0, 1, 0]], [3, [0.9, 0.1, 0]]] as const) {
        await sql`INSERT INTO doc_vectors VALUES (${id}, vector32(${JSON.stringify(vector)}))`.run();
      }
      const query = JSON.stringify([1, 0.2, 0]);
      const near = (most: number) =>
        sql`SELECT v.id FROM vector_top_k('doc_vectors_near', vector32(${query}), ${most}) v`;
      const page = await Doc.paginate({ where: { id: { $in: near(2) } }, size: 1 });
      assertEquals([page.rows.map(({ id }) => id), page.next === null], [[1], false]);
      assertEquals(await Doc.count({ id: { $in: near(2) }, title: { $contains: "dogs" } }), 1);
      const ranked = await sql`
        SELECT d.*, vector_distance_cos(v.embedding, vector32(${query})) AS distance
        FROM vector_top_k('doc_vectors_near', vector32(${query}), ${3}) n
        JOIN doc_vectors v ON v.id = n.id JOIN ${Doc} d ON d.id = v.id ORDER BY distance`
        .all(Doc, { distance: "REAL" });
      assertEquals(ranked.map(({ id }) => id), [3, 1, 2]);
      await Doc.delete({ id: 3 });
      assertEquals(await sql`SELECT id FROM doc_vectors ORDER BY id`.all({ id: "INTEGER" }), [{ id: 1 }, {
        id: 2,
      }]);
      await sql`DROP TABLE doc_vectors`.run();
    });

    check("a table for full-text search stands beside a model's", async ({ Doc, sql }) => {
      await sql`CREATE VIRTUAL TABLE docs_fts USING fts5(title, content='docs', content_rowid='id')`.run();
      await sql`CREATE TRIGGER docs_added AFTER INSERT ON ${Doc} BEGIN
        INSERT INTO docs_fts(rowid, title) VALUES (new.id, new.title); END`.run();
      await sql`INSERT INTO docs_fts(docs_fts) VALUES ('rebuild')`.run();
      await Doc.create({ title: "a brown bear" });
      const found =
        await sql`SELECT d.*, bm25(docs_fts) AS score FROM docs_fts JOIN ${Doc} d ON d.id = docs_fts.rowid
        WHERE docs_fts MATCH ${"brown"} ORDER BY rank, d.id`.all(Doc, { score: "REAL" });
      assertEquals(found.map(({ id }) => id).sort(), [1, 3, 4]);
      assert(found.every(({ score }) => typeof score === "number"));
      assertEquals(found.find(({ id }) => id === 1)?.at, AT);
      await sql`DROP TRIGGER docs_added`.run();
      await sql`DROP TABLE docs_fts`.run();
    });
  });
}

describe("orm.sql:", () => {
  test("a driver without SQL says what there is instead", () => {
    const orm = new ORM<SyncDriver>({ driver: new MemoryDriver() });
    const error = assertThrows(() => orm.sql("app"), RinariError);
    assertEquals(error.code, "UNSUPPORTED");
    assert(error.message.includes("findAll"), error.message);
  });

  const kinds = { "bun-sqlite": BunSQLiteDriver, "node-sqlite": NodeSQLiteDriver };
  for (const [name, Driver] of Object.entries(kinds)) {
    const title = `iterate holds no rows on a sync driver: ${name}`;
    if (name === "bun-sqlite" && runtime !== "bun") {
      test.skip(title, "bun:sqlite is only in Bun");
      continue;
    }
    test(title, () => {
      const orm = new ORM<SyncDriver>({ driver: new Driver({ databases }) });
      const Doc = orm.define("app", "docs", DOC);
      const sql = orm.sql("app");
      // Of a million rows no more are made than are read.
      const many =
        sql`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) SELECT i FROM n`;
      let sum = 0;
      for (const { i } of many.iterate({ i: "INTEGER" })) {
        sum += i as number;
        if (i === 100) break;
      }
      assertEquals(sum, 5_050);
      Doc.bulkCreate([{ title: "a" }, { title: "b" }, { title: "c" }]);
      const rows = sql`SELECT id FROM ${Doc} ORDER BY id`.iterate({ id: "INTEGER" });
      assertEquals(rows.next().value, { id: 1 });
      assertEquals(Doc.deleteAll(), 3);
      assertEquals([...rows], [{ id: 2 }, { id: 3 }]);
      const read = sql`SELECT id FROM ${Doc}`.iterate();
      orm.transaction(() => Doc.create({ title: "d" }));
      assertEquals([...read].length, 1);
      orm.disconnect();
    });
  }

  test("a model of another ORM or database is refused", () => {
    const make = () =>
      new ORM({ driver: new NodeSQLiteDriver({ databases: { app: ":memory:", other: ":memory:" } }) });
    const orm = make();
    const Doc = orm.define("app", "docs", DOC);
    assertThrows(() => orm.sql("other")`SELECT * FROM ${Doc}`, RinariError);
    assertThrows(() => make().sql("app")`SELECT * FROM ${Doc}`, RinariError);
    assertThrows(() => orm.sql("other")`SELECT ${orm.sql("app")`1`}`, RinariError);
  });
});

describe("scanSqlite:", () => {
  const cases: readonly (readonly [sql: string, second: boolean, verb: string])[] = [
    ["SELECT 1", false, "SELECT"],
    ["SELECT 1;", false, "SELECT"],
    ["  -- a\n/* b; */ select 1; -- x\n /* y */ ;", false, "SELECT"],
    ["SELECT 1; SELECT 2", true, "SELECT"],
    ["SELECT ';';DROP TABLE x", true, "SELECT"],
    ["SELECT 'it''s;' AS `a;b`, \"c;d\", [e;f] -- ;\n", false, "SELECT"],
    ["SELECT 1 /* ; */ ;x", true, "SELECT"],
    ["WITH a AS (SELECT 1), b(x) AS (DELETE) INSERT INTO t SELECT * FROM a", false, "INSERT"],
    ["WITH RECURSIVE a AS (SELECT 1) SELECT * FROM a", false, "SELECT"],
    [
      "CREATE TRIGGER a AFTER INSERT ON t BEGIN DELETE FROM t; INSERT INTO t VALUES(1); END;",
      false,
      "CREATE",
    ],
    ["CREATE TRIGGER a AFTER INSERT ON t BEGIN SELECT 1; END; DROP TABLE t", true, "CREATE"],
    ["", false, ""],
    ["-- only a comment", false, ""],
    ["SELECT 'unended", false, "SELECT"],
  ];
  for (const [sql, second, verb] of cases) {
    test(`reads ${JSON.stringify(sql)}`, () => {
      const scanned = scanSqlite(sql);
      assertEquals([scanned.second >= 0, scanned.verb], [second, verb]);
    });
  }
});
