import { chain, promised } from "../chain/chain.ts";
import type { AnyORM } from "../orm/orm.ts";
import { readDone } from "./record.ts";
import { MigrationStore } from "./store.ts";

/** The names of the steps that were done on a store, in order. */
export function doneSteps(orm: AnyORM, database: string): Promise<readonly string[]> {
  const store = MigrationStore.of(orm, database);
  return promised(() =>
    chain(
      store.connection.opened(),
      () => chain(readDone(store), (done) => done.flatMap(({ step }) => step ?? [])),
    )
  );
}
