import { assertEquals, assertGreater, assertStringIncludes } from "@std/assert";
import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { runFile } from "../support/child.ts";
import { describe, runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { pagePrograms, type Program, root, sourcePrograms, withLocalImports } from "./programs.ts";

const pages = pagePrograms();
const programs = [...pages, ...sourcePrograms()];

/** What other runtimes have of their own, as far as the documentation uses it. */
const GLOBALS = `
type Handler = (request: Request) => Response | Promise<Response>;
declare const Bun: { serve(options: { port: number; fetch: Handler }): { readonly port: number; stop(): void } };
declare const Deno: {
  test: ((name: string, fn: () => Promise<void>) => void) & { ignore(name: string, fn: () => void): void };
  serve(options: { port: number }, handler: Handler): { readonly addr: { readonly port: number }; shutdown(): Promise<void> };
  openKv(path?: string): Promise<OpenKv>;
};
type KVKey = import("@rinari/orm/drivers/deno-kv").KVKey;
interface EntriesOfKv {
  list<T>(range: { prefix: KVKey }): AsyncIterable<{ readonly key: KVKey; readonly value: T }>;
  set(key: KVKey, value: unknown): Promise<unknown>;
  delete(key: KVKey): Promise<void>;
}
type OpenKv = import("@rinari/orm/drivers/deno-kv").KVStore & EntriesOfKv;
declare module "bun:test" {
  export const test: ((name: string, fn: () => unknown) => void) & { skip(name: string, fn: () => void): void };
}
`;

describe("documentation:", () => {
  test("has examples", () => assertGreater(pages.length, 8));

  for (const program of programs) {
    if (program.runtimes.includes(runtime)) test(`${program.place} runs`, () => runs(program));
    else test.skip(`${program.place} runs`, `it is for ${program.runtimes.join(", ")}`);
  }

  if (runtime === "node") test("type-checks", typeChecks, { timeout: 120_000 });
  else test.skip("type-checks", "TypeScript checks it once, under Node");
});

/** Runs a program in a folder of its own and compares what it prints with the comments behind its `console.log`s. */
function runs({ code, place }: Program): Promise<void> {
  return withTempDir(async (folder) => {
    // Code with tests in it is given to the runner.
    const isTest = /"bun:test"|\bDeno\.test\b/.test(code);
    const path = join(folder, isTest ? "program.test.ts" : "program.ts");
    writeFileSync(path, withLocalImports(withEndOfServer(code), folder));
    const { code: exit, stdout, stderr } = await runFile(pathToFileURL(path), [], { cwd: folder, isTest });
    assertEquals(exit, 0, stderr + stdout);
    // What the first page shows is what people run first, and then again.
    if (place.startsWith("README")) {
      const again = await runFile(pathToFileURL(path), [], { cwd: folder, isTest });
      assertEquals(again.code, 0, `the second run: ${again.stderr}${again.stdout}`);
    }
    let from = 0;
    for (const line of expectedLines(code)) {
      const rest = stdout.slice(from);
      assertStringIncludes(rest, `${line}\n`);
      from += rest.indexOf(line) + line.length;
    }
  });
}

/** The comment behind a `console.log` says what it prints. */
function expectedLines(code: string): string[] {
  return [...code.matchAll(/^\s*console\.log\(.*\); \/\/ (.+)$/gm)].map(([, line = ""]) => line);
}

/** How a server of the documentation is asked once and ended, by the call that makes it. */
const SERVER_ENDS: readonly (readonly [call: string, end: string])[] = [
  ["Bun.serve(", "await ask(server.port);\nserver.stop();"],
  ["Deno.serve(", "await ask(server.addr.port);\nawait server.shutdown();"],
  [
    "createServer(",
    'await new Promise((resolve) => server.once("listening", resolve));\n' +
    "await ask((server.address() as { port: number }).port);\nserver.close();",
  ],
];

/** A server listens on a port of its choice; here on a free one, until it has answered one request. */
function withEndOfServer(code: string): string {
  const [, end] = SERVER_ENDS.find(([call]) => code.includes(call)) ?? [];
  if (end === undefined) return code;
  return `${code.replace(/\b(port: |listen\()\d+/g, "$10")}
async function ask(port: number) {
  const { status } = await fetch("http://localhost:" + port);
  if (status !== 200) throw new Error("The server answered " + status);
}
${end}
`;
}

function typeChecks(): Promise<void> {
  return withTempDir(async (folder) => {
    const sources = programs.map((program, i) => [`program_${i}.ts`, program] as const);
    for (const [name, { code }] of sources) {
      writeFileSync(join(folder, name), `${withLocalImports(code, folder)}\nexport {};\n`);
    }
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    writeFileSync(join(folder, "globals.d.ts"), withLocalImports(GLOBALS, folder));
    const config = {
      extends: join(root, "tsconfig.json"),
      compilerOptions: {
        typeRoots: [join(root, "node_modules/@types")],
        types: ["node"],
        noUnusedLocals: false,
      },
      include: ["*.ts"],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    const args = [join(root, "node_modules/typescript/bin/tsc"), "--project", folder];
    const output = await new Promise<string>((resolve) =>
      execFile(process.execPath, args, (error, stdout) => resolve(error === null ? "" : stdout))
    );
    const named = sources.reduce(
      (text, [name, { place }]) => text.replaceAll(name, `${place} (${name})`),
      output,
    );
    assertEquals(named, "", named);
  });
}
