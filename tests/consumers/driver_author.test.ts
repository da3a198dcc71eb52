import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type ChildResult, runCommand } from "../support/child.ts";
import { packedTarball } from "../support/packed.ts";
import { describe, type Runtime, runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const timeout = 120_000;

/** The command that a driver's author types. */
const runners: Record<Runtime, string[]> = {
  bun: ["test"],
  deno: ["test", "--allow-all"],
  node: ["--test"],
};

describe(`a driver author's project under ${runtime}:`, () => {
  test(
    "copied from the template, keeps every promise and prints the capability matrix",
    () =>
      withProject(async (folder) => {
        const { code, output } = await runTests(folder);
        assertEquals(code, 0, output);
        assertStringIncludes(output, "| template 0.1.0 | driver | note");
        assertMatch(output, /\| driver: rows +\| 15 +\| +\| +\| +\|/);
        const [, passed = 0] = /\| all +\| (\d+) +\| +\| \d+ +\| +\|/.exec(output) ?? [];
        assert(Number(passed) > 400, output);
      }),
    { timeout },
  );

  test(
    "with a defect, is told the broken promise and the smallest call that breaks it",
    () =>
      withProject(async (folder) => {
        // One equal column is enough now.
        plant(
          join(folder, "src/template_driver.ts"),
          "Object.keys(where).every(",
          "Object.keys(where).some(",
        );
        const { code, output } = await runTests(folder);
        assertEquals(code, 1, output);
        assertStringIncludes(
          output,
          "Driver template breaks a promise: driver.findAll: several columns must all be equal",
        );
        assertMatch(
          output,
          /call: {5}driver\.findAll\("kit_\d+", "items", \{ where: \{ n: 1, on: false \} \}\)/,
        );
        assertMatch(output, /expected: \[\]\s+actual: {3}\[1, 2, 3, 5\]/);
        assertStringIncludes(output, "- driver.findAll: several columns must all be equal");
      }),
    { timeout },
  );
});

/** A fresh folder with a copy of the template, in which the packed repository is installed. */
function withProject<T>(fn: (folder: string) => Promise<T>): Promise<T> {
  return withTempDir(async (folder) => {
    cpSync(join(root, "examples/driver-template"), folder, { recursive: true });
    cpSync(await packedTarball(), join(folder, "rinari-orm.tgz"));
    const manifest = join(folder, "package.json");
    plant(manifest, /"@rinari\/orm": "[^"]*"/g, '"@rinari/orm": "file:rinari-orm.tgz"');
    // What comes from a registry is taken from here: the test needs no network.
    plant(manifest, /,\s*"@types\/node": "[^"]*"/, "");
    await install(folder);
    symlinkSync(join(root, "node_modules/@types"), join(folder, "node_modules/@types"), "junction");
    return await fn(folder);
  });
}

async function install(folder: string): Promise<void> {
  const [command, ...args] = runtime === "bun"
    ? [process.execPath, "install"]
    : ["npm", "install", "--offline", "--ignore-scripts", "--no-audit", "--no-fund"];
  const { code, stdout, stderr } = await runCommand(command as string, args, { cwd: folder, timeout });
  assertEquals(code, 0, stdout + stderr);
}

async function runTests(cwd: string): Promise<Pick<ChildResult, "code"> & { output: string }> {
  const { code, stdout, stderr } = await runCommand(process.execPath, runners[runtime], { cwd, timeout });
  // The test runner of Node indents what it reports.
  return { code, output: (stdout + stderr).replace(/^[#ℹ ]+/gm, "") };
}

/** Replaces a part of a file that is there. */
function plant(path: string, part: string | RegExp, replacement: string): void {
  const text = readFileSync(path, "utf8");
  const changed = text.replace(part, replacement);
  assert(changed !== text, `${path} has no ${part}`);
  writeFileSync(path, changed);
}
