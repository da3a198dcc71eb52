import { and, contains, gt, lt, not, startsWith, type WhereInput } from "../../mod.ts";
import type { Atlas } from "./atlas.ts";
import { timed } from "./print.ts";
import { textTable } from "./text_table.ts";

type City = Atlas["City"]["$row"];
type CityWhere = WhereInput<City>;
type CountryWhere = WhereInput<Atlas["Country"]["$row"]>;

/** A question, and how it is shown when its condition is not plain data. */
type Question<Where> = readonly [question: string, where: Where, shown?: string];

const CITY_QUESTIONS: readonly Question<CityWhere>[] = [
  ["Called Springfield", { name: "Springfield" }],
  ["Province not given", { admin1: null }],
  ["Outside the United States", { country: { $ne: "US" } }],
  ["In the Nordic countries", { country: { $in: ["DK", "FI", "IS", "NO", "SE"] } }],
  ["Outside the Benelux", { country: { $notIn: ["BE", "NL", "LU"] } }],
  ["North of the Arctic Circle", { lat: { $gt: 66.5622 } }],
  ["Further south than Ushuaia", { lat: { $lt: -54.8 } }],
  ["Within 1° of the equator", { lat: { $between: [-1, 1] } }],
  ["Saints of Spain and Italy", { name: { $like: "san %" } }],
  ["Beginning with Å", { name: { $startsWith: "Å" } }],
  ["Ending with grad", { name: { $endsWith: "grad" } }],
  ["On a French river", { name: { $contains: "-sur-" }, country: "FR" }],
  ["In Iceland, or tropical", { $or: [{ country: "IS" }, { lat: { $gte: -23, $lte: 23 } }] }],
  ["Neither far north nor west", { $not: { $or: [{ lat: { $gt: 60 } }, { lng: { $lt: -60 } }] } }],
  [
    "New …, not in America",
    and({ name: startsWith("New ") }, not({ lng: lt(-30) })),
    'and({ name: startsWith("New ") }, not({ lng: lt(-30) }))',
  ],
  [
    "Victoria, north of 45°",
    { name: contains("Victoria"), lat: gt(45) },
    '{ name: contains("Victoria"), lat: gt(45) }',
  ],
];

const COUNTRY_QUESTIONS: readonly Question<CountryWhere>[] = [
  ["French is official", { "languages.fra": "French" }],
  ["Portuguese, not in Europe", { "languages.por": { $ne: null }, region: { $ne: "Europe" } }],
  ["Paid in euro", { "currencies.EUR.name": "Euro" }],
  ["Capital beginning with B", { "capital.0": { $startsWith: "B" } }],
  ["No capital", { capital: [] }],
  ["Large and landlocked", { landlocked: true, area: { $gt: 505_992 } }],
  ["Independence disputed", { independent: null }],
];

/** Every group of operators on columns. */
export function filterCities({ City }: Atlas): Promise<string[]> {
  return answers("Cities", CITY_QUESTIONS, (where) => timed(() => City.count(where)), ({ value }) => value);
}

/** Conditions inside JSON columns. */
export function filterCountries({ Country }: Atlas): Promise<string[]> {
  const names = (where: CountryWhere) =>
    timed(() => Country.findAll({ where, select: ["name"], orderBy: [["name", "ASC"]] }));
  return answers(
    "Countries",
    COUNTRY_QUESTIONS,
    names,
    ({ value }) => `${value.length}: ${value.map(({ name }) => name).join(", ")}`,
  );
}

async function answers<Where, Answer extends { readonly time: string }>(
  title: string,
  questions: readonly Question<Where>[],
  ask: (where: Where) => Promise<Answer>,
  show: (answer: Answer) => number | string,
): Promise<string[]> {
  const rows: (number | string)[][] = [];
  for (const [question, where, shown = showWhere(where)] of questions) {
    const answer = await ask(where);
    rows.push([question, shown, show(answer), answer.time]);
  }
  const numbers = rows.every((row) => typeof row[2] === "number");
  return textTable([
    { title: "Question" },
    { title: "Where", max: numbers ? 53 : 34 },
    { title, align: numbers ? "right" : "left", max: 28 },
    { title: "Time", align: "right" },
  ], rows);
}

/** A condition as it is written in source. */
function showWhere(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(showWhere).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, inner]) =>
    `${/^[$\w]+$/.test(key) ? key : JSON.stringify(key)}: ${showWhere(inner)}`
  );
  return `{ ${members.join(", ")} }`;
}
