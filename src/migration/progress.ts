import { chain, type Maybe } from "../chain/chain.ts";
import { READY } from "../orm/operation.ts";
import type { ModelSchema } from "../schema/model_schema.ts";
import { type MigrationStore, PROGRESS_TABLE } from "./store.ts";

const SCHEMA = {
  name: { type: "TEXT", primaryKey: true },
  operation: { type: "INTEGER", notNull: true },
  state: { type: "TEXT" },
} as const satisfies ModelSchema;

/** How far something has come that is no single transaction. */
export interface Progress {
  /** The number of the last operation that is done; -1 for none. */
  readonly operation: number;
  /** What is known of the one after it. */
  readonly state: string | null;
}

/** Progress with what it is of. */
export interface NamedProgress extends Progress {
  /** The name. */
  readonly name: string;
}

/** What the progress of a step is called, and that of a column whose values are written in another form. */
export const [STEP, COLUMN] = ["step ", "column "] as const;

/** Nothing is done. */
export const NO_PROGRESS: Progress = { operation: -1, state: null };

/** What is needed of the model of the table. */
interface ProgressModel {
  findAll(options: object): Maybe<readonly NamedProgress[]>;
  upsert(row: NamedProgress): Maybe<unknown>;
  delete(where: object): Maybe<number>;
}

function progressModel(store: MigrationStore): ProgressModel {
  return store.modelOf(store.entry(PROGRESS_TABLE, SCHEMA)) as ProgressModel;
}

/** Makes the table when it is not there. */
export function openProgress(store: MigrationStore): Maybe<void> {
  return chain(store.entry(PROGRESS_TABLE, SCHEMA).execute(READY, null), () => undefined);
}

/** All that has begun and not ended, without making anything. */
export function allProgress(store: MigrationStore): Maybe<readonly NamedProgress[]> {
  return chain(
    store.driver.tableExists(store.database, PROGRESS_TABLE),
    (exists) => exists === true ? progressModel(store).findAll({ orderBy: [["operation", "ASC"]] }) : [],
  );
}

/** How far something has come, where the table is there. */
export function readProgress(store: MigrationStore, name: string): Maybe<Progress> {
  return chain(progressModel(store).findAll({ where: { name } }), ([found]) => found ?? NO_PROGRESS);
}

/** Writes down how far something has come. */
export function writeProgress(
  store: MigrationStore,
  name: string,
  { operation, state }: Progress,
): Maybe<void> {
  return chain(progressModel(store).upsert({ name, operation, state }), () => undefined);
}

/** Forgets how far something has come. */
export function endProgress(store: MigrationStore, name: string): Maybe<void> {
  return chain(progressModel(store).delete({ name }), () => undefined);
}
