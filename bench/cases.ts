import type { Contestant } from "./contestant.ts";
import { EVENTS, makeEvent, makeEvents } from "./events.ts";

/** One operation that is measured. */
export interface Case {
  readonly name: string;
  /** A call with its input made beforehand: `input` is not measured, `run` is. */
  make(contestant: Contestant): { input: () => unknown; run: (input: never) => unknown };
}

const KINDS = ["concert", "lecture", "match", "market", "walk"] as const;

let turn = 0;

/** A different number each time, the same row of numbers for everyone. */
function spread(below: number): number {
  turn = (turn + 7_919) % 1_000_003;
  return turn % below;
}

function one<T>(name: string, input: () => T, run: (contestant: Contestant, input: T) => unknown): Case {
  return { name, make: (contestant) => ({ input, run: (given: never) => run(contestant, given) }) };
}

const id = (): number => 1 + spread(EVENTS);

/** What is measured, in the order of the table. */
export const cases: readonly Case[] = [
  one("find by key", id, (contestant, id) => contestant.findByKey(id)),
  one(
    "find by unique",
    () => makeEvent(spread(EVENTS)).code,
    (contestant, code) => contestant.findByUnique(code),
  ),
  one(
    "filtered page of 20",
    () => [KINDS[spread(5)] as string, spread(50)] as const,
    (contestant, [kind, score]) => contestant.filteredPage(kind, score),
  ),
  one("scan of 10,000 rows", () => null, (contestant) => contestant.scan()),
  one("10,000 dates, ISO text", () => null, (contestant) => contestant.dates()),
  one("10,000 dates, milliseconds", () => null, (contestant) => contestant.countedDates()),
  one("3 columns of 1,000 rows", () => null, (contestant) => contestant.narrow()),
  one("count", () => KINDS[spread(5)] as string, (contestant, kind) => contestant.count(kind)),
  one(
    "insert",
    () => makeEvents(1)[0] as ReturnType<typeof makeEvent>,
    (contestant, event) => contestant.insert(event),
  ),
  {
    name: "bulk insert of 10,000",
    make: (contestant) => ({
      async input() {
        await contestant.clear();
        return makeEvents(10_000);
      },
      run: (events: never) => contestant.bulkInsert(events),
    }),
  },
  one(
    "update by key",
    () => [id(), spread(10_000) / 100, new Date(1_700_000_000_000 + spread(1e6))] as const,
    (contestant, [id, score, at]) => contestant.update(id, score, at),
  ),
  one(
    "take from a column, guarded",
    () => [id(), (spread(7) - 3) / 4] as const,
    (contestant, [id, points]) => contestant.take(id, points),
  ),
  {
    name: "delete by key",
    make(contestant) {
      const ids: number[] = [];
      return {
        async input() {
          if (ids.length === 0) {
            ids.push(...(await contestant.bulkInsert(makeEvents(1_000))).map(({ id }) => id));
          }
          return ids.pop();
        },
        run: (id: never) => contestant.delete(id),
      };
    },
  },
  one(
    "transaction of 10 inserts",
    () => makeEvents(10),
    (contestant, events) => contestant.transaction(events),
  ),
];
