import process from "node:process";
import type { SyncDriver } from "../mod.ts";
import type { Contestant } from "./contestant.ts";
import type { Storage } from "./contestants.ts";

/** A driver that is measured, and the hand-written code on its engine. */
export interface Engine {
  readonly name: string;
  driver(path: string, relaxed: boolean): Promise<SyncDriver>;
  byHand(path: string, storage: Storage): Promise<Contestant>;
}

const bunSQLite: Engine = {
  name: "bun-sqlite",
  async driver(path, relaxed) {
    const { BunSQLiteDriver } = await import("../drivers/bun_sqlite.ts");
    return new BunSQLiteDriver({ databases: { bench: path }, durability: relaxed ? "relaxed" : "full" });
  },
  async byHand(path, storage) {
    return (await import("./by_hand_bun.ts")).byHandBun(path, storage);
  },
};

const nodeSQLite: Engine = {
  name: "node-sqlite",
  async driver(path, relaxed) {
    const { NodeSQLiteDriver } = await import("../drivers/node_sqlite.ts");
    return new NodeSQLiteDriver({ databases: { bench: path }, durability: relaxed ? "relaxed" : "full" });
  },
  async byHand(path, storage) {
    return (await import("./by_hand_node.ts")).byHandNode(path, storage);
  },
};

/** The engines of this runtime. */
export const enginesHere: readonly Engine[] = "bun" in process.versions
  ? [bunSQLite, nodeSQLite]
  : [nodeSQLite];
