import type { DataType } from "../../contract/mod.ts";
import { expectEqual } from "../assertions.ts";
import { all, promiseIf, type TestCase } from "../test_case.ts";
import type { World } from "../world.ts";
import { copies, nativeRequirements } from "./condition.ts";
import { allRows, directTable, expectIds, rowOf } from "./direct_table.ts";
import { COLUMN_SAMPLES, type ColumnSamples } from "./value_samples.ts";

const id = { type: "INTEGER", primaryKey: true, notNull: true } as const;

/** The values a driver is given, it gives back: JSON-safe ones always, others when they are declared native. */
export const driverValuesSuite: readonly TestCase[] = COLUMN_SAMPLES.map((kind) =>
  promiseIf(
    all(...nativeRequirements({ value: kind.column })),
    `driver: ${["values of type", kind.name, "come back equal", kind.precision].filter(Boolean).join(" ")}`,
    (world) => values(world, kind),
  )
);

async function values(world: World, { column, samples }: ColumnSamples): Promise<void> {
  const table = await directTable(world, "kinds", { id, value: column });
  const { driver, db, name } = table;
  const rows = samples.map(({ get }, i) => ({ id: i + 1, value: get }));
  const other = { id: 1000, value: null };
  await driver.insert(db, name, { ...other });
  for (const row of rows) {
    const forget = world.log.part();
    expectEqual(await driver.insert(db, name, structuredClone(row)), row);
    expectEqual(await rowOf(table, row.id), row);
    await driver.update(db, name, { value: structuredClone(row.value) }, { id: other.id });
    expectEqual(await rowOf(table, other.id), { ...other, value: row.value });
    if (isEqualityOfEveryDriver(column.type, row.value)) {
      expectIds(await driver.findAll(db, name, { where: { value: row.value } }), [row.id, other.id]);
    }
    await driver.delete(db, name, { id: row.id });
    forget();
  }
  await driver.delete(db, name, { id: other.id });
  expectEqual(await driver.bulkInsert(db, name, copies(rows)), rows);
  expectEqual(await allRows(table), rows);
}

/** Whether every driver finds a value, whatever it declares. */
function isEqualityOfEveryDriver(type: DataType, value: unknown): boolean {
  const isScalar = ["string", "number", "boolean"].includes(typeof value);
  return isScalar && !["JSON", "OBJECT", "ARRAY"].includes(type);
}
