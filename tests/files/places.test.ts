import { assertEquals, assertStringIncludes } from "@std/assert";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { runFile } from "../support/child.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { errorOf, type FileDriverCase, fileDrivers, openNotes } from "./file_drivers.ts";

const WINDOWS = process.platform === "win32";
const OTHER = "This is a text, and no database at all, whatever one thinks of it. ".repeat(40);

/** What the places of a database can be that none can be at. */
function badPlaces(folder: string): Record<string, string> {
  const text = join(folder, "text.txt");
  writeFileSync(text, OTHER);
  mkdirSync(join(folder, "sub"));
  const places: Record<string, string> = {
    "a folder": join(folder, "sub"),
    "a path through a file": join(text, "app.db"),
    "a folder that is not there": join(folder, "absent", "app.db"),
    "a name that is too long": join(folder, `${"x".repeat(300)}.db`),
  };
  if (WINDOWS) return places;
  symlinkSync(join(folder, "nowhere", "app.db"), join(folder, "dangling.db"));
  symlinkSync(join(folder, "loop.db"), join(folder, "loop.db"));
  execFileSync("mkfifo", [join(folder, "pipe")]);
  const devices = ["/dev/full", "/dev/null", "/dev/zero"].filter(existsSync);
  return {
    ...places,
    ...Object.fromEntries(devices.map((path) => [path, path])),
    "a link to nothing": join(folder, "dangling.db"),
    "a link to itself": join(folder, "loop.db"),
    "a pipe": join(folder, "pipe"),
  };
}

async function codesAt(each: FileDriverCase, path: string): Promise<string[]> {
  const codes: string[] = [];
  for (const readonly of [false, true]) {
    const use = async () => {
      const { orm, Note } = openNotes(each, { databases: { app: path }, readonly, busyTimeout: 0 });
      try {
        await Note.count();
      } finally {
        await orm.disconnect();
      }
    };
    const { name, code, driver, message } = await errorOf(use);
    assertEquals(message.endsWith("."), false, message);
    assertEquals(typeof driver, "string", message);
    codes.push(`${name} ${code}`);
  }
  return codes;
}

for (const each of fileDrivers) {
  describe(`${each.name}: a place where no database can be`, () => {
    test("is a typed error, which nothing hangs for", () =>
      withTempDir(async (folder) => {
        const refused = ["ConnectionError CANNOT_OPEN", "ConnectionError CANNOT_OPEN"];
        for (const [what, path] of Object.entries(badPlaces(folder))) {
          assertEquals(await codesAt(each, path), refused, what);
        }
        const other = ["ConnectionError NOT_A_DATABASE", "ConnectionError NOT_A_DATABASE"];
        assertEquals(await codesAt(each, join(folder, "text.txt")), other);
        const inside = () => openNotes(each, { storageDir: join(folder, "text.txt") }).Note.count();
        const error = await errorOf(inside);
        assertEquals([error.name, error.code], ["ConnectionError", "CANNOT_OPEN"]);
        assertStringIncludes(error.message, "text.txt");
      }));

    if (WINDOWS) test.skip("is a typed error where rights are missing", "Windows has other rights");
    else {
      test("is a typed error where rights are missing", () =>
        withTempDir(async (folder) => {
          const cache = join(folder, "cache");
          mkdirSync(cache);
          const { orm, Note } = openNotes(each, { storageDir: join(folder, "locked") });
          await Note.count();
          await orm.disconnect();
          mkdirSync(join(folder, "secret"));
          writeFileSync(join(folder, `secret${each.ending}`), "");
          for (const path of ["secret", `secret${each.ending}`]) chmodSync(join(folder, path), 0);
          for (const path of [folder, cache]) chmodSync(path, 0o777);
          chmodSync(join(folder, "locked"), 0o555);
          const program = new URL("./fixtures/as_nobody.ts", import.meta.url);
          const { stdout, stderr } = await runFile(program, [each.name, folder], {
            after: `export DENO_DIR="${cache}"`,
          });
          assertEquals(stdout.trim().split("\n"), Array(4).fill("ConnectionError CANNOT_OPEN"), stderr);
          for (const path of ["secret", `secret${each.ending}`]) chmodSync(join(folder, path), 0o755);
        }));
    }
  });
}

for (const each of fileDrivers.filter(({ ending }) => ending === ".db")) {
  test(`${each.name}: a write-ahead log that cannot be opened is a typed error of the first write, and what was there stays readable`, () =>
    withTempDir(async (storageDir) => {
      const made = openNotes(each, { storageDir });
      await made.Note.create({ text: "a" });
      await made.orm.disconnect();
      const path = join(storageDir, "app.db");
      mkdirSync(`${path}-wal`);
      const { orm, Note } = openNotes(each, { storageDir, busyTimeout: 0 });
      const { name, code, driver } = await errorOf(() => Note.create({ text: "b" }));
      assertEquals([name, code, typeof driver], ["ConnectionError", "CANNOT_OPEN", "string"]);
      await orm.disconnect();
      rmdirSync(`${path}-wal`);
      const again = openNotes(each, { storageDir });
      await again.Note.create({ text: "c" });
      assertEquals((await again.Note.findAll()).map(({ text }) => text), ["a", "c"]);
      await again.orm.disconnect();

      const fresh = join(storageDir, "fresh.db");
      mkdirSync(`${fresh}-wal`);
      const empty = openNotes(each, { storageDir, busyTimeout: 0 }, "fresh");
      const refused = await errorOf(() => empty.Note.create({ text: "b" }));
      assertEquals(refused.name, "ConnectionError");
      // libSQL's own words for it are those of a disk that fails.
      assertEquals(refused.code, each.name === "LibSQLDriver" ? "IO" : "CANNOT_OPEN");
      await empty.orm.disconnect();
    }));
}
