import type { Atlas } from "./atlas.ts";
import { timed } from "./print.ts";
import { textTable } from "./text_table.ts";

const ENDS = 8;

/** The two ends of an order by text, which is that of code points on every store. */
export async function orderByName({ City, Country }: Atlas): Promise<string[]> {
  const select = ["name", "country"] as const;
  const first = await timed(() => City.findAll({ select, orderBy: [["name", "ASC"]], limit: ENDS }));
  const last = await timed(() => City.findAll({ select, orderBy: [["name", "DESC"]], limit: ENDS }));
  const natives = await timed(() =>
    Country.findAll({
      select: ["native", "name", "flag"],
      where: { native: { $ne: null } },
      orderBy: [["native", "DESC"]],
      limit: ENDS,
    })
  );
  const rows = first.value.map((city, i) => {
    const native = natives.value[i];
    return [place(city), place(last.value[i]), native && `${native.native} (${native.flag} ${native.name})`];
  });
  return textTable([{ title: "First cities" }, { title: "Last cities" }, {
    title: "Last countries, by native name",
  }], [
    ...rows,
    [first.time, last.time, natives.time],
  ]);
}

function place(city: { name: string; country: string | null } | undefined): string | undefined {
  return city && `${city.name} (${city.country ?? "?"})`;
}
