import { isPromise } from "../chain/chain.ts";
import { now } from "../schema/clock.ts";
import type { Column } from "../schema/column.ts";
import { NotNullConstraintError, ValidationError } from "../errors/mod.ts";
import { describeKind, describeValue } from "../schema/describe_value.ts";
import { allMistakes, inRow } from "./row_mistakes.ts";
import { isPlain, ownMembers } from "../schema/plain_object.ts";
import type { StandardResult, StandardSchema } from "../schema/standard_schema.ts";
import type { Table } from "../schema/table.ts";
import type { Row } from "../store/any_driver.ts";
import type { Expression } from "../query/expression.ts";
import { rowOf } from "../query/row_function.ts";
import { readComputed } from "./computed_value.ts";

/**
 * Reads a new row: every column gets its value, its default or null; an autoIncrement column may stay absent.
 *
 * @throws {ValidationError} On an unknown column or a value that does not fit.
 * @throws {NotNullConstraintError} When a column that refuses null gets none.
 */
export function readInsert(table: Table, data: unknown): Row {
  const given = readObject(table, data, "insert into");
  try {
    return table.clock === null ? readRow(table, given) : table.clock.hold(() => readRow(table, given));
  } catch (error) {
    throw allMistakes(error, table.columns, (column) => {
      const value = own(given, column);
      const absent = value === undefined &&
        (column.autoIncrement || column.byStore !== null || column.initial !== undefined);
      if (value !== undefined && value !== null) storedValue(column, value);
      else if (!absent) readNull(column, "insert into");
    });
  }
}

/**
 * Reads several new rows.
 *
 * @throws {RinariError} As {@linkcode readInsert}, with the place of the row.
 */
export function readInserts(table: Table, records: readonly unknown[]): Row[] {
  const read = (): Row[] =>
    Array.from(records, (data, i) => {
      try {
        return readInsert(table, data);
      } catch (error) {
        throw inRow(error, i);
      }
    });
  return table.clock === null ? read() : table.clock.hold(read);
}

function readRow(table: Table, given: Row): Row {
  const { autoIncrement } = table;
  const numbered = autoIncrement !== null && own(given, autoIncrement) !== undefined;
  const row: Row = numbered ? {} : { ...table.blank };
  let known = 0;
  for (const column of table.columns) {
    let value = own(given, column);
    if (value !== undefined) known++;
    else {
      if (column.autoIncrement || column.byStore !== null) continue;
      const { initial } = column;
      value = typeof initial === "function" ? initial() : initial;
    }
    if (value !== undefined && value !== null) row[column.name] = storedValue(column, value);
    else {
      // A misspelt column explains better than the one that is missing for it.
      if (!column.nullable) checkKeys(table, given);
      row[column.name] = readNull(column, "insert into");
    }
  }
  // As many keys as columns were found: none is unknown.
  if (Object.keys(given).length !== known) checkKeys(table, given);
  return row;
}

/**
 * Reads new values for some columns; a column that is absent or undefined is left out. What every change of a row gives its columns is
 * among them, unless nothing is given.
 *
 * @throws {ValidationError} On an unknown column or a value that does not fit, or one of the column that counts the changes.
 * @throws {NotNullConstraintError} When null is given to a column that refuses it.
 */
export function readUpdate(table: Table, data: unknown): Row {
  const row = readChanges(table, data);
  const { version } = table;
  if (version !== null && Object.hasOwn(row, version.name)) {
    throw new ValidationError(
      `Cannot update \`${table.name}\`: column \`${version.name}\` counts the changes of a row; leave it out`,
      { code: "GENERATED_VALUE", table: table.name, columns: [version.name] },
    );
  }
  return Object.keys(row).length === 0 ? row : touch(table, row);
}

/** Adds to changes of a row what every change gives its columns. */
export function touch(table: Table, row: Row): Row {
  const { touched, version, clock } = table;
  const add = (): void => {
    for (const column of touched) {
      if (Object.hasOwn(row, column.name)) continue;
      const value: unknown = typeof column.touch === "function" ? column.touch() : column.touch;
      row[column.name] = value === null || value === undefined
        ? readNull(column, "update")
        : storedValue(column, value);
    }
  };
  if (touched.length > 0) clock === null ? add() : clock.hold(add);
  if (version !== null) row[version.name] = nextVersion(table, version);
  return row;
}

const nextVersions: WeakMap<Table, Expression> = new WeakMap();

function nextVersion(table: Table, { name }: Column): Expression {
  let next = nextVersions.get(table);
  if (next === undefined) {
    next = (rowOf(table) as Readonly<Record<string, Expression>>)[name]?.plus(1) as Expression;
    nextVersions.set(table, next);
  }
  return next;
}

/** Reads the new values that are given, and no others. */
export function readChanges(table: Table, data: unknown): Row {
  const given = readObject(table, data, "update");
  const row: Row = {};
  for (const name of Object.keys(given)) {
    const value = given[name];
    const column = table.column(name);
    if (column.byStore === "always" && value !== undefined) refuseGiven(column);
    if (typeof value === "function" && value !== now) row[name] = readComputed(table, column, value);
    else if (value !== undefined) {
      row[name] = value === null ? readNull(column, "update") : storedValue(column, value);
    }
  }
  return row;
}

/**
 * Reads one of several updates.
 *
 * @returns The new values, and the condition as it was given.
 * @throws {ValidationError} As {@linkcode readUpdate}, and when it has a member that an update has not.
 */
export function readBulkUpdate(
  table: Table,
  update: unknown,
): { readonly where: unknown; readonly data: Row } {
  const refuse = (what: string): never => {
    throw new ValidationError(`Cannot update \`${table.name}\`: an update is { where, data }, ${what}`, {
      code: "INVALID_OPTIONS",
      table: table.name,
    });
  };
  if (typeof update !== "object" || update === null || !isPlain(update)) {
    return refuse(`not ${describeValue(update)}`);
  }
  const unknown = Object.keys(update).find((name) => name !== "where" && name !== "data");
  if (unknown !== undefined) return refuse(`and has no ${JSON.stringify(unknown.slice(0, 40))}`);
  const { where, data } = ownMembers(update) as { where?: unknown; data?: unknown };
  return { where, data: readUpdate(table, data) };
}

function readObject(table: Table, data: unknown, what: string): Row {
  if (typeof data !== "object" || data === null || Array.isArray(data)) {
    throw new ValidationError(
      `Cannot ${what} \`${table.name}\`: an object of columns is needed, not ${describeValue(data)}`,
      {
        code: "INVALID_ROW",
        table: table.name,
      },
    );
  }
  // Anything else in its prototype chain could hold members that nobody sees among its keys.
  return Object.getPrototypeOf(data) === Object.prototype ? data as Row : ownMembers(data) as Row;
}

function checkKeys(table: Table, data: Row): void {
  for (const key of Object.keys(data)) table.column(key);
}

/** A member of the object itself: a column may be called `constructor`. */
function own(data: Row, column: Column): unknown {
  const value = data[column.name];
  return value !== undefined && column.name in Object.prototype && !Object.hasOwn(data, column.name)
    ? undefined
    : value;
}

function readNull(column: Column, what: string): null {
  if (column.byStore === "always") refuseGiven(column);
  if (column.nullable) return null;
  throw new NotNullConstraintError(
    `Cannot ${what} \`${column.table}\`: column \`${column.name}\` refuses null; give it a value` +
      (what === "update" ? "" : " or a default"),
    { table: column.table, columns: [column.name] },
  );
}

/**
 * What a column stores for a value that is neither null nor undefined: after its validator, and one of its `values`.
 *
 * @throws {ValidationError} When it does not fit.
 * @throws {NotNullConstraintError} When the validator makes null of it and the column refuses that.
 */
export function storedValue(column: Column, value: unknown): unknown {
  if (column.byStore === "always") refuseGiven(column);
  const { validate, values } = column;
  const checked = validate === undefined
    ? value
    : runValidator(column, validate, value === now ? column.accept(value) : value);
  if (checked === null || checked === undefined) return readNull(column, "write to");
  const accepted = column.accept(checked);
  if (column.coarse && (accepted as Date).getTime() % 1000 !== 0) {
    column.refuse(
      value,
      "the column keeps whole seconds (`stored`), and the time has milliseconds; cut it first",
    );
  }
  if (column.autoIncrement) checkNumber(column, accepted as number | bigint);
  if (values !== undefined && !values.includes(accepted as string | number)) {
    const known = column.sensitive ? "its `values`" : values.map((each) => JSON.stringify(each)).join(", ");
    column.refuse(value, `one of ${known} is needed`);
  }
  return accepted;
}

/** Refuses a value of a column that only the store gives one. */
export function refuseGiven(column: Column): never {
  throw new ValidationError(
    `Cannot write to \`${column.table}\`: column \`${column.name}\` is always generated; leave it out`,
    { code: "GENERATED_VALUE", table: column.table, columns: [column.name] },
  );
}

/** The greatest number that may be given for an autoIncrement column: as many are left to assign, on every driver. */
const MOST_GIVEN = 2 ** 52;

function checkNumber(column: Column, given: number | bigint): void {
  if (column.definition.generated === "always") refuseGiven(column);
  if (given <= MOST_GIVEN) return;
  throw new ValidationError(
    `Cannot write to \`${column.table}\`: column \`${column.name}\` goes on after the greatest number given, and ` +
      `${column.show(given)} could use them up; the greatest that may be given is ${MOST_GIVEN} (2^52)`,
    { code: "OUT_OF_RANGE", table: column.table, columns: [column.name] },
  );
}

function isResult(result: unknown): result is StandardResult<unknown> {
  if (typeof result !== "object" || result === null) return false;
  const { issues } = result as { issues?: unknown };
  return issues === undefined || Array.isArray(issues);
}

function runValidator(column: Column, validate: StandardSchema, value: unknown): unknown {
  const result: unknown = validate["~standard"].validate(value);
  if (isPromise(result)) {
    Promise.resolve(result).catch(() => undefined);
    return column.refuse(
      value,
      "its validator is async; validate before the call, or with a synchronous schema",
    );
  }
  if (!isResult(result)) {
    const what = describeKind(result);
    return column.refuse(
      value,
      `its validator returned ${what}, which is no result of a Standard Schema; mend it`,
    );
  }
  if (result.issues === undefined) return result.value;
  // What a validator says may quote the value.
  if (column.sensitive) return column.refuse(value, "its validator refuses it");
  const issues = result.issues.map(({ message, path }) => {
    const steps = path?.map((step) => String(typeof step === "object" ? step.key : step)).join(".");
    return steps ? `${message} (at \`${steps}\`)` : message;
  });
  return column.refuse(value, issues.join("; "));
}
