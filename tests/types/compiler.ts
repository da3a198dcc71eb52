import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { binaryOf, root } from "../../scripts/runtimes.mjs";
import { runCommand } from "../support/child.ts";
import { withTempDir } from "../support/temp_dir.ts";

/** A module of this repository, as the specifier of an import. */
export function specifierOf(path: string): string {
  return JSON.stringify(join(root, path));
}

/** The options that the programs of these tests are compiled with. */
export const COMPILER_OPTIONS: Readonly<Record<string, unknown>> = {
  target: "esnext",
  module: "nodenext",
  lib: ["esnext", "dom"],
  types: [],
  strict: true,
  noEmit: true,
  allowImportingTsExtensions: true,
  noErrorTruncation: true,
};

/** What the compiler says of a program, a line each, with the line of the program it is about: `3: TS2322: Type …`. */
export function compile(program: string, options: Readonly<Record<string, unknown>> = {}): Promise<string[]> {
  return withTempDir(async (folder) => {
    writeFileSync(join(folder, "program.ts"), program);
    const compilerOptions = { ...COMPILER_OPTIONS, ...options };
    writeFileSync(
      join(folder, "tsconfig.json"),
      JSON.stringify({ compilerOptions, files: ["program.ts"] }),
    );
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const args = [tsc, "--project", folder, "--pretty", "false"];
    const { stdout } = await runCommand(binaryOf("node"), args, { cwd: folder, timeout: 50_000 });
    return stdout.split("\n").filter((line) => line !== "")
      .map((line) => line.replace(/^program\.ts\((\d+),\d+\): error (TS\d+)/, "$1: $2"));
  });
}
