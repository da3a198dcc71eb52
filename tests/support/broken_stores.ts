import { closeSync, openSync } from "node:fs";
import { MemoryDriver } from "../../drivers/memory.ts";
import {
  type AsyncDriver,
  type DriverConfig,
  type DriverWhere,
  type QueryOptions,
  toAsyncDriver,
} from "../../mod.ts";
import { SoundDriver } from "./broken_drivers.ts";

type Data = Readonly<Record<string, unknown>>;

/** `_` of `$like` is a unit of UTF-16, as it is of a regular expression without the flag `u`. */
export class CountsUnits extends SoundDriver {
  override findAll<T>(dbName: string, tableName: string, options: QueryOptions): T[] {
    const like = (options.where?.["name"] as Data | undefined)?.["$like"];
    if (typeof like !== "string") return super.findAll<T>(dbName, tableName, options);
    const pattern = new RegExp(`^${like.replace(/_/g, ".").replace(/%/g, ".*")}$`, "s");
    const rows = super.findAll<Data>(dbName, tableName, {});
    return rows.filter(({ name }) => typeof name === "string" && pattern.test(name)) as T[];
  }
}

/** Dates are taken apart and put together by the clock on the wall. */
export class KeepsLocalTime extends SoundDriver {
  protected override row(row: Data): Data {
    const local = (date: Date): Date =>
      new Date(Date.UTC(
        date.getFullYear(),
        date.getMonth(),
        date.getDate(),
        date.getHours(),
        date.getMinutes(),
        date.getSeconds(),
        date.getMilliseconds(),
      ));
    return Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, value instanceof Date ? local(value) : value]),
    );
  }
}

/** What is inserted in a transaction is stored at its end, with what the caller has made of the row it was given. */
export class SharesPendingRows extends SoundDriver {
  #pending: (readonly [db: string, table: string, row: Data, id: unknown])[] | null = null;

  override insert<T>(dbName: string, tableName: string, data: Data): T {
    const row = super.insert<Data>(dbName, tableName, data);
    this.#pending?.push([dbName, tableName, row, row["id"]]);
    return row as T;
  }

  override transaction<T>(fn: () => T): T {
    return super.transaction(() => {
      this.#pending = [];
      try {
        const result = fn();
        for (const [db, table, { id: _, ...row }, id] of this.#pending) {
          this.update(db, table, row, { id } as DriverWhere);
        }
        return result;
      } finally {
        this.#pending = null;
      }
    });
  }
}

/** `readonly` is not read. */
export class IgnoresReadonly extends SoundDriver {
  override connect({ readonly: _, ...config }: DriverConfig): void {
    super.connect(config);
  }
}

/** A timer goes on when the driver is closed. */
export class LeaksATimer extends SoundDriver {
  static readonly timers: ReturnType<typeof setInterval>[] = [];

  override connect(config: DriverConfig): void {
    super.connect(config);
    LeaksATimer.timers.push(setInterval(() => {}, 60_000));
  }
}

/** A file is opened for what is read one by one, and nobody closes it. */
export class LeaksAFile extends SoundDriver {
  static readonly files: number[] = [];

  iterate<T>(dbName: string, tableName: string, options: QueryOptions): IterableIterator<T> {
    LeaksAFile.files.push(openSync(new URL(import.meta.url), "r"));
    return this.findAll<T>(dbName, tableName, options).values();
  }
}

/** What is read one by one holds the store until its last row: whoever leaves it before that holds it for good. */
export class LeaksIterators extends SoundDriver {
  #reading = 0;

  iterate<T>(dbName: string, tableName: string, options: QueryOptions): IterableIterator<T> {
    const rows = this.findAll<T>(dbName, tableName, options).values();
    this.#reading++;
    const next = (): IteratorResult<T> => {
      const item = rows.next();
      if (item.done === true) this.#reading--;
      return item;
    };
    const iterator: IterableIterator<T> = { next, [Symbol.iterator]: () => iterator };
    return iterator;
  }

  override insert<T>(dbName: string, tableName: string, data: Data): T {
    if (this.#reading > 0) throw new Error("the store is being read");
    return super.insert<T>(dbName, tableName, data);
  }
}

/** It says that it is closed, and goes on to store what was written before. */
export function closesLater(): AsyncDriver {
  const driver = toAsyncDriver(new MemoryDriver());
  const { disconnect } = driver;
  return Object.assign(driver, {
    disconnect: (): Promise<void> => {
      stored.set(driver, false);
      void later().then(disconnect).then(() => stored.set(driver, true));
      return Promise.resolve();
    },
  });
}

/** Which of those have stored what was written to them. */
const stored: WeakMap<object, boolean> = new WeakMap();

/** Opens the store of a driver that is closed: what it has not stored is not there. */
export function reopened<Driver extends object>(driver: Driver): Driver | AsyncDriver {
  return stored.get(driver) === false ? closesLater() : driver;
}

/** A store that can be full. */
export class FullDriver extends SoundDriver {
  full: boolean = false;

  protected write<T>(work: () => T, _otherwise: (() => T) | null): T {
    if (this.full) throw new Error("the disk is full");
    return work();
  }

  override insert<T>(dbName: string, tableName: string, data: Data): T {
    return this.write(() => super.insert<T>(dbName, tableName, data), () => data as T);
  }

  override bulkInsert<T>(dbName: string, tableName: string, records: readonly Data[]): T[] {
    return this.write(() => super.bulkInsert<T>(dbName, tableName, records), () => [...records] as T[]);
  }

  override update(dbName: string, tableName: string, data: Data, where: DriverWhere): number {
    return this.write(() => super.update(dbName, tableName, data, where), () => 1);
  }

  override bulkUpdate(
    dbName: string,
    tableName: string,
    updates: Parameters<SoundDriver["bulkUpdate"]>[2],
  ): number {
    return this.write(() => super.bulkUpdate(dbName, tableName, updates), () => updates.length);
  }

  override delete(dbName: string, tableName: string, where: DriverWhere): number {
    return this.write(() => super.delete(dbName, tableName, where), () => 1);
  }
}

/** What the store says of a write that failed is heard by nobody. */
export class SwallowsFailures extends FullDriver {
  protected override write<T>(work: () => T, otherwise: () => T): T {
    return this.full ? otherwise() : work();
  }
}

const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1));

/** Rows of one statement go in one after another, for everybody to see. */
export function insertsRowByRow(): AsyncDriver {
  const driver = toAsyncDriver(new MemoryDriver());
  return Object.assign(driver, {
    async bulkInsert<T>(dbName: string, tableName: string, records: readonly Data[]): Promise<T[]> {
      const rows: T[] = [];
      for (const record of records) {
        rows.push(await driver.insert<T>(dbName, tableName, record));
        await later();
      }
      return rows;
    },
  });
}

/** Ends the timers that a broken driver leaves. */
export function endTimers(): void {
  for (const timer of LeaksATimer.timers.splice(0)) clearInterval(timer);
}

/** Closes the files that a broken driver leaves. */
export function closeFiles(): void {
  for (const file of LeaksAFile.files.splice(0)) closeSync(file);
}
