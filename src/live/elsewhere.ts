import { chain, settle } from "../chain/chain.ts";
import type { Connection } from "../orm/connection.ts";
import { anyDriver } from "../store/any_driver.ts";
import { quietTimer } from "./quiet_timer.ts";

/** How often it is looked whether others have written, in milliseconds. */
const EVERY = 250;

/** One timer for all who watch a database. */
interface Watch {
  /** How many watch it. */
  watching: number;
  /** Ends it. */
  readonly stop: () => void;
}

const known: WeakMap<Connection, Map<string, Watch>> = new WeakMap();

/**
 * Tells those who listen to changes of the commits of other connections, as long as somebody watches and where the store can tell. The timer
 * keeps no program from its end.
 *
 * @returns What ends it.
 */
export function watchElsewhere(connection: Connection, database: string): () => void {
  let watches = known.get(connection);
  if (watches === undefined) known.set(connection, watches = new Map());
  let watch = watches.get(database);
  if (watch === undefined) watches.set(database, watch = begin(connection, database));
  watch.watching++;
  let watching = true;
  return () => {
    if (!watching) return;
    watching = false;
    watch.watching--;
    if (watch.watching > 0) return;
    watch.stop();
    if (watches.get(database) === watch) watches.delete(database);
  };
}

function begin(connection: Connection, database: string): Watch {
  const driver = anyDriver(connection.given);
  if (driver.dataVersion === undefined) return { watching: 0, stop: () => undefined };
  let last: number | null = null;
  let looking = false;
  const look = (): void => {
    if (looking) return;
    looking = true;
    settle(() => chain(connection.opened(), () => driver.dataVersion?.(database) ?? null), (version) => {
      looking = false;
      if (version === null) return clearInterval(timer);
      if (last !== null && version !== last) {
        connection.changes.tell({ database, tables: null, origin: "elsewhere" });
      }
      last = version;
    }, () => {
      // A store that is busy, or closed by now, is asked again or not any more: whoever reads it is told why.
      looking = false;
    });
  };
  const timer = quietTimer(look, EVERY);
  look();
  return { watching: 0, stop: () => clearInterval(timer) };
}
