import { ConflictError } from "../../src/errors/mod.ts";
import { type Catalog, readCatalog } from "./catalog.ts";
import { isCorrupt } from "./corrupt.ts";
import { expectedOf } from "./expected.ts";
import { placeOf, rangeBelow } from "./key.ts";
import { keysOf } from "./layout.ts";
import { NAME } from "./limits.ts";
import { removeRange, resumeRemovals } from "./removal.ts";
import { counterValue } from "./row_count.ts";
import { openAny } from "./rows.ts";
import { scan } from "./scan.ts";
import { greatestNumber, type Numbers, readNumbers, writeNumbers } from "./sequence.ts";
import { pause, type Store } from "./store.ts";
import type { StoredTable } from "./stored_table.ts";
import { encodeTagged } from "./tagged_json.ts";
import { type KVProblem, verifyDatabase } from "./verify.ts";
import { Work } from "./work.ts";

/** How often a problem is mended anew because another writer was faster. */
const TRIES = 40;
/** What only the owner of the data can decide on. */
const LEFT: readonly string[] = ["duplicate", "reference", "unknown"];
/** The beginning of the keys of an index. */
const SECTION = /^[0-9a-z]+N[0-9a-z]+$/;

/** Finishes what was interrupted, and mends what does not agree. @returns What did not. */
export async function repairDatabase(
  store: Store,
  database: string,
  tableName: string | undefined,
): Promise<KVProblem[]> {
  const { catalog, problems } = await verifyDatabase(store, database, tableName);
  await resumeRemovals(store, catalog);
  for (const problem of problems) {
    if (isLeft(catalog, problem)) continue;
    if (isSection(problem)) await removeSection(store, database, problem);
    else await mend(store, catalog, problem);
  }
  return problems;
}

/** Mends one problem, if it still is one. */
async function mend(store: Store, known: Catalog, problem: KVProblem): Promise<void> {
  let catalog = known;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const work = new Work(store, catalog, "statement");
    await mendIn(work, problem);
    if (await work.commit()) return;
    await pause(Math.min(100, 2 ** attempt));
    catalog = await readCatalog(store, known.name, () => undefined);
  }
  throw new ConflictError(
    `Cannot repair \`${problem.table}\`: other writers were faster ${TRIES} times; call it again, best while nobody writes`,
    { driver: NAME, table: problem.table, retryable: true },
  );
}

async function mendIn(work: Work, problem: KVProblem): Promise<void> {
  const { catalog } = work;
  const place = placeOf(problem.key);
  if (place.id === catalog.place.id) return work.set(place, encodeTagged({ next: catalog.next }));
  const table = catalog.table(problem.table);
  if (place.id === table.counter.id) return await mendCounter(work, table);
  if (place.id === table.sequence.id) return await mendSequence(work, table);
  await work.get(place);
  if (problem.row === null) return work.delete(place);
  const at = placeOf(problem.row);
  const row = await openAny(work, table, at, await work.get(at));
  const right = row === null ? undefined : expectedOf(table, row).find((each) => each.place.id === place.id);
  if (right === undefined) work.delete(place);
  else work.set(place, right.value);
}

async function mendCounter(work: Work, table: StoredTable): Promise<void> {
  await work.guard(table, true);
  const { value } = await work.store.get(table.counter.key);
  let rows = 0;
  for await (const _ of scan(work, rangeBelow(table.rows), false, 500)) rows++;
  let counted = 0;
  try {
    counted = counterValue(table, value);
  } catch {
    // What is no number is removed, so that the commit can add to nothing.
    work.delete(table.counter);
  }
  work.touch(table, rows - counted);
}

async function mendSequence(work: Work, table: StoredTable): Promise<void> {
  let numbers: Numbers = { last: table.table.autoIncrement?.kind === "bigint" ? 0n : 0, moved: false };
  const found = await work.get(table.sequence);
  try {
    numbers = readNumbers(table, found);
  } catch (error) {
    if (!isCorrupt(error)) throw error;
  }
  const greatest = await greatestNumber(work, table, numbers.last);
  writeNumbers(work, table, { last: greatest ?? numbers.last, moved: false });
}

/** Whether a problem is not mended: rows and schemas that cannot be read are all there is of them. */
function isLeft({ tables }: Catalog, { kind, table, part, row }: KVProblem): boolean {
  if (kind !== "corrupt") return LEFT.includes(kind);
  return row !== null || (part === "schema" && !tables.has(table));
}

/** Whether the problem is that of all entries of an index that is no more. */
function isSection({ kind, part, row }: KVProblem): boolean {
  return kind === "orphan" && row === null && SECTION.test(part);
}

async function removeSection(store: Store, database: string, { table, part }: KVProblem): Promise<void> {
  const { root, tables } = await readCatalog(store, database, () => undefined);
  const record = tables.get(table)?.record;
  const isUsed = record === undefined || record.indexes.some(({ id }) => record.id + id === part);
  if (!isUsed) await removeRange(store, keysOf(root, part));
}
