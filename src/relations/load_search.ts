import { chain, chainAll, type Maybe } from "../chain/chain.ts";
import type { LoadOperation } from "../orm/operation.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import type { Row } from "../store/any_driver.ts";
import { tablesOf } from "./levels.ts";
import { loadLevels } from "./load.ts";
import { readOrdered } from "./related_order.ts";

/** The rows of a search with what comes with them, as a part of an operation whose turn it is. */
export function loadSearch(
  entry: TableEntry,
  { plan, levels, trim, most, order }: LoadOperation,
  params: readonly unknown[],
  signal: AbortSignal | undefined,
): Maybe<Row[]> {
  const others = [...tablesOf([...levels, ...order?.levels ?? []])].filter(({ isReady }) => !isReady);
  return chain(
    chainAll(others, (other) => other.ensure()),
    () =>
      chain(readOrdered(entry, plan, params, order, signal), (rows) => {
        const parents = rows.length > most ? rows.slice(0, most) : rows;
        return chain(loadLevels(parents, levels, trim, signal), () => rows);
      }),
  );
}
