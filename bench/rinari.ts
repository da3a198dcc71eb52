import { DataTypes, ORM, type SyncDriver } from "../mod.ts";
import type { Contestant } from "./contestant.ts";
import { EVENTS, eventSchema, makeEvent } from "./events.ts";

/** The work done with Rinari, as its documentation shows it. `fill` makes the tables and the rows that are read. */
export function rinari(driver: SyncDriver): Contestant & { fill(): void } {
  const orm = new ORM({ driver });
  const Event = orm.define("bench", "events", eventSchema, { indexes: [{ columns: ["kind", "score"] }] });
  const Draft = orm.define("bench", "drafts", eventSchema, {
    indexes: [{ name: "drafts_index", columns: ["kind", "score"] }],
  });
  const id = { type: DataTypes.INTEGER, primaryKey: true } as const;
  const Moment = orm.define("bench", "moments", { id, at: { type: DataTypes.DATETIME, notNull: true } });
  const Counted = orm.define("bench", "counted_moments", {
    id,
    at: { type: DataTypes.DATETIME, notNull: true, stored: "milliseconds" },
  });
  return {
    name: "Rinari",
    fill() {
      orm.ready();
      const events = Array.from({ length: EVENTS }, (_, n) => makeEvent(n));
      Event.bulkCreate(events);
      for (const Dates of [Moment, Counted]) Dates.bulkCreate(events.map(({ at }, id) => ({ id, at })));
    },
    findByKey: (id) => Event.findById(id),
    findByUnique: (code) => Event.findOne({ where: { code } }),
    filteredPage: (kind, score) =>
      Event.findAll({
        where: { kind, open: true, score: { $gte: score } },
        orderBy: [["score", "DESC"]],
        limit: 20,
      }),
    scan: () => Event.findAll(),
    dates: () => Moment.findAll(),
    countedDates: () => Counted.findAll(),
    narrow: () => Event.findAll({ select: ["id", "title", "at"], limit: 1_000 }),
    count: (kind) => Event.count({ kind }),
    insert: (event) => Draft.create(event),
    bulkInsert: (events) => Draft.bulkCreate(events),
    update: (id, score, at) => Event.update({ score, at }, { id }),
    take: (id, points) =>
      Event.update({ score: (e) => e.score.minus(points) }, { id, score: { $gte: points } }),
    delete: (id) => Draft.delete({ id }),
    transaction: (events) => {
      orm.transaction(() => {
        for (const event of events) Draft.create(event);
      });
    },
    clear: () => void Draft.deleteAll(),
    close: () => orm.disconnect(),
  };
}
