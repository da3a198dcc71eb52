import { statSync } from "node:fs";
import { relative } from "node:path";
import process from "node:process";
import type { Atlas } from "./atlas.ts";
import { DRIVERS } from "./drivers.ts";
import { load, type Loaded } from "./load.ts";
import type { AtlasOptions } from "./options.ts";
import { count, duration, type PartTime, printLines, printTitle } from "./print.ts";
import { Progress } from "./progress.ts";
import type { AtlasSource } from "./source.ts";
import { textTable } from "./text_table.ts";

/** Loads what is missing and prints what was found and done. */
export async function printLoading(
  atlas: Atlas,
  source: AtlasSource,
  options: AtlasOptions,
): Promise<PartTime> {
  const title = "Loading";
  printTitle(title);
  const start = performance.now();
  const progress = new Progress();
  const loaded = await load(atlas, source, {
    rows: DRIVERS[options.driver].rows,
    show: (name, done, total) => progress.show(name, done, total),
  });
  const ms = performance.now() - start;
  const rows = loaded.map((
    { edition, rows, how, why, ms },
  ) => [edition, rows, why === "" ? how : `${how}: ${why}`, duration(ms)]);
  if (progress.shown) console.log();
  printLines(textTable(
    [{ title: "Source" }, { title: "Rows", align: "right" }, { title: "How" }, {
      title: "Time",
      align: "right",
    }],
    rows,
  ));
  printLines(["", ...await notes(atlas, loaded), where(options)]);
  return { title, ms };
}

/** What is missing in the records themselves. */
async function notes({ City, Country }: Atlas, loaded: readonly Loaded[]): Promise<string[]> {
  const unknown = Object.entries(
    Object.assign({}, ...loaded.map(({ unknownCountries }) => unknownCountries)) as Record<string, number>,
  );
  const withoutCountry = await City.count({ country: null });
  const withoutProvince = await City.count({ admin1: null });
  const withoutArea = await Country.findAll({ where: { area: null }, select: ["name"] });
  const codes = unknown.map(([code, cities]) => `${code || "(empty)"} (${count(cities)})`).join(", ");
  const areas = withoutArea.map(({ name }) => name).join(", ");
  return [
    withoutCountry === 0
      ? "Every city's country code is known."
      : `${
        count(withoutCountry)
      } cities have a country code that no country has, and are stored without one: ${codes}`,
    `Not given: the area of ${areas || "no country"}; the province of ${count(withoutProvince)} cities.`,
  ];
}

function where({ path, url }: AtlasOptions): string {
  if (url !== null) return `Kept at ${new URL(url).host}; --fresh loads it anew.`;
  if (path === null) return "Kept in memory: gone when this ends.";
  const size = ["", "-wal"].reduce(
    (sum, suffix) => sum + (statSync(path + suffix, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
  const shown = relative(process.cwd(), path);
  return `Kept in ${shown.startsWith("..") ? path : shown} (${
    (size / 1e6).toFixed(1)
  } MB); --fresh loads it anew.`;
}
