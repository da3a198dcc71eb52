import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { existsSync, readdirSync } from "node:fs";
import { join, posix } from "node:path";
import { describe, test } from "../support/runner.ts";
import { readRootFile, readSources, root } from "./source_files.ts";

interface DenoManifest {
  name: string;
  version: string;
  license: string;
  exports: Record<string, string>;
  imports: Record<string, string>;
  publish: { include: string[] };
}

interface NpmManifest {
  name: string;
  version?: string;
  license: string;
  private: boolean;
  devDependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
}

const deno = JSON.parse(readRootFile("deno.json")) as DenoManifest;
const npm = JSON.parse(readRootFile("package.json")) as NpmManifest;
const pinned = { ...npm.devDependencies, ...npm.optionalDependencies };

describe("deno.json", () => {
  test("exports files that exist and are published", () => {
    for (const file of Object.values(deno.exports)) {
      assert(existsSync(join(root, file)), `${file} is exported and does not exist`);
      const published = deno.publish.include.some((path) =>
        file === `./${path}` || file.startsWith(`./${path}/`)
      );
      assert(published, `${file} is exported and not in publish.include`);
    }
  });

  test("publishes the pages, whose links lead to files that exist", () => {
    for (const page of ["README.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)]) {
      for (const [, link = ""] of readRootFile(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
        const path = posix.join(posix.dirname(page), link);
        assert(existsSync(join(root, path)), `${page} links to ${path}, which does not exist`);
      }
    }
    for (const path of ["docs", "README.md", "LICENSE", "CHANGELOG.md"]) {
      assert(deno.publish.include.includes(path), `${path} is not in publish.include`);
      assertStringIncludes(readRootFile("scripts/build_npm.ts"), `"${path}"`);
    }
  });

  test("exports modules whose documentation has an example", () => {
    for (const file of Object.values(deno.exports)) {
      const [documentation = ""] = /^\/\*\*[^]*?\*\//.exec(readRootFile(file)) ?? [];
      assertStringIncludes(documentation, "@module", file);
      assertStringIncludes(documentation, "```ts", file);
    }
  });

  test("exports drivers that the README lists", () => {
    const readme = readRootFile("README.md");
    for (const name of Object.keys(deno.exports).filter((name) => name.startsWith("./drivers/"))) {
      assertStringIncludes(readme, `\`${deno.name}${name.slice(1)}\` `);
    }
  });

  test("has a version that the changelog names and the drivers tell", () => {
    assertMatch(deno.version, /^\d+\.\d+\.\d+/);
    assertStringIncludes(readRootFile("CHANGELOG.md"), `## ${deno.version}`);
    for (const { path, uncommented } of readSources("src", "drivers")) {
      if (path.startsWith("src/testing/")) continue;
      for (const [, version] of uncommented.matchAll(/\bversion(?::| =) "(\d.*?)"/gi)) {
        assertEquals(version, deno.version, path);
      }
    }
  });

  test("agrees with package.json", () => {
    assertEquals(npm.license, deno.license);
    assertEquals(npm.version ?? deno.version, deno.version);
    for (const [name, specifier] of Object.entries(deno.imports)) {
      const range = /^npm:(?:@[^/]+\/)?[^@]+@\^?(.+)$/.exec(specifier)?.[1];
      if (range === undefined) continue;
      const version = pinned[name] ?? "absent";
      assert(
        version === range || version.startsWith(`${range}.`),
        `${name} is ${range} in deno.json and ${version} in package.json`,
      );
    }
  });

  test("has the imports of the tests' import map, but for @std/assert", () => {
    const map = JSON.parse(readRootFile("tests/support/import_map.json")) as {
      imports: Record<string, string>;
    };
    const reachable = Object.entries(deno.imports).filter(([, specifier]) => !specifier.startsWith("jsr:"));
    assertEquals(map.imports, { ...Object.fromEntries(reachable), "@std/assert": "./assert/mod.ts" });
  });
});

describe("package.json", () => {
  test("is private and pins every tool exactly", () => {
    assertEquals(npm.private, true);
    for (const [name, version] of Object.entries(pinned)) {
      if (version.startsWith("file:")) continue;
      assertMatch(
        version,
        /^(?:npm:(?:@[\w-]+\/)?[\w-]+@)?\d+\.\d+\.\d+(?:-[\w.]+)?$/,
        `${name} is not pinned`,
      );
    }
  });

  test("has a lock file that knows the digest of every package", () => {
    const { packages } = JSON.parse(readRootFile("package-lock.json")) as {
      packages: Record<string, { integrity?: string; link?: boolean }>;
    };
    const unknown = Object.entries(packages).filter(([path, { integrity, link }]) =>
      path.startsWith("node_modules/") && link !== true && integrity === undefined
    );
    assertEquals(unknown.map(([path]) => path), []);
  });

  test("has a lock file without addresses", () => {
    const addresses = readRootFile("package-lock.json").match(/"resolved": "[a-z+]+:.*/g);
    assertEquals(addresses, null);
  });
});

describe("release.yml", () => {
  const release = readRootFile(".github/workflows/release.yml");
  const jobs = new Map(
    release.slice(release.indexOf("\njobs:")).split(/\n(?= {2}[a-z]+:\n)/).map((job) =>
      [job.trim().split(":")[0] as string, job] as const
    ),
  );

  test("publishes on JSR last, after npm has it, and a prerelease with a tag of its own", () => {
    assertStringIncludes(jobs.get("npm") ?? "", "needs: [test, package]");
    assertStringIncludes(jobs.get("jsr") ?? "", "needs: [npm]");
    assertStringIncludes(jobs.get("npm") ?? "", '--tag "$(case "$GITHUB_REF_NAME" in *-*) echo next');
  });

  test("runs no install script where it may speak for the repository", () => {
    const trusted = [...jobs].filter(([, job]) => job.includes("id-token: write"));
    assertEquals(trusted.map(([name]) => name).sort(), ["jsr", "npm"]);
    for (const [name, job] of trusted) {
      assertEquals(job.match(/npm (?:ci|install)\b(?! --ignore-scripts).*/g), null, name);
      assert(!job.includes("npx "), `${name} runs npx`);
    }
  });
});
