/**
 * A shop on PostgreSQL: on the server whose url is given, else on PGlite in this process. Needs the development tools: `npm install`,
 * then `node scripts/run.mjs examples/custom-driver-postgres/main.ts [url]` (or `bun run`, `deno run -A`).
 *
 * @module
 */
import { PGlite } from "@electric-sql/pglite";
import process from "node:process";
import { DataTypes, ORM, UniqueConstraintError } from "../../mod.ts";
import { PostgresDriver } from "./postgres_driver.ts";

const [, , url] = process.argv;
const client = url === undefined ? await PGlite.create() : undefined;
const driver = new PostgresDriver(url === undefined ? { client } : { url });
await using orm = new ORM({ driver });

const Customer = orm.define("rinari_shop", "customers", {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  email: { type: DataTypes.TEXT, notNull: true, unique: true },
  since: { type: DataTypes.DATETIME, notNull: true },
  settings: { type: DataTypes.JSON },
});
const Order = orm.define("rinari_shop", "orders", {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  customer: {
    type: DataTypes.INTEGER,
    notNull: true,
    references: { table: "customers", column: "id", onDelete: "CASCADE" },
  },
  cents: { type: DataTypes.INTEGER, bigint: true, notNull: true },
}, { indexes: [{ columns: ["customer", "cents"] }] });
await Order.drop();
await Customer.drop();

const [ada, bob] = await Customer.bulkCreate([
  { email: "ada@example.org", since: "2024-02-29T12:00:00.500Z", settings: { theme: { dark: true } } },
  { email: "bob@example.org", since: "2025-01-01", settings: { theme: { dark: false } } },
]);
await Order.bulkCreate([
  { customer: ada?.id as number, cents: 12_345n },
  { customer: ada?.id as number, cents: 9_007_199_254_740_993n },
  { customer: bob?.id as number, cents: 700n },
]);

const dark = await Customer.findAll({ where: { "settings.theme.dark": true } });
console.log("dark:", dark.map(({ email, since }) => `${email} since ${since.toISOString()}`).join());
console.log("total:", await Order.sum("cents"));

try {
  await orm.transaction(async () => {
    await Order.deleteAll();
    await Customer.create({ email: "ada@example.org", since: new Date() });
  });
} catch (error) {
  if (!(error instanceof UniqueConstraintError)) throw error;
  console.log(
    `refused: ${error.table}.${error.columns.join()}, and ${await Order.count()} orders are still there`,
  );
}

await Customer.delete({ email: "ada@example.org" });
console.log("orders left:", (await Order.findAll()).map(({ id }) => id).join());
await Order.drop();
await Customer.drop();
