import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { binaryOf, root } from "../../scripts/runtimes.mjs";
import { npmCommand } from "../../scripts/setup.mjs";
import { runCommand } from "../support/child.ts";
import { packedTarball } from "../support/packed.ts";
import { commonJSProgram, moduleProgram, storeProgram, typesProgram } from "./programs.ts";
import { type Manifest, type Registry, startRegistry } from "./registry.ts";

/** What the package is made from. */
export const manifest = JSON.parse(readFileSync(join(root, "deno.json"), "utf8")) as Manifest;

/** The names of the entry points: `.`, `./drivers/memory`. */
export const entries: readonly string[] = Object.keys(manifest.exports);

/** The manifest inside a tarball. */
export interface PackageJson {
  readonly [key: string]: unknown;
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly typesVersions: Readonly<Record<"*", Readonly<Record<string, readonly string[]>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** A temporary folder with the tarball, the projects of its users, and the registry they install it from. */
export interface Workspace {
  readonly tarball: string;
  readonly packageJson: PackageJson;
  /** Whether the package can be required in a Node that requires only CommonJS. */
  readonly commonJS: boolean;
  readonly registry: Registry;
  /** The environment in which no tool asks another registry or uses what it kept. */
  readonly env: Record<string, string>;
  /** The folder of a project: `npm`, `bare`, `bun`, `deno-npm`, `deno-jsr`, `deno-link`. */
  project(name: string): string;
}

/**
 * Makes the tarball, or takes the one that `RINARI_TARBALL` names, installs it into fresh projects, and gives `use` all of it.
 *
 * @param folder An empty folder.
 */
export async function withWorkspace<T>(
  folder: string,
  use: (workspace: Workspace) => Promise<T>,
): Promise<T> {
  const tarball = process.env.RINARI_TARBALL ?? await packedTarball();
  await must("tar", ["-xzf", tarball, "-C", folder]);
  const packageJson = JSON.parse(readFileSync(join(folder, "package/package.json"), "utf8")) as PackageJson;
  const registry = await startRegistry(root, manifest, readFileSync(tarball), packageJson);
  try {
    const workspace: Workspace = {
      tarball,
      packageJson,
      commonJS: "require" in (packageJson.exports["."] ?? {}),
      registry,
      env: environment(folder, registry.url),
      project: (name) => join(folder, name),
    };
    await Promise.all([installWithNpm(workspace), installWithBun(workspace)]);
    for (const source of ["npm", "jsr", "link"]) writeDenoProject(workspace, source);
    return await use(workspace);
  } finally {
    await registry.close();
  }
}

/** The packages that a driver loads, as its user installs them. */
const engines: readonly string[] = Object.entries(manifest.imports)
  .filter(([, specifier]) => specifier.startsWith("npm:")).map(([name]) => name);

/** Two projects: `npm` with the packages that drivers load, and `bare` without. */
async function installWithNpm({ env, packageJson, project }: Workspace): Promise<void> {
  const { command, first, shell } = npmCommand();
  const install = [
    ...first,
    "install",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
  ];
  const own = `${packageJson.name}@${packageJson.version}`;
  for (const [name, packages] of [["bare", [own]], ["npm", [own, ...engines]]] as const) {
    const cwd = newProject(project(name), { type: "module" });
    await must(command, [...install, ...packages], { cwd, env, shell });
  }
}

async function installWithBun({ env, packageJson, project }: Workspace): Promise<void> {
  const cwd = newProject(project("bun"), { type: "module" });
  await must(binaryOf("bun"), ["add", `${packageJson.name}@${packageJson.version}`, ...engines], {
    cwd,
    env,
  });
}

function writeDenoProject({ project, packageJson: { name, version } }: Workspace, source: string): void {
  const folder = newProject(project(`deno-${source}`), null);
  const specifier = `${source === "npm" ? "npm" : "jsr"}:${name}@${version}`;
  const config = {
    imports: { [name]: specifier, ...(source === "npm" && manifest.imports) },
    // With `npm:`, what a driver loads is found as Node finds it.
    ...(source === "npm" && { nodeModulesDir: "auto" }),
    ...(source === "link" && { links: [root] }),
  };
  writeFileSync(join(folder, "deno.json"), JSON.stringify(config));
}

function newProject(folder: string, packageJson: object | null): string {
  mkdirSync(folder);
  if (packageJson !== null) {
    writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, ...packageJson }));
  }
  cpSync(join(root, "tests/consumers/fixtures"), folder, { recursive: true });
  writeFileSync(join(folder, "main.mjs"), moduleProgram(manifest.name, entries));
  writeFileSync(join(folder, "db.mjs"), storeProgram(manifest.name));
  writeFileSync(join(folder, "main.cjs"), commonJSProgram(manifest.name, entries));
  for (const end of ["ts", "mts", "cts"]) {
    writeFileSync(join(folder, `types.${end}`), typesProgram(manifest.name, entries));
  }
  return folder;
}

function environment(folder: string, url: string): Record<string, string> {
  return {
    npm_config_registry: url,
    npm_config_cache: join(folder, "cache/npm"),
    BUN_CONFIG_REGISTRY: url,
    BUN_INSTALL_CACHE_DIR: join(folder, "cache/bun"),
    NPM_CONFIG_REGISTRY: url,
    JSR_URL: url,
    DENO_DIR: join(folder, "cache/deno"),
    DENO_NO_UPDATE_CHECK: "1",
  };
}

async function must(
  command: string,
  args: string[],
  options: Parameters<typeof runCommand>[2] = {},
): Promise<void> {
  const { code, stdout, stderr } = await runCommand(command, args, { timeout: 120_000, ...options });
  if (code !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`);
}
