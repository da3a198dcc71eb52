/**
 * Builds the npm package into `npm/` with dnt: ES modules, CommonJS and declarations, all from `deno.json`.
 *
 * `deno run -A scripts/build_npm.ts && npm publish ./npm`
 *
 * dnt comes only from JSR. Where JSR cannot be reached this file neither runs nor type-checks, so `npm test` reports
 * its check as skipped there, and tsconfig.json leaves it out.
 *
 * @module
 */
import { build, emptyDir } from "@deno/dnt";
import deno from "../deno.json" with { type: "json" };
import development from "../package.json" with { type: "json" };

const OUT = "./npm";
const FILES = ["README.md", "LICENSE", "CHANGELOG.md"];

/** The engine that a driver's user installs beside the package, by the entry point that needs it. */
const ENGINES: Record<string, string> = {
  "./drivers/libsql": "@libsql/client",
  "./drivers/deno-kv": "@deno/kv",
};

const imports: Record<string, string> = deno.imports;
const engines = Object.keys(deno.exports).flatMap((name) => ENGINES[name] ?? []);
const peerDependencies = Object.fromEntries(engines.map((name) => [name, versionOf(name)]));
const peerDependenciesMeta = Object.fromEntries(engines.map((name) => [name, { optional: true }]));

await emptyDir(OUT);
await build({
  entryPoints: Object.entries(deno.exports).map(([name, path]) => ({ name, path })),
  outDir: OUT,
  shims: {},
  test: false,
  typeCheck: "both",
  declaration: "inline",
  scriptModule: "cjs",
  compilerOptions: {
    target: "ES2022",
    lib: ["ESNext"],
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
    sideEffects: false,
    engines: { node: ">=20" },
    devDependencies: { "@types/node": development.devDependencies["@types/node"] },
    peerDependencies,
    peerDependenciesMeta,
  },
  postBuild,
});

async function postBuild(): Promise<void> {
  for (const file of FILES) await Deno.copyFile(file, `${OUT}/${file}`);
  await leaveEnginesToTheUser();
}

/** dnt writes every `npm:` import into `dependencies`, whatever it is told; an engine is an optional peer instead. */
async function leaveEnginesToTheUser(): Promise<void> {
  const path = `${OUT}/package.json`;
  const manifest = JSON.parse(await Deno.readTextFile(path)) as { dependencies?: Record<string, string> };
  for (const name of engines) delete manifest.dependencies?.[name];
  await Deno.writeTextFile(path, JSON.stringify(manifest, null, 2) + "\n");
}

/** The range that deno.json gives for an npm package: `^1.2` of `npm:name@^1.2`. */
function versionOf(name: string): string {
  const range = imports[name]?.split("@").at(-1);
  if (range === undefined) {
    throw new Error(`Cannot find ${name} in the imports of deno.json: its driver is exported`);
  }
  return range;
}
