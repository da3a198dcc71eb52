import { chain, type Maybe, settle } from "../chain/chain.ts";
import { UnsupportedError } from "../errors/mod.ts";
import type { MigrationStore } from "./store.ts";

/**
 * Copies a file of SQLite or JSON, as a whole and at one moment, to one beside it.
 *
 * @returns Where the copy is.
 * @throws {UnsupportedError} When the store is no such file.
 */
export function makeBackup(store: MigrationStore, before: string): Maybe<string> {
  const { driver, database } = store;
  const name = before.replaceAll(/[^\w.-]+/g, "_").slice(0, 60);
  const suffix = `.before-${name}-${new Date().toISOString().replaceAll(/\D/g, "").slice(0, 17)}`;
  if (driver.copyDatabase !== undefined) return driver.copyDatabase(database, suffix);
  const query = driver.query?.bind(driver);
  const unsupported = (cause?: unknown): never => {
    throw new UnsupportedError(
      `Cannot copy \`${database}\` before it is migrated: it is no file that this driver copies; copy it yourself and leave \`backup\` out`,
      { driver: store.driverName, cause },
    );
  };
  if (query === undefined) return unsupported();
  const found = settle(
    () =>
      query(database, {
        texts: ["SELECT file FROM pragma_database_list WHERE name = 'main'"],
        parts: [],
        columns: {},
      }),
    ({ rows: [row] }) => row?.["file"],
    unsupported,
  );
  return chain(found, (file) => {
    if (typeof file !== "string" || file === "") return unsupported();
    const path = file + suffix;
    const copy = query(database, {
      texts: ["VACUUM INTO ", ""],
      parts: [{ kind: "value", type: "text", value: path }],
      columns: {},
    });
    return chain(copy, () => path);
  });
}
