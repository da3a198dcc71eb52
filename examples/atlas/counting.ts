import type { Atlas } from "./atlas.ts";
import { timed } from "./print.ts";
import { textTable } from "./text_table.ts";

/** Groups of both tables, and the names of the countries found: two queries instead of a join. */
export async function countByGroup(atlas: Atlas): Promise<string[]> {
  return [...await countriesWithMostCities(atlas), "", ...await regions(atlas)];
}

async function countriesWithMostCities({ City, Country }: Atlas): Promise<string[]> {
  const atLeast = Math.ceil(await City.count() / 50);
  const groups = await timed(() =>
    City.groupBy({
      by: ["country"],
      aggregates: {
        cities: { count: "*" },
        names: { countDistinct: "name" },
        lat: { avg: "lat" },
        north: { max: "lat" },
      },
      where: { country: { $ne: null } },
      having: { cities: { $gte: atLeast } },
      orderBy: [["cities", "DESC"]],
      limit: 10,
    })
  );
  const codes = groups.value.map(({ country }) => country);
  const countries = await timed(() =>
    Country.findAll({ where: { cca2: { $in: codes } }, select: ["cca2", "name", "flag"] })
  );
  const byCode = new Map(countries.value.map((country) => [country.cca2, country]));
  const rows = groups.value.map(({ country, cities, names, lat, north }) => {
    const { flag, name } = byCode.get(country ?? "") ?? { flag: "", name: country };
    return [`${flag} ${name}`, cities, names, lat, north];
  });
  return [
    ...textTable([
      { title: "Country" },
      { title: "Cities", align: "right" },
      { title: "Different names", align: "right" },
      { title: "Mean latitude", align: "right" },
      { title: "Northernmost", align: "right" },
    ], rows),
    `Countries with ${
      atLeast.toLocaleString("en-US")
    } cities or more: ${groups.time}; their names: ${countries.time}`,
  ];
}

async function regions({ Country }: Atlas): Promise<string[]> {
  const { value, time } = await timed(() =>
    Country.groupBy({
      by: ["region"],
      aggregates: { countries: { count: "*" }, area: { sum: "area" }, mean: { avg: "area" } },
      orderBy: [["area", "DESC"]],
    })
  );
  const km2 = (area: number | null): number => Math.round(area ?? 0);
  return [
    ...textTable([
      { title: "Region" },
      { title: "Countries", align: "right" },
      { title: "Area, km²", align: "right" },
      { title: "Mean area, km²", align: "right" },
    ], value.map(({ region, countries, area, mean }) => [region, countries, km2(area), km2(mean)])),
    `Regions: ${time}`,
  ];
}
