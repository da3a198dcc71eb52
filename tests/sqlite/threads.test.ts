import { assertEquals } from "@std/assert";
import { join } from "node:path";
import process from "node:process";
import { runFile } from "../support/child.ts";
import { test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";

const NAME =
  "a second SQLite library on a file is refused in another thread, too, while the first has it open";

if (process.platform === "linux") {
  test(NAME, () =>
    withTempDir(async (folder) => {
      const program = new URL("./fixtures/second_library.ts", import.meta.url);
      const { stdout, stderr } = await runFile(program, [join(folder, "app.db")]);
      assertEquals(JSON.parse(stdout || JSON.stringify(stderr)), {
        first: "opened",
        other: "SECOND_LIBRARY",
        same: "opened",
        later: "opened",
        refused: "SECOND_LIBRARY",
        last: "opened",
      });
    }));
} else test.skip(NAME, "only Linux tells which files a process has open");
