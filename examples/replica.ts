/**
 * A primary, a server that copies it and an embedded replica, all on this machine: shows a write arriving at each. Needs the
 * development tools: `npm install`, then `node examples/replica.ts` (or `bun run`, `deno run -A`).
 *
 * @module
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { DataTypes, ORM } from "../mod.ts";
import { LibSQLDriver } from "../drivers/libsql.ts";
import { noServer, type Server, withServer } from "../tests/support/libsql/server.ts";

const NOTE = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  text: { type: DataTypes.TEXT, notNull: true },
} as const;

if (noServer === null) await withServer((primary) => withServer((copy) => show(primary, copy), { primary }));
else {
  console.error(`Cannot start a server: ${noServer}`);
  process.exitCode = 1;
}

async function show(primary: Server, copy: Server): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "rinari-replica-"));
  const embedded = new LibSQLDriver({ storageDir: folder, syncUrl: primary.url });
  const [first, second, third] = [
    open(new LibSQLDriver({ url: primary.url })),
    open(new LibSQLDriver({ url: copy.url })),
    open(embedded),
  ];
  try {
    await first.Note.create({ text: "written at the primary" });
    console.log(`primary:          ${await first.Note.count()} row`);
    const ms = await arrival(() => second.Note.count(), 1);
    console.log(`copying server:   ${await second.Note.count()} row, ${ms} ms after the write`);
    await embedded.sync("app");
    console.log(`embedded replica: ${await third.Note.count()} row, after sync()`);

    await third.Note.create({ text: "written through the embedded replica" });
    console.log(`embedded replica: ${await third.Note.count()} rows, its own write at once (readYourWrites)`);
    console.log(`primary:          ${await first.Note.count()} rows, where the write went`);
    const later = await arrival(() => second.Note.count(), 2);
    console.log(`copying server:   ${await second.Note.count()} rows, ${later} ms later`);
  } finally {
    for (const { orm } of [first, second, third]) await orm.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
}

function open(driver: LibSQLDriver) {
  const orm = new ORM({ driver });
  return { orm, Note: orm.define("app", "notes", NOTE) };
}

/** How many milliseconds pass until there are so many rows. */
async function arrival(count: () => Promise<number>, rows: number): Promise<number> {
  const start = performance.now();
  for (let tries = 0; tries < 200 && await count() < rows; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return Math.round(performance.now() - start);
}
