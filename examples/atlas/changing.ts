import { RinariError } from "../../mod.ts";
import type { Atlas } from "./atlas.ts";
import { count, timed } from "./print.ts";
import { runtimeTitle } from "./runtime.ts";
import { textTable } from "./text_table.ts";

/** Thrown to undo: a transaction is rolled back by any error, and passes it on. */
class Undo extends Error {}

/** Updates and deletes inside a transaction, undoes the delete alone, then everything. */
export function changeAndUndo({ orm, City }: Atlas): string[] {
  const steps: unknown[][] = [];
  const note = (step: string, result: string): void => {
    const french = { country: "FR" };
    steps.push([step, result, City.count(), City.count(french), City.count({ name: "Reykjavík (renamed)" })]);
  };
  note("Before", "");
  undone(() =>
    orm.transaction(() => {
      const { value: updated, time } = timed(() =>
        City.update({ name: "Reykjavík (renamed)" }, { country: "IS" })
      );
      note("Rename the cities of Iceland", `${count(updated)} rows, ${time}`);
      undone(() =>
        orm.transaction(() => {
          const { value: deleted, time } = timed(() => City.delete({ country: "FR" }));
          note("  Delete those of France, in a savepoint", `${count(deleted)} rows, ${time}`);
          throw new Undo();
        })
      );
      note("  The savepoint is rolled back", "");
      throw new Undo();
    })
  );
  note("The transaction is rolled back", "");
  return textTable([
    { title: "Step" },
    { title: "Changed" },
    { title: "Cities", align: "right" },
    { title: "In France", align: "right" },
    { title: "Renamed", align: "right" },
  ], steps);
}

function undone(work: () => void): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof Undo)) throw error;
  }
}

/** What comes from outside is typed as wrong as it is; the same mistake gives the same error on every driver. */
export function refuseMistakes({ Country, City }: Atlas): string[] {
  const { cca2: _, ...iceland } = Country.findOrFail("IS");
  const cities = City.count();
  const mistakes: [string, () => unknown][] = [
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
  const rows = mistakes.map(([mistake, make]) => [mistake, ...refused(make)]);
  return [
    ...textTable([{ title: "Mistake" }, { title: "Error" }, { title: "Code" }, { title: "Columns" }], rows),
    cities === City.count() ? "Nothing was changed." : "SOMETHING WAS CHANGED.",
  ];
}

function refused(make: () => unknown): string[] {
  try {
    make();
  } catch (error) {
    if (error instanceof RinariError) return [error.name, error.code, error.columns.join(", ")];
    throw error;
  }
  return ["NOT REFUSED"];
}

/** Inserts the row of this runtime and driver at the first start, and updates it at every other. */
export function rememberStart({ orm, Start }: Atlas): string[] {
  const how = `${runtimeTitle}, ${orm.driverInfo.name}`;
  const { time } = timed(() =>
    orm.transaction(() =>
      Start.upsert({ how, count: (Start.findById(how)?.count ?? 0) + 1, lastAt: new Date() })
    )
  );
  const starts = Start.findAll({ orderBy: [["lastAt", "DESC"]], limit: 5 });
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
