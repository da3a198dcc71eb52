import { assertEquals, assertRejects } from "@std/assert";
import { MemoryDriver } from "../../drivers/memory.ts";
import { type AsyncDriver, DataTypes, ORM, RinariError, toAsyncDriver } from "../../mod.ts";
import { testKV, withDriver } from "./open_kv.ts";

/** A store with an index of each kind, and rows on both sides of what is searched for. */
async function open(driver: AsyncDriver) {
  const orm = new ORM({ driver });
  const options = { indexes: [{ columns: ["i", "n"] }, { columns: ["b"] }] } as const;
  const Item = orm.define("app", "items", {
    id: { type: DataTypes.TEXT, primaryKey: true },
    u: { type: DataTypes.TEXT, unique: true },
    i: { type: DataTypes.TEXT },
    n: { type: DataTypes.INTEGER },
    b: { type: DataTypes.BLOB },
  }, options);
  const texts = ["a", "x", "x".repeat(1_000), `${"x".repeat(999)}y`, "\u{1f600}".repeat(200), "z"];
  await Item.bulkCreate(texts.map((text, n) => ({
    id: text,
    u: text,
    i: text,
    n,
    b: new TextEncoder().encode(text),
  })));
  return { orm, Item };
}

/** Longer than a key can be, also where each character has several bytes. */
const LONG = [
  "x".repeat(5_000),
  "\u{1f600}".repeat(5_000),
  "é".repeat(2_500),
  "\u0001".repeat(2_500),
  "x".repeat(2_036),
];

type Items = Awaited<ReturnType<typeof open>>["Item"];

/** What searches find, by the way they are written. */
async function answers(Item: Items, long: string): Promise<unknown[]> {
  const bytes = new TextEncoder().encode(long);
  const found: unknown[] = [await Item.findById(long), await Item.exists({ u: long })];
  for (const column of ["id", "u", "i"] as const) {
    for (
      const condition of [
        long,
        { $in: ["a", long] },
        { $gt: long },
        { $gte: long },
        { $lt: long },
        { $lte: long },
        { $between: ["b", long] },
        { $startsWith: long },
        { $ne: long },
      ]
    ) {
      const where = { [column]: condition } as { u: string };
      const rows = await Item.findAll({ where, orderBy: [[column, "DESC"]], select: ["id"], limit: 4 });
      found.push(rows.map(({ id }) => id), await Item.count(where));
    }
  }
  found.push(
    await Item.count({ i: long, n: 1 }),
    await Item.count({ i: long, n: { $gt: 1 } }),
    await Item.count({ b: bytes }),
    await Item.count({ b: { $lt: bytes } }),
    await Item.count({ b: { $gt: bytes } }),
    await Item.update({ n: 7 }, { u: long }),
    await Item.delete({ u: long }),
    await Item.bulkDelete([long]),
  );
  return found;
}

testKV("a value that is longer than a key is searched for as any other", async () => {
  const reference = await open(toAsyncDriver(new MemoryDriver()));
  await withDriver(async (driver) => {
    const { orm, Item } = await open(driver);
    for (const long of LONG) {
      const expected = await answers(reference.Item, long);
      assertEquals(await answers(Item, long), expected);
      assertEquals(await orm.transaction(() => answers(Item, long)), expected);
      const written = await orm.transaction(async () => {
        const absent = await Item.findOne({ where: { u: long } });
        await Item.update({ n: 8 }, { id: "a" });
        return absent;
      });
      assertEquals(written, null);
      const error = await assertRejects(
        () => Item.upsert({ id: "new", u: long }, { conflict: ["u"] }),
        RinariError,
      );
      assertEquals(error.code, "LIMIT_EXCEEDED");
    }
    assertEquals(await driver.verify("app"), []);
  });
});
