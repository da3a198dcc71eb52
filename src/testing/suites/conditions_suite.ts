import { isEqual } from "../equality.ts";
import { expectEqual, expectTrue } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { Row, TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import { type Case, type CaseTable, copies } from "./condition.ts";
import { JSON_VALUES } from "./json_conditions.ts";
import { NATIVES } from "./native_conditions.ts";
import { SCALARS } from "./scalar_conditions.ts";

/** The tables of conditions. */
export const CONDITION_TABLES: readonly CaseTable[] = [SCALARS, ...NATIVES, JSON_VALUES];

/** Every operator means the same wherever a condition can stand. */
export const conditionsSuite: readonly TestCase[] = [
  ...CONDITION_TABLES.flatMap(conditionTests),
  promise("where: `_` of $like is one character, whatever its length in UTF-16", characters),
];

async function characters(world: World): Promise<void> {
  const names = ["😀", "a😀b", "e\u0301", "ab", "😀😀"];
  const Item = await world.filled(
    "texts",
    { id: { type: "INTEGER", primaryKey: true }, name: { type: "TEXT" } },
    names.map((name, id) => ({ id, name })),
  );
  const cases: readonly Case[] = [
    [{ name: { $like: "_" } }, [0]],
    [{ name: { $like: "__" } }, [2, 3, 4]],
    [{ name: { $like: "a_b" } }, [1]],
    [{ name: { $like: "%_b" } }, [1, 3]],
    [{ name: { $like: "😀_" } }, [4]],
  ];
  for (const [where, finds] of cases) {
    expectEqual((await Item.findAll({ where })).map(({ id }) => id), finds);
  }
}

/** The tests of a table of conditions. */
export function conditionTests(table: CaseTable): TestCase[] {
  return table.groups.map((group) =>
    promise(`where: ${group.promise}`, async (world) => {
      const Item = await world.filled(table.name, table.schema, copies(table.rows));
      for (const each of group.cases) await checkFinds(Item, table, each);
      await checkWrites(world, table, group.cases);
    })
  );
}

async function checkFinds(Item: TestModel, { rows }: CaseTable, [where, finds]: Case): Promise<void> {
  const found = await Item.findAll({ where, select: ["id"] });
  expectEqual(found.map(({ id }) => id), finds);
  expectEqual(await Item.count(where), finds.length);
  expectEqual(await Item.exists(where), finds.length > 0);
  expectEqual(await Item.findOne({ where }), rows.find(({ id }) => id === finds[0]) ?? null);
  const others = rows.map(({ id }) => id).filter((id) => !finds.includes(id as number));
  expectEqual((await Item.findAll({ where: { $not: where } })).map(({ id }) => id), others);
}

/** What a condition finds is what an update changes and a deletion removes. */
async function checkWrites(world: World, table: CaseTable, cases: readonly Case[]): Promise<void> {
  const [where, finds] = cases.find(([, each]) => each.length > 0 && each.length < table.rows.length) ??
    cases[0] as Case;
  const Item = world.orm.model(world.database, table.name) as unknown as TestModel;
  const watched = world.log.watch(table.name, Item);
  if (finds.length === table.rows.length) return;
  expectEqual(await watched.update({ mark: 1 }, where), finds.length);
  const marked = (row: Row): Row => finds.includes(row["id"] as number) ? { ...row, mark: 1 } : row;
  expectEqual(await watched.findAll(), table.rows.map(marked));
  expectEqual(await watched.delete(where), finds.length);
  const left = table.rows.filter(({ id }) => !finds.includes(id as number));
  const now = await watched.findAll();
  expectEqual(now, left);
  expectTrue(isEqual(await watched.count(), left.length), "count differs from findAll");
}
