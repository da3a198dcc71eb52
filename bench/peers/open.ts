import { type BunDatabase, openBunDatabase } from "../by_hand_bun.ts";
import type { Contestant } from "../contestant.ts";
import type { Storage } from "../contestants.ts";
import { drizzleContestant } from "./drizzle.mjs";
import { importPeer, installPeers } from "./install.ts";
import { kyselyContestant } from "./kysely.mjs";

type Module = Record<string, unknown>;
type MakeDrizzle = (modules: Module, db: BunDatabase, prepared: boolean) => Contestant;
type MakeKysely = (modules: Module, db: BunDatabase) => Contestant;

/** The other libraries on `bun:sqlite`, each on a copy of the database. `copy` gives the path of a new one. */
export async function openPeers(copy: (name: string) => string, storage: Storage): Promise<Contestant[]> {
  installPeers();
  const [{ drizzle }, core, orm, kysely] = await Promise.all([
    importPeer<Module>("drizzle-orm/bun-sqlite/index.js"),
    importPeer<Module>("drizzle-orm/sqlite-core/index.js"),
    importPeer<Module>("drizzle-orm/index.js"),
    importPeer<Module>("kysely/dist/index.js"),
  ]);
  const open = (name: string): BunDatabase => openBunDatabase(copy(name), storage);
  const withDrizzle = (name: string, prepared: boolean): Contestant =>
    (drizzleContestant as unknown as MakeDrizzle)({ drizzle, core, orm }, open(name), prepared);
  return [
    withDrizzle("drizzle", false),
    withDrizzle("drizzle_prepared", true),
    (kyselyContestant as unknown as MakeKysely)(kysely, open("kysely")),
  ];
}
