import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runInNewContext } from "node:vm";
import { binaryOf, otherNodes, root, versionOf } from "../../scripts/runtimes.mjs";
import { type ChildResult, runCommand } from "../support/child.ts";
import { browserProgram } from "./programs.ts";
import { entries, manifest, type Workspace } from "./workspace.ts";

/** Milliseconds that a use may take on a busy machine. */
const timeout = 120_000;

/** One use of the package, in the projects of a workspace. */
export type Use = (workspace: Workspace) => Promise<ChildResult>;

/** A runtime that runs the programs: `Node 20`, `Bun`, `Deno with jsr:`. */
export interface Consumer {
  readonly name: string;
  readonly runtime: "bun" | "deno" | "node";
  readonly project: string;
  /** Null where npm has no package of it for this machine. */
  readonly binary: string | null;
  readonly args: readonly string[];
}

const current = { name: `Node ${versionOf("node").split(".")[0]}`, binary: binaryOf("node") };
const nodes = [...otherNodes(), current].map(({ name, binary }): Consumer => ({
  name,
  runtime: "node",
  project: "npm",
  binary,
  args: ["--disable-warning=ExperimentalWarning"],
}));
const bun: Consumer = { name: "Bun", runtime: "bun", project: "bun", binary: binaryOf("bun"), args: ["run"] };
const denos = ["npm", "jsr", "link"].map((source): Consumer => ({
  name: `Deno with ${source === "link" ? "a linked package" : `${source}:`}`,
  runtime: "deno",
  project: `deno-${source}`,
  binary: binaryOf("deno"),
  args: ["run", "--allow-all", "--unstable-kv", "--quiet"],
}));

/** The versions of Node that the other tests do not run under, with their test runner. */
export const otherVersions: readonly Consumer[] = nodes.slice(0, -1).map((node) => ({
  ...node,
  args: [...node.args, "--test", "--test-reporter=tap"],
}));

/** Every runtime that runs the program as an ES module. */
export const consumers: readonly Consumer[] = [...nodes, bun, ...denos];

/** The ways in which Deno gets it, to check the types. */
export const checkers: readonly Consumer[] = denos.map((deno) => ({ ...deno, args: ["check", "--quiet"] }));

/** Every runtime that requires the package. */
export const requirers: readonly Consumer[] = [...nodes, bun];

/** Every runtime without the packages that drivers load. */
export const withoutEngines: readonly Consumer[] = nodes.map((node) => ({ ...node, project: "bare" }));

/** Runs a program of a consumer's project, or says why it cannot be run here. */
export function run({ name, project, binary, args }: Consumer, file: string): Use | string {
  if (binary === null) return `package.json pins no ${name} for this machine`;
  return (workspace) =>
    runCommand(binary, [...args, file], { cwd: workspace.project(project), env: workspace.env, timeout });
}

/** Everybody who has the command that the package brings. */
export const commanders: readonly Consumer[] = [...nodes, bun];

/** Runs the command of the package, as `npx rinari` and `bunx --bun rinari` do. */
export function command(
  { name, runtime, project, binary }: Consumer,
  ...args: readonly string[]
): Use | string {
  if (binary === null) return `package.json pins no ${name} for this machine`;
  const own = runtime === "bun" ? ["x", "--bun", "rinari"] : ["node_modules/.bin/rinari"];
  return (workspace) =>
    runCommand(binary, [...own, ...args], { cwd: workspace.project(project), env: workspace.env, timeout });
}

/** Type-checks a project strictly, the declarations of the package included. */
export function typeCheck(moduleResolution: "node16" | "nodenext" | "bundler"): Use {
  return ({ project, commonJS }) => {
    const cwd = project("bare");
    const config = join(cwd, `tsconfig.${moduleResolution}.json`);
    // CommonJS can require an ES module where the resolution is the newest one, and then needs no other build.
    const files = ["types.mts", ...(commonJS || moduleResolution === "nodenext" ? ["types.cts"] : [])];
    const module = moduleResolution === "bundler" ? "preserve" : moduleResolution;
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      noEmit: true,
      target: "es2022",
      lib: ["es2022", "esnext.disposable", "dom"],
      types: [],
      module,
      moduleResolution,
    };
    writeFileSync(config, JSON.stringify({ compilerOptions, files }));
    return runCommand(
      binaryOf("node"),
      [join(root, "node_modules/typescript/bin/tsc"), "--project", config],
      { cwd },
    );
  };
}

/** Type-checks a program by an entry point each, with nothing but the language itself; only the fetch of libSQL is of a runtime. */
export function typeCheckAlone({ project }: Workspace): Promise<ChildResult> {
  const cwd = project("bare");
  const imported = entries.filter((name) => name !== "./drivers/libsql").map((name, i) =>
    `import * as entry${i} from ${JSON.stringify(manifest.name + name.slice(1))};\nvoid entry${i};\n`
  );
  writeFileSync(join(cwd, "alone.mts"), imported.join(""));
  const config = join(cwd, "tsconfig.alone.json");
  const compilerOptions = {
    strict: true,
    skipLibCheck: false,
    noEmit: true,
    target: "es2022",
    lib: ["es2022"],
    types: [],
    module: "nodenext",
    moduleResolution: "nodenext",
  };
  writeFileSync(config, JSON.stringify({ compilerOptions, files: ["alone.mts"] }));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  return runCommand(binaryOf("node"), [tsc, "--project", config], { cwd });
}

/** Type-checks a program whose modules are found as Node 10 found them: by `typesVersions`. */
export function typeCheckNode10({ project }: Workspace): Promise<ChildResult> {
  const cwd = project("bare");
  const config = join(cwd, "tsconfig.node10.json");
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: "es2022",
    lib: ["es2022", "esnext.disposable", "dom"],
    types: [],
    module: "esnext",
    moduleResolution: "node10",
  };
  writeFileSync(config, JSON.stringify({ compilerOptions, files: ["types.mts"] }));
  // The last one that knows it.
  const tsc = join(root, "node_modules/typescript-5.9/bin/tsc");
  return runCommand(binaryOf("node"), [tsc, "--project", config], { cwd });
}

/** Bundles a program for a browser, minified, and runs it with what a browser has. */
export function browser(bundler: "bun" | "esbuild"): Use {
  return async ({ project }) => {
    const cwd = project("bare");
    const source = join(cwd, "browser.mjs");
    const bundle = join(cwd, `browser.${bundler}.js`);
    writeFileSync(source, browserProgram(manifest.name));
    const external = bundler === "bun" ? "--external=@libsql/client" : "--external:@libsql/client";
    const [binary, args] = bundler === "bun"
      ? [binaryOf("bun"), [
        "build",
        "--minify",
        "--target=browser",
        "--format=iife",
        `--outfile=${bundle}`,
        source,
      ]]
      : [join(root, "node_modules/.bin/esbuild"), [
        "--bundle",
        "--minify",
        "--platform=browser",
        external,
        "--format=iife",
        `--outfile=${bundle}`,
        source,
      ]];
    const built = await runCommand(binary, args, { cwd, timeout });
    if (built.code !== 0) return built;
    const global: typeof web & { outcome?: string } = { ...web };
    runInNewContext(readFileSync(bundle, "utf8"), global, { filename: bundle });
    return { ...built, stdout: global.outcome ?? "" };
  };
}

/** What a browser has beyond the language. */
const web = {
  console,
  setTimeout,
  clearTimeout,
  queueMicrotask,
  structuredClone,
  TextEncoder,
  TextDecoder,
  URL,
  AbortSignal,
  crypto,
};

/** Prints the manifest inside the tarball. */
export function readManifest({ tarball }: Workspace): Promise<ChildResult> {
  return runCommand("tar", ["-xzOf", tarball, "package/package.json"]);
}

/** Runs `publint`, for which a warning is a failure. */
export function publint({ tarball }: Workspace): Promise<ChildResult> {
  return runCommand(binaryOf("node"), [join(root, "node_modules/publint/src/cli.js"), tarball, "--strict"], {
    timeout,
  });
}

/** Runs `attw`, which resolves the types of each entry point as each kind of user does. */
export function areTheTypesWrong({ tarball, commonJS }: Workspace): Promise<ChildResult> {
  const attw = join(root, "node_modules/@arethetypeswrong/cli/dist/index.js");
  const profile = commonJS ? "node16" : "esm-only";
  return runCommand(binaryOf("node"), [
    attw,
    tarball,
    "--profile",
    profile,
    "--format",
    "ascii",
    "--no-emoji",
  ]);
}
