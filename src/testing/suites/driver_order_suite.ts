import type { QueryOptions } from "../../contract/mod.ts";
import { expectEqual } from "../assertions.ts";
import { collect } from "../collect.ts";
import { all, declares, promiseIf, type TestCase } from "../test_case.ts";
import type { Row } from "../test_model.ts";
import type { World } from "../world.ts";
import { nativeRequirements } from "./condition.ts";
import { type DirectTable, directTable } from "./direct_table.ts";
import { ORDERED_VALUES, type OrderedValues, shuffled } from "./ordered_values.ts";

const id = { type: "INTEGER", primaryKey: true, notNull: true } as const;

/** The order, limit and select a driver declares, it applies itself. */
export const driverOrderSuite: readonly TestCase[] = [
  promiseIf(declares("orderBy"), "driver.findAll: orderBy orders the rows, ascending and descending", orders),
  promiseIf(
    declares("orderBy"),
    "driver.findAll: orderBy puts null first ascending and last descending",
    ordersNull,
  ),
  ...ORDERED_VALUES.map((kind) =>
    promiseIf(
      all(declares("orderBy"), ...nativeRequirements({ value: kind.column })),
      `driver.findAll: orderBy orders ${kind.name}`,
      (world) => ordered(world, kind),
    )
  ),
  promiseIf(declares("orderBy"), "driver.findAll: several columns are ordered one after the other", several),
  promiseIf(
    all(declares("orderBy"), declares("limit")),
    "driver.findAll: limit and offset cut the ordered rows",
    cuts,
  ),
  promiseIf(
    all(declares("orderBy"), declares("limit")),
    "driver.findOne: gives the first of the rows that findAll gives",
    findsFirst,
  ),
  promiseIf(
    all(declares("orderBy"), declares("limit")),
    "driver.findAll: limit and offset count the rows that match",
    cutsMatching,
  ),
  promiseIf(declares("select"), "driver.findAll: select gives exactly these columns", selects),
];

/** What findAll gives, which prepare and iterate must give too. */
async function found(table: DirectTable, options: QueryOptions): Promise<Row[]> {
  const { driver, db, name } = table;
  const rows = await driver.findAll(db, name, options);
  if (driver.iterate !== undefined) {
    const seen = await collect(driver.iterate(db, name, options), rows.length);
    expectEqual(seen, rows, "what `iterate` gives, compared with `findAll`");
  }
  if (driver.prepare !== undefined) {
    const { offset, where: _where, ...plan } = options;
    const query = driver.prepare(db, name, {
      kind: "select",
      where: null,
      ...plan,
      ...(offset === undefined ? null : { offset: 0 }),
    });
    expectEqual(
      await query.all(offset === undefined ? [] : [offset]),
      rows,
      "what `prepare` gives, compared with `findAll`",
    );
  }
  return rows;
}

async function ordered(world: World, { column, values }: OrderedValues): Promise<void> {
  const rows = shuffled(values).map((value, i) => ({ id: i, value }));
  const table = await directTable(world, "items", { id, value: column }, rows);
  const listed = async (direction: "ASC" | "DESC"): Promise<unknown[]> =>
    (await found(table, { orderBy: [["value", direction], ["id", "ASC"]] })).map(({ value }) => value);
  expectEqual(await listed("ASC"), values);
  expectEqual(await listed("DESC"), [...values].reverse());
}

async function orders(world: World): Promise<void> {
  const rows = [{ id: 1, n: 20 }, { id: 2, n: 10 }, { id: 3, n: 30 }];
  const table = await directTable(world, "items", { id, n: { type: "INTEGER" } }, rows);
  expectEqual(await found(table, { orderBy: [["n", "ASC"]] }), [rows[1], rows[0], rows[2]]);
  expectEqual(await found(table, { orderBy: [["n", "DESC"]] }), [rows[2], rows[0], rows[1]]);
}

async function ordersNull(world: World): Promise<void> {
  for (const { column, values } of ORDERED_VALUES) {
    const requires = all(...nativeRequirements({ value: column }));
    if (requires(world.given) !== null) continue;
    const rows = [{ id: 1, value: values[0] }, { id: 2, value: null }, { id: 3, value: values[1] }];
    const forget = world.log.part();
    const table = await directTable(world, "items", { id, value: column }, rows);
    const listed = async (direction: "ASC" | "DESC"): Promise<unknown[]> =>
      (await found(table, { orderBy: [["value", direction]] })).map(({ value }) =>
        value === null ? null : "…"
      );
    expectEqual(await listed("ASC"), [null, "…", "…"], "the values, those that are not null as …");
    expectEqual(await listed("DESC"), ["…", "…", null], "the values, those that are not null as …");
    await table.driver.dropTable(table.db, table.name);
    forget();
  }
}

async function several(world: World): Promise<void> {
  const rows: Row[] = [];
  for (const text of ["b", "a", null]) {
    for (const n of [2, null, 1]) rows.push({ id: rows.length, text, n });
  }
  const table = await directTable(
    world,
    "items",
    { id, text: { type: "TEXT" }, n: { type: "INTEGER" } },
    rows,
  );
  const ids = async (orderBy: NonNullable<QueryOptions["orderBy"]>): Promise<unknown[]> =>
    (await found(table, { orderBy })).map((row) => row["id"]);
  expectEqual(await ids([["text", "ASC"], ["n", "DESC"], ["id", "ASC"]]), [6, 8, 7, 3, 5, 4, 0, 2, 1]);
  expectEqual(await ids([["n", "ASC"], ["id", "DESC"]]), [7, 4, 1, 8, 5, 2, 6, 3, 0]);
  expectEqual(await ids([["id", "DESC"]]), [8, 7, 6, 5, 4, 3, 2, 1, 0]);
}

async function cuts(world: World): Promise<void> {
  const rows = shuffled(Array.from({ length: 10 }, (_, i) => ({ id: i, n: i % 2 })));
  const table = await directTable(world, "items", { id, n: { type: "INTEGER" } }, rows);
  const ids = async (options: QueryOptions): Promise<unknown[]> =>
    (await found(table, { orderBy: [["id", "ASC"]], ...options })).map((row) => row["id"]);
  expectEqual(await ids({ limit: 3 }), [0, 1, 2]);
  expectEqual(await ids({ limit: 3, offset: 8 }), [8, 9]);
  expectEqual(await ids({ offset: 7 }), [7, 8, 9]);
  expectEqual(await ids({ offset: 10 }), []);
  expectEqual(await ids({ limit: 0 }), []);
  expectEqual(await ids({ limit: 100, offset: 0 }), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expectEqual(await ids({ limit: 2, offset: 1, orderBy: [["n", "DESC"], ["id", "ASC"]] }), [3, 5]);
}

async function findsFirst(world: World): Promise<void> {
  const rows = shuffled(Array.from({ length: 10 }, (_, i) => ({ id: i, n: i % 2 })));
  const { driver, db, name } = await directTable(world, "items", { id, n: { type: "INTEGER" } }, rows);
  const first = async (options: QueryOptions): Promise<unknown> =>
    (await driver.findOne(db, name, options))?.["id"] ?? null;
  expectEqual(await first({ orderBy: [["id", "ASC"]] }), 0);
  expectEqual(await first({ orderBy: [["id", "DESC"]] }), 9);
  expectEqual(await first({ orderBy: [["n", "DESC"], ["id", "ASC"]], where: { n: 1 } }), 1);
  expectEqual(await first({ orderBy: [["id", "ASC"]], offset: 3 }), 3);
  expectEqual(await first({ orderBy: [["id", "ASC"]], offset: 3, limit: 5 }), 3);
  expectEqual(await first({ orderBy: [["id", "ASC"]], offset: 10 }), null);
  expectEqual(await first({ orderBy: [["id", "ASC"]], limit: 0 }), null);
}

async function cutsMatching(world: World): Promise<void> {
  const rows = shuffled(Array.from({ length: 10 }, (_, i) => ({ id: i, n: i % 2 })));
  const { driver, db, name } = await directTable(world, "items", { id, n: { type: "INTEGER" } }, rows);
  const cuts: readonly (readonly [QueryOptions, readonly number[]])[] = [
    [{ limit: 2 }, [1, 3]],
    [{ limit: 2, offset: 1 }, [3, 5]],
    [{ limit: 9 }, [1, 3, 5, 7, 9]],
    [{ offset: 3 }, [7, 9]],
  ];
  for (const [cut, expected] of cuts) {
    const options: QueryOptions = { where: { n: 1 }, orderBy: [["id", "ASC"]], ...cut };
    const ids = (found: readonly Row[]): unknown[] => found.map((row) => row["id"]);
    expectEqual(ids(await driver.findAll(db, name, options)), expected);
    if (driver.iterate !== undefined) {
      expectEqual(ids(await collect(driver.iterate(db, name, options), expected.length)), expected);
    }
  }
  expectEqual(await driver.findOne(db, name, { where: { n: 1, id: 6 }, limit: 1 }), null);
}

async function selects(world: World): Promise<void> {
  const schema = { id, a: { type: "TEXT" }, data: { type: "JSON" } } as const;
  const table = await directTable(world, "items", schema, [{ id: 1, a: "x", data: { b: 1 } }]);
  expectEqual(await found(table, { select: ["a"] }), [{ a: "x" }]);
  expectEqual(await found(table, { select: ["data", "id"] }), [{ id: 1, data: { b: 1 } }]);
  expectEqual(await table.driver.findOne(table.db, "items", { select: ["a"], where: { id: 1 } }), { a: "x" });
}
