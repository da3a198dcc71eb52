import {
  type AsyncSqlCatalog,
  type AsyncSqlSession,
  type ColumnKind,
  type Referrer,
  sqlQuery,
  type StoredColumn,
  type StoredReference,
  type StoredTable,
} from "../../src/sql/mod.ts";
import { withComment } from "./create_index.ts";
import {
  MARK,
  readComment,
  realColumn,
  realName,
  type ReferenceComment,
  type TableComment,
} from "./description.ts";
import { quoteName, storedName } from "./names.ts";
import { NUMBERS } from "./numbers.ts";
import { kindsOf } from "./stored_kinds.ts";

type Text = string | null;
type ReferenceAction = Referrer["onDelete"];

/** The schema that statements work in: each database of the driver is one. */
const HERE = "(SELECT oid FROM pg_namespace WHERE nspname = current_schema())";

/** What PostgreSQL tells of itself. Names are bound, like all values; every value comes back as text. */
export const catalog: AsyncSqlCatalog = {
  async isEmpty(session) {
    const rows = await ask(session, `SELECT 1 FROM pg_class WHERE relnamespace = ${HERE} LIMIT 1`, []);
    return rows.length === 0;
  },

  async hasTable(session, name) {
    const rows = await ask(
      session,
      `SELECT 1 FROM pg_class WHERE relnamespace = ${HERE} AND relkind IN ('r', 'p') AND relname = $1`,
      [storedName(name)],
    );
    return rows.length > 0;
  },

  async table(session, name) {
    const [found] = await ask(session, TABLE, [storedName(name), NUMBERS]);
    return found === undefined
      ? null
      : await describe(session, found as [string, string, string, Text, string, string]);
  },

  async index(session, name) {
    const stored = storedName(name);
    const [found] = await ask(
      session,
      "SELECT t.relname, obj_description(c.oid, 'pg_class') FROM pg_class AS c JOIN pg_index AS i ON i.indexrelid = c.oid " +
        `JOIN pg_class AS t ON t.oid = i.indrelid WHERE c.relnamespace = ${HERE} AND lower(c.relname) = lower($1)`,
      [stored],
    );
    if (found === undefined) return null;
    return { table: found[0] as string, sql: withComment(quoteName(name), found[1] ?? "") };
  },

  async indexes(session, table) {
    const rows = await ask(session, INDEXES, [storedName(table)]);
    const found = new Map<string, { name: string; columns: string[]; unique: boolean; partial: boolean }>();
    for (const [name, unique, partial, column, comment] of rows) {
      const index = found.get(name as string) ??
        { name: name as string, columns: [], unique: unique === "t", partial: partial === "t" };
      index.columns.push(realColumn(column as string, readComment<TableComment>(comment ?? null)));
      found.set(name as string, index);
    }
    return [...found.values()];
  },

  async referrers(session, table) {
    const rows = await ask(session, `${REFERENCES} WHERE p.relname = $1 ORDER BY c.oid`, [storedName(table)]);
    return rows.map((row): Referrer => {
      const { column, to, onDelete, onUpdate } = readReference(row);
      return {
        child: realName(row[0] as string, readComment(row[1] as Text)),
        column,
        to,
        onDelete,
        onUpdate,
      };
    });
  },

  // Numbers that have run out are told by the error itself.
  lastNumber: () => Promise.resolve(null),
};

/** A table by its name, whatever its case. */
const TABLE = "SELECT c.oid, c.relname, c.relkind, obj_description(c.oid, 'pg_class'), " +
  "EXISTS (SELECT FROM pg_trigger WHERE tgrelid = c.oid AND NOT tgisinternal AND NOT starts_with(tgname, $2)), " +
  "EXISTS (SELECT FROM pg_trigger WHERE tgrelid = c.oid AND tgname = $2) " +
  `FROM pg_class AS c WHERE c.relnamespace = ${HERE} AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ` +
  "AND lower(c.relname) = lower($1) ORDER BY c.relname = $1 DESC LIMIT 1";

/** The columns of a table. */
const COLUMNS =
  "SELECT a.attname, format_type(a.atttypid, a.atttypmod), l.collname, a.attnotnull, a.attgenerated <> '', " +
  "a.attidentity <> '' FROM pg_attribute AS a LEFT JOIN pg_collation AS l ON l.oid = a.attcollation " +
  "WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";

/** The columns of its unique keys, one row a column: whether the key is primary, made by a constraint, and how many it has. */
const KEYS = "SELECT a.attname, i.indisprimary, c.oid IS NOT NULL, i.indnkeyatts FROM pg_index AS i " +
  "CROSS JOIN LATERAL unnest(i.indkey[0:i.indnkeyatts - 1]) WITH ORDINALITY AS k (attnum, place) " +
  "JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum " +
  "LEFT JOIN pg_constraint AS c ON c.conindid = i.indexrelid AND c.contype IN ('p', 'u') " +
  "WHERE i.indrelid = $1::oid AND i.indisunique AND i.indpred IS NULL ORDER BY i.indexrelid, k.place";

/** The columns of the indexes that no constraint made, one row a column. */
const INDEXES =
  "SELECT c.relname, i.indisunique, i.indpred IS NOT NULL, a.attname, obj_description(t.oid, 'pg_class') FROM pg_index AS i " +
  "JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_class AS t ON t.oid = i.indrelid " +
  "CROSS JOIN LATERAL unnest(i.indkey[0:i.indnkeyatts - 1]) WITH ORDINALITY AS k (attnum, place) " +
  "JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = k.attnum " +
  `WHERE t.relnamespace = ${HERE} AND t.relname = $1 AND i.indexprs IS NULL ` +
  "AND NOT EXISTS (SELECT FROM pg_constraint AS o WHERE o.conindid = i.indexrelid AND o.contype IN ('p', 'u')) " +
  "ORDER BY c.relname, k.place";

/** Foreign keys, and checks that wait to be ones. */
const REFERENCES =
  "SELECT t.relname, obj_description(t.oid, 'pg_class'), a.attname, p.relname, obj_description(p.oid, 'pg_class'), " +
  "b.attname, c.confdeltype, c.confupdtype, obj_description(c.oid, 'pg_constraint'), cardinality(c.conkey) " +
  "FROM pg_constraint AS c JOIN pg_class AS t ON t.oid = c.conrelid " +
  "JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = c.conkey[1] " +
  `LEFT JOIN pg_class AS p ON p.oid = c.confrelid AND p.relnamespace = ${HERE} ` +
  "LEFT JOIN pg_attribute AS b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]";

async function describe(
  session: AsyncSqlSession,
  [oid, relname, relkind, description, triggers, numbered]: [string, string, string, Text, string, string],
): Promise<StoredTable> {
  const attributes = await ask(session, COLUMNS, [oid]);
  const keys = await ask(session, KEYS, [oid]);
  const references = await ask(
    session,
    `${REFERENCES} WHERE t.oid = $1::oid AND (c.contype = 'f' OR c.contype = 'c' AND ` +
      "starts_with(obj_description(c.oid, 'pg_constraint'), $2)) ORDER BY c.oid",
    [oid, MARK],
  );
  const told = readComment<TableComment>(description);
  // A column that was added or removed since makes the comment worthless.
  const same = told !== null && told.columns.length === attributes.length &&
    told.columns.every(([name], i) => storedName(name) === attributes[i]?.[0]);
  const comment = same ? told : null;
  const named = (name: Text): string => realColumn(name as string, comment);
  const single = (byConstraint: string): string[] =>
    keys.filter(([, primary, constraint, count]) =>
      primary === "f" && constraint === byConstraint && count === "1"
    )
      .map(([name]) => named(name as Text));
  return {
    name: realName(relname, comment),
    oddity: oddity(relkind, references),
    view: relkind === "v" || relkind === "m",
    strict: true,
    triggers: triggers === "t",
    columns: attributes.map((attribute, i) =>
      storedColumn(attribute, named(attribute[0] as Text), comment?.columns[i]?.[1])
    ),
    primaryKey: keys.filter(([, primary]) => primary === "t").map(([name]) => named(name as Text)),
    autoIncrement: numbered === "t" && attributes.some(([, , , , , identity]) => identity === "t"),
    unique: single("t"),
    uniqueIndexed: single("f"),
    references: references.map((row) => readReference(row)),
  };
}

function storedColumn(
  [, type, collation, notNull, generated]: readonly Text[],
  name: string,
  kind: ColumnKind | undefined,
): StoredColumn {
  const kinds = kindsOf(type as string, collation ?? null);
  const exact = kind !== undefined && kinds.includes(kind);
  return {
    name,
    type: collation === null ? type as string : `${type} with collation ${collation}`,
    kinds: exact ? [kind] : kinds,
    exact: exact || kinds.length === 1,
    notNull: notNull === "t",
    generated: generated === "t",
  };
}

const ACTIONS: Readonly<Record<string, ReferenceAction>> = {
  a: "NO ACTION",
  r: "RESTRICT",
  c: "CASCADE",
  n: "SET NULL",
};

/** A reference as its comment tells, or as the foreign key does when someone else made it. */
function readReference(row: readonly Text[]): StoredReference {
  const [, childComment, column, parent, parentComment, to, onDelete, onUpdate, comment] = row;
  const kept = readComment<ReferenceComment>(comment ?? null);
  if (kept !== null) {
    return {
      column: kept.column,
      table: kept.table,
      to: kept.to,
      onDelete: kept.onDelete as ReferenceAction,
      onUpdate: kept.onUpdate as ReferenceAction,
    };
  }
  const parentTold = readComment<TableComment>(parentComment ?? null);
  return {
    column: realColumn(column as string, readComment(childComment ?? null)),
    table: parent === null ? "" : realName(parent as string, parentTold),
    to: realColumn(to as string, parentTold),
    onDelete: ACTIONS[onDelete as string] ?? "NO ACTION",
    onUpdate: ACTIONS[onUpdate as string] ?? "NO ACTION",
  };
}

const ODD_KINDS: Readonly<Record<string, string>> = { v: "view", m: "materialized view", f: "foreign table" };

function oddity(relkind: string, references: readonly (readonly Text[])[]): string | null {
  const kind = ODD_KINDS[relkind];
  if (kind !== undefined) return `it is a ${kind} and no table`;
  return references.some((row) => row[9] !== "1") ? "it has a foreign key of several columns" : null;
}

/** Asks a question; the columns need no names, because rows are arrays. */
async function ask(session: AsyncSqlSession, sql: string, params: readonly unknown[]): Promise<Text[][]> {
  return await session.all(sqlQuery(sql, ["answer"]), params) as Text[][];
}
