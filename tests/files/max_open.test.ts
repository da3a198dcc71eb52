import { assert, assertEquals } from "@std/assert";
import { mkdirSync, readdirSync, readlinkSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { AsyncDriver, ORM } from "../../mod.ts";
import { collectHandles } from "../../drivers/libsql/collect_handles.ts";
import { runFile } from "../support/child.ts";
import { random } from "../support/random.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { errorOf, type FileDriverCase, fileDrivers, type Notes, notesOf, openNotes } from "./file_drivers.ts";

const SEED = Number(process.env["RINARI_SEED"] ?? Date.now() % 1_000_000);
/** Thousands are tried now and then: `RINARI_DATABASES=5000`. */
const DATABASES = Number(process.env["RINARI_DATABASES"] ?? 40);
const OPEN = Number(process.env["RINARI_OPEN"] ?? 6);

type Action = (orm: ORM<AsyncDriver>, Note: Notes, number: number) => unknown;

const ACTIONS: readonly Action[] = [
  (_, Note, number) => Note.create({ text: `t${number % 50}` }),
  (_, Note, number) => Note.bulkCreate([{ text: `a${number}` }, { text: `t${number % 50}` }]),
  (_, Note, number) => Note.update({ text: `t${number % 50}` }, { id: { $lte: 1 + number % 3 } }),
  (_, Note, number) => Note.upsert({ id: 1 + number % 5, text: `u${number % 9}` }),
  (_, Note, number) => Note.delete({ id: number % 4 }),
  (_, Note) => Note.count(),
  (_, Note) => Note.findAll({ orderBy: [["text", "ASC"]] }),
  (_, Note, number) => Note.findById(1 + number % 4),
  (orm, Note, number) =>
    orm.transaction(() => {
      const made = Note.create({ text: `x${number}` });
      if (number % 2 === 0) throw new Error("undone");
      return made;
    }),
];

/** What an action gave, or the code of its error. */
async function outcome(work: () => unknown): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    return (error as { code?: unknown }).code ?? String(error);
  }
}

/** How many databases of a folder this process has open; null where that is not told. */
function openIn(folder: string, { ending }: FileDriverCase): number | null {
  if (process.platform !== "linux") return null;
  // A JSON file is open while its lock is there.
  if (ending === ".json") return readdirSync(folder).filter((name) => name.endsWith(".lock")).length;
  const links = readdirSync("/proc/self/fd").map((number) => {
    try {
      return readlinkSync(`/proc/self/fd/${number}`);
    } catch {
      return "";
    }
  });
  return new Set(links.filter((link) => link.startsWith(folder) && link.endsWith(ending))).size;
}

for (const each of fileDrivers) {
  describe(`${each.name} maxOpen`, () => {
    test("gives under random load what is given without it", () =>
      withTempDir(async (folder) => {
        const { int: number } = random(SEED);
        const folders = [join(folder, "few"), join(folder, "all")] as const;
        for (const path of folders) mkdirSync(path);
        const names = Array.from({ length: DATABASES }, (_, i) => `d${i}`);
        const few = openNotes(
          each,
          { storageDir: folders[0], maxOpen: OPEN, durability: "relaxed" },
          "first",
        );
        const all = openNotes(
          each,
          { storageDir: folders[1], maxOpen: DATABASES + 1, durability: "relaxed" },
          "first",
        );
        const models = names.map((name) => [notesOf(few.orm, name), notesOf(all.orm, name)] as const);
        for (let i = 0; i < DATABASES * 5; i++) {
          const [one, other] = models[number(DATABASES)] as (typeof models)[number];
          const action = ACTIONS[number(ACTIONS.length)] as Action;
          const value = number(1_000);
          assertEquals(
            await outcome(() => action(few.orm, one, value)),
            await outcome(() => action(all.orm, other, value)),
            `seed ${SEED}, step ${i}: ${action} of ${value}`,
          );
          if (i % 50 !== 0) continue;
          if (each.name === "LibSQLDriver") await collectHandles();
          assert((openIn(folders[0], each) ?? 0) <= OPEN, `seed ${SEED}, step ${i}`);
        }
        for (const [one, other] of models) assertEquals(await one.findAll(), await other.findAll());
        await few.orm.disconnect();
        await all.orm.disconnect();
        for (const path of folders) assertEquals(openIn(path, each) ?? 0, 0);
      }));

    test("closes the database that was used longest ago", () =>
      withTempDir(async (storageDir) => {
        const { orm, Note } = openNotes(each, { storageDir, maxOpen: 2, durability: "relaxed" }, "one");
        const Two = notesOf(orm, "two");
        const Three = notesOf(orm, "three");
        await Note.create({ text: "a" });
        await Two.create({ text: "a" });
        await Note.count();
        await Three.create({ text: "a" });
        if (process.platform === "linux" && each.ending === ".db") {
          if (each.name === "LibSQLDriver") await collectHandles();
          const links = readdirSync("/proc/self/fd").map((fd) => {
            try {
              return readlinkSync(`/proc/self/fd/${fd}`);
            } catch {
              return "";
            }
          });
          const isOpen = (name: string) => links.includes(join(storageDir, `${name}${each.ending}`));
          assertEquals(["one", "two", "three"].map(isOpen), [true, false, true]);
        }
        assertEquals([await Two.count(), await Note.count(), await Three.count()], [1, 1, 1]);
        await orm.disconnect();
      }));

    test("leaves the open transaction alone, and what is being read", () =>
      withTempDir(async (storageDir) => {
        const { orm, Note } = openNotes(each, { storageDir, maxOpen: 1, durability: "relaxed" }, "one");
        const Two = notesOf(orm, "two");
        await Note.bulkCreate(Array.from({ length: 700 }, (_, i) => ({ text: `t${i}` })));
        await Two.bulkCreate([{ text: "a" }, { text: "b" }]);
        let seen = 0;
        for await (const { id } of Note.iterate()) {
          assertEquals(id, ++seen);
          if (seen % 100 === 0) await Two.update({ text: `u${seen}` }, { id: 1 });
        }
        assertEquals(seen, 700);
        assertEquals(await Two.findById(1), { id: 1, text: "u700" });
        const left = Note.iterate();
        for await (const _ of left) break;
        assertEquals(await Two.count(), 2);
        const work = (async () => {
          await Note.create({ text: "kept" });
          await Note.create({ text: "kept too" });
        }) as () => Promise<void>;
        if (typeof Note.count() === "number") {
          orm.transaction(() => {
            void Note.create({ text: "kept" });
            return Note.create({ text: "kept too" });
          });
        } else await Promise.all([orm.transaction(work), Two.create({ text: "beside" })]);
        assertEquals(await Note.count(), 702);
        await orm.disconnect();
      }));

    test("is a whole number from 1", async () => {
      for (const maxOpen of [0, -1, 1.5, Infinity, "2" as never]) {
        const use = () => openNotes(each, { storageDir: "unused", maxOpen }).Note.count();
        assertEquals((await errorOf(use)).code, "INVALID_OPTIONS");
      }
    });

    if (process.platform === "win32") test.skip("of too many files", "Windows has no limit of open files");
    else {
      test("is not needed where the process may have few files open", () =>
        withTempDir(async (folder) => {
          mkdirSync(join(folder, "cache"));
          const after = `ulimit -n 256; export DENO_DIR="${join(folder, "cache")}"`;
          const program = new URL("./fixtures/many.ts", import.meta.url);
          const args = [each.name, join(folder, "store")];
          const { stdout, stderr } = await runFile(program, args, { after, timeout: 60_000 });
          const lines = stdout.trim().split("\n");
          assertEquals(lines.slice(0, 2), ["200 stored", "200 read"], stderr);
          if (each.name === "LibSQLDriver") assertEquals(lines[2], "nothing was refused", stderr);
          else if (each.ending === ".db") assertEquals(lines[2], "ConnectionError TOO_MANY_FILES", stderr);
          rmSync(folder, { recursive: true, force: true });
        }));
    }
  });
}
