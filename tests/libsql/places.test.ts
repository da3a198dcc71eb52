import { assertEquals, assertStringIncludes } from "@std/assert";
import { cpSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { DataTypes, ORM, type RinariError } from "../../mod.ts";
import { LibSQLDriver, type LibSQLOptions } from "../../drivers/libsql.ts";
import { runCommand, runFile } from "../support/child.ts";
import { noServer, withServer } from "../support/libsql/server.ts";
import { describe, runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { root } from "../repo/source_files.ts";

const NOTE = { id: { type: DataTypes.INTEGER, primaryKey: true }, text: { type: DataTypes.TEXT } } as const;

const WITHOUT_CLIENT = `
import { LibSQLDriver } from "./drivers/libsql.ts";
await new LibSQLDriver({ databases: { app: ":memory:" } }).connect({}).catch((error: Error) =>
  console.log(error.name + "\\n" + error.message)
);
`;

function open(options: LibSQLOptions) {
  const orm = new ORM({ driver: new LibSQLDriver({ durability: "relaxed", ...options }) });
  return { orm, Note: orm.define("app", "notes", NOTE), Other: orm.define("other", "notes", NOTE) };
}

async function errorOf(work: () => unknown): Promise<RinariError> {
  return await Promise.resolve().then(work).then(() => {
    throw new Error("It did not fail");
  }, (error) => error);
}

describe("LibSQLDriver: a database is", () => {
  test("a file of a folder, by its name", () =>
    withTempDir(async (storageDir) => {
      const { orm, Note, Other } = open({ storageDir });
      await Note.create({ id: 1 });
      assertEquals([await Note.count(), await Other.count()], [1, 0]);
      await orm.disconnect();
      assertEquals(readdirSync(storageDir).filter((name) => name.endsWith(".db")).sort(), [
        "app.db",
        "other.db",
      ]);
    }));

  test("a path, a file url or memory, by name", () =>
    withTempDir(async (folder) => {
      const file = join(folder, "a b%.db");
      const { orm, Note, Other } = open({ databases: { app: pathToFileURL(file).href, other: ":memory:" } });
      await Note.create({ id: 1 });
      await Other.create({ id: 2 });
      await orm.disconnect();
      assertEquals(readdirSync(folder).filter((name) => name.endsWith(".db")), ["a b%.db"]);
      const again = open({ databases: { app: file, other: `file:${file}` } });
      assertEquals((await again.Note.findAll()).map(({ id }) => id), [1]);
      await again.orm.disconnect();
    }));

  test("no file where the url of a server was meant, or a file url says what is not understood", () =>
    withTempDir(async (folder) => {
      const before = readdirSync(process.cwd());
      const urls = [
        "my-db.turso.io",
        "undefined",
        "localhost:8080",
        "db.example.com",
        "app.db",
        "./app.db",
        "htps://a",
      ];
      const places = ["my-db.turso.io", "my-db-me.aws-eu-west-1.turso.io/x", "undefined", "localhost:8080"];
      const files = [
        "file://data/x.db",
        "file://./x.db",
        "file:x.db?mode=ro",
        "file:x.db?mode=memory",
        "file:x.db#y",
      ];
      const options: LibSQLOptions[] = [
        ...[...urls, ...files].map((url) => ({ url })),
        ...[...urls, ...files, undefined, null, 5].map((url) => ({ url: () => url as string })),
        ...[...places, ...files].map((place) => ({ databases: { app: place } })),
        ...[...urls, ...files].map((syncUrl) => ({ storageDir: folder, syncUrl })),
        ...["my-db.turso.io", ...files].map((url) => ({ url, syncUrl: "http://127.0.0.1:1" })),
      ];
      for (const each of options) {
        const { orm, Note } = open(each);
        const error = await errorOf(() => Note.count());
        assertEquals(error.code, "INVALID_OPTIONS", JSON.stringify(each));
        await orm.disconnect();
      }
      assertEquals(readdirSync(process.cwd()), before);
      assertEquals(readdirSync(folder), []);
      for (const url of [`file:${join(folder, "a.db")}`, ":memory:", "file::memory:"]) {
        const { orm, Note } = open({ url });
        await Note.create({ id: 1 });
        await orm.disconnect();
      }
      assertEquals(readdirSync(folder).filter((name) => name.endsWith(".db")), ["a.db"]);
    }));

  if (runtime === "deno") {
    test("out of reach without Deno's permissions, which are named", () =>
      withTempDir(async (folder) => {
        const program = join(folder, "program.ts");
        writeFileSync(
          program,
          WITHOUT_CLIENT.replaceAll("./drivers", pathToFileURL(join(root, "drivers")).href),
        );
        const flags = ["--no-prompt", "--no-check", `--config=${join(root, "deno.json")}`, "--allow-read"];
        const { stdout, stderr } = await runCommand(process.execPath, ["run", ...flags, program]);
        assertStringIncludes(stdout, "UnsupportedError", stderr);
        assertStringIncludes(stdout, "--allow-env, --allow-ffi and --allow-sys");
      }));
  } else {
    test.skip("out of reach without Deno's permissions, which are named", "only Deno has permissions");
  }

  test("no file where the runtime has none", async () => {
    const { getBuiltinModule } = process;
    const { orm, Note } = open({ databases: { app: "notes.db" } });
    try {
      Object.assign(process, { getBuiltinModule: undefined });
      const error = await errorOf(() => Note.create({ id: 1 }));
      assertEquals([error.name, error.code, error.driver], ["UnsupportedError", "UNSUPPORTED", "libsql"]);
      assertStringIncludes(error.message, "Cannot open database `app`: this runtime has no files");
    } finally {
      Object.assign(process, { getBuiltinModule });
    }
    await orm.disconnect();
  });

  test("known, or refused", () =>
    withTempDir(async (folder) => {
      const listed = open({ databases: { app: ":memory:" } });
      assertEquals(await listed.Note.count(), 0);
      assertEquals((await errorOf(() => listed.Other.count())).code, "UNKNOWN_DATABASE");
      await listed.orm.disconnect();

      const single = open({ url: `file:${join(folder, "one.db")}` });
      assertEquals(await single.Note.count(), 0);
      const error = await errorOf(() => single.Other.count());
      assertEquals([error.name, error.code], ["ValidationError", "UNKNOWN_DATABASE"]);
      assertStringIncludes(error.message, "serves `app`");
      await single.orm.disconnect();
    }));

  test("synced when it is one, and the driver is connected", async () => {
    const driver = new LibSQLDriver({ databases: { app: ":memory:" } });
    assertEquals((await errorOf(() => driver.sync())).code, "NOT_CONNECTED");
    await driver.connect({});
    await driver.sync();
    await driver.sync("app");
    assertEquals((await errorOf(() => driver.sync("typo"))).code, "UNKNOWN_DATABASE");
    await driver.disconnect();
    const error = await errorOf(() => driver.sync("app"));
    assertEquals([error.name, error.code], ["ConnectionError", "NOT_CONNECTED"]);
  });

  test("opened with options that make sense", async () => {
    const wrong: LibSQLOptions[] = [
      {},
      { url: ":memory:", concurrency: 0 },
      { url: ":memory:", busyTimeout: -1 },
      { url: ":memory:", requestTimeout: 0.5 },
      { url: ":memory:", durability: "none" as "full" },
      { url: ":memory:", namespace: "x" as never },
      { databases: { app: "" } },
      { storageDir: "" },
      { url: "http://%" },
    ];
    for (const options of wrong) {
      const { orm, Note } = open(options);
      const error = await errorOf(() => Note.count());
      assertEquals([error.name, error.code], ["ValidationError", "INVALID_OPTIONS"], JSON.stringify(options));
      await orm.disconnect();
    }
    const { orm, Note } = open({ databases: { app: ":memory:" }, storageDir: "/nowhere" });
    assertEquals(await Note.count(), 0);
    await orm.disconnect();
  });

  test("in a folder that is there", () =>
    withTempDir(async (folder) => {
      const { orm, Note } = open({ databases: { app: `${folder}/absent/app.db` } });
      const error = await errorOf(() => Note.count());
      assertEquals([error.name, error.code], ["ConnectionError", "CANNOT_OPEN"], error.message);
      await orm.disconnect();
    }));

  test("to be used with a package that is named when it is missing", () =>
    withTempDir(async (folder) => {
      // A copy without node_modules.
      for (const name of ["mod.ts", "src", "drivers", "bunfig.toml"]) {
        cpSync(join(root, name), join(folder, name), { recursive: true });
      }
      const program = join(folder, "program.ts");
      writeFileSync(program, WITHOUT_CLIENT);
      const { stdout, stderr } = await runFile(pathToFileURL(program), [], { cwd: folder, alone: true });
      const [kind, message = ""] = stdout.trim().split("\n");
      assertEquals(kind, "UnsupportedError", stderr);
      for (
        const text of ["npm install @libsql/client", "bun add @libsql/client", "deno add npm:@libsql/client"]
      ) {
        assertStringIncludes(message, text);
      }
    }));

  if (noServer !== null) return test.skip("of a server, by url or function", noServer);

  test("of a server, by url or function", () =>
    withServer((first) =>
      withServer(async (second) => {
        const listed = open({ databases: { app: first.url, other: second.wsURL } });
        await listed.Note.create({ id: 1 });
        await listed.Other.bulkCreate([{ id: 2 }, { id: 3 }]);
        await listed.orm.disconnect();
        const computed = open({ url: (name) => name === "app" ? first.wsURL : second.url });
        assertEquals([await computed.Note.count(), await computed.Other.count()], [1, 2]);
        await computed.orm.disconnect();
        const single = open({ url: first.url });
        assertEquals(await single.Note.count(), 1);
        assertEquals((await errorOf(() => single.Other.count())).code, "UNKNOWN_DATABASE");
        await single.orm.disconnect();
      })
    ));
});
