import type { Atlas } from "./atlas.ts";
import { timed } from "./print.ts";
import { textTable } from "./text_table.ts";

/** Reads what belongs to countries with them: a statement a level, however many they are. */
export async function relate(atlas: Atlas): Promise<string[]> {
  return [...await northernmost(atlas), "", ...await surrounded(atlas)];
}

async function northernmost({ Country }: Atlas): Promise<string[]> {
  const { value: countries, time } = await timed(() =>
    Country.findAll({
      where: { region: "Europe", cities: { $some: { lat: { $gt: 60 } } } },
      orderBy: [["name", "ASC"]],
      select: ["name", "flag"],
      with: {
        cities: { select: ["name"], orderBy: [["lat", "DESC"]], limit: 3 },
        neighbours: { select: ["name"], orderBy: [["name", "ASC"]] },
      },
      aggregates: { count: { of: "cities", count: "*" }, south: { of: "cities", min: "lat" } },
    })
  );
  const names = (rows: readonly { readonly name: string }[]): string =>
    rows.map(({ name }) => name).join(", ");
  return [
    ...textTable(
      [
        { title: "Beyond 60° N" },
        { title: "Cities", align: "right" },
        { title: "Northernmost", max: 40 },
        { title: "South to", align: "right" },
        { title: "Neighbours", max: 28 },
      ],
      countries.map(({ name, flag, cities, neighbours, count, south }) => [
        `${flag} ${name}`,
        count,
        names(cities),
        south,
        names(neighbours),
      ]),
    ),
    `Countries, their cities and neighbours: ${time}`,
  ];
}

/** Conditions on the rows that relations lead to, and a row by what it belongs to. */
async function surrounded({ City, Country }: Atlas): Promise<string[]> {
  const inland = await timed(() =>
    Country.findAll({
      // Every neighbour is without a coast too, and there is one.
      where: { landlocked: true, neighbours: { $every: { landlocked: true }, $some: {} } },
      orderBy: [["name", "ASC"]],
      select: ["name"],
    })
  );
  const alone = await timed(() => Country.count({ neighbours: { $none: {} } }));
  const city = await timed(() =>
    City.findOne({
      where: { home: { landlocked: true, region: "Asia" } },
      orderBy: [["lat", "DESC"]],
      with: { home: { select: ["name", "capital"] } },
    })
  );
  const { value: found } = city;
  return textTable([{ title: "Question" }, { title: "Answer", max: 50 }, { title: "Time", align: "right" }], [
    ["Two borders from any sea", inland.value.map(({ name }) => name).join(", "), inland.time],
    ["Without a neighbour", alone.value, alone.time],
    [
      "The northernmost city of Asia without a coast",
      found && `${found.name}, ${found.home?.name} (${found.home?.capital.join(", ")})`,
      city.time,
    ],
  ]);
}
