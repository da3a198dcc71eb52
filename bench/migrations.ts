/**
 * Compares migrations of a large table with the same statements by hand, on `bun:sqlite` under Bun and `node:sqlite` under Node:
 * `node scripts/run.mjs bench/migrations.ts --runtime bun`, `--rows N` (1,000,000), `--rounds N` (3).
 *
 * @module
 */
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { DataTypes, type ModelSchema, ORM } from "../mod.ts";
import { migrate, type MigrationSteps } from "../src/migration/mod.ts";
import { PRAGMAS } from "./by_hand_sql.ts";
import { enginesHere } from "./engines.ts";

const [engine] = enginesHere as [(typeof enginesHere)[number]];
const ROWS = Number(option("rows") ?? 1_000_000);
const ROUNDS = Number(option("rounds") ?? 3);

const id = { type: DataTypes.INTEGER, primaryKey: true } as const;
const text = { type: DataTypes.TEXT } as const;
const indexes = [{ columns: ["name"] }] as const;
const V1 = { id, name: text, score: { type: DataTypes.REAL } } as const;

/** The steps of a rebuild, as SQLite's page on ALTER TABLE has them. */
const REBUILD = [
  "PRAGMA foreign_keys = OFF",
  "BEGIN IMMEDIATE",
  "CREATE TABLE made (id INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL, score REAL) STRICT",
  "INSERT INTO made (id, name, score) SELECT id, name, score FROM rows",
  "DROP TABLE rows",
  "ALTER TABLE made RENAME TO rows",
  "CREATE INDEX rows_name_index ON rows (name)",
  "PRAGMA foreign_key_check",
  "COMMIT",
  "PRAGMA foreign_keys = ON",
];

interface Work {
  readonly name: string;
  readonly byHand: readonly string[] | null;
  readonly columns: ModelSchema;
  readonly steps?: MigrationSteps;
}

const works: readonly Work[] = [
  {
    name: "add a column that takes null",
    byHand: ["BEGIN IMMEDIATE", "ALTER TABLE rows ADD COLUMN more TEXT", "COMMIT"],
    columns: { ...V1, more: text },
  },
  {
    name: "remake the table (not null)",
    byHand: REBUILD,
    columns: { ...V1, name: { ...text, notNull: true } },
  },
  {
    name: "change every row in a step",
    byHand: null,
    columns: V1,
    steps: {
      scores: (db) => {
        db.eachRow("rows", V1, ({ score }) => ({ score: (score ?? 0) * 2 }));
      },
    },
  },
];

function option(name: string): string | undefined {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
}

/** Runs statements on a file, as the drivers open it. @returns How long they took. */
function runOn(path: string, statements: readonly string[]): number {
  const isBun = "bun" in process.versions;
  const module = process.getBuiltinModule(
    (isBun ? "bun:sqlite" : "node:sqlite") as never,
  ) as unknown as Record<
    string,
    new (path: string) => { exec(sql: string): unknown; close(): void }
  >;
  const db = new (module[isBun ? "Database" : "DatabaseSync"] as (typeof module)[string])(path);
  for (const sql of PRAGMAS(true)) db.exec(sql);
  const begun = performance.now();
  for (const sql of statements) db.exec(sql);
  const time = performance.now() - begun;
  db.close();
  return time;
}

async function program(path: string, columns: ModelSchema, steps: MigrationSteps = {}): Promise<number> {
  const orm = new ORM({ driver: await engine.driver(path, true) });
  orm.define("bench", "rows", columns as typeof V1, { indexes });
  const begun = performance.now();
  migrate(orm, "bench", { steps, progress: watchMemory });
  const time = performance.now() - begun;
  orm.disconnect();
  return time;
}

/** What the process had in memory after each chunk of the last migration, in MB. */
let memory: number[] = [];

function watchMemory(): void {
  memory.push(process.memoryUsage().rss / 2 ** 20);
}

/** The most of a half. */
function most(half: 0 | 1): string {
  const middle = memory.length / 2;
  return Math.max(...memory.filter((_, i) => (i < middle) === (half === 0))).toFixed(0);
}

const folder = mkdtempSync(join(tmpdir(), "rinari-migrations-"));
try {
  const template = join(folder, "template.db");
  await program(template, V1);
  const insert =
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS}) INSERT INTO rows (id, name, score) ` +
    "SELECT i, 'name ' || i, i * 0.5 FROM n";
  runOn(template, [insert, "PRAGMA wal_checkpoint(TRUNCATE)"]);
  console.log(`${engine.name}, ${ROWS.toLocaleString("en")} rows, ms, the best of ${ROUNDS}`);
  for (const { name, byHand, columns, steps } of works) {
    const [own, hand]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      const path = join(folder, `round-${name}-${round}.db`);
      copyFileSync(template, path);
      memory = [];
      own.push(await program(path, columns, steps));
      rmSync(path);
      if (byHand === null) continue;
      copyFileSync(template, path);
      hand.push(runOn(path, byHand));
      rmSync(path);
    }
    const [best, bestHand] = [own, hand].map((times) => Math.min(...times)) as [number, number];
    console.log(
      `${name.padEnd(32)} ${best.toFixed(1).padStart(9)}` +
        (byHand === null
          ? `  memory at most ${most(0)} MB in the first half, ${most(1)} MB in the second`
          : `  by hand ${bestHand.toFixed(1)}  ratio ${(best / bestHand).toFixed(2)}`),
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
