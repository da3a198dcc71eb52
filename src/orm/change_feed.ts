import type { Change } from "../transaction/commit.ts";
import type { ChangeEvent } from "../types/change.ts";

/** Who is told of commits. */
export interface ChangeListener {
  /** Called after each commit. */
  changed(event: ChangeEvent): void;
  /** Called when the driver is closed. */
  ended?(): void;
}

/** Tells of the commits on a driver, whichever ORM makes them. */
export class ChangeFeed {
  /** Whether anybody listens. */
  watched = false;
  readonly #listeners: Set<ChangeListener> = new Set();

  /** Listens until what it returns is called. */
  listen(listener: ChangeListener): () => void {
    this.#listeners.add(listener);
    this.watched = true;
    return () => {
      this.#listeners.delete(listener);
      this.watched = this.#listeners.size > 0;
    };
  }

  /** Tells what a commit may have changed. */
  committed(changes: ReadonlySet<Change>): void {
    if (!this.watched) return;
    const byDatabase = new Map<string, Set<string> | null>();
    for (const change of changes) {
      const tables = change.tables();
      const known = byDatabase.get(change.database);
      if (tables === null || known === null) byDatabase.set(change.database, null);
      else byDatabase.set(change.database, new Set([...known ?? [], ...tables]));
    }
    for (const [database, tables] of byDatabase) {
      this.tell({ database, tables: tables === null ? null : [...tables], origin: "here" });
    }
  }

  /** Tells everybody, whatever one of them throws. */
  tell(event: ChangeEvent): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener.changed(event);
      } catch (error) {
        // The commit stands, and its caller is not who listens: it goes where errors go that nobody waits for.
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** Tells that nothing more comes. */
  end(): void {
    for (const listener of [...this.#listeners]) listener.ended?.();
  }
}
