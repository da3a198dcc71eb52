import { chain, chainAll, type Maybe, settle } from "../chain/chain.ts";
import { RinariError, UnsupportedError } from "../errors/mod.ts";
import type { AnyORM } from "../orm/orm.ts";
import type { Mode } from "../types/mode.ts";
import { makeBackup } from "./backup.ts";
import { type Calls, ResumedCalls, type TellRows, wholeCalls } from "./calls.ts";
import { type History, readHistory } from "./history.ts";
import { MigrationError } from "./migration_error.ts";
import type { MigrationSettings } from "./migration_options.ts";
import { applyChanges, followStepwise, type ModelChanges, modelChanges } from "./model_changes.ts";
import type { BlockedChange, Migration, MigrationPlan, PlannedChange } from "./plan_parts.ts";
import { allProgress, endProgress, STEP } from "./progress.ts";
import {
  type DoneStep,
  readDone,
  readDoneAlone,
  readSnapshot,
  snapshotText,
  tablesText,
  writeDone,
} from "./record.ts";
import { scratchOf } from "./scratch.ts";
import { stepDatabase } from "./step_database.ts";
import { MigrationStore } from "./store.ts";
import { consistently, inTransaction, inTurn, isTooLarge } from "./turn.ts";

const NOTHING: Migration = Object.freeze({ steps: [], changes: [], backup: null });

/** Calls of steps on tables without rows. */
const FORESEEN: Calls = {
  ...wholeCalls(() => undefined),
  refuse(what) {
    if (what === "`sql`") throw UNDONE;
  },
};

/** Thrown when a step was begun that is no single transaction. */
const BEGUN = { begun: true };

/** Thrown to undo what was tried. */
const UNDONE = { undone: true };

/** What one transaction found and did. */
interface Round {
  /** The step that ran, when there was one to run. */
  readonly step: string | null;
  /** What was changed to follow the models. */
  readonly changes: readonly PlannedChange[];
  /** Nothing is left to do. */
  readonly last: boolean;
}

/** One call of `migrate` or `plan`. */
export class Migrator {
  readonly #store: MigrationStore;
  readonly #orm: AnyORM;
  readonly #settings: MigrationSettings;
  readonly #snapshot: string;
  /** A step of this call was done, and stays. */
  #ran = false;

  /** Prepares it. Nothing is read. */
  constructor(orm: AnyORM, database: string, settings: MigrationSettings) {
    this.#store = MigrationStore.of(orm, database);
    this.#orm = orm;
    this.#settings = settings;
    this.#snapshot = snapshotText(this.#store.entries);
  }

  /** Whether the driver answers at once. */
  get mode(): Mode {
    return this.#store.connection.mode;
  }

  /** Brings the store to the models. */
  migrate(): Maybe<Migration> {
    const { transactions } = this.#store.connection;
    if (transactions.current !== null) {
      throw new MigrationError(
        `Cannot migrate \`${this.#store.database}\` inside a transaction; call it at the start of the program`,
        { code: "IN_TRANSACTION", driver: this.#store.driverName },
      );
    }
    return this.#store.copied === null ? this.#start() : inTurn(this.#store.connection, () => this.#start());
  }

  #start(): Maybe<Migration> {
    return chain(this.#store.connection.opened(), () =>
      chain(readDone(this.#store), (done) => {
        if (this.#isDone(done)) return NOTHING;
        return chain(this.#survey(done), (plan) => {
          if (plan.newer !== null) throw this.#newer(plan.newer);
          if (plan.steps.length === 0 && plan.blocked.length > 0) throw this.#blocked(plan.blocked);
          const { backup, dryRun } = this.#settings;
          const isNew = done.length === 0 && plan.steps.length === 0;
          const something = plan.steps.length > 0 || plan.changes.length > 0;
          const copied = backup && !dryRun && something && !isNew
            ? makeBackup(this.#store, plan.steps[0] ?? "models")
            : null;
          return chain(copied, (path) => dryRun ? this.#dry() : this.#rounds([], [], path));
        });
      }));
  }

  /**
   * Says what `migrate` would do. Steps that are to run are tried on the same tables without a row, in memory, so that what is left after
   * them is seen; where that tells nothing, because a step needs the rows or speaks SQL, only their names are said.
   */
  plan(): Maybe<MigrationPlan> {
    return chain(
      this.#store.connection.opened(),
      () =>
        chain(readDone(this.#store), (done) =>
          chain(this.#survey(done), (plan) => {
            if (plan.steps.length === 0) return plan;
            return settle(
              () => this.#foresee(done, plan),
              (left) => ({ ...plan, ...left }),
              () => ({ ...plan, changes: [] }),
            );
          })),
    );
  }

  /** What is left to do after the steps. */
  #foresee(
    done: readonly DoneStep[],
    { steps }: MigrationPlan,
  ): Maybe<Pick<MigrationPlan, "changes" | "blocked">> {
    const recorded = this.#recorded(done);
    return chain(scratchOf(this.#store, Object.keys(readSnapshot(recorded))), (scratch) => {
      const pending = this.#settings.steps.filter(([name]) => steps.includes(name));
      const database = stepDatabase(scratch, this.#orm, FORESEEN);
      return chain(
        chainAll(pending, ([, run]) => run(database) as Maybe<unknown>),
        () =>
          chain(
            modelChanges(scratch, done.at(-1)?.schema ?? null),
            ({ changes, blocked }) => ({ changes, blocked }),
          ),
      );
    });
  }

  /** Whether the store is as it was left by a migration to these models and steps: what a start finds that has nothing to do. */
  #isDone(done: readonly DoneStep[]): boolean {
    if (done.at(-1)?.schema !== this.#snapshot) return false;
    const names = new Set(done.map(({ step }) => step));
    return this.#settings.steps.every(([name]) => names.has(name));
  }

  /** Finds out what is to be done, as the store is now. */
  #survey(done: readonly DoneStep[]): Maybe<MigrationPlan> {
    return chain(this.#compare(done), (found) => {
      const history = readHistory(done, this.#settings, found);
      const { pending } = history;
      const newer = this.#newerText(done, history, found);
      if (newer !== null || this.#isOlder(done, history)) {
        return { steps: [], changes: [], blocked: [], newer };
      }
      const names = pending.map(([name]) => name);
      return {
        steps: names,
        changes: found.changes,
        blocked: names.length > 0 ? [] : found.blocked,
        newer: null,
      };
    });
  }

  /** Compares the store with the models. */
  #compare(done: readonly DoneStep[]): Maybe<ModelChanges> {
    const store = this.#store;
    const known = store.copied?.recorded(readSnapshot(this.#recorded(done)));
    return chain(known, () => modelChanges(store, done.at(-1)?.schema ?? null));
  }

  /**
   * Whether the program is older than the store, which then concerns it or not: it has no step to run, and the store has had its models
   * before, or a step that it does not know.
   */
  #isOlder(done: readonly DoneStep[], { pending, unknown }: History): boolean {
    if (pending.length > 0) return false;
    const before = done.slice(0, -1).some(({ schema }) => schema === this.#snapshot);
    return unknown.length > 0 || (before && done.at(-1)?.schema !== this.#snapshot);
  }

  #newerText(done: readonly DoneStep[], history: History, found: ModelChanges): string | null {
    // What is new does not concern these models.
    if (found.altered.length === 0 && (found.absent.length === 0 || !this.#isOlder(done, history))) {
      return null;
    }
    const [step] = history.unknown;
    if (step !== undefined) return `step ${JSON.stringify(step)} was done, which this program does not have`;
    const earlier = done.slice(0, -1).some(({ schema }) => schema === this.#snapshot);
    return earlier ? "its tables were changed by a program with newer models" : null;
  }

  /** One transaction after another until nothing is left to do: each may find that another process was faster. */
  #rounds(
    steps: readonly string[],
    changes: readonly PlannedChange[],
    backup: string | null,
  ): Maybe<Migration> {
    const whole = (): Maybe<Round> => this.#transaction(() => this.#round(), false);
    const made = this.#store.copied === null
      ? settle(whole, (round) => round, (error) => {
        if (
          error !== BEGUN && (error as { cause?: unknown } | null)?.cause !== BEGUN && !isTooLarge(error)
        ) throw error;
        return this.#stepwise();
      })
      : this.#stepwise();
    return chain(made, (round) => {
      const ran = round.step === null ? steps : [...steps, round.step];
      const made = [...changes, ...round.changes];
      if (round.step !== null) this.#ran = true;
      return round.last ? { steps: ran, changes: made, backup } : this.#rounds(ran, made, backup);
    });
  }

  /** Everything in one transaction, which is undone. */
  #dry(): Maybe<Migration> {
    if (this.#store.copied !== null) {
      throw new UnsupportedError(
        `Cannot try the migration of \`${this.#store.database}\`: driver ${this.#store.driverName} has no \`alterTable\`, and what is done ` +
          "without it cannot be undone; use plan",
        { driver: this.#store.driverName },
      );
    }
    let result: Migration = NOTHING;
    const all = (steps: readonly string[], changes: readonly PlannedChange[]): Maybe<void> =>
      chain(this.#round(), (round) => {
        const ran = round.step === null ? steps : [...steps, round.step];
        const made = [...changes, ...round.changes];
        if (!round.last) return all(ran, made);
        result = { steps: ran, changes: made, backup: null };
        throw UNDONE;
      });
    return settle(() => this.#transaction(() => all([], []), false), () => result, (error) => {
      if (error !== UNDONE && (error as { cause?: unknown } | null)?.cause !== UNDONE) throw error;
      for (const entry of this.#store.entries) entry.forget();
      return result;
    });
  }

  /** One step, or the changes of the models after the last one. What was done is read again: now nobody else changes it. */
  #round(): Maybe<Round> {
    const store = this.#store;
    return chain(
      readDoneAlone(store),
      (done) =>
        this.#next(done, (next, found, since) => {
          if (next === undefined) return this.#follow(done, found, since);
          return chain(allProgress(store), (begun) => {
            if (begun.some(({ name }) => name === STEP + next[0])) throw BEGUN;
            const note = (): Maybe<void> => writeDone(store, next[0], this.#recorded(done), since);
            return chain(
              this.#step(next, done, wholeCalls(this.#telling(next[0]), store), note),
              () => ({ step: next[0], changes: [], last: false }),
            );
          });
        }),
    );
  }

  /** The same where it is no single transaction: what is done stays, with a note of it, and is not done again. */
  #stepwise(): Maybe<Round> {
    const until = Date.now() + this.#settings.waitTimeout;
    return consistently(this.#store, until, () => this.#stepwiseOnce(until));
  }

  #stepwiseOnce(until: number): Maybe<Round> {
    const store = this.#store;
    return chain(
      readDoneAlone(store),
      (done) =>
        this.#next(done, (next, found, since) => {
          if (next === undefined) {
            if (found.blocked.length > 0) throw this.#blocked(found.blocked);
            return chain(followStepwise(store, found, until), () =>
              inTransaction(store, () => this.#noteFollowed(done, found, since), until));
          }
          const [name] = next;
          const calls = new ResumedCalls(store, STEP + name, name, until, this.#telling(name));
          const note = (): Maybe<void> =>
            inTransaction(store, () =>
              chain(readDoneAlone(store), (now) => {
                if (
                  now.some(({ step }) =>
                    step === name
                  )
                ) return;
                const tables = store.copied === null
                  ? this.#recorded(done)
                  : tablesText(this.#recorded(done), store.copied.schemas);
                return chain(writeDone(store, name, tables, since), () => endProgress(store, STEP + name));
              }), until);
          return chain(calls.open(), () =>
            chain(this.#step(next, done, calls, note), () =>
              chain(store.copied?.settled(), () => ({ step: name, changes: [], last: false }))));
        }),
    );
  }

  /** Finds out what comes next, and notes what is taken for done. */
  #next(
    done: readonly DoneStep[],
    work: (
      step: MigrationSettings["steps"][number] | undefined,
      found: ModelChanges,
      since: number,
    ) => Maybe<Round>,
  ): Maybe<Round> {
    const store = this.#store;
    return chain(this.#compare(done), (found) => {
      const history = readHistory(done, this.#settings, found);
      const { pending, assumed } = history;
      const newer = this.#newerText(done, history, found);
      if (newer !== null) throw this.#newer(newer);
      if (this.#isOlder(done, history)) return { step: null, changes: [], last: true };
      const since = Date.now();
      const note = (step: string): Maybe<void> => writeDone(store, step, this.#recorded(done), since);
      return chain(chainAll(assumed, note), () => work(pending[0], found, since));
    });
  }

  #telling(step: string): TellRows {
    const { progress } = this.#settings;
    progress({ step, table: null, rows: 0 });
    return (table, rows) => progress({ step, table, rows });
  }

  /** Until the models are followed the tables are those that were recorded before. */
  #recorded(done: readonly DoneStep[]): string {
    return done.at(-1)?.schema ?? "{}";
  }

  #step(
    [name, run]: MigrationSettings["steps"][number],
    done: readonly DoneStep[],
    calls: Calls,
    note: () => Maybe<void>,
  ): Maybe<void> {
    const store = this.#store;
    const known = Object.keys(JSON.parse(this.#recorded(done)) as object);
    const names = [...new Set([...store.entries.map(({ table }) => table.storeName), ...known])];
    return settle(
      () =>
        chain(
          store.look(names),
          () => chain(run(stepDatabase(store, this.#orm, calls)) as Maybe<unknown>, note),
        ),
      () => undefined,
      (error) => {
        if (isReferencesEnforced(error)) throw error;
        const undone = calls instanceof ResumedCalls
          ? "failed; what it did stays, and the next start goes on after it"
          : "failed and is undone";
        const reason = error instanceof Error ? error.message : String(error);
        throw new MigrationError(
          `Cannot migrate \`${store.database}\`: step ${JSON.stringify(name)} ${undone}: ${reason}`,
          {
            ...(error instanceof RinariError ? { ...pick(error) } : null),
            code: error instanceof RinariError ? error.code : "MIGRATION_FAILED",
            driver: store.driverName,
            step: name,
            cause: error,
          },
        );
      },
    );
  }

  #follow(done: readonly DoneStep[], found: ModelChanges, since: number): Maybe<Round> {
    this.#settings.progress({ step: null, table: null, rows: 0 });
    if (found.blocked.length > 0) throw this.#blocked(found.blocked);
    const store = this.#store;
    return chain(applyChanges(store, found), () => this.#noteFollowed(done, found, since));
  }

  #noteFollowed(done: readonly DoneStep[], { changes }: ModelChanges, since: number): Maybe<Round> {
    const noted = done.at(-1)?.schema === this.#snapshot
      ? undefined
      : writeDone(this.#store, null, this.#snapshot, since);
    return chain(
      noted,
      () => chain(this.#store.copied?.settled(), () => ({ step: null, changes, last: true })),
    );
  }

  /** Runs work in a transaction, again with foreign keys off when it needs that, and again while another process has the store. */
  #transaction<T>(work: () => Maybe<T>, suspended: boolean): Maybe<T> {
    const store = this.#store;
    const until = Date.now() + this.#settings.waitTimeout;
    const body = (): Maybe<T> =>
      chain(
        suspended ? store.driver.suspendReferences?.(store.database) : undefined,
        () => work(),
      );
    return settle(() => inTransaction(store, body, until), (value) => value, (error) => {
      if (isReferencesEnforced(error) && !suspended) return this.#transaction(work, true);
      if (error instanceof RinariError && error.code === "REFERENCES_BROKEN") throw this.#split(error);
      throw error;
    });
  }

  #newer(reason: string): MigrationError {
    return new MigrationError(
      `Cannot migrate \`${this.#store.database}\`: the store is newer than this program: ${reason}; nothing was changed; ` +
        "run the newer program",
      { code: "STORE_IS_NEWER", driver: this.#store.driverName },
    );
  }

  #blocked(blocked: readonly BlockedChange[]): MigrationError {
    const what = blocked.map(({ text }) => text).join("; ");
    const steps = blocked.flatMap(({ step }) => step ?? []);
    return new MigrationError(
      `Cannot migrate \`${this.#store.database}\`: ${
        blocked.length === 1 ? "1 change was" : `${blocked.length} changes were`
      } not asked for: ${what}; ${this.#ran ? "the steps before are done" : "nothing was changed"}` +
        (steps.length === 0 ? "" : `; add a step: ${steps.join("; ")}`),
      { code: "MIGRATION_BLOCKED", driver: this.#store.driverName, blocked },
    );
  }

  #split(error: RinariError): MigrationError {
    return new MigrationError(
      `Cannot migrate \`${this.#store.database}\`: a step remakes a table that others refer to, and deletes rows or changes keys ` +
        `which they refer to; nothing was changed; make two steps of it: ${error.message}`,
      { code: "MIGRATION_SPLIT", driver: this.#store.driverName, cause: error },
    );
  }
}

function isReferencesEnforced(error: unknown): boolean {
  for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++) {
    if (each instanceof RinariError && each.code === "REFERENCES_ENFORCED") return true;
  }
  return false;
}

function pick(
  { table, columns, row }: RinariError,
): { table?: string; columns: readonly string[]; row: number | undefined } {
  return { ...(table === undefined ? null : { table }), columns, row };
}
