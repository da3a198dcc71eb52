import { assert, assertEquals } from "@std/assert";
import { runFile } from "../support/child.ts";
import { runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";

const ROWS = 1_000_000;
// What the iterator of Deno's own node:sqlite returns stays until a full collection: a loop by hand grows by 45 to 70 MB there,
// and more on a busy machine. All rows at once would be 400 MB.
const LIMIT_MB = runtime === "deno" ? 150 : 60;
const FILE = new URL("./fixtures/million.ts", import.meta.url);

function streams(driver: string): void {
  test(`${driver}: iterate streams ${ROWS} rows in less than ${LIMIT_MB} MB`, async () => {
    await withTempDir(async (dir) => {
      const written = await runFile(FILE, [driver, dir, "write", String(ROWS)], { timeout: 120_000 });
      assertEquals(written.code, 0, written.stderr);
      const read = await runFile(FILE, [driver, dir, "read"], { timeout: 60_000 });
      assertEquals(read.code, 0, read.stderr);
      const { rows, sum, grownMB } = JSON.parse(read.stdout) as {
        rows: number;
        sum: number;
        grownMB: number;
      };
      assertEquals([rows, sum], [ROWS, ROWS * (ROWS - 1) / 2]);
      assert(grownMB < LIMIT_MB, `memory grew by ${grownMB.toFixed(1)} MB`);
    });
  }, { timeout: 200_000 });
}

if (runtime === "bun") streams("bun-sqlite");
else streams("node-sqlite");
