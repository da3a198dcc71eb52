import { assertEquals } from "@std/assert";
import { DataTypes, hasMany, ORM } from "../../mod.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { type SqliteDriverCase, sqliteDrivers } from "../unit/sql/sqlite_drivers.ts";

const id = { type: DataTypes.INTEGER, primaryKey: true } as const;

function shop(make: SqliteDriverCase["make"]) {
  const statements: string[] = [];
  const orm = new ORM({
    driver: make({ databases: { app: ":memory:" }, verbose: (sql) => statements.push(sql) }),
  });
  const Buyer = orm.define("app", "buyers", { id, name: { type: DataTypes.TEXT } }, {
    relations: { orders: () => hasMany(Order, "buyer") },
  });
  const Order = orm.define("app", "orders", {
    id,
    code: { type: DataTypes.TEXT, unique: true },
    sum: { type: DataTypes.REAL },
    buyer: { type: DataTypes.INTEGER, references: { table: "buyers", column: "id" } },
  }, { indexes: [{ columns: ["buyer"] }] });
  Buyer.bulkCreate([{ id: 1, name: "Ada" }, { id: 2, name: "Eve" }, { id: 3 }]);
  Order.bulkCreate([{ id: 1, code: "a", sum: 5, buyer: 1 }, { id: 2, code: "b", sum: 7, buyer: 2 }]);
  const ran = (work: () => unknown): string[] => {
    statements.length = 0;
    work();
    return [...statements];
  };
  return { orm, Buyer, Order, ran };
}

for (const { name, make } of sqliteDrivers) {
  describe(`${name}: a condition on related rows`, () => {
    test("is a part of one statement", () => {
      const { orm, Buyer, Order, ran } = shop(make);
      const where = { orders: { $some: { sum: { $gt: 5 } } } };
      const few = Buyer.prepare(({ sum }: { sum: number }) => ({
        where: { orders: { $none: { sum: { $gt: sum } } } },
      }));
      const all: readonly (() => unknown)[] = [
        () => Buyer.findAll({ where }),
        () => Buyer.count({ $not: where }),
        () => Buyer.groupBy({ by: ["name"], aggregates: { n: { count: "*" } }, where }),
        () => few.findAll({ sum: 5 }),
        () => [...Buyer.iterate({ where })],
        () => Buyer.update({ name: "Eva" }, where),
        () => Order.findAll({ where: { buyer: { $in: Buyer.pick("id", { where }) } } }),
        () => Buyer.delete({ $not: { orders: { $some: {} } } }),
      ];
      for (const each of all) assertEquals(ran(each).length, 1, each.toString());
      orm.disconnect();
    });

    test("is written by the indexes of a table that was there", () =>
      withTempDir((storageDir) => {
        const forms = [1, 2].map(() => {
          const statements: string[] = [];
          using orm = new ORM({ driver: make({ storageDir, verbose: (sql) => statements.push(sql) }) });
          const Owner = orm.define("app", "owners", { id }, {
            relations: { dogs: () => hasMany(Dog, "owner") },
          });
          const Dog = orm.define("app", "dogs", {
            id,
            age: { type: DataTypes.INTEGER },
            owner: { type: DataTypes.INTEGER, references: { table: "owners", column: "id" } },
          });
          Owner.count({ dogs: { $some: { age: { $gt: 1 } } } });
          return /EXISTS \(SELECT 1 FROM `dogs`/.test(statements.at(-1) ?? "");
        });
        assertEquals(forms, [true, true]);
      }));

    test("collects few rows, and looks for many with each row", () => {
      const { orm, Buyer, ran } = shop(make);
      const forms = (where: object): string =>
        ran(() => Buyer.findAll({ where })).join().match(/EXISTS|IN \(/g)?.join() ?? "";
      assertEquals(forms({ orders: { $some: { sum: { $gt: 5 } } } }), "EXISTS");
      assertEquals(forms({ orders: { $some: { code: "a", sum: { $gt: 1 } } } }), "IN (");
      assertEquals(forms({ orders: { $none: { code: { $in: ["a", "b"] } } } }), "IN (,IN (");
      orm.disconnect();
    });
  });
}
