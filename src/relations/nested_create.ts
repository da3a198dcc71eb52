import { chain, chainAll, type Maybe } from "../chain/chain.ts";
import { ValidationError } from "../errors/mod.ts";
import type { ModelHost } from "../model/model_host.ts";
import { readInsert } from "../model/row_input.ts";
import { inRow } from "../model/row_mistakes.ts";
import { INSERT, INSERT_ALL } from "../orm/operation.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import { describeValue } from "../schema/describe_value.ts";
import { isPlain } from "../schema/plain_object.ts";
import type { Row } from "../store/any_driver.ts";
import { listOfRelations, type Relation } from "./relation.ts";

/** New rows that hang on a new row. */
interface NestedRows {
  readonly relation: Relation;
  readonly rows: readonly Row[];
}

/**
 * Stores a row with the rows that hang on it, or nothing.
 *
 * @returns The row as stored, with those rows by the names of their relations.
 * @throws {ValidationError} When an option, a relation or a row makes no sense.
 */
export function createNested(
  entry: TableEntry,
  host: ModelHost,
  row: Row,
  options: unknown,
): Maybe<Row> {
  const nested = readNested(entry, options);
  const work = (): Maybe<Row> =>
    chain(
      entry.execute(INSERT, row),
      (stored) =>
        chain(chainAll(nested, (each) => storeRows(each, stored)), (groups) => {
          nested.forEach(({ relation: { name, many } }, i) => {
            const rows = groups[i] as Row[];
            stored[name] = many ? rows : rows[0] ?? null;
          });
          return stored;
        }),
    );
  return nested.length === 0 ? work() : host.transaction(entry.database, work, undefined);
}

function storeRows({ relation, rows }: NestedRows, parent: Row): Maybe<Row[]> {
  const { target, theirs, own, joint } = relation;
  const value = parent[own.name];
  if (rows.length === 0) return [];
  if (joint === null) return insertAll(target, rows, { [theirs.name]: value });
  return chain(insertAll(target, rows, {}), (stored) =>
    chain(
      insertAll(
        joint.entry,
        stored.map((each) => ({ [joint.to.name]: each[theirs.name] })),
        { [joint.from.name]: value },
      ),
      () => stored,
    ));
}

function insertAll(entry: TableEntry, rows: readonly Row[], more: Row): Maybe<Row[]> {
  const read = rows.map((row, i) => {
    try {
      return readInsert(entry.table, entry.filled({ ...row, ...more }));
    } catch (error) {
      throw inRow(error, i);
    }
  });
  entry.checkLimits(read);
  return entry.execute(INSERT_ALL, read);
}

function readNested(entry: TableEntry, options: unknown): NestedRows[] {
  const { table } = entry;
  const refuse = (reason: string): never => {
    throw new ValidationError(`Cannot insert into \`${table.name}\`: ${reason}`, {
      code: "INVALID_OPTIONS",
      table: table.name,
    });
  };
  if (typeof options !== "object" || options === null || !isPlain(options)) {
    return refuse(`the options are a plain object, not ${describeValue(options)}`);
  }
  const unknown = Object.keys(options).find((name) => name !== "with");
  if (unknown !== undefined) {
    return refuse(`${JSON.stringify(unknown.slice(0, 40))} is no option of it; there is \`with\``);
  }
  const { with: given } = options as { readonly with?: unknown };
  if (given === undefined) return [];
  if (typeof given !== "object" || given === null || !isPlain(given)) {
    return refuse(`\`with\` is an object such as { books: [{ … }] }, not ${describeValue(given)}`);
  }
  return Object.entries(given).map(([name, rows]): NestedRows => {
    const relation = entry.relations.get(name);
    if (relation === null) {
      return refuse(
        `\`with\` names ${JSON.stringify(name.slice(0, 40))}, which is no relation: ${
          listOfRelations(entry)
        }`,
      );
    }
    if (relation.belongs) {
      return refuse(
        `\`${name}\` is the row it refers to: store that first, and give \`${relation.own.name}\` its key`,
      );
    }
    if (relation.many && !Array.isArray(rows)) {
      return refuse(`\`${name}\` takes a list of new rows, not ${describeValue(rows)}`);
    }
    const list: readonly unknown[] = relation.many
      ? Array.from(rows as readonly unknown[])
      : rows === null
      ? []
      : [rows];
    const joined = relation.joint === null ? relation.theirs.name : null;
    return {
      relation,
      rows: list.map((row) => {
        if (typeof row !== "object" || row === null || !isPlain(row)) {
          return refuse(`a new row of \`${name}\` is a plain object, not ${describeValue(row)}`);
        }
        if (joined !== null && Object.hasOwn(row, joined)) {
          return refuse(
            `a new row of \`${name}\` gets its \`${joined}\` from the row it hangs on; leave it out`,
          );
        }
        return row as Row;
      }),
    };
  });
}
