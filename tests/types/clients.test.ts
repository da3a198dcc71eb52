import { assertEquals } from "@std/assert";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binaryOf, root } from "../../scripts/runtimes.mjs";
import { runCommand } from "../support/child.ts";
import { runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { COMPILER_OPTIONS, specifierOf } from "./compiler.ts";

const PROGRAM = `
import { Database } from "bun:sqlite";
import { DatabaseSync } from "node:sqlite";
import { createClient } from "@libsql/client";
import { BunSQLiteDriver } from ${specifierOf("drivers/bun_sqlite.ts")};
import { LibSQLDriver } from ${specifierOf("drivers/libsql.ts")};
import { NodeSQLiteDriver } from ${specifierOf("drivers/node_sqlite.ts")};

export const bun = new BunSQLiteDriver({ database: new Database(":memory:") });
export const node = new NodeSQLiteDriver({ database: new DatabaseSync(":memory:") });
export const libsql = new LibSQLDriver({ client: createClient({ url: ":memory:", intMode: "bigint" }), fetch });
`;

for (const version of ["1.2", "1.3", "1.4"]) {
  const name =
    `types: clients of one's own fit their drivers, with the types of Bun ${version}, Node and @libsql/client`;
  if (runtime === "node") {
    test(name, () => withTempDir((folder) => compileWith(folder, version)), { timeout: 120_000 });
  } else {
    test.skip(name, "types do not depend on the runtime: checked under Node");
  }
}

async function compileWith(folder: string, version: string): Promise<void> {
  const modules = join(root, "node_modules");
  mkdirSync(join(folder, "node_modules", "@types"), { recursive: true });
  symlinkSync(
    join(modules, `bun-types-${version}`),
    join(folder, "node_modules", "@types", "bun"),
    "junction",
  );
  symlinkSync(join(modules, "@types", "node"), join(folder, "node_modules", "@types", "node"), "junction");
  symlinkSync(join(modules, "@libsql"), join(folder, "node_modules", "@libsql"), "junction");
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(folder, "program.ts"), PROGRAM);
  const compilerOptions = {
    ...COMPILER_OPTIONS,
    lib: ["esnext"],
    types: ["node", "bun"],
    skipLibCheck: true,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.ts"] }));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = await runCommand(binaryOf("node"), [tsc, "--project", folder, "--pretty", "false"], {
    cwd: folder,
    timeout: 100_000,
  });
  assertEquals(stdout, "");
}
