import { expectEqual } from "../assertions.ts";
import { all, promiseIf, type TestCase } from "../test_case.ts";
import type { World } from "../world.ts";
import { nativeRequirements } from "./condition.ts";
import { allRows, directTable } from "./direct_table.ts";
import { COLUMN_SAMPLES, type ColumnSamples } from "./value_samples.ts";

const id = { type: "INTEGER", primaryKey: true, notNull: true } as const;

/** The values a driver is given, it gives back: JSON-safe ones always, others when they are declared native. */
export const driverValuesSuite: readonly TestCase[] = COLUMN_SAMPLES.map((kind) =>
  promiseIf(
    all(...nativeRequirements({ value: kind.column })),
    `driver: values of type ${kind.name} come back equal`,
    (world) => values(world, kind),
  )
);

async function values(world: World, { column, samples }: ColumnSamples): Promise<void> {
  const rows = samples.map(({ get }, i) => ({ id: i, value: get }));
  const table = await directTable(world, "kinds", { id, value: column }, rows);
  const { driver, db, name } = table;
  expectEqual(await allRows(table), rows);
  await driver.insert(db, name, { id: 1000, value: null });
  for (const row of rows) {
    expectEqual(await driver.findOne(db, name, { where: { id: row.id } }), row);
    expectEqual(await driver.update(db, name, { value: structuredClone(row.value) }, { id: 1000 }), 1);
    expectEqual(await driver.findOne(db, name, { where: { id: 1000 } }), { id: 1000, value: row.value });
  }
  await driver.delete(db, name, { id: 1000 });
  const isScalar = (value: unknown): boolean => ["string", "number", "boolean"].includes(typeof value);
  const isJSON = ["JSON", "OBJECT", "ARRAY"].includes(column.type);
  for (const { value } of rows) {
    if (!isScalar(value) || isJSON) continue;
    expectEqual(
      await driver.findAll(db, name, { where: { value } }),
      rows.filter((row) => row.value === value),
    );
  }
}
