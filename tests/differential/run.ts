import { type AsyncDriver, type DynamicModel, ORM, RinariError, type SyncDriver } from "../../mod.ts";
import type { Data, Scenario, Step } from "./scenario.ts";

/** What a call came to: a value, or the class and code of an error. */
export type Outcome = { readonly value: unknown } | { readonly error: string };

class Undo extends Error {}

/** The calls of every model as this test makes them: unchecked, because what it gives is generated. */
type Loose = { readonly [K in keyof DynamicModel]: (...args: unknown[]) => unknown };

/** Runs a scenario on a driver and gives the outcome of every step. Transactions that are undone make one outcome each. */
export async function runScenario(
  driver: SyncDriver | AsyncDriver,
  table: string,
  scenario: Scenario,
): Promise<Outcome[]> {
  const orm = new ORM({ driver });
  // An index that only makes searches faster is refused by a driver that has no such indexes, which is not asked here.
  const { partialIndexes } = driver.metadata.capabilities ?? {};
  const indexes = scenario.indexes.filter(({ unique, where }) =>
    unique || where === undefined || partialIndexes === true
  );
  const options = { indexes: indexes as never };
  const model = orm.define("app", table, scenario.schema, options) as unknown as Loose;
  const outcomes: Outcome[] = [];
  for (const data of scenario.rows) outcomes.push(await outcomeOf(() => model.create(data)));
  for (const step of scenario.steps) outcomes.push(await outcomeOf(() => runStep(model, step)));
  outcomes.push(await outcomeOf(() => model.findAll()));
  return outcomes;
}

async function outcomeOf(call: () => unknown): Promise<Outcome> {
  try {
    return { value: await call() };
  } catch (error) {
    if (error instanceof RinariError) return { error: `${error.name} ${error.code}` };
    throw error;
  }
}

function runStep(model: Loose, step: Step): unknown {
  switch (step.kind) {
    case "findAll":
      return model.findAll(step.options);
    case "count":
      return model.count(step.where);
    case "iterate":
      return collect(model.iterate(step.options));
    case "paginate":
      return pages(model, step.options);
    case "aggregate":
      return model.aggregate(step.aggregates, step.where);
    case "groupBy":
      return model.groupBy(step.options);
    case "create":
      return model.create(step.data);
    case "upsert":
      return model.upsert(step.data);
    case "bulkCreate":
      return model.bulkCreate(step.records);
    case "update":
      return model.update(step.data, step.where);
    case "bulkUpdate":
      return model.bulkUpdate(step.updates);
    case "delete":
      return model.delete(step.where);
    case "undone":
      return undone(model, step.steps);
  }
}

async function collect(rows: unknown): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const row of rows as AsyncIterable<unknown>) all.push(row);
  return all;
}

async function pages(model: Loose, options: Data): Promise<unknown[]> {
  const all: unknown[] = [];
  for (let after: unknown = null, count = 0; count < 200; count++) {
    const { rows, next } = await model.paginate({ ...options, after }) as { rows: unknown[]; next: unknown };
    all.push(rows);
    if (next === null) return all;
    after = next;
  }
  throw new Error("paginate does not end");
}

/** Runs steps in a transaction that is then undone; gives what they came to, up to the first that failed. */
function undone(model: Loose, steps: readonly Step[]): unknown {
  const seen: unknown[] = [];
  const end = (error: unknown): unknown => {
    if (error instanceof Undo) return seen;
    throw error;
  };
  const from = (start: number): unknown => {
    for (let i = start; i < steps.length; i++) {
      const value = runSyncOrAsync(model, steps[i] as Step);
      if (value instanceof Promise) {
        return value.then((each) => {
          seen.push(each);
          return from(i + 1);
        });
      }
      seen.push(value);
    }
    throw new Undo();
  };
  try {
    const result = model.transaction(() => from(0));
    return result instanceof Promise ? result.catch(end) : result;
  } catch (error) {
    return end(error);
  }
}

/** Steps that wait by themselves cannot run in a transaction of a sync driver; their first page stands for them. */
function runSyncOrAsync(model: Loose, step: Step): unknown {
  if (step.kind === "iterate") return model.findAll(step.options);
  if (step.kind === "paginate") return model.paginate(step.options);
  return runStep(model, step);
}
