import { assertEquals, assertStringIncludes } from "@std/assert";
import { renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { errorOf, type FileDriverCase, fileDrivers, notesOf, openNotes } from "./file_drivers.ts";

const LOST = ["ConflictError", "CHANGED_OUTSIDE", true];

function remove({ ending }: FileDriverCase, folder: string): void {
  for (const more of ["", "-wal", "-shm"]) rmSync(join(folder, `app${ending}${more}`), { force: true });
}

for (const each of fileDrivers) {
  describe(`${each.name}: a file that is removed while it is open`, () => {
    if (process.platform === "win32") {
      test.skip("is made again", "Windows does not let an open file be removed");
      return;
    }
    test("is made again, with its tables and indexes, after an error that says so", () =>
      withTempDir(async (storageDir) => {
        const { orm, Note } = openNotes(each, { storageDir });
        await Note.createIndex("pairs", { columns: ["text", "id"], unique: true });
        await Note.bulkCreate([{ text: "a" }, { text: "b" }]);
        const writes: (() => unknown)[] = [
          () => Note.create({ text: "c" }),
          () => Note.bulkCreate([{ text: "c" }, { text: "d" }]),
          () => Note.update({ text: "c" }, { id: 1 }),
          () => Note.upsert({ id: 1, text: "c" }),
          () => Note.delete({ id: 1 }),
          () => orm.transaction(() => Note.create({ text: "c" }), { retries: 0 }),
          () => Note.drop(),
        ];
        for (const write of writes) {
          await Note.deleteAll();
          await Note.create({ id: 1, text: "a" });
          remove(each, storageDir);
          const error = await errorOf(write);
          assertEquals([error.name, error.code, error.retryable], LOST, `${write}`);
          assertStringIncludes(error.message, "removed");
          assertEquals(await Note.findAll(), [], `${write}`);
          assertEquals((await Note.create({ text: "a" })).id, 1);
          assertEquals((await errorOf(() => Note.create({ text: "a" }))).code, "UNIQUE_CONSTRAINT");
        }
        await orm.disconnect();
        const again = openNotes(each, { storageDir });
        assertEquals(await again.Note.findAll(), [{ id: 1, text: "a" }]);
        await again.orm.disconnect();
      }));

    test("undoes the transaction that is open", () =>
      withTempDir(async (storageDir) => {
        const { orm, Note } = openNotes(each, { storageDir });
        await Note.create({ text: "a" });
        // What an async driver does is awaited; with a sync one the array is nothing to wait for.
        const work = () => {
          const created = Note.create({ text: "b" });
          const then = (): void => remove(each, storageDir);
          return created instanceof Promise ? created.then(then) : then();
        };
        const error = await errorOf(() => orm.transaction(work as () => Promise<void>, { retries: 0 }));
        assertEquals([error.name, error.code, error.retryable], LOST);
        assertEquals(await Note.findAll(), []);
        await Note.create({ text: "c" });
        assertEquals(await Note.count(), 1);
        await orm.disconnect();
      }));

    test("is noticed by every ORM on the driver, and when another file is in its place", () =>
      withTempDir(async (storageDir) => {
        const other = openNotes(each, { storageDir }, "other");
        await other.Note.create({ text: "of the other" });
        await other.orm.disconnect();
        const { orm, Note } = openNotes(each, { storageDir });
        await Note.create({ text: "a" });
        remove(each, storageDir);
        renameSync(join(storageDir, `other${each.ending}`), join(storageDir, `app${each.ending}`));
        assertEquals((await errorOf(() => Note.create({ text: "b" }))).code, "CHANGED_OUTSIDE");
        assertEquals(await Note.findAll(), [{ id: 1, text: "of the other" }]);
        await Note.create({ text: "b" });
        assertEquals(await Note.count(), 2);
        await orm.disconnect();
      }));

    test("is made again where it was closed for others", () =>
      withTempDir(async (storageDir) => {
        const { orm, Note } = openNotes(each, { storageDir, maxOpen: 1 });
        const Other = notesOf(orm, "other");
        await Note.create({ text: "a" });
        await Other.create({ text: "a" });
        remove(each, storageDir);
        const error = await errorOf(() => Note.create({ text: "b" }));
        assertEquals([error.name, error.code, error.retryable], LOST);
        assertEquals(await Note.create({ text: "b" }), { id: 1, text: "b" });
        assertEquals(await Other.count(), 1);
        assertEquals(await Note.count(), 1);
        await orm.disconnect();
      }));
  });
}
