// Gives a built npm package its command: `node scripts/add_bin.mjs ./npm`. `npx rinari` and `bunx --bun rinari` run it.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** Where it is in the package. */
const BIN = "bin/rinari.mjs";

/** @param {string} folder The package. */
export function addBin(folder) {
  const path = join(folder, "package.json");
  const manifest = JSON.parse(readFileSync(path, "utf8"));
  const text = `#!/usr/bin/env node
import process from "node:process";
import { run } from ${JSON.stringify(`${manifest.name}/cli`)};

process.exitCode = await run(process.argv.slice(2));
`;
  mkdirSync(join(folder, "bin"), { recursive: true });
  writeFileSync(join(folder, BIN), text, { mode: 0o755 });
  writeFileSync(path, `${JSON.stringify({ ...manifest, bin: { rinari: `./${BIN}` } }, null, 2)}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) addBin(process.argv[2] ?? "npm");
