import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  DataTypes,
  ForeignKeyConstraintError,
  ORM,
  UniqueConstraintError,
  ValidationError,
} from "../../mod.ts";
import { quoteName } from "../../examples/custom-driver-postgres/names.ts";
import { testPostgres } from "../support/postgres/each_place.ts";

const id = { type: DataTypes.INTEGER, primaryKey: true, notNull: true } as const;
const text = { type: DataTypes.TEXT } as const;

await testPostgres(
  "postgres: names longer than 63 bytes, and those of system columns, are kept whole",
  async ({ driver, again }) => {
    const table = `${"long table ".repeat(10)}é`;
    const [a, b] = [`${"c".repeat(80)}a`, `${"c".repeat(80)}b`] as [string, string];
    const schema = { id, [a]: { ...text, unique: true }, [b]: text, xmin: text };
    const index = [{ name: `${"i".repeat(90)}`, columns: [b, "xmin"], unique: true }];
    const Long = new ORM({ driver }).define("app", table, schema, { indexes: index } as never);
    const row = { id: 1, [a]: "x", [b]: "y", xmin: "z" };
    assertEquals<unknown>(await Long.create(row), row);
    const refused = await assertRejects(
      () => Long.create({ ...row, id: 2 } as never) as Promise<unknown>,
      UniqueConstraintError,
    );
    assertEquals([refused.table, refused.columns], [table, [a]]);
    const Same = new ORM({ driver: again() }).define("app", table, schema, { indexes: index } as never);
    assertEquals<unknown>(await Same.findAll({ where: { xmin: "z", [b]: { $startsWith: "y" } } as never }), [
      row,
    ]);
    const pair = await assertRejects(
      () => Same.create({ ...row, id: 2, [a]: "other" } as never) as Promise<unknown>,
      UniqueConstraintError,
    );
    assertEquals(pair.columns, [b, "xmin"]);
  },
);

await testPostgres(
  "postgres: a database whose name is longer than 63 bytes is found again by one that only reads",
  async ({ driver, again }) => {
    const database = "d".repeat(64);
    await driver.connect({});
    await driver.createTable(database, "items", { id });
    await driver.insert(database, "items", { id: 1 });
    const reader = again({ readonly: true });
    await reader.connect({});
    await reader.createTable(database, "items", { id });
    assertEquals(await reader.findAll(database, "items", {}), [{ id: 1 }]);
  },
);

await testPostgres(
  "postgres: a reference to a table that is not there refuses every value, and holds when it comes",
  async ({ driver }) => {
    await driver.connect({});
    const references = { table: "parents", column: "id", onDelete: "CASCADE" } as const;
    const child = { id, parent: { type: DataTypes.INTEGER, references } } as const;
    const orphan = async (parent: number) => {
      const row = { id: 9, parent };
      const error = await assertRejects(
        () => driver.insert("app", "children", row),
        ForeignKeyConstraintError,
      );
      assertEquals([error.table, error.columns], ["children", ["parent"]]);
    };
    await driver.createTable("app", "children", child);
    await driver.createTable("app", "children", child);
    await orphan(1);
    await driver.insert("app", "children", { id: 1, parent: null });
    await driver.createTable("app", "parents", { id });
    await orphan(1);
    await driver.insert("app", "parents", { id: 1 });
    await driver.insert("app", "children", { id: 2, parent: 1 });
    assertEquals(await driver.delete("app", "parents", { id: 1 }), 1);
    assertEquals(await driver.findAll("app", "children", {}), [{ id: 1, parent: null }]);
    await driver.dropTable("app", "parents");
    await orphan(1);
    await driver.createTable("app", "children", child);
    await driver.createTable("app", "parents", { id });
    await driver.insert("app", "parents", { id: 1 });
    await driver.insert("app", "children", { id: 3, parent: 1 });
  },
);

await testPostgres(
  "postgres: a table made by others serves a schema when its types do",
  async ({ driver, place, schema }) => {
    await driver.connect({});
    await driver.tableExists("app", "nothing");
    const made = quoteName(schema("app"));
    await place.ask(
      `CREATE TABLE ${made}.good (id bigint PRIMARY KEY, name text COLLATE "C" NOT NULL UNIQUE, at timestamptz, on_ boolean, r float8)`,
    );
    await place.ask(`INSERT INTO ${made}.good VALUES (1, 'a', '2024-02-29 12:00:00.5+02', true, 'NaN')`);
    const good = {
      id,
      name: { ...text, notNull: true, unique: true },
      at: { type: DataTypes.DATETIME },
      on_: { type: DataTypes.BOOLEAN },
      r: { type: DataTypes.REAL },
    } as const;
    await driver.createTable("app", "good", good);
    const select = ["id", "name", "at", "on_"];
    assertEquals(await driver.findAll("app", "good", { select }), [
      { id: 1, name: "a", at: new Date("2024-02-29T10:00:00.500Z"), on_: true },
    ]);
    await place.ask(`CREATE TABLE ${made}.bad (id bigint PRIMARY KEY, name text, n integer, doc jsonb)`);
    const error = await assertRejects(
      () =>
        driver.createTable("app", "bad", {
          id,
          name: text,
          n: { type: DataTypes.INTEGER },
          doc: { type: DataTypes.JSON },
        }),
      ValidationError,
    );
    assertEquals([error.code, error.columns], ["SCHEMA_MISMATCH", ["name", "n", "doc"]]);
    assert(error.message.includes("jsonb"), error.message);
  },
);

await testPostgres(
  "postgres: two that make the same table at the same moment both have it",
  async ({ driver, again }) => {
    const drivers = [driver, again(), again(), again()];
    const models = drivers.map((each) =>
      new ORM({ driver: each }).define("app", "notes", { id: { ...id, autoIncrement: true }, text }, {
        indexes: [{ columns: ["text"] }],
      })
    );
    await Promise.all(models.map((Note) => Note.create({ text: "x" })));
    assertEquals(await models[0]?.count(), 4);
  },
);

await testPostgres(
  "postgres: a statement prepared for a table that was made anew is prepared again",
  async ({ driver, again }) => {
    const other = again();
    const find = async (): Promise<unknown> => (await driver.findAll("app", "items", {}))[0];
    for (const each of [driver, other]) await each.connect({});
    await driver.createTable("app", "items", { id, a: text });
    await driver.insert("app", "items", { id: 1, a: "5" });
    for (let times = 0; times < 3; times++) assertEquals(await find(), { id: 1, a: "5" });
    await other.dropTable("app", "items");
    await other.createTable("app", "items", { id, a: { type: DataTypes.REAL } });
    await other.insert("app", "items", { id: 1, a: 5 });
    const [inside] = await driver.transaction(() => driver.findAll("app", "items", {}));
    assertEquals(inside, { id: 1, a: "5" });
    await driver.bulkInsert("app", "items", [{ id: 2, a: "6" }]);
    assertEquals(await find(), { id: 1, a: "5" });
  },
);

await testPostgres(
  "postgres: indexes serve equality, beginnings, order and paths",
  async ({ driver, place, schema }) => {
    const orm = new ORM({ driver });
    const Item = orm.define("app", "items", { id, name: text, n: { type: DataTypes.INTEGER } }, {
      indexes: [{ columns: ["name"] }, { columns: ["n", "id"] }],
    });
    const rows = Array.from(
      { length: 3_000 },
      (_, i) => ({ id: i, name: `name ${i}`, n: i % 7 === 0 ? null : i }),
    );
    await Item.bulkCreate(rows);
    await place.ask(`ANALYZE ${quoteName(schema("app"))}.items`);
    const plan = async (options: object): Promise<string> =>
      (await driver.explain("app", "items", options as never)).join("\n");
    assert((await plan({ where: { name: "name 7" } })).includes("Index"));
    assert((await plan({ where: { name: { $startsWith: "name 77" } } })).includes("Index"));
    for (const direction of ["ASC", "DESC"]) {
      const found = await plan({ orderBy: [["n", direction], ["id", direction]], limit: 5 });
      assert(found.includes("Index") && !found.includes("Sort"), found);
    }
  },
);

await testPostgres("postgres: a key that is too large for an index is refused", async ({ driver }) => {
  const Item = new ORM({ driver }).define("app", "items", { id, name: { ...text, unique: true } });
  // Not all alike: PostgreSQL compresses what it indexes.
  const name = Array.from({ length: 4_000 }, (_, i) => String.fromCodePoint(0x4e00 + (i * 7919) % 20_000))
    .join("");
  const error = await assertRejects(() => Item.create({ id: 1, name }) as Promise<unknown>, ValidationError);
  assertEquals(error.code, "TOO_BIG");
  await Item.create({ id: 1, name: name.slice(0, 800) });
});
