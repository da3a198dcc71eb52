import { assertEquals, assertStringIncludes } from "@std/assert";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { run } from "../../src/cli/main.ts";
import { type AnyORM, ORM, RinariError } from "../../mod.ts";
import { binaryOf, root } from "../../scripts/runtimes.mjs";
import { runCommand } from "../support/child.ts";
import { type Random, random } from "../support/random.ts";
import { describe, test } from "../support/runner.ts";
import { runtime } from "../support/runtime.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { torture } from "../support/torture.ts";
import { OWNERS } from "../sqlite/owners.ts";
import { COMPILER_OPTIONS } from "../types/compiler.ts";
import { openRaw, type SqliteDriverCase, sqliteDrivers } from "../unit/sql/sqlite_drivers.ts";

const SCHEMAS = torture ? 200 : 12;
/** Compiled together with the recorded databases, where the compiler is asked. */
const COMPILED = torture ? 40 : 4;

async function ran(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  const [out, error]: [string[], string[]] = [[], []];
  const code = await run(args, { out: (line) => out.push(line), error: (line) => error.push(line) });
  return { code, out: out.join("\n"), error: error.join("\n") };
}

/** What the command prints for a database, as a module of this repository. */
async function printed(path: string): Promise<string> {
  const { code, out, error } = await ran("types", path);
  assertEquals([code, error], [0, ""]);
  return out
    .replace('"@rinari/orm"', JSON.stringify(pathToFileURL(join(root, "mod.ts")).href))
    .replace(
      /"@rinari\/orm\/drivers\/([a-z-]+)"/,
      (_, name: string) =>
        JSON.stringify(pathToFileURL(join(root, "drivers", `${name.replace("-", "_")}.ts`)).href),
    );
}

/** Opens a database with what is printed for it, and reads all of it. @returns How many models there are. */
async function opens(dir: string, name: string, ddl: string): Promise<{ models: number; text: string }> {
  const path = join(dir, `${name}.db`);
  const raw = openRaw(path);
  raw.exec(ddl);
  const schema = () => raw.all("SELECT type, name, sql FROM sqlite_schema ORDER BY name");
  const before = schema();
  const text = await printed(path);
  const module = join(dir, `${name}.ts`);
  writeFileSync(module, text);
  const exported = await import(pathToFileURL(module).href) as Record<string, unknown>;
  const orm = exported["orm"] as AnyORM;
  try {
    await orm.ready();
    const models = Object.entries(exported).filter(([variable]) => variable !== "orm");
    for (const [variable, each] of models) {
      const model = each as {
        readonly table: string;
        findAll(options?: object): Promise<Record<string, unknown>[]>;
      };
      const [counted] = raw.all(`SELECT count(*) AS n FROM "${model.table.replaceAll('"', '""')}"`);
      const [, relations = ""] = new RegExp(`export const ${variable} = [^;]*?relations: \\{([^}]*)\\}`)
        .exec(text) ?? [];
      const names = [...relations.matchAll(/^ {4}(\w+): \(\)/gm)].map(([, relation]) => relation as string);
      const options = { with: Object.fromEntries(names.map((relation) => [relation, true])) };
      assertEquals((await model.findAll(names.length === 0 ? {} : options)).length, counted?.["n"]);
    }
    assertEquals(schema(), before);
    return { models: models.length, text };
  } catch (error) {
    if (error instanceof RinariError) error.message += `\n${ddl}\n${text}`;
    throw error;
  } finally {
    await orm.disconnect();
    raw.close();
  }
}

const TYPES: readonly string[] = [
  "INTEGER",
  "BIGINT",
  "TINYINT",
  "TEXT",
  "VARCHAR(20)",
  "REAL",
  "DECIMAL(10,2)",
  "BOOLEAN",
  "DATE",
  "DATETIME",
  "JSON",
  "BLOB",
  "",
];
const NAMES: readonly string[] = [
  "name",
  "Unit Price",
  "created_at",
  "2nd",
  "class",
  "größe",
  "a.b",
  "$cost",
  'quo"te',
  "__proto__",
  "rowid",
  "constructor",
  "user_id",
];

function pickOf({ int }: Random): <T>(items: readonly T[]) => T {
  return <T>(items: readonly T[]) => items[int(items.length)] as T;
}

function valueOf(type: string, given: Random): string {
  const { int } = given;
  const pick = pickOf(given);
  const junk = ["NULL", "'text'", "3", "2.5", "x'00ff'", "'2024-02-29'"];
  if (int(30) === 0) return pick(junk);
  if (/INT/.test(type)) return pick(["0", "1", "42", "1709208896", "9007199254740993"]);
  if (/CHAR|TEXT/.test(type)) return pick(["''", "'a'", "'2024-02-29 12:00:00'", "'2024-02-29T12:00:00Z'"]);
  if (/REAL|DECIMAL/.test(type)) return pick(["1.5", "2", "-3"]);
  if (type === "BOOLEAN") return pick(["0", "1"]);
  if (type === "DATE") return pick(["'2024-02-29'", "'2024-03-01'"]);
  if (type === "DATETIME") return pick(["'2024-02-29 12:00:00'", "'2024-02-29 12:00:00.123456'"]);
  if (type === "JSON") return pick([`'{"a":1}'`, "'[]'"]);
  return type === "BLOB" ? pick(["x'00'", "x''"]) : pick(junk);
}

/** A database as somebody may have made it. */
function schemaOf(seed: number): string {
  const given = random(seed);
  const { int } = given;
  const pick = pickOf(given);
  const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`;
  const statements: string[] = [];
  const tables = ["users", "order details", "Größe", "date", "users_2"].slice(0, 1 + int(5));
  for (const [i, table] of tables.entries()) {
    const names = NAMES.filter(() => int(3) === 0);
    const types = names.map(() => pick(TYPES));
    const key = pick([
      "id INTEGER PRIMARY KEY",
      "id INTEGER PRIMARY KEY AUTOINCREMENT",
      "id INT NOT NULL PRIMARY KEY",
      "id TEXT PRIMARY KEY",
      "id, other TEXT, PRIMARY KEY (id, other)",
      "id INTEGER",
    ]);
    const parent = i > 0 && int(2) === 0 ? tables[int(i)] as string : null;
    const columns = names.map((name, at) => {
      const more = pick(["", "", "", " NOT NULL DEFAULT 0", " UNIQUE", " COLLATE NOCASE", " CHECK (1)"]);
      return `${quote(name)} ${types[at]}${more}`;
    });
    if (int(4) === 0) columns.push("twice AS (1 + 1)");
    const [first, constraint] = key.split(", PRIMARY") as [string, string | undefined];
    const all = [
      first,
      ...columns,
      ...(parent === null ? [] : [`parent_id INTEGER REFERENCES ${quote(parent)} (id)`]),
      ...(constraint === undefined ? [] : [`PRIMARY${constraint}`]),
    ];
    statements.push(`CREATE TABLE ${quote(table)} (${all.join(", ")})`);
    for (let row = 1; row <= int(4); row++) {
      const id = /TEXT PRIMARY/.test(key) ? `'k${row}'` : String(row);
      const ids = key.includes("other") ? ["id", "other"] : ["id"];
      const values = [
        id,
        ...(key.includes("other") ? ["'o'"] : []),
        ...types.map((type) => valueOf(type, given)),
      ];
      statements.push(
        `INSERT OR IGNORE INTO ${quote(table)} (${[...ids, ...names.map(quote)].join(", ")}) VALUES (${
          values.join(", ")
        })`,
      );
    }
    if (names.length > 1 && int(2) === 0) {
      statements.push(
        `CREATE ${pick(["", "UNIQUE "])}INDEX ${quote(`by ${i}`)} ON ${quote(table)} (${
          quote(names[0] as string)
        }, id)`,
      );
    }
    if (int(2) === 0) {
      statements.push(
        `CREATE VIEW ${quote(`v ${i}`)} AS SELECT *, count(*) OVER () AS n FROM ${quote(table)}`,
      );
    }
  }
  return `PRAGMA foreign_keys = OFF; ${statements.join(";\n")};`;
}

describe("rinari types", () => {
  for (const { owner, ddl, rows } of OWNERS) {
    test(`prints models that open the database of ${owner}`, () =>
      withTempDir(async (dir) => {
        const { models } = await opens(dir, owner, ddl + rows);
        assertEquals(models, [...ddl.matchAll(/CREATE (?:TABLE|VIEW)/g)].length);
      }));
  }

  test(`prints models that open ${SCHEMAS} databases of chance`, () =>
    withTempDir(async (dir) => {
      let models = 0;
      for (let seed = 1; seed <= SCHEMAS; seed++) {
        models += (await opens(dir, `chance${seed}`, schemaOf(seed))).models;
      }
      assertEquals(models > SCHEMAS, true, `${models} models`);
    }), { timeout: 120_000 });

  test("prints models that open what this library has made, with indexes and references", () =>
    withTempDir(async (dir) => {
      const path = join(dir, "own.db");
      const orm = new ORM({
        driver: (sqliteDrivers[0] as SqliteDriverCase).make({ databases: { app: path } }),
      });
      const id = { type: "INTEGER", primaryKey: true, autoIncrement: true } as const;
      const Author = orm.define("app", "authors", {
        id,
        at: { type: "DATETIME", stored: "sql", notNull: true },
        born: { type: "DATE" },
        large: { type: "INTEGER", bigint: true },
        facts: { type: "JSON" },
      });
      const Book = orm.define("app", "books", {
        id: { type: "INTEGER", primaryKey: true },
        by: {
          type: "INTEGER",
          unique: true,
          references: { table: "authors", column: "id", onDelete: "CASCADE" },
        },
      }, { indexes: [{ name: "byBy", columns: ["by"] }] });
      Author.create({ at: "2024-02-29T10:00:00Z", born: "1999-01-01", large: 1, facts: { a: 1 } });
      Book.create({ id: 1, by: 1 });
      orm.disconnect();
      const { text } = await opens(dir, "own", "");
      assertStringIncludes(text, 'at: { type: DataTypes.DATETIME, stored: "sql", notNull: true },');
      assertStringIncludes(text, "born: { type: DataTypes.DATE },");
      assertStringIncludes(text, "large: { type: DataTypes.INTEGER, bigint: true },");
      assertStringIncludes(text, "facts: { type: DataTypes.JSON },");
      assertStringIncludes(text, '{ name: "byBy", columns: ["by"] }');
      assertStringIncludes(text, 'books: () => hasOne(Books, "by")');
      assertStringIncludes(text, 'references: { table: "authors", column: "id", onDelete: "CASCADE" }');
    }));

  test("says what has no model, and why", () =>
    withTempDir(async (dir) => {
      const { text } = await opens(
        dir,
        "odd",
        `CREATE TABLE a (id TEXT COLLATE NOCASE PRIMARY KEY); CREATE TABLE b (id INTEGER PRIMARY KEY, x INT, c TEXT COLLATE RTRIM);
         INSERT INTO b VALUES (1, 'text', 'c'); CREATE VIRTUAL TABLE f USING fts5(body); CREATE TABLE n (x TEXT, at TEXT);
         INSERT INTO n VALUES ('x', '2024-02-29 10:00:00');`,
      );
      assertStringIncludes(text, '// No model of table "a": column "id" has the collation NOCASE');
      assertStringIncludes(text, '// Left to the store: column "x" has values of several types.');
      assertStringIncludes(text, '// Left to the store: column "c" has the collation RTRIM');
      assertStringIncludes(text, '// No model of table "f": it is a virtual and no table.');
      assertStringIncludes(
        text,
        "rowid: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true }, // the number of the row",
      );
      assertStringIncludes(
        text,
        'at: { type: DataTypes.DATETIME, stored: "sql" }, // guessed from its values',
      );
    }));

  test("reads a server of libSQL by its url, and gives it the token", async () => {
    const asked: unknown[] = [];
    const server = createServer((request, response) => {
      asked.push(request.headers.authorization);
      response.end(JSON.stringify({ results: [{ response: { result: { rows: [] } } }] }));
    });
    await new Promise<void>((resolve) => server.listen(0, resolve));
    const { port } = server.address() as AddressInfo;
    try {
      const url = `http://127.0.0.1:${port}`;
      const { code, out } = await ran("types", url, "--token", "secret", "--database", "shop");
      assertEquals([code, asked], [0, ["Bearer secret"]]);
      assertStringIncludes(out, `databases: { shop: "${url}" }`);
      assertStringIncludes(out, "@rinari/orm/drivers/libsql");
      assertEquals(out.includes("secret"), false);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test("is told what it needs", async () => {
    const { code, error } = await ran("types", "nowhere.db");
    assertEquals([code, error], [2, "rinari: nowhere.db is no file; see rinari --help"]);
    assertStringIncludes((await ran("types")).error, "one file or url is given");
  });

  const compiles = "prints models that compile";
  if (runtime === "node") {
    test(compiles, () =>
      withTempDir(async (dir) => {
        const files: string[] = [];
        const add = async (name: string, ddl: string) => {
          const { text } = await opens(dir, name, ddl);
          // The compiler knows no urls.
          writeFileSync(join(dir, `${name}.ts`), text.replaceAll(pathToFileURL(root).href, root));
          files.push(`${name}.ts`);
        };
        for (const { owner, ddl, rows } of OWNERS) await add(owner, ddl + rows);
        for (let seed = 1; seed <= COMPILED; seed++) await add(`chance${seed}`, schemaOf(seed));
        writeFileSync(
          join(dir, "tsconfig.json"),
          JSON.stringify({ compilerOptions: { ...COMPILER_OPTIONS, skipLibCheck: true }, files }),
        );
        const tsc = join(root, "node_modules/typescript/bin/tsc");
        const args = [tsc, "--project", dir, "--pretty", "false"];
        const { stdout } = await runCommand(binaryOf("node"), args, { cwd: dir, timeout: 50_000 });
        assertEquals(stdout.split("\n").filter((line) => /^\w+\.ts/.test(line)), []);
      }), { timeout: 60_000 });
  } else test.skip(compiles, "types do not depend on the runtime: checked under Node");
});
