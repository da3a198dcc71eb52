import { RinariError } from "./rinari_error.ts";

/** Lets an error about the values of one of several rows say which it is. @returns The error. */
export function tellRow(error: unknown, row: number): unknown {
  const isOfRow = error instanceof RinariError && error.row === undefined && error.columns.length > 0;
  return isOfRow ? Object.assign(error, { row }) : error;
}
