import { type FlowStorage, flowStorage } from "../../src/chain/flow.ts";
import { ConflictError, RinariError, TransactionError, UnsupportedError } from "../../src/errors/mod.ts";
import { type Catalog, readCatalog } from "./catalog.ts";
import { NAME } from "./limits.ts";
import { resumeRemovals } from "./removal.ts";
import { pause, type Store } from "./store.ts";
import { Turns } from "./turns.ts";
import { StaleCatalog, Work } from "./work.ts";

/** How often a statement outside of a transaction is tried. */
const TRIES = 40;
/** How often a read is made again because a row moved while it was made. */
const STALE_TRIES = 3;

/** An open transaction of a flow. */
interface Session {
  /** Its work, once it has begun. */
  work: Work | null;
  /** Nothing may use it any more. */
  ended: boolean;
  /** Its savepoints share its work. */
  readonly root: Session | null;
}

/** Keeps flows apart: finds the work an operation belongs to, or makes, commits and repeats work of its own. */
export class Sessions {
  readonly #store: Store;
  readonly #catalogs: Map<string, Promise<Catalog>> = new Map();
  readonly #known: Map<string, Catalog> = new Map();
  readonly #flow: FlowStorage<Session> | null;
  readonly #turns: Turns = new Turns();
  readonly #resumed: Set<string> = new Set();

  /** Keeps the sessions of an open store. */
  constructor(store: Store) {
    this.#store = store;
    this.#flow = flowStorage<Session>();
  }

  /** Whether the calling flow is in a transaction. */
  get inTransaction(): boolean {
    return this.#session() !== null;
  }

  /** Runs something that only reads. */
  async read<T>(database: string, run: (work: Work) => Promise<T>): Promise<T> {
    const session = this.#session();
    if (session !== null) {
      const work = this.#begun(session, database) ?? await this.#begin(session, database);
      return await work.statement(() => run(work));
    }
    for (let attempt = 0;; attempt++) {
      const catalog = this.known(database) ?? await this.catalog(database);
      const work = new Work(this.#store, catalog, "read");
      try {
        const result = await run(work);
        const again = work.stale > 0 && attempt < STALE_TRIES;
        const confirmed = !work.unconfirmed && (work.confirmed || !isNothing(result));
        if (!again && (confirmed || await this.#isCurrent(catalog))) return result;
      } catch (error) {
        // What was read may have been of tables that are no more.
        if (!(error instanceof StaleCatalog) && await this.#isCurrent(catalog)) throw error;
      }
      if (work.stale === 0 || attempt >= STALE_TRIES) this.forget(database);
    }
  }

  /**
   * Runs a statement that writes; alone it is committed, and run again when another writer was faster.
   *
   * @param fresh The first try may leave it to the commit to find that keys are absent.
   */
  async write<T>(database: string, run: (work: Work) => Promise<T>, fresh: boolean = false): Promise<T> {
    const session = this.#session();
    if (session !== null) {
      const work = this.#begun(session, database) ?? await this.#begin(session, database);
      return await work.statement(() => run(work));
    }
    const first = await this.#attempt(database, run, fresh);
    if (first !== null) return first.result;
    // Those that met a conflict take turns, so that they do not meet each other again.
    return await this.#turns.take(database, async () => {
      for (let attempt = 1; attempt < TRIES; attempt++) {
        const done = await this.#attempt(database, run, false);
        if (done !== null) return done.result;
        await pause(Math.min(100, 2 ** attempt));
      }
      throw new ConflictError(
        `Cannot write to \`${database}\`: other writers were faster ${TRIES} times; try again, or write less at once`,
        { driver: NAME, retryable: true },
      );
    });
  }

  /** Runs a callback in a transaction or, inside one, in a savepoint. */
  async transaction<T>(run: () => Promise<T>): Promise<T> {
    const flow = this.#flow;
    if (flow === null) {
      throw new UnsupportedError(
        "Cannot open a transaction: this runtime has no AsyncLocalStorage, which tells who owns it",
        {
          driver: NAME,
        },
      );
    }
    const outer = this.#session();
    if (outer !== null) return await this.#savepoint(flow, outer, run);
    const work = async (): Promise<T> => {
      const session: Session = { work: null, ended: false, root: null };
      try {
        const result = await flow.run(session, run);
        session.ended = true;
        if (session.work !== null && !await session.work.commit()) {
          this.forget(session.work.base.name);
          this.#turns.contend();
          throw session.work.conflict();
        }
        if (session.work !== null && session.work.catalog !== session.work.base) {
          this.forget(session.work.base.name);
        }
        return result;
      } finally {
        session.ended = true;
      }
    };
    return this.#turns.contended ? await this.#turns.take("", work) : await work();
  }

  /** The tables of a database, as they were when last looked at. */
  catalog(database: string): Promise<Catalog> {
    let catalog = this.#catalogs.get(database);
    if (catalog === undefined) {
      const reading = catalog = readCatalog(this.#store, database);
      this.#catalogs.set(database, catalog);
      catalog.then((read) => {
        if (this.#catalogs.get(database) === reading) this.#known.set(database, read);
      }, () => this.forget(database));
    }
    return catalog;
  }

  /** The tables of a database, when they have been looked at; else null. */
  known(database: string): Catalog | null {
    return this.#known.get(database) ?? null;
  }

  /** Finishes, once, what was interrupted in a database. */
  async resume(database: string): Promise<void> {
    if (this.#resumed.has(database)) return;
    this.#resumed.add(database);
    await resumeRemovals(this.#store, await this.catalog(database));
  }

  /** Looks at the tables of a database again when they are next needed. */
  forget(database: string): void {
    this.#catalogs.delete(database);
    this.#known.delete(database);
  }

  async #attempt<T>(
    database: string,
    run: (work: Work) => Promise<T>,
    fresh: boolean,
  ): Promise<{ result: T } | null> {
    const catalog = this.known(database) ?? await this.catalog(database);
    const work = new Work(this.#store, catalog, "statement");
    work.optimistic = fresh;
    try {
      const result = await run(work);
      if (await work.commit()) {
        if (work.catalog !== work.base) this.forget(database);
        return { result };
      }
    } catch (error) {
      // Whether it was done is not known: a second try could do it twice.
      if (error instanceof RinariError && error.outcome === "unknown") throw error;
      // What seems wrong may be so only because something was taken for granted, or because the tables have changed.
      const retry = fresh || (error instanceof ConflictError && error.code === "CONFLICT");
      if (!retry && await this.#isCurrent(work.base)) throw error;
    }
    if (!fresh || !await this.#isCurrent(work.base)) this.forget(database);
    return null;
  }

  async #savepoint<T>(flow: FlowStorage<Session>, outer: Session, run: () => Promise<T>): Promise<T> {
    const root = outer.root ?? outer;
    const mark = root.work?.mark() ?? 0;
    const session: Session = { work: null, ended: false, root };
    try {
      return await flow.run(session, run);
    } catch (error) {
      root.work?.rollback(mark);
      throw error;
    } finally {
      session.ended = true;
    }
  }

  #session(): Session | null {
    const session = this.#flow?.getStore() ?? null;
    if (session === null) return null;
    if (!session.ended && session.root?.ended !== true) return session;
    throw new TransactionError(
      "Cannot work in a transaction that has ended: await every operation inside the callback",
      { code: "TRANSACTION_ENDED", driver: NAME },
    );
  }

  /** The work of a transaction, once something was done in it; else null. */
  #begun(session: Session, database: string): Work | null {
    const { work } = session.root ?? session;
    if (work === null || work.base.name === database) return work;
    throw new TransactionError(
      `Cannot use database \`${database}\` in a transaction on \`${work.base.name}\`: a transaction spans one database; ` +
        "use one transaction for each",
      { code: "SECOND_DATABASE", driver: NAME },
    );
  }

  async #begin(session: Session, database: string): Promise<Work> {
    const root = session.root ?? session;
    const catalog = this.known(database) ?? await this.catalog(database);
    root.work ??= new Work(this.#store, catalog, "transaction");
    return this.#begun(session, database) as Work;
  }

  async #isCurrent(catalog: Catalog): Promise<boolean> {
    const { versionstamp } = await this.#store.get(catalog.place.key);
    return versionstamp === catalog.versionstamp;
  }
}

function isNothing(result: unknown): boolean {
  return result === null || result === 0 || (Array.isArray(result) && result.length === 0);
}
