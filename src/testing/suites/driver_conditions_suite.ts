import { toDriverWhere } from "../../query/driver_where.ts";
import { readWhere } from "../../query/where_reader.ts";
import { Table } from "../../schema/table.ts";
import { expectEqual, expectTrue } from "../assertions.ts";
import { collect } from "../collect.ts";
import { all, promiseIf, type Requirement, type TestCase } from "../test_case.ts";
import type { World } from "../world.ts";
import {
  type Case,
  type CaseGroup,
  type CaseTable,
  nativeRequirements,
  requirementsOf,
} from "./condition.ts";
import { CONDITION_TABLES } from "./conditions_suite.ts";
import { allRows, type DirectTable, directTable, expectIds } from "./direct_table.ts";

/** The conditions a driver declares, it applies itself, in every method that takes one. */
export const driverConditionsSuite: readonly TestCase[] = CONDITION_TABLES.flatMap((table) =>
  table.groups.map((group) =>
    promiseIf(someOf(table, group), `driver: ${group.promise}`, (world) => applies(world, table, group))
  )
);

/** At least one condition of the group may be handed down. */
function someOf(table: CaseTable, { cases }: CaseGroup): Requirement {
  const requirements = cases.map(([where]) => requirementOf(table, where));
  return (given) => {
    const reasons = requirements.map((requirement) => requirement(given));
    return reasons.includes(null) ? null : reasons[0] as string;
  };
}

function requirementOf(table: CaseTable, where: unknown): Requirement {
  return all(...nativeRequirements(table.schema), ...requirementsOf(table, where));
}

async function applies(world: World, table: CaseTable, { cases }: CaseGroup): Promise<void> {
  const declared = cases.filter(([where]) => requirementOf(table, where)(world.given) === null);
  const direct = await directTable(world, table.name, table.schema, table.rows);
  for (const each of declared) {
    await finds(direct, table, each);
    const forget = world.log.part();
    await marks(direct, table, each);
    forget();
  }
  await removes(direct, table, declared.find(([, found]) => found.length > 0) ?? declared[0] as Case);
}

async function finds(
  { driver, db, name }: DirectTable,
  table: CaseTable,
  [given, found]: Case,
): Promise<void> {
  const { predicate, params } = readWhere(new Table(name, table.schema), given, false);
  const where = toDriverWhere(predicate, params);
  expectIds(await driver.findAll(db, name, { where }), found);
  expectEqual(await driver.count(db, name, where), found.length);
  const one = await driver.findOne(db, name, { where });
  expectTrue(
    one === null ? found.length === 0 : found.includes(one["id"] as number),
    `a row with an \`id\` of [${found}] is found`,
  );
  if (driver.prepare !== undefined) {
    const select = driver.prepare(db, name, { kind: "select", where: predicate });
    expectIds(await select.all(params), found);
    const count = driver.prepare(db, name, { kind: "count", where: predicate });
    expectEqual(await count.number(params), found.length);
  }
  if (driver.iterate !== undefined) {
    expectIds(await collect(driver.iterate(db, name, { where }), found.length), found);
  }
}

/** Changes what a condition finds, tells it apart from the rest, and changes it back. */
async function marks(direct: DirectTable, table: CaseTable, [given, found]: Case): Promise<void> {
  const { driver, db, name } = direct;
  const { predicate, params } = readWhere(new Table(name, table.schema), given, false);
  if (JSON.stringify(predicate)?.includes('"column":"mark"')) return;
  expectEqual(await driver.update(db, name, { mark: 1 }, toDriverWhere(predicate, params)), found.length);
  expectIds((await allRows(direct)).filter(({ mark }) => mark === 1), found);
  if (driver.prepare === undefined) {
    await driver.update(db, name, { mark: null }, {});
  } else {
    const set = [{ column: "mark", slot: params.length }];
    const plan = driver.prepare(db, name, { kind: "update", where: predicate, set });
    expectEqual(await plan.number([...params, 2]), found.length);
    expectEqual(await plan.number([...params, null]), found.length);
  }
  expectEqual(await allRows(direct), table.rows);
}

async function removes(direct: DirectTable, table: CaseTable, [given, found]: Case): Promise<void> {
  const { driver, db, name } = direct;
  const { predicate, params } = readWhere(new Table(name, table.schema), given, false);
  expectEqual(await driver.delete(db, name, toDriverWhere(predicate, params)), found.length);
  const left = table.rows.filter(({ id }) => !found.includes(id as number));
  expectEqual(await allRows(direct), left);
}
