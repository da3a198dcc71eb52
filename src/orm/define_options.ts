import type { ModelColumn } from "../schema/model_schema.ts";
import type { Empty } from "../types/relation.ts";
import type { Accepted, KeyValue, Simplify } from "../types/row.ts";
import type { WhereInput } from "../types/where.ts";

/** The options of a model. */
export interface DefineOptions<Row, R extends object = Empty> {
  /** Indexes made with the table. The name of one that has none is its columns and `index` or `unique`, joined by `_`. */
  readonly indexes?: readonly {
    readonly name?: string;
    readonly columns: readonly (keyof Row & string)[];
    readonly unique?: boolean;
    readonly where?: WhereInput<Row>;
  }[];
  /**
   * The rows of other tables that belong to a row, by name. Functions give them, so that models may name those that are defined
   * after them.
   */
  readonly relations?: R;
}

/** The options of a view. */
export interface ViewOptions<R extends object = Empty> {
  /** The rows of tables and other views that belong to a row, by name, as those of a model. */
  readonly relations?: R;
}

/** The schema of an interface: a column for each member. */
export type SchemaFor<Row> = { readonly [K in keyof Row]-?: ModelColumn };

/** What `create` takes for an interface: members that can be null, are optional or generated may be left out. */
export type InsertFor<Row, Generated extends keyof Row> = Simplify<
  & { [K in Exclude<keyof Row, LeftOut<Row, Generated>>]: Accepted<Row[K]> }
  & { [K in LeftOut<Row, Generated>]?: Accepted<Row[K]> | undefined }
>;

/**
 * What `define` takes for an interface that is named. Without a name nothing fits: then the columns are inferred, and only what is
 * wrong with them is an error.
 */
export type InterfaceDefinition<Row, R extends object = Empty> = [Row] extends [never]
  ? [never, never, never, never, never]
  : [
    dbName: string,
    tableName: string,
    schema: SchemaFor<NoInfer<Row>>,
    options?: DefineOptions<NoInfer<Row>, R>,
  ];

/** What a key of an interface's model can be: a value, or an object of the columns of the key, which the interface does not tell. */
export type KeyFor<Row> = KeyValue | { readonly [K in keyof Row]?: Accepted<Row[K]> };

/** The members that `create` may leave out. */
export type LeftOut<Row, Generated extends keyof Row> =
  | Generated
  | { [K in keyof Row]-?: null extends Row[K] ? K : undefined extends Row[K] ? K : never }[keyof Row];
