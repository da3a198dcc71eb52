import type { Connection } from "./connection.ts";
import type { DatabaseTables } from "./database_tables.ts";

/**
 * Names what other entry points of this library need of an ORM. A program can have two copies of it, as its ES modules and its
 * CommonJS ones: they find it all the same.
 */
export const INSIDES: unique symbol = Symbol.for("@rinari/orm/insides/1");

/** What an ORM is made of. */
export interface Insides {
  /** The driver in use. */
  readonly connection: Connection;
  /** The tables of a database that models define. */
  tables(database: string): DatabaseTables;
}
