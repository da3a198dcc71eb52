import { assertEquals, assertStringIncludes } from "@std/assert";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { finishTypes } from "../../scripts/finish_types.mjs";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";

/** A package with one entry point besides its root, finished. */
function finished(folder: string, entry: unknown, declarations: string): { paths: unknown; text: string } {
  const file = join(folder, "types/live.d.ts");
  mkdirSync(join(folder, "types"));
  writeFileSync(file, declarations);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ exports: { ".": entry, "./live": entry } }));
  finishTypes(folder);
  const { typesVersions } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return { paths: typesVersions, text: readFileSync(file, "utf8") };
}

describe("finish_types:", () => {
  for (
    const [what, entry] of [
      ["names them", { import: { types: "./types/live.d.ts", default: "./live.js" } }],
      ["has two halves", { import: "./esm/live.js", require: "./types/live.js" }],
      ["has them beside", { types: "./types/live.d.ts", import: "./live.js" }],
    ] as const
  ) {
    test(`an entry point is found by node10 where the manifest ${what}`, () =>
      withTempDir((folder) => {
        const { paths } = finished(folder, entry, "export {};");
        assertEquals(paths, { "*": { live: ["./types/live.d.ts"] } });
      }));
  }

  test("what belongs to a runtime is declared where it is named", () =>
    withTempDir((folder) => {
      const { text } = finished(
        folder,
        { types: "./types/live.d.ts" },
        "export declare const a: AbortController;\nexport declare const b: Disposable & { [Symbol.dispose](): void };\n",
      );
      assertStringIncludes(text, '/// <reference lib="esnext.disposable" />');
      assertStringIncludes(text, "interface AbortController {}");
      assertEquals(text.includes("AbortSignal"), false);
    }));
});
