import type { Atlas } from "./atlas.ts";
import { changeAndUndo, refuseMistakes, rememberStart } from "./changing.ts";
import { countByGroup } from "./counting.ts";
import { filterCities, filterCountries } from "./filtering.ts";
import { findOne } from "./finding.ts";
import { relate } from "./relating.ts";
import { orderByName } from "./ordering.ts";
import { readEveryPage, walkEveryCity } from "./walking.ts";

/** One part of the atlas. */
export interface Chapter {
  readonly title: string;
  /** Asks its questions and gives the lines to print. */
  run(atlas: Atlas): Promise<string[]>;
}

/** The parts that follow the loading, in their order. */
export const chapters: readonly Chapter[] = [
  { title: "One row, by its key or by a unique code", run: findOne },
  { title: "Cities by conditions", run: filterCities },
  { title: "Countries by what is inside their JSON", run: filterCountries },
  { title: "Names in the order of Unicode", run: orderByName },
  { title: "Counts and averages by group", run: countByGroup },
  { title: "Countries with what belongs to them", run: relate },
  { title: "All cities, page by page", run: readEveryPage },
  { title: "All cities, one by one", run: walkEveryCity },
  { title: "A transaction that is rolled back", run: changeAndUndo },
  { title: "Mistakes are refused, by name", run: refuseMistakes },
  { title: "An upsert: how often this was started", run: rememberStart },
];
