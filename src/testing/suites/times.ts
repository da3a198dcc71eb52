import { ValidationError } from "../../errors/mod.ts";
import { now } from "../../schema/clock.ts";
import type { Exprs } from "../../types/expression.ts";
import { expectEqual, expectFailure, expectTrue } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { TestModel } from "../test_model.ts";
import type { World } from "../world.ts";

/** The time it is, and days beside points in time. */
export const times: readonly TestCase[] = [
  promise("now: it is the time in data, conditions and functions", async (world) => {
    const Event = await timed(world);
    const before = new Date();
    await Event.update({ at: now }, { id: 1 });
    const { at } = await Event.findByIdOrFail(1) as { readonly at: Date };
    expectTrue(at >= before && at <= new Date(), `the time it is, not ${at.toISOString()}`);
    expectEqual(await Event.count({ at: { $lte: now } }), 2);
    expectEqual(await Event.count((e: Timed) => e.at.gt(now)), 1);
    expectEqual(await Event.count((e: Timed) => e.at.orElse(now).minus(now).gt(86_400_000)), 1);
    expectEqual(await Event.count({ day: { $lt: now } }), 2);
    expectEqual((await Event.create({ id: 5, at: now }))["day"], null);
    await expectFailure(() => Event.update({ day: () => new Date() }, { id: 1 }), { error: ValidationError });
  }),
  promise(
    "where: a DATE is compared with a point in time as the moment at which it begins",
    async (world) => {
      const Event = await timed(world);
      const ids = async (where: unknown): Promise<unknown[]> =>
        (await Event.findAll({ where })).map(({ id }) => id);
      const noon = new Date("2000-01-02T12:00:00Z");
      for (const call of ["gt", "gte", "lt", "lte"] as const) {
        const found = call.startsWith("g") ? [3] : [1, 2];
        const others = [1, 2, 3, 4].filter((id) => !found.includes(id));
        expectEqual(await ids({ day: { [`$${call}`]: noon } }), found);
        expectEqual(await ids({ day: { [`$${call}`]: noon.toISOString() } }), found);
        expectEqual(await ids((e: Timed) => e.day[call](noon)), found);
        expectEqual(await ids({ $not: { day: { [`$${call}`]: noon } } }), others);
      }
      expectEqual(await ids({ day: { $gte: "2000-01-02T00:00:00Z" } }), [2, 3]);
      await expectFailure(() => Event.count({ day: noon }), { error: ValidationError });
    },
  ),
];

type Timed = Exprs<{ id: number; day: Date | null; at: Date | null }>;

async function timed(world: World): Promise<TestModel> {
  const schema = {
    id: { type: "INTEGER", primaryKey: true },
    day: { type: "DATE" },
    at: { type: "DATETIME" },
  };
  return await world.filled("timed", schema, [
    { id: 1, day: "2000-01-01" },
    { id: 2, day: "2000-01-02", at: new Date("2000-01-01T00:00:00Z") },
    { id: 3, day: "9000-01-01", at: new Date("9000-01-01T00:00:00Z") },
    { id: 4 },
  ]);
}
