import { assertEquals } from "@std/assert";
import { DataTypes, ORM } from "../../mod.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { describe, test } from "../support/runner.ts";

const orm = new ORM({ driver: new MemoryDriver() });
const Stock = orm.define("app", "stock", {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  sku: { type: DataTypes.TEXT, notNull: true, unique: true },
  n: { type: DataTypes.INTEGER, notNull: true },
  note: { type: DataTypes.TEXT },
  state: { type: DataTypes.TEXT, notNull: true, values: ["open", "shut"], default: "open" },
  at: { type: DataTypes.DATETIME, notNull: true, default: () => new Date(0) },
});

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_proof: Equal<A, B>): void {}

describe("types of writing:", () => {
  test("update and delete give numbers, and rows with `returning`", () => {
    const count = Stock.update({ n: 1 }, { id: 1 });
    same<typeof count, number>(true);
    const rows = Stock.update({ n: (s) => s.n.plus(1) }, { id: 1 }, { returning: true });
    same<typeof rows, (typeof Stock.$row)[]>(true);
    const gone = Stock.delete({ id: 1 }, { returning: true });
    same<typeof gone, (typeof Stock.$row)[]>(true);
    same<(typeof gone)[number]["state"], "open" | "shut">(true);
    // @ts-expect-error a misspelt option
    const option = () => Stock.update({ n: 1 }, { id: 1 }, { returned: true });
    // @ts-expect-error the values are still checked
    const value = () => Stock.update({ n: "1" }, { id: 1 }, { returning: true });
    // @ts-expect-error and so is the condition
    const where = () => Stock.delete({ idd: 1 }, { returning: true });
    assertEquals([option, value, where].length, 3);
  });
});
