import { type ErrorDetails, RinariError } from "../errors/mod.ts";
import type { Column } from "../schema/column.ts";

type ErrorClass = new (message: string, details: ErrorDetails) => RinariError;

/**
 * All that is wrong with the values of a row, when more is than the first mistake found.
 *
 * @param first That mistake.
 * @param check Throws what is wrong with one column.
 */
export function allMistakes(
  first: unknown,
  columns: readonly Column[],
  check: (column: Column) => void,
): unknown {
  if (!(first instanceof RinariError) || first.columns.length === 0) return first;
  const mistakes: RinariError[] = [];
  for (const column of columns) {
    try {
      check(column);
    } catch (error) {
      if (error instanceof RinariError) mistakes.push(error);
    }
  }
  if (mistakes.length < 2) return first;
  const told = mistakes.map(({ message }) => message.replace(/^Cannot [^`]*`[^`]*`: /, ""));
  return again(first, `Cannot write to \`${first.table}\`: ${told.join("; ")}`, {
    columns: mistakes.flatMap((each) => each.columns),
    cause: new AggregateError(mistakes, `${mistakes.length} columns of a row are wrong`),
  });
}

/** The same error, which tells the place of the row that it is about. */
export function inRow(error: unknown, row: number): unknown {
  if (!(error instanceof RinariError)) return error;
  return again(error, `${error.message} (row ${row} of those given, counted from 0)`, {
    row,
    cause: error.cause,
  });
}

function again(error: RinariError, message: string, more: ErrorDetails): RinariError {
  const { code, table, columns } = error;
  return new (error.constructor as ErrorClass)(message, {
    code,
    columns,
    ...(table === undefined ? null : { table }),
    ...more,
  });
}
