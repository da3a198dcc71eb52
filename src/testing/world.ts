import { isPromise, type Maybe } from "../chain/chain.ts";
import type { AsyncDriver, Capabilities, DriverConfig } from "../contract/mod.ts";
import { ORM } from "../orm/completing_orm.ts";
import type { ORMOptions } from "../orm/orm.ts";
import { type AnyDriver, anyDriver } from "../store/any_driver.ts";
import type { Mode } from "../types/mode.ts";
import { CallLog } from "./call_log.ts";
import type { AnyKindOfDriver, DriverUnderTest } from "./options.ts";
import { runSteps, type Steps } from "./steps.ts";
import type { Given } from "./test_case.ts";
import type { Row, TestModel } from "./test_model.ts";

let worlds = 0;

/** What one test works with: a fresh driver, and models on it. */
export class World {
  /** What is known of the driver. */
  readonly given: Given;
  /** The name of an empty database. */
  readonly database: string;
  /** The name of another one. */
  readonly otherDatabase: string;
  /** The calls made so far. */
  readonly log: CallLog = new CallLog();
  /** What the store calls the columns of tables that are defined from now on; null when they have the names of the models. */
  storeNames: ((name: string) => string) | null = null;
  readonly #options: DriverUnderTest;
  readonly #orms: ORM<AsyncDriver>[] = [];
  #driver: AnyKindOfDriver;
  #direct: AnyDriver | null = null;
  #orm: ORM<AsyncDriver> | null = null;
  /** What the kit itself waits for. */
  #awaited: string | null = null;

  /** Makes the world of a driver that nobody else uses. */
  constructor(driver: AnyKindOfDriver, given: Given, options: DriverUnderTest) {
    worlds++;
    this.#driver = driver;
    this.#options = options;
    this.given = given;
    [this.database, this.otherDatabase] = options.databases ?? [`kit_${worlds}`, `kit_${worlds}_other`];
  }

  /** Whether the driver returns values or Promises. */
  get mode(): Mode {
    return this.given.mode;
  }

  /** What the driver declares. */
  get capabilities(): Capabilities {
    return this.given.capabilities;
  }

  /** The driver's name. */
  get driverName(): string {
    return this.#driver.metadata.name;
  }

  /** The calls that have not ended. */
  get pending(): readonly string[] {
    const { pending } = this.log;
    return pending.length > 0 || this.#awaited === null ? pending : [this.#awaited];
  }

  /** The ORM on the driver. */
  get orm(): ORM<AsyncDriver> {
    return this.#orm ??= this.newORM();
  }

  /** Another ORM on the same driver. */
  newORM(options: Omit<ORMOptions<AsyncDriver>, "driver"> = {}): ORM<AsyncDriver> {
    const { config = {} } = this.#options;
    const orm = new ORM({ config, ...options, driver: this.#driver as AsyncDriver });
    this.#orms.push(orm);
    return orm;
  }

  /** Defines a table. */
  define(
    table: string,
    schema: unknown,
    { indexes, relations, database = this.database, orm = this.orm }: {
      indexes?: unknown;
      relations?: unknown;
      database?: string;
      orm?: ORM<AsyncDriver>;
    } = {},
  ): TestModel {
    const options = {
      ...(indexes === undefined ? null : { indexes }),
      ...(relations === undefined ? null : { relations }),
    };
    const named = this.storeNames === null ? schema : withStoreNames(schema, this.storeNames);
    this.log.add("orm", "define", [
      database,
      table,
      named,
      ...(Object.keys(options).length === 0 ? [] : [options]),
    ]);
    const model = orm.define(database, table, named as never, options as never) as unknown as TestModel;
    return this.log.watch(table, model);
  }

  /** Defines a table and stores rows in it. */
  async filled(
    table: string,
    schema: unknown,
    rows: readonly Row[],
    options: Parameters<World["define"]>[2] = {},
  ): Promise<TestModel> {
    const model = this.define(table, schema, options);
    await this.fill(model, rows);
    return model;
  }

  /** Stores rows, as many at once as the driver takes. */
  async fill(model: TestModel, rows: readonly Row[]): Promise<void> {
    const most = this.capabilities.limits?.batchRows ?? Infinity;
    for (let at = 0; at < rows.length; at += most) await model.bulkCreate(rows.slice(at, at + most));
  }

  /** Runs steps in a transaction. */
  transaction<T>(steps: () => Steps<T>): Maybe<T> {
    const work = this.log.transaction("orm", () => runSteps(this.mode, steps)) as () => Promise<T>;
    return this.orm.transaction(work) as Maybe<T>;
  }

  /** The driver itself, connected: its methods are called without the ORM. */
  async direct(): Promise<AnyDriver> {
    if (this.#direct === null) {
      await this.#await("driver.connect()", () => this.#driver.connect(this.#options.config ?? {}));
    }
    return this.unconnected();
  }

  /** Opens the driver. It is closed at the end of the test. */
  connect(config: DriverConfig = {}): Maybe<void> {
    return this.unconnected().connect({ ...this.#options.config, ...config });
  }

  /** Makes the store refuse to write. @returns What ends that. */
  async failWrites(): Promise<() => void | Promise<void>> {
    if (this.#options.failWrites === undefined) {
      throw new Error("The options of the kit have no `failWrites`");
    }
    return await this.#options.failWrites(this.#driver);
  }

  /** The driver itself, which nothing has connected when this is the first that a test asks for. */
  unconnected(): AnyDriver {
    return this.#direct ??= this.log.watch("driver", anyDriver(this.#driver));
  }

  /** Closes the driver and opens the same store with another one. Models made before are of the old one. */
  async reopen(): Promise<void> {
    if (this.#options.reopen === undefined) throw new Error("The options of the kit have no `reopen`");
    await this.#disconnect();
    this.log.add("driver", "reopen", []);
    const { reopen } = this.#options;
    this.#driver = await this.#await("reopen(driver)", () => reopen(this.#driver));
  }

  /** Closes the driver and removes what it left. */
  async close(): Promise<void> {
    try {
      await this.#disconnect();
    } finally {
      await this.#await("cleanup(driver)", () => this.#options.cleanup?.(this.#driver));
    }
  }

  async #disconnect(): Promise<void> {
    const wasUsed = this.#orms.length > 0 || this.#direct !== null;
    for (const orm of this.#orms.splice(0)) await this.#await("orm.disconnect()", () => orm.disconnect());
    this.#orm = null;
    this.#direct = null;
    if (wasUsed) await this.#await("driver.disconnect()", () => this.#driver.disconnect());
  }

  async #await<T>(name: string, call: () => Maybe<T>): Promise<T> {
    this.#awaited = name;
    const result = await call();
    this.#awaited = null;
    return result;
  }
}

function withStoreNames(schema: unknown, storeName: (name: string) => string): unknown {
  if (typeof schema !== "object" || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([name, column]) => [name, { column: storeName(name), ...column }]),
  );
}

/** Learns whether a driver returns values or Promises, by connecting it. */
export function modeOf(driver: AnyKindOfDriver, options: DriverUnderTest): readonly [Mode, Maybe<void>] {
  try {
    const opened = anyDriver(driver).connect(options.config ?? {});
    return [isPromise(opened) ? "async" : "sync", opened];
  } catch {
    // An async driver throws nothing at once, and the tests say what was thrown.
    return ["sync", undefined];
  }
}
