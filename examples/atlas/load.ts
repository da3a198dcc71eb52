import { setImmediate } from "node:timers/promises";
import type { Atlas } from "./atlas.ts";
import type { AtlasSource, CityRecord, CountryRecord, Source } from "./source.ts";

/** What became of one source. */
export interface Loaded {
  readonly edition: string;
  readonly rows: number;
  /** How the rows got there. */
  readonly how: "loaded" | "completed" | "reloaded" | "reused";
  /** Why, when there is something to say. */
  readonly why: string;
  /** Country codes of cities that no country has, and how many cities have them: those are stored without a country. */
  readonly unknownCountries: Readonly<Record<string, number>>;
  readonly ms: number;
}

/** How a load is made. */
export interface LoadOptions {
  /** How many rows are stored in one transaction. Default 5,000. */
  readonly rows?: number;
  /** Called after each transaction. */
  readonly show?: (name: SourceName, done: number, total: number) => void;
}

type SourceName = keyof AtlasSource;
type LoadRow = Atlas["Load"]["$row"];

/** Sees that all countries and cities are there: loads them, goes on where an earlier start ended, or leaves them as they are. */
export async function load(
  atlas: Atlas,
  source: AtlasSource,
  options: LoadOptions = {},
): Promise<Loaded[]> {
  const { Border, Country, City } = atlas;
  const before = {
    countries: await check(atlas, "countries", source),
    borders: await check(atlas, "borders", source),
    cities: await check(atlas, "cities", source),
  };
  // Cities and borders refer to countries, so that they go first and come last.
  if (before.cities.how === "reloaded" || before.countries.how === "reloaded") {
    await removeCities(atlas, options);
    before.cities = { how: "reloaded", why: before.cities.why, from: 0 };
  }
  if (before.countries.how === "reloaded") {
    before.borders = { how: "reloaded", why: before.borders.why, from: 0 };
    await Country.deleteAll();
  }
  if (before.borders.how === "reloaded") await Border.deleteAll();
  const countries = await fill(
    atlas,
    "countries",
    source.countries,
    before.countries,
    options,
    async (records) => {
      await Country.bulkCreate(records.map(countryRow));
      return {};
    },
  );
  const borders = await fill(atlas, "borders", source.borders, before.borders, options, async (records) => {
    await Border.bulkCreate(records);
    return {};
  });
  const codes = await Country.findAll({ select: ["cca2"] });
  const known = new Set(codes.map(({ cca2 }) => cca2));
  const cities = await fill(atlas, "cities", source.cities, before.cities, options, async (records) => {
    await City.bulkCreate(records.map((record) => cityRow(record, known)));
    return countUnknown(records, known);
  });
  return [countries, cities, borders];
}

/** How many rows are stored in one transaction when nothing else is said. */
const ROWS = 5_000;

interface Finding {
  readonly how: Loaded["how"];
  readonly why: string;
  /** How many records are stored already. */
  readonly from: number;
}

/** What an earlier start left of a source. */
async function check(
  { Load, Border, Country, City }: Atlas,
  name: SourceName,
  source: AtlasSource,
): Promise<Finding> {
  const load = await Load.findById(name);
  if (load === null) return { how: "loaded", why: "", from: 0 };
  const { edition } = source[name];
  if (load.edition !== edition) return { how: "reloaded", why: `the database had ${load.edition}`, from: 0 };
  const there = await { countries: Country, borders: Border, cities: City }[name].count();
  if (there !== load.stored) {
    return { how: "reloaded", why: `${there} rows were there instead of ${load.stored}`, from: 0 };
  }
  if (load.finishedAt !== null) return { how: "reused", why: "from an earlier start", from: load.stored };
  return {
    how: "completed",
    why: `an earlier start was interrupted after ${load.stored.toLocaleString("en-US")}`,
    from: load.stored,
  };
}

/** Removes all cities, in transactions of as many rows as they are stored in. */
async function removeCities({ City }: Atlas, { rows = ROWS }: LoadOptions): Promise<void> {
  for (;;) {
    const first = await City.findAll({ select: ["id"], orderBy: [["id", "ASC"]], limit: rows });
    const last = first.at(-1);
    if (last === undefined) return;
    await City.delete({ id: { $lte: last.id } });
  }
}

/** Stores the records that are missing. Each part of them and the note of how far it got are one transaction. */
async function fill<T>(
  { orm, Load }: Atlas,
  name: SourceName,
  source: Source<T>,
  { how, why, from }: Finding,
  { rows: size = ROWS, show }: LoadOptions,
  store: (records: readonly T[]) => Promise<Record<string, number>>,
): Promise<Loaded> {
  const start = performance.now();
  let load: LoadRow;
  if (how === "reused") load = await Load.findByIdOrFail(name);
  else {
    const records = source.read();
    load = how === "completed" ? await Load.findByIdOrFail(name) : await Load.upsert({
      source: name,
      edition: source.edition,
      total: records.length,
      stored: 0,
      unknownCountries: {},
      finishedAt: null,
    });
    for (let at = from; load.finishedAt === null; at += size) {
      const end = Math.min(at + size, records.length);
      load = await orm.transaction(async () => {
        const unknownCountries = addCounts(load.unknownCountries, await store(records.slice(at, end)));
        const finishedAt = end === records.length ? new Date() : null;
        return await Load.upsert({ ...load, stored: end, unknownCountries, finishedAt });
      });
      show?.(name, end, records.length);
      // Lets the terminal show it, and Ctrl-C end it.
      await setImmediate();
    }
  }
  const { edition, stored: rows, unknownCountries } = load;
  return { edition, rows, how, why, unknownCountries, ms: performance.now() - start };
}

function countryRow({ name, area, ...rest }: CountryRecord): Atlas["Country"]["$insert"] {
  const { cca2, cca3, flag, region, capital, languages, currencies, landlocked, independent } = rest;
  return {
    cca2,
    cca3,
    name: name.common,
    native: Object.values(name.native)[0]?.common ?? null,
    flag,
    region,
    capital,
    languages,
    currencies,
    area: area < 0 ? null : area,
    landlocked,
    independent,
  };
}

function cityRow(
  { name, lat, lng, country, admin1, admin2 }: CityRecord,
  known: ReadonlySet<string>,
): Atlas["City"]["$insert"] {
  return {
    name,
    lat: Number(lat),
    lng: Number(lng),
    country: known.has(country) ? country : null,
    admin1: admin1 || null,
    admin2: admin2 || null,
  };
}

function countUnknown(records: readonly CityRecord[], known: ReadonlySet<string>): Record<string, number> {
  const unknown = records.map(({ country }) => country).filter((code) => !known.has(code));
  return unknown.reduce<Record<string, number>>((counts, code) => addCounts(counts, { [code]: 1 }), {});
}

function addCounts(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Record<string, number> {
  const sum = { ...a };
  for (const [name, value] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + value;
  return sum;
}
