import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { binaryOf } from "../../scripts/runtimes.mjs";
import { runCommand } from "./child.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

let tarball: Promise<string> | null = null;

/**
 * The path of this repository packed as an npm package. It is packed once, without a network, and removed when the process
 * ends.
 */
export function packedTarball(): Promise<string> {
  return tarball ??= pack();
}

async function pack(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "rinari-packed-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const args = [join(root, "scripts/pack.mjs"), folder];
  const { code, stderr } = await runCommand(binaryOf("node"), args, { timeout: 240_000 });
  if (code !== 0) throw new Error(`Cannot pack the repository: ${stderr}`);
  return join(folder, "rinari-orm.tgz");
}
