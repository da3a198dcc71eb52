import { assertEquals } from "@std/assert";
import { createRequire } from "node:module";
import { join } from "node:path";
import type ts from "typescript-5.9";
import { describe, runtime, test } from "../support/runner.ts";
import { root } from "../../scripts/runtimes.mjs";
import { COMPILER_OPTIONS, specifierOf } from "./compiler.ts";

/** Uses of a column, those in texts apart, which no editor takes for names, and of what a condition takes; `/*name*\/` marks a place. */
const PROGRAM = `
import { DataTypes, ORM } from ${specifierOf("mod.ts")};
import { MemoryDriver } from ${specifierOf("drivers/memory.ts")};
const User = new ORM({ driver: new MemoryDriver() }).define("app", "users", {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  name: { type: DataTypes.TEXT, notNull: true },
  nick: { type: DataTypes.TEXT },
});
User.create({ name: "create" });
User.bulkCreate([{ name: "bulkCreate" }]);
User.update({ name: "update" }, { id: 1 });
User.upsert({ id: 1, name: "upsert" });
User.findAll({ where: { name: "where" } });
User.findAll({ where: { name: { $like: "operator" } } });
User.findAll({ where: (user) => user.name.eq("function") });
User.count({ name: "count" });
const row = User.findOrFail({});
console.log(row.name);
User.findAll({ where: {/*columns*/} });
User.findAll({ where: { name: {/*operators*/} } });
User.create({/*create*/});
`;

const FILE = join(root, "tests/types/editor_program.ts");

/** What an editor asks about the program, in the memory of this process. */
function service(): { readonly compiler: typeof ts; readonly languageService: ts.LanguageService } {
  const compiler = createRequire(join(root, "package.json"))("typescript-5.9") as typeof ts;
  const { options } = compiler.convertCompilerOptionsFromJson(COMPILER_OPTIONS, root);
  const host: ts.LanguageServiceHost = {
    getCompilationSettings: () => options,
    getScriptFileNames: () => [FILE],
    getScriptVersion: () => "1",
    getScriptSnapshot: (name) => {
      const text = name === FILE ? PROGRAM : compiler.sys.readFile(name);
      return text === undefined ? undefined : compiler.ScriptSnapshot.fromString(text);
    },
    getCurrentDirectory: () => root,
    getDefaultLibFileName: (given) => compiler.getDefaultLibFilePath(given),
    fileExists: (name) => name === FILE || compiler.sys.fileExists(name),
    readFile: (name) => compiler.sys.readFile(name),
    readDirectory: compiler.sys.readDirectory,
    directoryExists: compiler.sys.directoryExists,
    getDirectories: compiler.sys.getDirectories,
  };
  return { compiler, languageService: compiler.createLanguageService(host) };
}

function lineOf(position: number): string {
  const start = PROGRAM.lastIndexOf("\n", position) + 1;
  return PROGRAM.slice(start, PROGRAM.indexOf("\n", position));
}

describe("types: an editor", () => {
  if (runtime !== "node") {
    return test.skip("is asked", "types do not depend on the runtime: checked under Node");
  }
  const { languageService } = service();

  test("renames a column in all its uses", () => {
    const at = PROGRAM.indexOf("name: { type");
    const found = languageService.findRenameLocations(FILE, at, false, false, {}) ?? [];
    const lines = found.map(({ textSpan }) => lineOf(textSpan.start));
    assertEquals(lines.sort(), PROGRAM.split("\n").filter((line) => /\bname\b/.test(line)).sort());
  }, { timeout: 60_000 });

  test("completes columns and operators, and nothing else", () => {
    const offered = (mark: string): string[] => {
      const at = PROGRAM.indexOf(`/*${mark}*/`);
      return (languageService.getCompletionsAtPosition(FILE, at, {})?.entries ?? []).map(({ name }) => name)
        .sort();
    };
    assertEquals(offered("columns"), ["$and", "$not", "$or", "id", "name", "nick"]);
    assertEquals(offered("create"), ["id", "name", "nick"]);
    const operators = offered("operators");
    assertEquals(operators.filter((name) => !name.startsWith("$")), []);
    assertEquals(["$eq", "$in", "$like"].filter((name) => !operators.includes(name)), []);
  }, { timeout: 60_000 });
});
