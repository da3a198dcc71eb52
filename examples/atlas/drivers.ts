import { mkdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import type { SyncDriver } from "../../mod.ts";
import type { AtlasOptions } from "./options.ts";

/** Makes the driver that was asked for. Only its own module is loaded. */
export async function openDriver({ driver, path }: AtlasOptions): Promise<SyncDriver> {
  if (path === null) {
    const { MemoryDriver } = await import("../../drivers/memory.ts");
    return new MemoryDriver();
  }
  mkdirSync(dirname(path), { recursive: true });
  if (driver === "bun-sqlite") {
    const { BunSQLiteDriver } = await import("../../drivers/bun_sqlite.ts");
    return new BunSQLiteDriver({ databases: { atlas: path } });
  }
  const { NodeSQLiteDriver } = await import("../../drivers/node_sqlite.ts");
  return new NodeSQLiteDriver({ databases: { atlas: path } });
}

/** Removes the database of an earlier start. */
export function removeDatabase({ path }: AtlasOptions): void {
  if (path === null) return;
  for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
}
