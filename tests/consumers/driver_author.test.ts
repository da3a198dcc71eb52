import { assert, assertEquals, assertGreater, assertMatch, assertStringIncludes } from "@std/assert";
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
  const inProject = (name: string, fn: (folder: string) => Promise<void>) =>
    test(name, () => withProject(fn), { timeout });

  inProject("copied from the template, keeps every promise and prints the capability matrix", sound);
  inProject("with a defect, is told the broken promise and the smallest call that breaks it", defective);
  if (runtime === "node") inProject("is built for npm: JavaScript with types, that a program imports", built);
  else test.skip("is built for npm", "TypeScript builds it once, under Node");
});

async function sound(folder: string): Promise<void> {
  const { code, output } = await runTests(folder);
  assertEquals(code, 0, output);
  assertStringIncludes(output, "| template 0.1.0 | driver | note");
  assertMatch(output, /\| driver: rows +\| 16 +\| +\| +\| +\|/);
  const [, passed = 0] = /\| all +\| (\d+) +\| +\| \d+ +\| +\|/.exec(output) ?? [];
  assertGreater(Number(passed), 400, output);
}

async function defective(folder: string): Promise<void> {
  // One equal column is enough now.
  plant(join(folder, "src/template_driver.ts"), "Object.keys(where).every(", "Object.keys(where).some(");
  const { code, output } = await runTests(folder);
  assertEquals(code, 1, output);
  const promise = "driver.findAll: several columns must all be equal";
  assertStringIncludes(output, `Driver template breaks a promise: ${promise}`);
  assertMatch(output, /call: {5}driver\.findAll\("kit_\d+", "items", \{ where: \{ n: 1, on: false \} \}\)/);
  assertMatch(output, /expected: \[\]\s+actual: {3}\[1, 2, 3, 5\]/);
  assertStringIncludes(output, `- ${promise}`);
}

async function built(folder: string): Promise<void> {
  const run = (args: string[]) => runCommand(process.execPath, args, { cwd: folder, timeout });
  const { code, stdout } = await run([join(root, "node_modules/typescript/bin/tsc")]);
  assertEquals(code, 0, stdout);
  assertMatch(readFileSync(join(folder, "dist/src/template_driver.d.ts"), "utf8"), /class TemplateDriver/);
  const program = `
    import { ORM } from "@rinari/orm";
    import { TemplateDriver } from "rinari-driver-template";
    const orm = new ORM({ driver: new TemplateDriver() });
    const Item = orm.define("app", "items", { id: { type: "INTEGER", primaryKey: true } });
    Item.create({ id: 7 });
    console.log(Item.findAll());`;
  const { stdout: printed, stderr } = await run(["--input-type=module", "--eval", program]);
  assertEquals(printed.trim(), "[ { id: 7 } ]", stderr);
}

/** A fresh folder with a copy of the template, in which the packed repository is installed. */
function withProject<T>(fn: (folder: string) => Promise<T>): Promise<T> {
  return withTempDir(async (folder) => {
    const filter = (path: string) => !/[\\/](?:node_modules|dist)$/.test(path);
    cpSync(join(root, "examples/driver-template"), folder, { recursive: true, filter });
    cpSync(await packedTarball(), join(folder, "rinari-orm.tgz"));
    const manifest = join(folder, "package.json");
    plant(manifest, /"@rinari\/orm": "[^"]*"/g, '"@rinari/orm": "file:rinari-orm.tgz"');
    // What comes from a registry is taken from here: the test needs no network.
    plant(manifest, /,\s*"@types\/node": "[^"]*",\s*"typescript": "[^"]*"/, "");
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
