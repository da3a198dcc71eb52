import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Runtime } from "../support/runtime.ts";

/** Code of the documentation that runs by itself: one block, or several of a page of which each goes on where the last ended. */
export interface Program {
  /** Where it begins: `docs/models.md:12`. */
  readonly place: string;
  readonly code: string;
  /** The runtimes it is for. */
  readonly runtimes: readonly Runtime[];
}

const require = createRequire(import.meta.url);

interface Block {
  readonly line: number;
  readonly code: string;
}

export const root: string = fileURLToPath(new URL("../..", import.meta.url));

const entries =
  (JSON.parse(readFileSync(join(root, "deno.json"), "utf8")) as { exports: Record<string, string> }).exports;

/** The programs of README.md and docs/. A block that imports what a program begins with begins one; others go on with it. */
export function pagePrograms(): Program[] {
  const pages = ["README.md", "bench/README.md", ...filesUnder("docs", ".md")];
  return pages.flatMap((path) => {
    const blocks = blocksOf(readFileSync(join(root, path), "utf8"));
    const programs: Block[] = [];
    for (const block of blocks) {
      const last = programs.at(-1);
      if (last === undefined || beginsProgram(block.code)) programs.push(block);
      else programs[programs.length - 1] = { line: last.line, code: `${last.code}\n${block.code}` };
    }
    return programs.map((block) => toProgram(path, block));
  });
}

/** The examples in the documentation comments of the public source files. */
export function sourcePrograms(): Program[] {
  const files = ["mod.ts", ...filesUnder("src", ".ts"), ...filesUnder("drivers", ".ts")];
  return files.flatMap((path) => {
    const text = readFileSync(join(root, path), "utf8");
    // Everything but comments is blanked out, so that lines keep their numbers.
    const comments = text.replace(
      /\/\*\*[\s\S]*?\*\/|[^\n]/g,
      (part) => part.length > 1 ? part.replace(/^ *\* ?/gm, "") : "",
    );
    return blocksOf(comments).map((block) => toProgram(path, block));
  });
}

function blocksOf(text: string): Block[] {
  return [...text.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(({ index, 1: code = "" }) => ({
    line: text.slice(0, index).split("\n").length,
    code,
  }));
}

function beginsProgram(code: string): boolean {
  return /^import [^;]*(?:\b(?:ORM|RinariError)\b[^;]* from "@rinari\/orm"| from "(?:node|bun):test");$/m
    .test(code);
}

function toProgram(path: string, { line, code }: Block): Program {
  return { place: `${path}:${line}`, code, runtimes: runtimesOf(code) };
}

function runtimesOf(code: string): readonly Runtime[] {
  if (/\bBun\.|"bun:|drivers\/bun-sqlite(?![\s\S]*in globalThis)/.test(code)) return ["bun"];
  if (/\bDeno\.|drivers\/deno-kv/.test(code)) return ["deno"];
  if (/"node:test"/.test(code)) return ["node"];
  return ["bun", "deno", "node"];
}

function filesUnder(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name.replaceAll("\\", "/")}`)
    .sort();
}

/** A program whose imports are found from a folder: what the package exports, and what is installed for the tests. */
export function withLocalImports(code: string, folder: string): string {
  return code.replace(
    /\b(from|import)(\s*\(?\s*)"([^".\s][^"\s]*)"/g,
    (whole, keyword: string, space: string, specifier: string) => {
      const path = localPath(specifier);
      return path === null ? whole : `${keyword}${space}"${relative(folder, path).replaceAll("\\", "/")}"`;
    },
  );
}

function localPath(specifier: string): string | null {
  if (/^(?:node|bun):/.test(specifier)) return null;
  if (!specifier.startsWith("@rinari/orm")) return require.resolve(specifier);
  const entry = entries[specifier.replace("@rinari/orm", ".")];
  if (entry === undefined) throw new Error(`Cannot import ${specifier}: deno.json does not export it`);
  return join(root, entry);
}
