import { assertEquals, assertThrows } from "@std/assert";
import { existsSync } from "node:fs";
import { runFile } from "../support/child.ts";
import { describe, runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";

describe("runner", () => {
  test("runtime is the one that runs the tests", () => {
    const { Bun, Deno } = globalThis as { Bun?: unknown; Deno?: unknown };
    assertEquals(runtime, Bun !== undefined ? "bun" : Deno !== undefined ? "deno" : "node");
  });

  test("test.skip refuses an empty reason", () => {
    assertThrows(() => test.skip("x", " "), TypeError, "the reason is empty");
  });

  test("runFile runs a file under the same runtime", async () => {
    const { code, stdout, stderr } = await runFile(new URL("./fixtures/echo.ts", import.meta.url), [
      "a b",
      "--c",
    ]);
    assertEquals({ code, stderr, said: JSON.parse(stdout) }, {
      code: 3,
      stderr: "",
      said: { runtime, args: ["a b", "--c"] },
    });
  });

  test("withTempDir removes the folder, also after an error", async () => {
    let seen = "";
    const failed = await withTempDir((path) => {
      seen = path;
      assertEquals(existsSync(path), true);
      return Promise.reject(new Error("no"));
    }).catch((error: unknown) => error instanceof Error && error.message);
    assertEquals([failed, existsSync(seen)], ["no", false]);
  });
});
