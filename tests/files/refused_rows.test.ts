import { assertEquals } from "@std/assert";
import { MemoryDriver } from "../../drivers/memory.ts";
import { test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { errorOf, type FileDriverCase, fileDrivers, openNotes } from "./file_drivers.ts";

const memory: FileDriverCase = { name: "MemoryDriver", ending: "", make: () => new MemoryDriver() };

for (const each of [memory, ...fileDrivers]) {
  test(`${each.name}: an error of bulkCreate tells the row that the store refuses, and one of create none`, () =>
    withTempDir(async (storageDir) => {
      const { orm, Note } = openNotes(each, { storageDir, durability: "relaxed" });
      await Note.create({ text: "taken" });
      const rows = Array.from({ length: 250 }, (_, i) => ({ text: i === 123 ? "taken" : `t${i}` }));
      const many = await errorOf(() => Note.bulkCreate(rows));
      assertEquals([many.code, many.columns, many.row], ["UNIQUE_CONSTRAINT", ["text"], 123]);
      const inside = await errorOf(() =>
        orm.transaction((() => Note.bulkCreate(rows.slice(100))) as () => Promise<never>)
      );
      assertEquals([inside.code, inside.row], ["UNIQUE_CONSTRAINT", 23]);
      assertEquals((await errorOf(() => Note.create({ text: "taken" }))).row, undefined);
      assertEquals(await Note.count(), 1);
      await orm.disconnect();
    }));
}
