import { type BunDatabase, openBunDatabase } from "../by_hand_bun.ts";
import type { Contestant } from "../contestant.ts";
import type { Storage } from "../contestants.ts";
import { drizzleContestant } from "./drizzle.mjs";
import { kyselyContestant } from "./kysely.mjs";
import { loadPeer } from "./load.ts";

type Module = Record<string, unknown>;
type MakeDrizzle = (modules: Module, db: BunDatabase, prepared: boolean) => Contestant;
type MakeKysely = (modules: Module, db: BunDatabase) => Contestant;

/** The other libraries on `bun:sqlite`, each on a copy of the database. `copy` gives the path of a new one. */
export async function openPeers(copy: (name: string) => string, storage: Storage): Promise<Contestant[]> {
  const [{ drizzle }, core, orm, kysely] = await Promise.all([
    loadPeer<Module>("drizzle-orm/bun-sqlite/index.js"),
    loadPeer<Module>("drizzle-orm/sqlite-core/index.js"),
    loadPeer<Module>("drizzle-orm/index.js"),
    loadPeer<Module>("kysely/dist/index.js"),
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
