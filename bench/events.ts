import { DataTypes, type InsertOf, type RowOf, type } from "../mod.ts";

/** What is measured on: a table with a column of every common kind. */
export const eventSchema = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  code: { type: DataTypes.TEXT, notNull: true, unique: true },
  title: { type: DataTypes.TEXT, notNull: true },
  kind: { type: DataTypes.TEXT, notNull: true },
  score: { type: DataTypes.REAL, notNull: true },
  open: { type: DataTypes.BOOLEAN, notNull: true },
  at: { type: DataTypes.DATETIME, notNull: true },
  place: { type: DataTypes.JSON, notNull: true, as: type<Place>() },
  note: { type: DataTypes.TEXT },
} as const;

export interface Place {
  city: string;
  tags: string[];
  position: { lat: number; lng: number };
}

export type EventRow = RowOf<typeof eventSchema>;
export type NewEvent = InsertOf<typeof eventSchema> & { note: string | null; at: Date };

/** How many rows the table for reading has. */
export const EVENTS = 10_000;

const KINDS = ["concert", "lecture", "match", "market", "walk"];
const CITIES = ["Reykjavík", "São Paulo", "東京", "Nairobi", "Québec"];

/** The n-th event, always the same. */
export function makeEvent(n: number): NewEvent {
  return {
    code: `event-${n.toString(36).padStart(8, "0")}`,
    title: `The ${n}th evening of music and talk`,
    kind: KINDS[n % 5] as string,
    score: ((n * 7919) % 10_007) / 100,
    open: n % 3 === 0,
    at: new Date(1_700_000_000_000 + n * 61_003),
    place: {
      city: CITIES[n % 5] as string,
      tags: ["indoors", `hall-${n % 17}`],
      position: { lat: (n % 1800) / 10 - 90, lng: (n % 3600) / 10 - 180 },
    },
    note: n % 4 === 0 ? null : `Bring ${n % 9} friends`,
  };
}

/** Events with codes that no call has used before. */
export function makeEvents(count: number): NewEvent[] {
  return Array.from({ length: count }, () => makeEvent(next++));
}

let next = 1_000_000;
