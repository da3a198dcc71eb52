import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const manifest = fileURLToPath(new URL("./package.json", import.meta.url));
const folder = fileURLToPath(new URL("../../node_modules/.peers", import.meta.url));

/** Installs the peers beside the development tools, when that has not been done. They are not among the tools themselves. */
export function installPeers(): void {
  const installed = join(folder, "package.json");
  const current = existsSync(join(folder, "node_modules")) &&
    readFileSync(installed, "utf8") === readFileSync(manifest, "utf8");
  if (current) return;
  console.log("Installing the peers (npm install) …");
  mkdirSync(folder, { recursive: true });
  copyFileSync(manifest, installed);
  const { status } = spawnSync("npm", ["install", "--no-audit", "--no-fund", "--no-package-lock"], {
    cwd: folder,
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("Cannot install the peers: npm install failed, see its messages above");
}

/** Loads a module of a peer. The types are the caller's word: the peers are not installed when TypeScript checks this. */
export async function importPeer<T>(path: string): Promise<T> {
  return await import(pathToFileURL(join(folder, "node_modules", path)).href) as T;
}
