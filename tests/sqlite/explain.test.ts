import { BunSQLiteDriver } from "../../drivers/bun_sqlite.ts";
import { NodeSQLiteDriver } from "../../drivers/node_sqlite.ts";
import { ORM } from "../../mod.ts";
import { runtime, test } from "../support/runner.ts";

const databases = { app: ":memory:" };
const drivers = [
  ["node-sqlite", () => new NodeSQLiteDriver({ databases })],
  ...(runtime === "bun" ? [["bun-sqlite", () => new BunSQLiteDriver({ databases })] as const] : []),
] as const;

for (const [name, make] of drivers) {
  test(`${name}: explain leaves nothing open that would be in the way of drop`, () => {
    using orm = new ORM({ driver: make() });
    const Item = orm.define("app", "items", {
      id: { type: "INTEGER", primaryKey: true },
      n: { type: "INTEGER" },
    });
    Item.create({ id: 1, n: 1 });
    Item.explain({ where: { n: 1 } });
    Item.drop();
  });
}
