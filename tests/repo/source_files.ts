import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root: string = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** A file, and the file with comments and strings blanked out; lines and columns stay where they are. */
export interface SourceFile {
  /** From the top of the repository, with `/`. */
  path: string;
  text: string;
  /** The text without comments. */
  uncommented: string;
  /** The text without comments and without what is inside strings, templates and regular expressions. */
  code: string;
}

export interface Import {
  line: number;
  specifier: string;
  /** The imported file from the top of the repository, or null for a module that is not a file of ours. */
  target: string | null;
  /** Whether only types are imported: nothing of it is there when the program runs. */
  typeOnly: boolean;
}

/** The TypeScript and JavaScript files at or under the given paths of the repository. */
export function readSources(...paths: string[]): SourceFile[] {
  return paths.flatMap(listFiles).filter((path) => /\.(ts|mts|js|mjs)$/.test(path)).sort().map(readSource);
}

export function readRootFile(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

/** Every import, export-from, dynamic import and type import of a file. */
export function importsOf({ path, uncommented, code }: SourceFile): Import[] {
  const pattern = /\b(?:from|import)\s*\(?\s*(["'`])([^"'`\n]+)\1/g;
  // A keyword that the code has not is part of a longer string.
  const found = [...uncommented.matchAll(pattern)].filter(({ index }) => code[index] !== " ");
  return found.map(({ index, 2: specifier = "" }) => ({
    line: lineAt(uncommented, index),
    specifier,
    target: specifier.startsWith(".") ? join(dirname(path), specifier).replaceAll("\\", "/") : null,
    typeOnly: importsTypes(uncommented.slice(0, index)),
  }));
}

/** Whether a statement that has come to its `from` takes only types. */
function importsTypes(before: string): boolean {
  const [, isType, names] =
    /(?:^|\n)(?:import|export)\s+(type\s)?\s*(?:\{([^{}]*)\}\s*)?[^\n{}]*$/.exec(before) ?? [];
  if (isType !== undefined) return true;
  return names !== undefined && names.split(",").every((name) => /^\s*(?:type\s|$)/.test(name));
}

/** The lines on which a pattern is found. */
export function linesWith(text: string, pattern: RegExp): number[] {
  return [...text.matchAll(pattern)].map(({ index }) => lineAt(text, index));
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split("\n").length;
}

function listFiles(path: string): string[] {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (!statSync(full).isDirectory()) return [path];
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll("\\", "/"));
}

function readSource(path: string): SourceFile {
  const text = readRootFile(path);
  return { path, text, uncommented: blank(text, "comments"), code: blank(text, "all") };
}

const LITERALS = new RegExp(
  [
    /(?<comment>\/\*[\s\S]*?\*\/|\/\/.*)/,
    /(?<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[\s\S]|\$\{(?:[^{}]|\{[^{}]*\})*\}|[^`\\])*`)/,
    /(?<=[=(,:;!&|?{}[\n]\s*|\breturn\s+|=>\s*)(?<regexp>\/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*)/,
  ].map((part) => part.source).join("|"),
  "g",
);

function blank(text: string, what: "comments" | "all"): string {
  return text.replace(LITERALS, (literal: string, ...rest: unknown[]) => {
    const groups = rest.at(-1) as Record<string, string | undefined>;
    if (groups.comment === undefined && what === "comments") return literal;
    return literal.replace(/[^\n]/g, " ");
  });
}
