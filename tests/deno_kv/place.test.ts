import { assertEquals, assertRejects } from "@std/assert";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DenoKVDriver } from "../../drivers/deno_kv.ts";
import { DataTypes, ORM, ValidationError } from "../../mod.ts";
import { describe, runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";

describe("DenoKVDriver", () => {
  if (runtime !== "deno") return test.skip("takes a file url", "only Deno opens a store by its path");

  test("takes a file url as the file, and refuses what is none", () =>
    withTempDir(async (folder) => {
      const store = async (path: string) => {
        await using orm = new ORM({ driver: new DenoKVDriver({ path }) });
        await orm.define("app", "notes", { id: { type: DataTypes.INTEGER, primaryKey: true } }).create({
          id: 1,
        });
      };
      await store(`file:${join(folder, "a%20b.kv")}`);
      assertEquals(readdirSync(folder).includes("a b.kv"), true);
      for (
        const path of ["undefined", "localhost:8080", "file://data/x.kv", "file:x.kv?mode=ro", "libsql://x"]
      ) {
        const error = await assertRejects(() => store(path), ValidationError);
        assertEquals([error.code, existsSync(path)], ["INVALID_OPTIONS", false], path);
      }
    }));
});
