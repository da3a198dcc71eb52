import { assertEquals } from "@std/assert";
import { syncBuiltinESMExports } from "node:module";
import process from "node:process";
import { describe, runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { openItems } from "./support.ts";

type FileSystem = Record<string, (...args: unknown[]) => unknown>;

/** What work does to files, in order: what reaches the disk after a loss of power depends on it. */
function stepsOf(work: () => void): string[] {
  const fs = process.getBuiltinModule("node:fs") as unknown as FileSystem;
  const steps: string[] = [];
  const names = ["writeSync", "fsyncSync", "renameSync"];
  const originals = names.map((name) => [name, fs[name]] as const);
  for (const [name, original] of originals) {
    fs[name] = (...args) => {
      if (steps.at(-1) !== name) steps.push(name);
      return original?.(...args);
    };
  }
  syncBuiltinESMExports();
  try {
    work();
  } finally {
    for (const [name, original] of originals) fs[name] = original as FileSystem[string];
    syncBuiltinESMExports();
  }
  return steps;
}

describe("JSONFileDriver durability", () => {
  if (runtime !== "node") {
    test.skip("forces a file before it takes another's place", "only Node.js lets node:fs be watched");
    return;
  }
  for (const durability of ["full", "relaxed"] as const) {
    test(`${durability} forces a file before it takes another's place`, () =>
      withTempDir((dir) => {
        const { orm, Item } = openItems(dir, { durability });
        Item.create({ name: "a" });
        const folder = durability === "full" ? ["fsyncSync"] : [];
        const expected = ["writeSync", "fsyncSync", "renameSync", ...folder];
        assertEquals(stepsOf(() => void Item.create({ name: "b" })), expected);
        orm.disconnect();
      }));
  }
});
