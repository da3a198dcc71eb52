import { join } from "node:path";
import { JSONFileDriver } from "../../drivers/json_file.ts";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { type AnyORM, type DynamicModel, type ModelSchema, ORM, toAsyncDriver } from "../../mod.ts";
import type { AsyncDriver, SyncDriver } from "../../mod.ts";
import {
  migrate,
  type MigrateOptions,
  type Migration,
  type MigrationPlan,
  plan,
} from "../../src/migration/mod.ts";
import { noKV, openDriver } from "../deno_kv/open_kv.ts";
import { NaiveDriver, SlowNaiveDriver } from "../support/naive_driver.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { sqliteDrivers } from "../unit/sql/sqlite_drivers.ts";

type Driver = SyncDriver | AsyncDriver;

/** The tables of one version of a program. */
export type Version = Readonly<
  Record<string, ModelSchema | { readonly schema: ModelSchema; readonly indexes: readonly object[] }>
>;

/** A program on a store: its models, and what it migrates. */
export interface Program {
  readonly orm: AnyORM;
  model(table: string): DynamicModel<"async">;
  migrate(options?: object): Promise<Migration>;
  plan(options?: object): Promise<MigrationPlan>;
}

/** A store that programs open one after another. */
export interface Store {
  readonly name: string;
  readonly isSQL: boolean;
  readonly copies: boolean;
  /** Opens the store with the models of a version; the program before it is closed. */
  open(version: Version): Promise<Program>;
}

const APP = "app";

/** Makes an ORM with the models of a version. */
export function program(driver: Driver, version: Version): Program {
  const orm = new ORM({ driver }) as unknown as AnyORM;
  for (const [table, given] of Object.entries(version)) {
    const { schema, indexes } = "schema" in given && "indexes" in given
      ? given as { schema: ModelSchema; indexes: readonly object[] }
      : { schema: given as ModelSchema, indexes: [] };
    const understood = indexes.filter((index) =>
      driver.metadata.capabilities?.partialIndexes === true || !("where" in index)
    );
    orm.define(APP, table, schema as never, { indexes: understood } as never);
  }
  return {
    orm,
    model: (table) => orm.model(APP, table) as unknown as DynamicModel<"async">,
    migrate: async (options) => await migrate(orm, APP, options as MigrateOptions<"async" | "sync">),
    plan: async (options) => await plan(orm, APP, options as MigrateOptions<"async" | "sync">),
  };
}

interface Kind {
  readonly name: string;
  readonly isSQL: boolean;
  readonly make: (dir: string) => Driver | Promise<Driver>;
  /** The store lives as long as its driver. */
  readonly kept?: boolean;
  /** Tables are copied to be changed: nothing can be tried, and nothing but what was recorded is known. */
  readonly copies?: boolean;
}

const kinds: readonly Kind[] = [
  { name: "memory", isSQL: false, make: () => new MemoryDriver(), kept: true },
  { name: "memory (async)", isSQL: false, make: () => toAsyncDriver(new MemoryDriver()), kept: true },
  { name: "sixteen methods", isSQL: false, make: () => new NaiveDriver(), kept: true, copies: true },
  {
    name: "sixteen methods (async)",
    isSQL: false,
    make: () => new SlowNaiveDriver(),
    kept: true,
    copies: true,
  },
  { name: "JSON file", isSQL: false, make: (dir) => new JSONFileDriver({ storageDir: dir }) },
  ...sqliteDrivers.map(({ name, make }) => ({
    name,
    isSQL: true,
    make: (dir: string) => make({ databases: { app: join(dir, "app.db") } }),
  })),
  {
    name: "libSQL file",
    isSQL: true,
    make: (dir) => new LibSQLDriver({ databases: { app: join(dir, "app.db") } }),
  },
  ...(noKV === null
    ? [{ name: "Deno KV (async)", isSQL: false, make: (dir: string) => openDriver(join(dir, "app.kv")) }]
    : []),
];

/** Runs work on an empty store of each kind. */
export const stores: readonly {
  readonly name: string;
  readonly copies: boolean;
  use(work: (store: Store) => Promise<void>): Promise<void>;
}[] = kinds.map(({ name, isSQL, make, kept = false, copies = false }) => ({
  name,
  copies,
  use: (work) =>
    withTempDir(async (dir) => {
      let driver: Driver | null = null;
      let last = null as AnyORM | null;
      await work({
        name,
        isSQL,
        copies,
        open: async (version) => {
          await last?.disconnect();
          if (driver === null || !kept) driver = await make(dir);
          const made = program(driver, version);
          last = made.orm;
          return made;
        },
      });
      await last?.disconnect();
    }),
}));
