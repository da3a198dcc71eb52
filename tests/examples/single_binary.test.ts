import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { binaryOf } from "../../scripts/runtimes.mjs";
import { runCommand } from "../support/child.ts";
import { describe, runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";

const source = fileURLToPath(new URL("../../examples/single-binary/journal.ts", import.meta.url));

describe("single binary:", () => {
  if (runtime !== "bun") return test.skip("migrates its own store", "bun compiles it");

  test("migrates its own store from the first version to the third", () =>
    withTempDir(async (dir) => {
      const binary = join(dir, "journal");
      const built = await runCommand(binaryOf("bun"), [
        "build",
        "--compile",
        "--minify",
        "--external",
        "@libsql/client",
        source,
        "--outfile",
        binary,
      ], { timeout: 60_000 });
      assertEquals(built.code, 0, built.stderr);
      const ran = async (version: number, ...args: readonly string[]): Promise<readonly string[]> => {
        const env = { JOURNAL_VERSION: String(version) };
        const { code, stdout, stderr } = await runCommand(binary, ["journal.db", ...args], { cwd: dir, env });
        assertEquals([code, stderr], [0, ""]);
        return stdout.trim().split("\n");
      };
      await ran(1, "write", "Ada Lovelace", "bought milk");
      await ran(2, "write", "Bob", "slept");
      assertEquals(await ran(3), [
        "migrated: 2026-11 names in two",
        '{"id":1,"text":"bought milk","first":"Ada","last":"Lovelace","mood":null}',
        '{"id":2,"text":"slept","first":"Bob","last":null,"mood":null}',
      ]);
      assertEquals((await ran(3)).length, 2);
    }), { timeout: 120_000 });
});
