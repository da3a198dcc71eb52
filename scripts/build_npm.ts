/**
 * Builds the npm package into `npm/` with dnt: ES modules, CommonJS and declarations, all from `deno.json`. The modules are then
 * joined into a few files, by what `npm ci` installs.
 *
 * `npm ci && deno run -A --node-modules-dir=none scripts/build_npm.ts && npm publish ./npm`
 *
 * dnt comes only from JSR. Where JSR cannot be reached this file neither runs nor type-checks, so `npm test` reports
 * its check as skipped there, and tsconfig.json leaves it out. In GitHub Actions the manifest names the repository.
 *
 * @module
 */
import { cp } from "node:fs/promises";
import { build, emptyDir } from "@deno/dnt";
import deno from "../deno.json" with { type: "json" };
import development from "../package.json" with { type: "json" };

interface NpmManifest {
  dependencies?: Record<string, string>;
}

const OUT = "./npm";
const PAGES = ["docs", "README.md", "LICENSE", "CHANGELOG.md"];

/** The packages of npm that a driver loads, with their ranges: whoever uses that driver installs them. The core needs none. */
const engines = new Map(
  Object.entries(deno.imports).flatMap(([name, specifier]) => {
    const range = /^npm:.+@([^@]+)$/.exec(specifier)?.[1];
    return range === undefined ? [] : [[name, range]];
  }),
);

/** Where the sources are, which npm asks for to show the provenance: GitHub Actions says it. */
const repository = Deno.env.get("GITHUB_REPOSITORY");

await emptyDir(OUT);
await build({
  entryPoints: Object.entries(deno.exports).map(([name, path]) => ({ name, path })),
  outDir: OUT,
  shims: {},
  test: false,
  typeCheck: "both",
  declaration: "inline",
  // Declarations that point into sources, which are not published, help nobody.
  skipSourceOutput: true,
  scriptModule: "cjs",
  // What they would add is in every Node that the package is for, and their types would reach into other code.
  polyfills: { objectHasOwn: false, errorCause: false },
  compilerOptions: {
    target: "ES2022",
    // What Node 20 has.
    lib: ["ES2023", "ESNext.String", "ESNext.Disposable"],
    noImplicitReturns: true,
    noUncheckedIndexedAccess: true,
    useUnknownInCatchVariables: true,
  },
  package: {
    name: deno.name,
    version: deno.version,
    description: "An ORM with typed models for embedded and edge stores, native to Bun, Deno and Node.",
    keywords: ["orm", "sqlite", "libsql", "deno-kv", "bun", "deno", "typescript"],
    license: deno.license,
    type: "commonjs",
    sideEffects: false,
    // The first ones with `process.getBuiltinModule`.
    engines: { node: "^20.16.0 || >=22.3.0" },
    ...(repository && { repository: { type: "git", url: `git+https://github.com/${repository}.git` } }),
    devDependencies: { "@types/node": development.devDependencies["@types/node"] },
    peerDependencies: Object.fromEntries(engines),
    peerDependenciesMeta: Object.fromEntries([...engines.keys()].map((name) => [name, { optional: true }])),
  },
  postBuild,
});

async function postBuild(): Promise<void> {
  for (const page of PAGES) await cp(page, `${OUT}/${page}`, { recursive: true });
  await leaveEnginesToTheUser();
  await runScript("scripts/join_modules.mjs", "the modules were not joined");
  await runScript("scripts/add_bin.mjs", "the command was not added");
  await runScript("scripts/finish_types.mjs", "the declarations were not finished");
  // A bundler looks into the nearest manifest, which dnt writes for each half.
  for (const [half, type] of [["esm", "module"], ["script", "commonjs"]]) {
    const manifest = { type, sideEffects: false };
    await Deno.writeTextFile(`${OUT}/${half}/package.json`, JSON.stringify(manifest, null, 2) + "\n");
  }
}

/** By Node.js, which dnt needs as well, for npm. */
async function runScript(path: string, failure: string): Promise<void> {
  const args = [path, OUT];
  const { success } = await new Deno.Command("node", { args, stdout: "inherit", stderr: "inherit" }).spawn()
    .status;
  if (!success) throw new Error(`Cannot publish: ${failure}`);
}

/** dnt writes every `npm:` import into `dependencies`, whatever it is told; an engine is an optional peer instead. */
async function leaveEnginesToTheUser(): Promise<void> {
  const path = `${OUT}/package.json`;
  const { dependencies = {}, ...manifest } = JSON.parse(await Deno.readTextFile(path)) as NpmManifest;
  const others = Object.keys(dependencies).filter((name) => !engines.has(name));
  if (others.length > 0) throw new Error(`Cannot publish: the package would depend on ${others.join(", ")}`);
  await Deno.writeTextFile(path, JSON.stringify(manifest, null, 2) + "\n");
}
