import type { Model } from "../model/model.ts";
import type { ModelColumn } from "../schema/model_schema.ts";
import type { SqlTag } from "../raw/sql_tag.ts";
import type { Mode, Result } from "../types/mode.ts";
import type { InsertOf, KeyOf, RowOf } from "../types/row.ts";
import type { CheckedSchema, SchemaShape } from "../types/schema.ts";

/** What a step works on: the database as it is when the step runs, whatever the models say. */
export interface MigrationDatabase<M extends Mode = Mode> {
  /**
   * Adds a column to a table. Does nothing when the column is there, or the table is not.
   *
   * @param column One that takes no null needs a `default` where the table has rows.
   */
  addColumn(table: string, name: string, column: ModelColumn): Result<M, void>;
  /**
   * Makes a column another one. Does nothing when it is not there.
   *
   * @param convert Gives the new value of one that is not null, as JavaScript has it; null stays null. Needed for another type.
   */
  changeColumn(
    table: string,
    name: string,
    column: ModelColumn,
    convert?: (value: unknown) => unknown,
  ): Result<M, void>;
  /** Gives a column another name, with its indexes and what refers to it. Does nothing when it has it already. */
  renameColumn(table: string, from: string, to: string): Result<M, void>;
  /** Removes a column with its values and indexes. Does nothing when it is not there. */
  dropColumn(table: string, name: string): Result<M, void>;
  /** Gives a table another name. Does nothing when it has it already. */
  renameTable(from: string, to: string): Result<M, void>;
  /** Removes a table with its rows. Does nothing when it is not there. */
  dropTable(table: string): Result<M, void>;
  /**
   * A model of a table as it is now, with the columns that the step needs: it stays right when the model of the program goes on.
   *
   * @throws {ValidationError} When the table is not there.
   */
  model<const S extends SchemaShape>(
    table: string,
    schema: CheckedSchema<S>,
  ): Model<RowOf<S>, InsertOf<S>, KeyOf<S>, M>;
  /**
   * Changes rows one by one, in the order of the key, a few hundred at a time, however many there are.
   *
   * @param schema The columns that are read, those of the key among them, and those that are changed.
   * @param change Gives what is to be changed of a row, or undefined.
   */
  eachRow<const S extends SchemaShape>(
    table: string,
    schema: CheckedSchema<S>,
    change: (row: RowOf<S>) => Partial<InsertOf<S>> | undefined,
  ): Result<M, void>;
  /** Statements written by hand, where the store speaks SQL. */
  readonly sql: SqlTag<M>;
}

/** One step: it runs once in the life of a store, in a transaction. With a sync driver it cannot wait. */
export type MigrationStep<M extends Mode = Mode> = (
  db: MigrationDatabase<M>,
) => M extends "sync" ? undefined : Promise<void>;

/** The steps, by name, in order: only ever added to. The name is what is remembered. */
export type MigrationSteps<M extends Mode = "sync"> = { readonly [name: string]: MigrationStep<M> };
