import { DataTypes, type ModelColumn } from "../../mod.ts";
import type { MigrationSteps } from "../../src/migration/mod.ts";

const id = { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true } as const;
const text = { type: DataTypes.TEXT } as const;

/** What an entry had beside its text, version by version. */
export const versions: readonly Readonly<Record<string, ModelColumn>>[] = [
  { author: { type: DataTypes.TEXT, notNull: true } },
  { author: { type: DataTypes.TEXT, notNull: true }, mood: text },
  { first: { type: DataTypes.TEXT, notNull: true }, last: text, mood: text },
];

/** How a store of any older version becomes one of the last. */
export const steps: MigrationSteps = {
  "2026-11 names in two": (db) => {
    db.addColumn("entries", "first", text);
    db.addColumn("entries", "last", text);
    db.eachRow("entries", { id, author: text, first: text, last: text }, ({ author }) => {
      const [first = "", ...rest] = (author ?? "").split(" ");
      return { first, last: rest.join(" ") || null };
    });
    db.dropColumn("entries", "author");
  },
};
