import {
  PostgresDriver,
  type PostgresOptions,
} from "../../../examples/custom-driver-postgres/postgres_driver.ts";
import type { Place } from "./places.ts";

/** Drivers on one place, each with schemas of its own. */
export class PostgresStores {
  readonly #place: Place;
  readonly #prefixes = new WeakMap<object, string>();
  readonly #run = Math.random().toString(36).slice(2, 8);
  #count = 0;

  /** Prepares for a place. */
  constructor(place: Place) {
    this.#place = place;
  }

  /** A driver whose databases are empty. */
  driver(options: PostgresOptions = {}): PostgresDriver {
    return this.#make(`rinari_${this.#run}_${++this.#count}_`, options);
  }

  /** Another driver on the databases of one. */
  reopen(driver: object, options: PostgresOptions = {}): PostgresDriver {
    return this.#make(this.#prefixes.get(driver) as string, options);
  }

  /** The schema of a driver's database. */
  schemaOf(driver: object, dbName: string): string {
    return `${this.#prefixes.get(driver)}${dbName}`;
  }

  /** Removes what a driver left. */
  async cleanup(driver: object): Promise<void> {
    const prefix = this.#prefixes.get(driver) as string;
    // In one statement, because each needs a connection.
    await this.#place.ask(
      `DO $$ DECLARE name text; BEGIN FOR name IN SELECT nspname FROM pg_namespace WHERE starts_with(nspname, '${prefix}') LOOP ` +
        "EXECUTE format('DROP SCHEMA %I CASCADE', name); END LOOP; END $$",
    );
  }

  #make(prefix: string, options: PostgresOptions): PostgresDriver {
    const driver = new PostgresDriver({
      ...this.#place.options,
      ...options,
      schema: (dbName) => `${prefix}${dbName}`,
    });
    this.#prefixes.set(driver, prefix);
    return driver;
  }
}
