import type { Atlas } from "./atlas.ts";
import { count, duration, timed } from "./print.ts";
import { textTable } from "./text_table.ts";

const SIZE = 5_000;

/** Reads all pages in the order of names. Each page begins where the one before ended, so the last costs what the first does. */
export async function readEveryPage({ City }: Atlas): Promise<string[]> {
  const times: number[] = [];
  const seen = new Set<number>();
  let after: string | null = null;
  do {
    const { value: page, ms } = await timed(() =>
      City.paginate({ orderBy: [["name", "ASC"]], size: SIZE, after, select: ["id", "name"] })
    );
    for (const { id } of page.rows) seen.add(id);
    times.push(ms);
    after = page.next;
  } while (after !== null);
  const offset = (times.length - 1) * SIZE;
  const skipped = await timed(() =>
    City.findAll({ orderBy: [["name", "ASC"]], limit: SIZE, offset, select: ["id", "name"] })
  );
  const total = await City.count();
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  return [
    `${times.length === 1 ? "1 page" : `${count(times.length)} pages`} of ${count(SIZE)}: ${
      count(seen.size)
    } different cities of ${count(total)}, ${
      seen.size === total ? "none missing, none twice" : "SOME ARE MISSING"
    }`,
    ...textTable([{ title: "Page" }, { title: "Time", align: "right" }], [
      ["The first", duration(first)],
      ["The last, after the page before it", duration(last)],
      [`The last, with offset: ${offset}`, skipped.time],
    ]),
  ];
}

/** Looks at every city without holding all of them: those nearest to where the equator meets the prime meridian. */
export async function walkEveryCity({ City }: Atlas): Promise<string[]> {
  const nearest: { name: string; country: string | null; km: number }[] = [];
  let walked = 0;
  const { time } = await timed(async () => {
    for await (
      const { name, country, lat, lng } of City.iterate({ select: ["name", "country", "lat", "lng"] })
    ) {
      walked++;
      const km = distance(lat, lng);
      if (nearest.length === 5 && km >= (nearest[4]?.km ?? 0)) continue;
      nearest.push({ name, country, km });
      nearest.sort((a, b) => a.km - b.km);
      nearest.length = Math.min(nearest.length, 5);
    }
  });
  return [
    `Nearest to 0° N, 0° E, of ${count(walked)} cities in ${time}:`,
    ...textTable(
      [{ title: "City" }, { title: "Country" }, { title: "km", align: "right" }],
      nearest.map(({ name, country, km }) => [name, country, Math.round(km)]),
    ),
  ];
}

/** From 0° N, 0° E, in km along the sphere. */
function distance(lat: number, lng: number): number {
  const radians = Math.PI / 180;
  return 6371 * Math.acos(Math.min(1, Math.cos(lat * radians) * Math.cos(lng * radians)));
}
