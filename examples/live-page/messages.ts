import { DataTypes, type InsertOf, type KeyOf, type Model, ORM, type RowOf } from "../../mod.ts";
import { NodeSQLiteDriver } from "../../drivers/node_sqlite.ts";

const schema = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  author: { type: DataTypes.TEXT, notNull: true },
  text: { type: DataTypes.TEXT, notNull: true },
} as const;

/** The messages of the page. */
export type Messages = Model<RowOf<typeof schema>, InsertOf<typeof schema>, KeyOf<typeof schema>, "sync">;

/** Opens the file with the messages, which several processes may write. */
export function openMessages(
  file: string,
): { readonly orm: ORM<NodeSQLiteDriver>; readonly Message: Messages } {
  const orm = new ORM({ driver: new NodeSQLiteDriver({ databases: { chat: file } }) });
  return { orm, Message: orm.define("chat", "messages", schema) };
}
