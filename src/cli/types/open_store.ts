import { existsSync } from "node:fs";
import type { Maybe } from "../../chain/chain.ts";
import { builtinModule } from "../../runtime/builtin_module.ts";
import type { AnySession } from "../../sql/any_engine.ts";
import type { SqlQuery } from "../../sql/sql_engine.ts";
import { UsageError } from "../usage_error.ts";
import { openUrl } from "./open_url.ts";

/** A store that is only looked at. */
export interface OpenStore {
  /** Where its statements run. */
  readonly session: AnySession;
  /** The driver that a program opens it with: its class, and the entry point it is of. */
  readonly driver: { readonly name: string; readonly module: string };
  /** Closes it. */
  close(): void;
}

interface FileClient {
  prepare(sql: string): {
    setReadBigInts?(enabled: boolean): void;
    all(...params: readonly unknown[]): unknown[];
  };
  close(): void;
}

/**
 * Opens a SQLite file for reading, or a database of libSQL by its url.
 *
 * @param place A path, or a url with `libsql:`, `https:`, `http:`, `wss:`, `ws:` or `file:`.
 * @param token The token that a server asks for.
 * @throws {UsageError} When there is no such file, or this runtime opens none.
 */
export function openStore(place: string, token: string | undefined): OpenStore {
  if (/^(?:libsql|https?|wss?):/.test(place)) {
    return {
      session: sessionOf((query, params) => openUrl(place, token, query, params)),
      driver: { name: "LibSQLDriver", module: "@rinari/orm/drivers/libsql" },
      close: () => {},
    };
  }
  const path = place.replace(/^file:(?:\/\/(?=\/))?/, "");
  if (!existsSync(path)) throw new UsageError(`${path} is no file`);
  const client = openFile(path);
  const bun = (globalThis as { readonly Bun?: unknown }).Bun !== undefined;
  return {
    session: sessionOf((query, params) => {
      const statement = client.prepare(query.sql);
      statement.setReadBigInts?.(query.bigints);
      return statement.all(...params);
    }),
    driver: bun
      ? { name: "BunSQLiteDriver", module: "@rinari/orm/drivers/bun-sqlite" }
      : { name: "NodeSQLiteDriver", module: "@rinari/orm/drivers/node-sqlite" },
    close: () => client.close(),
  };
}

function openFile(path: string): FileClient {
  const module = builtinModule<{
    readonly DatabaseSync: new (path: string, options: { readonly readOnly: boolean }) => FileClient;
  }>("node:sqlite");
  if (module === undefined) {
    throw new UsageError(
      "this runtime has no node:sqlite to read a file with; use Node 22.13, Deno 2.2 or a newer one of Bun",
    );
  }
  return new module.DatabaseSync(path, { readOnly: true });
}

/** Nothing is written, whatever is asked. */
function sessionOf(all: (query: SqlQuery, params: readonly unknown[]) => Maybe<unknown[]>): AnySession {
  const refuse = (): never => {
    throw new UsageError("the store is only read");
  };
  return { all, run: refuse, iterate: refuse };
}
