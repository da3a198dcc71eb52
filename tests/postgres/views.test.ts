import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { quoteName } from "../../examples/custom-driver-postgres/names.ts";
import { belongsTo, DataTypes, hasMany, ORM, UnsupportedError, ValidationError } from "../../mod.ts";
import { testPostgres } from "../support/postgres/each_place.ts";

const { DATETIME, INTEGER, REAL, TEXT } = DataTypes;
const id = { type: INTEGER, primaryKey: true } as const;

await testPostgres(
  "postgres: a view is read, with relations, and one that is not there is named",
  async ({ driver, place, schema }) => {
    const orm = new ORM({ driver, naming: "snake_case" });
    const Customer = orm.define("app", "customers", { id, name: { type: TEXT, notNull: true } }, {
      relations: { totals: () => hasMany(Total, "customerId") },
    });
    const Order = orm.define("app", "orders", {
      id,
      customerId: { type: INTEGER, notNull: true, references: { table: "customers", column: "id" } },
      price: { type: REAL, notNull: true },
      madeAt: { type: DATETIME, notNull: true },
    });
    const Total = orm.view("app", "totals", {
      customerId: { ...id, references: { table: "customers", column: "id" } },
      total: { type: REAL, notNull: true },
      lastAt: { type: DATETIME, notNull: true },
    }, { relations: { customer: () => belongsTo(Customer, "customerId") } });
    await Customer.create({ id: 1, name: "Ada" });
    const madeAt = new Date("2024-02-29T10:00:00Z");
    await Order.bulkCreate([
      { id: 1, customerId: 1, price: 2.5, madeAt },
      { id: 2, customerId: 1, price: 5, madeAt },
    ]);
    const absent = await assertRejects(() => Total.findAll() as Promise<unknown>, ValidationError);
    assertEquals(absent.code, "UNKNOWN_TABLE");
    const made = quoteName(schema("app"));
    await place.ask(
      `CREATE VIEW ${made}.totals AS SELECT customer_id, sum(price) AS total, max(made_at) AS last_at ` +
        `FROM ${made}.orders GROUP BY customer_id`,
    );
    assertEquals(await Total.findAll({ with: { customer: true }, where: { total: { $gt: 7 } } }), [
      { customerId: 1, total: 7.5, lastAt: madeAt, customer: { id: 1, name: "Ada" } },
    ]);
    const found = await Customer.findOne({ with: { totals: { select: ["total"] } } });
    assertEquals(found?.totals, [{ total: 7.5 }]);
    assertEquals(await Total.sum("total"), 7.5);
    await place.ask(`CREATE VIEW ${made}.short AS SELECT 1 AS id`);
    const short = orm.view("app", "short", { id, more: { type: TEXT } });
    const lacking = await assertRejects(() => short.findAll() as Promise<unknown>, ValidationError);
    assertStringIncludes(lacking.message, "`more` is in the schema and not in the store");
  },
);

await testPostgres("postgres: what the store would give a column is refused", ({ driver }) => {
  const orm = new ORM({ driver });
  const twice = { type: REAL, generated: "always" } as const;
  assertThrows(() => orm.define("app", "items", { id, twice }), UnsupportedError);
  return Promise.resolve();
});
