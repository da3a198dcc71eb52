import { type FlowStorage, flowStorage } from "../chain/flow.ts";
import { isPromise, type Maybe, settle } from "../chain/chain.ts";
import { Mismatch } from "./mismatch.ts";
import { showValue } from "./show_value.ts";

type Method = (...args: unknown[]) => unknown;

interface Call {
  readonly target: string;
  readonly method: string;
  readonly args: readonly unknown[];
  /** It only looks at what another call did. */
  readonly looks: boolean;
  /** What was called in its callback. */
  readonly inside: Call[];
  /** What its callback threw. */
  threw: string;
  /** It has returned a Promise that has not settled. */
  pending: boolean;
}

/** The calls that lead to a failure. */
export interface Story {
  /** The writes before it, and what else may have changed the store. */
  readonly before: readonly string[];
  /** The call that breaks the promise; empty when none was made. */
  readonly call: string;
  /** The call that shows it; empty when the answer of the first does. */
  readonly seenBy: string;
}

/** What changes nothing, and so has no part in a failure that comes later. */
const READS = new Set([
  "findOne",
  "findAll",
  "findOrFail",
  "findById",
  "findByIdOrFail",
  "count",
  "exists",
  "tableExists",
  "sum",
  "avg",
  "min",
  "max",
  "aggregate",
  "group",
  "groupBy",
  "paginate",
  "pick",
  "explain",
  "introspect",
  "differences",
  "dataVersion",
  "indexes",
  "useView",
  "copyDatabase",
]);

/** The calls a test makes, to be told when it fails. */
export class CallLog {
  readonly #calls: Call[] = [];
  readonly #flow: FlowStorage<Call[]> | null = flowStorage();
  #looks = false;

  /** The calls so far, as they would stand in a program. */
  get story(): Story {
    const calls = [...this.#calls];
    const looks: Call[] = [];
    while (calls.at(-1)?.looks === true) looks.unshift(calls.pop() as Call);
    const last = calls.pop() ?? looks.pop();
    const seenBy = looks.at(-1);
    return {
      before: calls.filter(({ looks, method }) => !looks && !READS.has(method)).map(write),
      call: last === undefined ? "" : write(last),
      seenBy: seenBy === undefined ? "" : write(seenBy),
    };
  }

  /** The calls whose Promises have not settled: of one that waits for calls in its callback, those. */
  get pending(): readonly string[] {
    const waiting = (calls: readonly Call[]): Call[] =>
      calls.flatMap((call) => {
        const inside = waiting(call.inside);
        return inside.length > 0 ? inside : call.pending ? [call] : [];
      });
    return waiting(this.#calls).map(write);
  }

  /** Notes a call. */
  add(target: string, method: string, args: readonly unknown[]): void {
    this.#add(target, method, args);
  }

  /** Makes a call that shows what the call before it did. */
  look<T>(call: () => T): T {
    this.#looks = true;
    try {
      return call();
    } finally {
      this.#looks = false;
    }
  }

  /** Takes part in a transaction: what is called in `work` is noted as called inside of it. */
  transaction<T>(target: string, work: () => Maybe<T>): () => Maybe<T> {
    return this.#inside(this.#add(target, "transaction", [work]), work);
  }

  /** Begins a part of a test that leaves the store as it was. @returns What forgets its calls. */
  part(): () => void {
    const length = this.#calls.length;
    return () => {
      this.#calls.length = length;
    };
  }

  /** The same object, but calls of its methods are noted. */
  watch<T extends object>(target: string, object: T): T {
    return new Proxy(object, {
      get: (_, key) => {
        const member = Reflect.get(object, key, object) as unknown;
        if (typeof member !== "function" || typeof key !== "string") return member;
        return (...args: unknown[]) => {
          const call = this.#add(target, key, args);
          const given = key === "transaction"
            ? args.map((arg) =>
              typeof arg === "function" ? this.#inside(call, arg as () => Maybe<unknown>) : arg
            )
            : args;
          const result = waited(call, (member as Method).apply(object, given));
          // Each run of a prepared query is a call of its own.
          return key === "prepare" && typeof result === "object" && result !== null
            ? this.watch(write(call), result)
            : result;
        };
      },
    });
  }

  #add(target: string, method: string, args: readonly unknown[]): Call {
    const call: Call = { target, method, args, looks: this.#looks, inside: [], threw: "", pending: false };
    (this.#flow?.getStore() ?? this.#calls).push(call);
    return call;
  }

  #inside<T>(call: Call, work: () => Maybe<T>): () => Maybe<T> {
    return () => {
      // A callback that is repeated is told once.
      call.inside.length = 0;
      const noted = () =>
        settle(work, (value) => value, (error) => {
          call.threw = error instanceof Mismatch ? "" : writeThrow(error);
          throw error;
        });
      return this.#flow === null ? noted() : this.#flow.run(call.inside, noted);
    };
  }
}

/** Notes that a call is pending until its Promise settles. */
function waited(call: Call, result: unknown): unknown {
  if (!isPromise(result)) return result;
  call.pending = true;
  const settled = (): void => {
    call.pending = false;
  };
  result.then(settled, settled);
  return result;
}

function write({ target, method, args, inside, threw }: Call): string {
  const callback = method === "transaction" ? writeCallback(inside, threw) : null;
  const shown = args.map((arg) => callback !== null && typeof arg === "function" ? callback : showValue(arg));
  return `${target}.${method}(${shown.join(", ")})`;
}

function writeCallback(inside: readonly Call[], threw: string): string {
  const steps = [...inside.map(write), ...(threw === "" ? [] : [threw])];
  return steps.length === 0 ? "() => {}" : `() => { ${steps.join("; ")} }`;
}

function writeThrow(error: unknown): string {
  if (!(error instanceof Error)) return `throw ${showValue(error)}`;
  const { message } = error;
  return `throw new ${error.constructor.name}(${message.length > 40 ? "…" : message && showValue(message)})`;
}
