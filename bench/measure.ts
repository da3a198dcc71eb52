import { deepStrictEqual } from "node:assert";
import { measure } from "mitata";
import type { Case } from "./cases.ts";
import type { Contestant } from "./contestant.ts";
import type { Contestants } from "./contestants.ts";
import type { Result } from "./report.ts";

/** An operation that takes longer than this, in nanoseconds, has only this many rounds. */
const LONG = 5e6;
const LONG_ROUNDS = 9;
/** Rounds that do not count: the runtime compiles meanwhile. */
const WARM_UP = 2;

/** Refuses to compare work that differs: all must give equal rows for the same input. */
export async function checkEqual(
  { name, make }: Case,
  { byHand, rinari, peers }: Contestants,
): Promise<void> {
  const answer = async (contestant: Contestant, input: unknown): Promise<unknown> => {
    await contestant.clear();
    return await make(contestant).run(input as never);
  };
  // What is deleted is another row for each, so that there is nothing to compare but the count.
  const own = name.startsWith("delete");
  const input = await make(byHand).input();
  const expected = own ? 1 : withoutId(await answer(byHand, input));
  for (const contestant of [rinari, ...peers]) {
    const given = own ? await runOnce(make(contestant)) : withoutId(await answer(contestant, input));
    deepStrictEqual(given, expected, `${name}: ${contestant.name} and the hand-written code differ`);
  }
}

async function runOnce({ input, run }: ReturnType<Case["make"]>): Promise<unknown> {
  return await run(await input() as never);
}

/** Ids follow one another in all files, except where a measurement has used some up. */
function withoutId(answer: unknown): unknown {
  if (Array.isArray(answer)) return answer.map(withoutId);
  return typeof answer === "object" && answer !== null && "id" in answer ? { ...answer, id: 0 } : answer;
}

/** Measures a case in rounds. In each, all have their turn, the order turned around every time. */
export async function measureCase(
  { name, make }: Case,
  { byHand, rinari, peers }: Contestants,
  { rounds, ms }: { rounds: number; ms: number },
): Promise<Result> {
  const times = new Map<Contestant, number[]>([byHand, rinari, ...peers].map((each) => [each, []]));
  let left = rounds;
  for (let round = -WARM_UP; round < left; round++) {
    const order = [...times.keys()];
    if (round % 2 !== 0) order.reverse();
    for (const contestant of order) {
      const { input, run } = make(contestant);
      await contestant.clear();
      const time = await timeOf(input, run, ms);
      if (round >= 0) times.get(contestant)?.push(time);
      else if (time > LONG) left = Math.min(rounds, LONG_ROUNDS);
    }
  }
  const floor = times.get(byHand) ?? [];
  const others = [rinari, ...peers].map((contestant) => {
    const own = times.get(contestant) ?? [];
    const ratio = median(own.map((time, i) => time / (floor[i] as number)));
    return { name: contestant.name, time: median(own), ratio };
  });
  return { name, byHand: median(floor), others };
}

/** The median of a call's time in nanoseconds; mitata repeats calls that are too short for the clock. */
async function timeOf(input: () => unknown, run: (input: never) => unknown, ms: number): Promise<number> {
  const stats = await measure(
    function* () {
      yield { 0: input, bench: (given: unknown) => run(given as never) } as never;
    } as never,
    { min_cpu_time: ms * 1e6, min_samples: 9, batch_samples: 256, gc: false } as never,
  );
  return stats.p50;
}

/** Runs a case again and again, for a profiler. */
export async function loop({ name, make }: Case, contestant: Contestant, seconds: number): Promise<void> {
  const { input, run } = make(contestant);
  const end = performance.now() + seconds * 1000;
  let calls = 0;
  for (; performance.now() < end; calls++) {
    const given = input();
    const answer = run((given instanceof Promise ? await given : given) as never);
    if (answer instanceof Promise) await answer;
  }
  console.log(`${name}: ${calls} calls`);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [
    sorted[Math.floor((sorted.length - 1) / 2)],
    sorted[Math.ceil((sorted.length - 1) / 2)],
  ];
  return ((low as number) + (high as number)) / 2;
}
