import { assert, assertEquals, assertLess } from "@std/assert";
import { symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binaryOf, root } from "../../scripts/runtimes.mjs";
import { runTogether } from "../../scripts/test/command.mjs";
import { runCommand } from "../support/child.ts";
import { runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import {
  drizzleProject,
  kyselyProject,
  MODELS,
  type Project,
  relationsProject,
  rinariProject,
} from "./projects.ts";

/** Type instantiations that the project may cost: 214,900 when this was last counted. bench/README.md has the figures of all three. */
const BUDGET = 216_000;

/** Those that models with relations, and queries that read two levels of them, may cost: 294,000 when this was last counted. */
const RELATIONS_BUDGET = 300_000;

const name = `types: ${MODELS} models and ${
  MODELS * 4
} queries stay within ${BUDGET} instantiations, fewer than in drizzle and kysely`;
const relationsName =
  `types: ${MODELS} models with ${MODELS * 4} relations and ${MODELS} nested queries stay within ` +
  `${RELATIONS_BUDGET} instantiations`;
if (runtime === "node") {
  test(name, () =>
    withTempDir(async (folder) => {
      prepare(folder);
      const projects = [rinariProject(join(root, "mod.ts")), drizzleProject(), kyselyProject()];
      const counts = await runTogether(
        2,
        projects.map((project) => () => countInstantiations(folder, project)),
      );
      const [rinari, drizzle, kysely] = counts as [number, number, number];
      assert(rinari > 0 && rinari <= BUDGET, `${rinari} instantiations`);
      assertLess(rinari, drizzle);
      assertLess(rinari, kysely);
    }), { timeout: 120_000 });
  test(relationsName, () =>
    withTempDir(async (folder) => {
      prepare(folder);
      const count = await countInstantiations(folder, relationsProject(join(root, "mod.ts")));
      assert(count > 0 && count <= RELATIONS_BUDGET, `${count} instantiations`);
    }), { timeout: 120_000 });
} else {
  for (const each of [name, relationsName]) {
    test.skip(each, "types do not depend on the runtime: checked under Node");
  }
}

function prepare(folder: string): void {
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"), "junction");
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
}

/** What TypeScript counts while it checks a project; Rinari's own sources are checked with it. */
async function countInstantiations(folder: string, { library, text }: Project): Promise<number> {
  const config = join(folder, `tsconfig.${library}.json`);
  writeFileSync(join(folder, `${library}.ts`), text);
  writeFileSync(
    config,
    JSON.stringify({
      compilerOptions: {
        target: "esnext",
        module: "nodenext",
        lib: ["esnext"],
        strict: true,
        noEmit: true,
        // The declarations of drizzle name packages that are not installed.
        skipLibCheck: true,
        allowImportingTsExtensions: true,
        types: ["node"],
      },
      files: [`${library}.ts`],
    }),
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const args = [tsc, "--project", config, "--extendedDiagnostics"];
  const { stdout } = await runCommand(binaryOf("node"), args, { cwd: folder, timeout: 100_000 });
  assertEquals(stdout.split("\n").filter((line) => line.includes("error")), []);
  return Number(/Instantiations:\s+(\d+)/.exec(stdout)?.[1]);
}
