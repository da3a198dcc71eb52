import { assertEquals, assertStringIncludes } from "@std/assert";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../src/cli/main.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";

const root = new URL("../../", import.meta.url).href;

/** A module as a user writes it, with the columns of a version. */
function moduleOf(dir: string, name: string, columns: string, steps = ""): string {
  const path = join(dir, `${name}.ts`);
  writeFileSync(
    path,
    `import { ORM } from "${root}mod.ts";
import { JSONFileDriver } from "${root}drivers/json_file.ts";
export const orm = new ORM({ driver: new JSONFileDriver({ storageDir: ${JSON.stringify(dir)} }) });
orm.define("app", "notes", { id: { type: "INTEGER", primaryKey: true }, ${columns} });
export const steps = { ${steps} };
`,
  );
  return path;
}

async function ran(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  const [out, error]: [string[], string[]] = [[], []];
  const code = await run(args, { out: (line) => out.push(line), error: (line) => error.push(line) });
  return { code, out: out.join("\n"), error: error.join("\n") };
}

describe("rinari:", () => {
  test("plan, migrate and status say what is to be done, do it, and say that it is done", () =>
    withTempDir(async (dir) => {
      const v1 = (name: string) => moduleOf(dir, name, 'txt: { type: "TEXT" }');
      assertEquals(await ran("plan", v1("a")), {
        code: 0,
        out: "change    table `notes` is made",
        error: "",
      });
      assertEquals((await ran("status", v1("b"))).code, 1);
      assertEquals((await ran("migrate", v1("c"))).out, "change    table `notes` is made\ndone");
      assertEquals(await ran("status", v1("d")), { code: 0, out: "nothing to do", error: "" });

      const v2 = (name: string, steps = "") => moduleOf(dir, name, 'text: { type: "TEXT" }', steps);
      const blocked = await ran("plan", v2("e"));
      assertEquals(blocked.code, 1);
      assertStringIncludes(blocked.out, 'db.renameColumn("notes", "txt", "text")');
      const refused = await ran("migrate", v2("f"));
      assertEquals([refused.code, refused.out], [1, ""]);
      assertStringIncludes(refused.error, "(MIGRATION_BLOCKED)");
      const json = await ran("migrate", v2("g"), "--json");
      assertEquals((JSON.parse(json.out) as { code: string }).code, "MIGRATION_BLOCKED");

      const step = 'rename: (db) => { db.renameColumn("notes", "txt", "text"); }';
      assertEquals(
        (await ran("migrate", "--dry-run", v2("h", step))).out,
        "step      rename\nundone, as it was a dry run",
      );
      assertEquals(JSON.parse((await ran("plan", v2("i", step), "--json")).out), {
        steps: ["rename"],
        changes: [],
        blocked: [],
        newer: null,
      });
      assertEquals((await ran("migrate", v2("j", step), "--database", "app")).out, "step      rename\ndone");
      assertEquals((await ran("status", v2("k", step))).out, "done      rename\nnothing to do");
    }));

  test("a command line that makes no sense ends with 2 and says why", () =>
    withTempDir(async (dir) => {
      const path = join(dir, "none.ts");
      writeFileSync(path, "export const other = 1;\n");
      for (
        const [args, said] of [
          [["fly", path], "is no command"],
          [["plan"], "one module is given"],
          [["plan", path, "--fast"], "--fast"],
          [["plan", path], "exports no `orm`"],
        ] as const
      ) {
        const { code, error } = await ran(...args);
        assertEquals(code, 2);
        assertStringIncludes(error, said);
      }
      assertEquals((await ran("--help")).code, 0);
    }));
});
