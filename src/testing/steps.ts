import { isPromise, type Maybe } from "../chain/chain.ts";
import type { Mode } from "../types/mode.ts";
import { Mismatch } from "./mismatch.ts";

/**
 * What happens inside a transaction, written once for drivers that return values and for drivers that return Promises:
 * a generator that yields what it calls.
 */
export type Steps<T> = Generator<unknown, T, unknown>;

/** The value of a call: `const row = yield* take(Note.findById(1))`. */
export function* take<T>(value: Maybe<T>): Steps<T> {
  return (yield value) as T;
}

/** Runs steps: at once with a sync driver, waiting for each with an async one. */
export function runSteps<T>(mode: Mode, steps: () => Steps<T>): Maybe<T> {
  return mode === "sync" ? runAtOnce(steps()) : runWaiting(steps());
}

function runAtOnce<T>(steps: Steps<T>): T {
  let step = steps.next();
  while (step.done !== true) {
    if (isPromise(step.value)) {
      throw new Mismatch(
        "a driver whose `connect` returns a value returned a Promise",
        "a value",
        "a Promise",
      );
    }
    step = steps.next(step.value);
  }
  return step.value;
}

async function runWaiting<T>(steps: Steps<T>): Promise<T> {
  let step = steps.next();
  while (step.done !== true) {
    let value: unknown;
    try {
      value = await step.value;
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next(value);
  }
  return step.value;
}
