import type { Atlas } from "./atlas.ts";
import { timed } from "./print.ts";
import { textTable } from "./text_table.ts";

/** Finds single rows by primary key, by unique column and by condition, and follows a reference. */
export async function findOne({ Country, City }: Atlas): Promise<string[]> {
  const middle = Math.ceil(await City.count() / 2);
  const byId = await timed(() => City.findById(middle));
  const byKey = await timed(() => Country.findById(byId.value?.country ?? "IS"));
  const byUnique = await timed(() => Country.findOne({ where: { cca3: "JPN" } }));
  const narrowed = await timed(() =>
    Country.findOne({ where: { name: "Lesotho" }, select: ["name", "capital", "area"] })
  );
  const none = await timed(() => Country.findOne({ where: { cca3: "ATL" } }));
  const { value: city } = byId;
  return textTable([{ title: "Call" }, { title: "Answer", max: 50 }, { title: "Time", align: "right" }], [
    [`City.findById(${middle})`, city && `${city.name}, at ${city.lat}, ${city.lng}`, byId.time],
    [`Country.findById("${city?.country ?? "IS"}")`, title(byKey.value), byKey.time],
    ['Country.findOne({ where: { cca3: "JPN" } })', title(byUnique.value), byUnique.time],
    ["… select: [name, capital, area]", JSON.stringify(narrowed.value), narrowed.time],
    [
      'Country.findOne({ where: { cca3: "ATL" } })',
      none.value === null ? "null" : title(none.value),
      none.time,
    ],
  ]);
}

function title(country: Atlas["Country"]["$row"] | null): string | null {
  return country &&
    `${country.flag} ${country.name}, ${country.native ?? "no native name"}, capital ${
      country.capital.join(", ") || "none"
    }`;
}
