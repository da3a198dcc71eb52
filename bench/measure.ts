import { deepStrictEqual } from "node:assert";
import { measure } from "mitata";
import type { Case } from "./cases.ts";
import type { Contestant } from "./contestant.ts";
import type { Contestants } from "./contestants.ts";
import type { Result } from "./report.ts";

const global = globalThis as { gc?: () => void; Bun?: { gc(sync: boolean): void } };
/** Collects garbage before a measurement, where the runtime lets us; mitata's own fallback fills a gigabyte instead. */
const collect = global.Bun !== undefined ? () => global.Bun?.gc(true) : global.gc ?? false;

/** Refuses to compare work that differs: both must give equal rows for the same input. */
export function checkEqual({ name, make }: Case, { byHand, rinari }: Contestants): void {
  for (const contestant of [byHand, rinari]) contestant.clear();
  const [a, b] = [make(byHand), make(rinari)];
  if (name.startsWith("delete")) {
    return deepStrictEqual(a.run(a.input() as never), b.run(b.input() as never), name);
  }
  const input = a.input() as never;
  // Ids follow one another in both files, except where a measurement has used some up.
  deepStrictEqual(
    withoutId(b.run(input)),
    withoutId(a.run(input)),
    `${name}: the contestants' answers differ`,
  );
}

function withoutId(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(withoutId);
  return typeof answer === "object" && answer !== null && "id" in answer ? { ...answer, id: 0 } : answer;
}

/** Measures a case in rounds. In each, all have their turn, the order turned around every time. */
export async function measureCase(
  { name, make }: Case,
  { byHand, rinari }: Contestants,
  { rounds, ms }: { rounds: number; ms: number },
): Promise<Result> {
  const times = new Map<Contestant, number[]>([[byHand, []], [rinari, []]]);
  for (let round = -1; round < rounds; round++) {
    const order = [...times.keys()];
    if (round % 2 !== 0) order.reverse();
    for (const contestant of order) {
      const { input, run } = make(contestant);
      contestant.clear();
      const time = await timeOf(input, run, ms);
      // The first round is for the compilers.
      if (round >= 0) times.get(contestant)?.push(time);
    }
  }
  const [floor = [], mine = []] = times.values();
  return {
    name,
    byHand: median(floor),
    rinari: median(mine),
    ratio: median(mine.map((time, i) => time / (floor[i] as number))),
  };
}

/** The median of a call's time in nanoseconds; mitata repeats calls that are too short for the clock. */
async function timeOf(input: () => unknown, run: (input: never) => unknown, ms: number): Promise<number> {
  const stats = await measure(
    function* () {
      yield { 0: input, bench: (given: unknown) => run(given as never) } as never;
    } as never,
    { min_cpu_time: ms * 1e6, min_samples: 5, batch_samples: 512, gc: collect } as never,
  );
  return stats.p50;
}

/** Runs a case again and again, for a profiler. */
export function loop({ name, make }: Case, contestant: Contestant, seconds: number): void {
  const { input, run } = make(contestant);
  const end = performance.now() + seconds * 1000;
  let calls = 0;
  for (; performance.now() < end; calls++) run(input() as never);
  console.log(`${name}: ${calls} calls`);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return ((sorted[Math.floor((sorted.length - 1) / 2)] as number) +
    (sorted[Math.ceil((sorted.length - 1) / 2)] as number)) / 2;
}
