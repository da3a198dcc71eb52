import { type Catalog, readCatalog } from "./catalog.ts";
import { afterAll, below, type KeyRange, rangeBelow } from "./key.ts";
import type { KVKey, KVKeyPart } from "./kv.ts";
import { SECTIONS } from "./layout.ts";
import type { Store } from "./store.ts";
import type { StoredTable } from "./stored_table.ts";
import type { KVProblem } from "./verify.ts";

/** What a part of a key says: whose the keys are, a table's number and a section. */
const PART = /^([0-9a-z]+)([A-Z][0-9a-z]*)$/;

/** The keys of a database that are of no table, or of no index, one problem for each kind of them. */
export async function strangers(store: Store, database: string, catalog: Catalog): Promise<KVProblem[]> {
  const groups = await groupsOf(store, catalog);
  // Read after the keys: what was made meanwhile is described by now.
  const now = await readCatalog(store, database, () => undefined);
  const removals = await store.list(rangeBelow(now.removals), 1_000, false);
  const removed = removals.map(({ key }) => String(key.at(-1)));
  const problems: KVProblem[] = [];
  for (const { part, key } of groups) {
    const [, id = "", section = ""] = PART.exec(String(part)) ?? [];
    if (String(part).startsWith("!") || removed.includes(id) || removed.includes(`${part}`)) continue;
    const table = [...now.tables.values()].find(({ record }) => record.id === id);
    if (table !== undefined && sectionsOf(table).has(section)) continue;
    // What was being removed is gone by now.
    if ((await store.list(rangeBelow(below(now.root, part)), 1, false)).length === 0) continue;
    const isIndex = table !== undefined && section.startsWith(SECTIONS.named);
    problems.push({
      kind: isIndex ? "orphan" : "unknown",
      table: table?.table.name ?? "*",
      part: String(part),
      key,
      row: null,
    });
  }
  return problems;
}

/** The parts that come after the database in keys, each with the first of its keys. */
async function groupsOf(store: Store, { root }: Catalog): Promise<{ part: KVKeyPart; key: KVKey }[]> {
  const groups: { part: KVKeyPart; key: KVKey }[] = [];
  let rest: KeyRange = rangeBelow(root);
  for (;;) {
    const [first] = await store.list(rest, 1, false);
    if (first === undefined) return groups;
    const key = first.key as KVKey;
    const part = key[root.key.length];
    if (part !== undefined) groups.push({ part, key });
    rest = {
      start: part === undefined ? below(root, new Uint8Array(0)) : afterAll(below(root, part)),
      end: rest.end,
    };
  }
}

function sectionsOf({ table, record, indexes, database }: StoredTable): Set<string> {
  const { rows, segments, counter, expiries, progress } = SECTIONS;
  const sections = new Set<string>([rows, segments, counter, expiries, progress]);
  if (table.autoIncrement !== null) sections.add(SECTIONS.sequence);
  for (const { place } of indexes) {
    sections.add(String(place.key[database.key.length]).slice(record.id.length));
  }
  return sections;
}
