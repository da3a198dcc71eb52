import { chain, chainAll, type Maybe, settle } from "../chain/chain.ts";
import type { SchemaDifference } from "../contract/mod.ts";
import { RinariError } from "../errors/mod.ts";
import { READY } from "../orm/operation.ts";
import { referringIndexes } from "../orm/referring_indexes.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import { type Remedies, remedies } from "../schema/remedies.ts";
import type { ModelColumn } from "../schema/model_schema.ts";
import { Table } from "../schema/table.ts";
import { type Call, PARTS, ResumedCalls } from "./calls.ts";
import { allProgress, COLUMN, endProgress, readProgress } from "./progress.ts";
import type { BlockedChange, PlannedChange } from "./plan_parts.ts";
import { readSnapshot, type Snapshot } from "./record.ts";
import type { MigrationStore } from "./store.ts";
import { changeColumn, madeName } from "./step_database.ts";
import { inTransaction, isTooLarge } from "./turn.ts";

/** What brings the store to the models. */
export interface ModelChanges {
  /** What is changed by itself. */
  readonly changes: readonly PlannedChange[];
  /** What is not. */
  readonly blocked: readonly BlockedChange[];
  /** The tables that are not there. */
  readonly absent: readonly TableEntry[];
  /** The tables that are changed. */
  readonly altered: readonly TableEntry[];
  /** Recorded indexes that no model declares any more. */
  readonly obsolete: readonly { readonly entry: TableEntry; readonly index: string }[];
}

/**
 * Compares the store with the models. Nothing is written.
 *
 * @param recorded The tables as they were left by the last migration, as text, or null.
 */
export function modelChanges(store: MigrationStore, recorded: string | null): Maybe<ModelChanges> {
  const snapshot: Snapshot = recorded === null ? {} : readSnapshot(recorded);
  const changes: PlannedChange[] = [];
  const blocked: BlockedChange[] = [];
  const absent: TableEntry[] = [];
  const altered: TableEntry[] = [];
  const obsolete: { entry: TableEntry; index: string }[] = [];
  const compare = (entry: TableEntry): Maybe<void> =>
    chain(store.differences(storedTable(entry)), (differences) => {
      const table = storedTable(entry);
      if (differences === null) {
        absent.push(entry);
        changes.push({ table: table.name, text: `table \`${table.name}\` is made` });
        return;
      }
      const { safe, steps }: Remedies = remedies(withoutMade(differences), table);
      for (const { text } of safe) changes.push({ table: table.name, text: `\`${table.name}\`: ${text}` });
      for (const { difference, code } of steps) {
        blocked.push({ table: table.name, text: `\`${table.name}\`: ${difference.text}`, step: code });
      }
      if (differences.length > 0) altered.push(entry);
      compareIndexes(entry, snapshot, changes, obsolete);
    });
  return chain(chainAll(store.entries, compare), () =>
    chain(goneTables(store, snapshot, absent), (gone) => ({
      changes,
      blocked: [...blocked, ...gone],
      absent,
      altered,
      obsolete,
    })));
}

/** Leaves out columns that take the place of others, which was interrupted. */
function withoutMade(differences: readonly SchemaDifference[]): readonly SchemaDifference[] {
  const types = differences.filter(({ kind }) => kind === "type").map(({ columns: [column = ""] }) =>
    madeName(column)
  );
  return differences.filter(({ kind, columns: [column = ""] }) =>
    kind !== "extra" || !types.includes(column)
  );
}

function compareIndexes(
  entry: TableEntry,
  snapshot: Snapshot,
  changes: PlannedChange[],
  obsolete: { entry: TableEntry; index: string }[],
): void {
  const table = { name: entry.table.storeName };
  const known = snapshot[table.name];
  if (known === undefined) return;
  const wanted = [...entry.declared, ...referringIndexes(entry)];
  for (const { name } of known.indexes) {
    if (wanted.some((index) => index.name === name)) continue;
    obsolete.push({ entry, index: name });
    changes.push({
      table: table.name,
      text: `\`${table.name}\`: index \`${name}\`, which no model declares, is dropped`,
    });
  }
  for (const { name } of wanted) {
    if (known.indexes.some((index) => index.name === name)) continue;
    changes.push({ table: table.name, text: `\`${table.name}\`: index \`${name}\` is made` });
  }
}

/** Makes the indexes of columns that refer, where no other index leads with the column either. */
function makeReferring(
  { connection: { driver }, database }: MigrationStore,
  entry: TableEntry,
): Maybe<unknown> {
  const wanted = referringIndexes(entry);
  const table = entry.table.storeName;
  if (wanted.length === 0) return;
  return chain(driver.indexes(database, table), (there) => {
    const missing = wanted.filter(({ name, columns: [column] }) =>
      !there.some((index) => index.name === name || (index.columns[0] === column && !index.partial))
    );
    return chainAll(missing, ({ name, columns }) => driver.createIndex(database, table, name, { columns }));
  });
}

/** Tables that were recorded, are there, and no model names. */
function goneTables(
  store: MigrationStore,
  snapshot: Snapshot,
  absent: readonly TableEntry[],
): Maybe<BlockedChange[]> {
  const names = Object.keys(snapshot).filter((name) =>
    !store.entries.some(({ table }) => table.storeName === name)
  );
  return chain(
    chainAll(names, (name) => store.driver.tableExists(store.database, name)),
    (there) =>
      names.filter((_, i) => there[i] === true).map((name) => {
        const columns = Object.keys(snapshot[name]?.columns ?? {}).sort().join();
        const twin = absent.find(({ table }) =>
          table.columns.map((column) => column.storeName).sort().join() === columns
        );
        const drop = `db.dropTable(${JSON.stringify(name)})`;
        return {
          table: name,
          text: `table \`${name}\` is in the store, and no model names it`,
          step: twin === undefined
            ? drop
            : `db.renameTable(${JSON.stringify(name)}, ${JSON.stringify(twin.table.storeName)}) or ${drop}`,
        };
      }),
  );
}

/** Makes the changes, in the open transaction. */
export function applyChanges(store: MigrationStore, { altered, obsolete }: ModelChanges): Maybe<void> {
  const change = (entry: TableEntry): Maybe<void> => store.alter(entry.table.storeName, entry.storeSchema);
  return chain(chainAll(altered, change), () => makeRest(store, obsolete));
}

/**
 * Makes the changes one by one, where they are no single transaction: what was made before an interruption is not to be made again.
 *
 * @param until How long other processes are waited for.
 */
export function followStepwise(
  store: MigrationStore,
  { altered, obsolete }: ModelChanges,
  until: number,
): Maybe<void> {
  const change = (entry: TableEntry): Maybe<void> => {
    const { storeSchema, table: { storeName } } = entry;
    const once = (): Maybe<void> =>
      inTransaction(
        store,
        () =>
          chain(store.differences(storedTable(entry)), (left) =>
            left === null || left.length === 0 ? undefined : store.alter(storeName, storeSchema)),
        until,
      );
    const beforehand = (): Maybe<void> =>
      store.driver.alterTable?.(store.database, storeName, storeSchema, { beforehand: true });
    return settle(once, () => undefined, (error) => {
      if (!isTooLarge(error)) throw error;
      return chain(widenColumns(store, entry, until), () => chain(beforehand(), once));
    });
  };
  return chain(chainAll(altered, change), () => chain(endColumns(store), () => makeRest(store, obsolete)));
}

/** Writes whole numbers as those of 64 bit, row by row. */
function widenColumns(store: MigrationStore, entry: TableEntry, until: number): Maybe<void> {
  const { storeSchema, table: { storeName } } = entry;
  const widen = (column: string): Maybe<void> => {
    const name = `${COLUMN}${storeName}.${column}`;
    const calls = new ResumedCalls(store, name, null, until, () => undefined);
    const wanted = storeSchema[column] as ModelColumn;
    const change = (call: Call): Maybe<void> =>
      changeColumn(store, call, storeName, column, wanted, (value) => BigInt(value as number));
    // What was done once, and the column is not so any more, is done again.
    const renewed = (): Maybe<void> =>
      chain(
        readProgress(store, name),
        ({ operation }) => operation >= PARTS - 1 ? endProgress(store, name) : undefined,
      );
    return chain(calls.open(), () => chain(renewed(), () => calls.make(change)));
  };
  return chain(store.differences(storedTable(entry)), (left) => {
    const columns = (left ?? []).flatMap(({ kind, columns: [column = ""] }) =>
      kind === "type" ? [column] : []
    );
    return chain(chainAll(columns, widen), () => undefined);
  });
}

/** Forgets how far columns were: all are as they are to be. */
function endColumns(store: MigrationStore): Maybe<void> {
  return chain(allProgress(store), (begun) => {
    const columns = begun.filter(({ name }) => name.startsWith(COLUMN));
    return chain(chainAll(columns, ({ name }) => endProgress(store, name)), () => undefined);
  });
}

/** Makes tables that are absent and all indexes, and drops those that no model declares any more. */
function makeRest(store: MigrationStore, obsolete: ModelChanges["obsolete"]): Maybe<void> {
  for (const entry of store.entries) entry.forget();
  const steps = [
    () => chainAll(obsolete, ({ entry, index }) => dropIndex(store, entry, index)),
    () => chainAll(store.entries, (entry) => readyEntry(store, entry)),
    () => chainAll(store.entries, (entry) => makeReferring(store, entry)),
  ];
  return chain(chainAll(steps, (step) => step() as Maybe<unknown>), () => undefined);
}

function dropIndex({ connection, database }: MigrationStore, entry: TableEntry, index: string): Maybe<void> {
  const name = entry.table.storeName;
  const { driver } = connection;
  const known = driver.createTableWithIndexes(database, name, entry.storeSchema, []);
  return chain(known, () => driver.dropIndex(database, name, index));
}

/** Makes a table and its indexes; one that is declared in another way is made anew. */
function readyEntry(store: MigrationStore, entry: TableEntry): Maybe<void> {
  return settle(() => entry.execute(READY, null), () => undefined, (error) => {
    if (!(error instanceof RinariError) || error.code !== "INDEX_MISMATCH" || error.table === undefined) {
      throw error;
    }
    const found = store.entries.find(({ table }) =>
      table.name === error.table || table.storeName === error.table
    ) ?? entry;
    const [, name] = /index `([^`]*)`/.exec(error.message) ?? [];
    if (name === undefined) throw error;
    return chain(dropIndex(store, found, name), () => readyEntry(store, entry));
  });
}

/** The table as the store has it: with the names of the store, and without what only the model uses. */
function storedTable({ table, storeSchema }: TableEntry): Table {
  return new Table(table.storeName, storeSchema);
}
