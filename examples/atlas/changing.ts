import { RinariError } from "../../mod.ts";
import type { Atlas } from "./atlas.ts";
import { count, timed } from "./print.ts";
import { runtimeTitle } from "./runtime.ts";
import { textTable } from "./text_table.ts";

/** Thrown to undo: a transaction is rolled back by any error, and passes it on. */
class Undo extends Error {}

/** Updates and deletes inside a transaction, undoes the delete alone, then everything. */
export async function changeAndUndo({ orm, City }: Atlas): Promise<string[]> {
  const steps: unknown[][] = [];
  const note = async (step: string, result: string): Promise<void> => {
    const cities = await City.count();
    const french = await City.count({ country: "FR" });
    const renamed = await City.count({ name: "Reykjavík (renamed)" });
    steps.push([step, result, cities, french, renamed]);
  };
  await note("Before", "");
  await undone(() =>
    orm.transaction(async () => {
      const { value: updated, time } = await timed(() =>
        City.update({ name: "Reykjavík (renamed)" }, { country: "IS" })
      );
      await note("Rename the cities of Iceland", `${count(updated)} rows, ${time}`);
      await undone(() =>
        orm.transaction(async () => {
          const { value: deleted, time } = await timed(() => City.delete({ country: "FR" }));
          await note("  Delete those of France, in a savepoint", `${count(deleted)} rows, ${time}`);
          throw new Undo();
        })
      );
      await note("  The savepoint is rolled back", "");
      throw new Undo();
    })
  );
  await note("The transaction is rolled back", "");
  return textTable([
    { title: "Step" },
    { title: "Changed" },
    { title: "Cities", align: "right" },
    { title: "In France", align: "right" },
    { title: "Renamed", align: "right" },
  ], steps);
}

async function undone(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof Undo)) throw error;
  }
}

/** What comes from outside is typed as wrong as it is; the same mistake gives the same error on every driver. */
export async function refuseMistakes({ Country, City }: Atlas): Promise<string[]> {
  const { cca2: _, ...iceland } = await Country.findByIdOrFail("IS");
  const cities = await City.count();
  const mistakes: [string, () => Promise<unknown>][] = [
    ["A second country with the code ISL", () => Country.create({ ...iceland, cca2: "XX" })],
    [
      "A city in a country that is not there",
      () => City.create({ name: "Atlantis", lat: 31, lng: -24, country: "ZZ" }),
    ],
    ["A country that cities refer to, deleted", () => Country.delete({ cca2: "FR" })],
    ["A city without a name", () => City.create({ lat: 0, lng: 0 } as never)],
    ["A latitude that is text", () => City.create({ name: "Nowhere", lat: "north" as never, lng: 0 })],
    ["A column that is not there", () => City.count({ citty: "Rome" } as never)],
    ["Delete without a condition", () => City.delete({})],
  ];
  const rows: string[][] = [];
  for (const [mistake, make] of mistakes) rows.push([mistake, ...await refused(make)]);
  return [
    ...textTable([{ title: "Mistake" }, { title: "Error" }, { title: "Code" }, { title: "Columns" }], rows),
    cities === await City.count() ? "Nothing was changed." : "SOMETHING WAS CHANGED.",
  ];
}

async function refused(make: () => Promise<unknown>): Promise<string[]> {
  try {
    await make();
  } catch (error) {
    if (error instanceof RinariError) return [error.name, error.code, error.columns.join(", ")];
    throw error;
  }
  return ["NOT REFUSED"];
}

/** Inserts the row of this runtime and driver at the first start, and updates it at every other. */
export async function rememberStart({ orm, Start }: Atlas): Promise<string[]> {
  const how = `${runtimeTitle}, ${orm.driverInfo.name}`;
  const { time } = await timed(() =>
    orm.transaction(async () => {
      const before = await Start.findById(how);
      await Start.upsert({ how, count: (before?.count ?? 0) + 1, lastAt: new Date() });
    })
  );
  const starts = await Start.findAll({ orderBy: [["lastAt", "DESC"]], limit: 5 });
  return [
    ...textTable(
      [{ title: "Started with" }, { title: "Times", align: "right" }, { title: "Last at" }],
      starts.map((
        { how, count, lastAt },
      ) => [how, count, lastAt.toISOString().slice(0, 19).replace("T", " ") + " UTC"]),
    ),
    `The upsert: ${time}`,
  ];
}
