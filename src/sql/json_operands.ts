import type { JSONPath } from "../contract/mod.ts";
import type { Encode, SqlDialect } from "./sql_dialect.ts";

/** How operands on JSON are written for a dialect: the functions are kept, as a value in one encoding is one parameter. */
interface Operands {
  readonly one: Encode;
  readonly paths: Encode[][];
}

const known = new WeakMap<SqlDialect, Operands>();

/** Writes a whole JSON value as the list of it alone. */
export function one(dialect: SqlDialect): Encode {
  return operands(dialect).one;
}

/** Writes a path in every way it can be meant: each of its whole numbers as an index or as the name of a member. */
export function pathEncodes(dialect: SqlDialect, wholeSteps: number): readonly Encode[] {
  return operands(dialect).paths[wholeSteps] ??= Array.from(
    { length: 2 ** wholeSteps },
    (_, members) => (path) => dialect.encodePath(withMembers(path as JSONPath, members)),
  );
}

function operands(dialect: SqlDialect): Operands {
  let found = known.get(dialect);
  if (found === undefined) {
    known.set(dialect, found = { one: (value) => dialect.encodeJSONValues([value]), paths: [] });
  }
  return found;
}

/** Makes names of the whole numbers whose bit is set, the first of them being the lowest. */
function withMembers(path: JSONPath, members: number): JSONPath {
  let left = members;
  return path.map((step) => {
    if (typeof step === "string") return step;
    const member = left & 1;
    left >>= 1;
    return member ? String(step) : step;
  });
}
