import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Gives `fn` the path of a new, empty folder, and removes the folder when `fn` has ended. */
export async function withTempDir<T>(fn: (path: string) => T | Promise<T>): Promise<T> {
  const path = mkdtempSync(join(tmpdir(), "rinari-"));
  try {
    return await fn(path);
  } finally {
    rmSync(path, { recursive: true, force: true });
  }
}
