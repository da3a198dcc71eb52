import { chain, chainAll, type Maybe } from "../../chain/chain.ts";
import type { SchemaDifference } from "../../contract/mod.ts";
import { UnsupportedError } from "../../errors/mod.ts";
import { type AnySession, asArrays, command, query } from "../any_engine.ts";
import { givenIndexName, storedIndexName } from "../index_sql.ts";
import { schemaDifferences } from "../schema_differences.ts";
import type { AlteredTable, SqlAlter } from "../sql_alter.ts";
import type { StoredTable } from "../sql_catalog.ts";
import type { SqlColumn } from "../sql_column.ts";
import type { SqlTable } from "../sql_table.ts";
import { sqliteCatalog } from "./catalog.ts";
import { quoteSqlite } from "./quote.ts";
import { SAFE_INTEGER_CHECK, sqliteColumnSQL, sqliteTableSQL } from "./table_sql.ts";
import { nameOf, sqlWords } from "./words.ts";

/** What the schema keeps as text that a rebuild has to make again: indexes of the table, and all triggers and views. */
interface Kept {
  readonly type: "index" | "trigger" | "view";
  readonly name: string;
  readonly table: string;
  readonly sql: string;
}

/** How SQLite changes tables that are there. */
export const sqliteAlter: SqlAlter = {
  referencesOff: "PRAGMA foreign_keys = OFF",
  referencesOn: "PRAGMA foreign_keys = ON",

  brokenReferences: (session) =>
    chain(
      all(session, 'SELECT "table" AS t, rowid AS r, parent AS p, fkid AS f FROM pragma_foreign_key_check', [
        "t",
        "r",
        "p",
        "f",
      ]),
      (rows) => rows.map(([table, row, parent, key]) => `\`${table}\` to \`${parent}\` (${row}, ${key})`),
    ),

  alter(session, stored, altered) {
    const { name, driver } = altered;
    const replaced = replacedColumns(stored, altered);
    return chain(
      renameTable(session, stored.name, name),
      () =>
        chain(
          renameColumns(session, altered, replaced),
          () =>
            chain(sqliteCatalog.table(session, name), (now) =>
              now === null ? undefined : chain(altered.wantedOf(now), ({ wanted, adopted }) => {
                const differences = schemaDifferences(now, wanted, adopted)
                  .filter(({ columns: [column] }) =>
                    column === undefined || !Object.hasOwn(replaced, column)
                  );
                const replaces = Object.keys(replaced).length > 0;
                if (differences.length === 0 && !replaces && !hasOldChecks(altered, wanted)) {
                  return;
                }
                const added = differences.map(({ kind, columns: [column] }) =>
                  kind === "absent" ? wanted.column(column as string) : null
                );
                if (
                  !replaces && added.length > 0 &&
                  added.every((column) =>
                    column !== null && canBeAdded(column)
                  )
                ) {
                  return run(
                    session,
                    added.map((column) =>
                      `ALTER TABLE ${quoteSqlite(name)} ADD COLUMN ${
                        sqliteColumnSQL(column as SqlColumn, false)
                      }`
                    ),
                  );
                }
                checkCopied(differences, driver, name);
                return rebuild(session, now, { driver, wanted, replaced });
              })),
        ),
    );
  },
};

/** What is copied as it is has to mean the same in the new table. */
function checkCopied(differences: readonly SchemaDifference[], driver: string, table: string): void {
  const other = differences.find(({ kind, stored, wanted }) =>
    ["stored", "generated", "primaryKey", "table"].includes(kind) ||
    (kind === "type" && !(stored === "INTEGER" && wanted === "INTEGER of 64 bit"))
  );
  if (other === undefined) return;
  throw new UnsupportedError(
    `Cannot change \`${table}\` as it is: ${other.text}; a new column has to take the place of the old one`,
    { driver, table, columns: other.columns },
  );
}

/** Columns that another one takes the place of, with the name of that one. */
function replacedColumns(
  { columns }: StoredTable,
  { renamed }: AlteredTable,
): Readonly<Record<string, string>> {
  const taken = Object.entries(renamed).filter(([to]) => columns.some(({ name }) => name === to));
  return Object.fromEntries(taken);
}

/** A check that is named after its column keeps the old name when the column is renamed. */
function hasOldChecks({ renamed }: AlteredTable, wanted: SqlTable): boolean {
  return Object.keys(renamed).some((name) => {
    const { kind, autoIncrement, references } = wanted.column(name);
    return kind === "integer" && (autoIncrement || references?.onUpdate === "CASCADE");
  });
}

function renameTable(session: AnySession, from: string, to: string): Maybe<void> {
  if (from === to) return;
  const rename = `ALTER TABLE ${quoteSqlite(from)} RENAME TO ${quoteSqlite(to)}`;
  return chain(run(session, [rename]), () =>
    chain(kept(session, to), (all) =>
      run(
        session,
        all.filter(({ type }) => type === "index").flatMap(({ name, sql }) => {
          const given = givenIndexName(from, name);
          if (given === name) return [];
          const made = quoteSqlite(storedIndexName(to, given));
          const text = sql.replace(
            /^(CREATE\s+(?:UNIQUE\s+)?INDEX\s+)(?:`(?:[^`]|``)*`|"(?:[^"]|"")*"|\S+)/i,
            (_, start: string) => start + made,
          );
          return [`DROP INDEX ${quoteSqlite(name)}`, text];
        }),
      )));
}

function renameColumns(
  session: AnySession,
  { name, renamed }: AlteredTable,
  replaced: Readonly<Record<string, string>>,
): Maybe<void> {
  const table = quoteSqlite(name);
  return run(
    session,
    Object.entries(renamed).filter(([to]) => !Object.hasOwn(replaced, to)).map(([to, from]) =>
      `ALTER TABLE ${table} RENAME COLUMN ${quoteSqlite(from)} TO ${quoteSqlite(to)}`
    ),
  );
}

/** Whether ADD COLUMN takes it. */
function canBeAdded({ unique, nullable, defaultSQL, references, autoIncrement, column }: SqlColumn): boolean {
  if (unique || autoIncrement || column.primaryKey) return false;
  if (references !== null) return nullable && defaultSQL === null;
  return nullable || defaultSQL !== null;
}

/** What a table is remade as. */
interface Remade {
  readonly driver: string;
  readonly wanted: SqlTable;
  /** Columns that another one takes the place of, with the name of that one. */
  readonly replaced: Readonly<Record<string, string>>;
}

/** Makes the table anew under another name, copies the rows, and puts it in the place of the old one. */
function rebuild(
  session: AnySession,
  stored: StoredTable,
  { wanted, driver, replaced }: Remade,
): Maybe<void> {
  const { name } = wanted;
  const refuse = (reason: string): never => {
    throw new UnsupportedError(
      `Cannot remake \`${name}\`: ${reason}; change it with SQL, or copy its rows into a table that is new`,
      { driver, table: name },
    );
  };
  const temporary = `rinari_new_${name}`;
  const [quoted, made] = [quoteSqlite(name), quoteSqlite(temporary)];
  const gone = stored.columns.map((column) => column.name).filter((column) =>
    Object.values(replaced).includes(column) || wanted.table.get(column) === undefined
  );
  const source = (column: SqlColumn): string => {
    const from = replaced[column.name] ??
      stored.columns.find(({ name }) => name === column.name && !Object.hasOwn(replaced, name))?.name;
    return from === undefined ? column.defaultSQL ?? "NULL" : quoteSqlite(from);
  };
  const columns = wanted.columns.map((column) => column.quoted).join(", ");
  const sources = wanted.columns.map(source).join(", ");
  return chain(prepareRebuild(session, stored, refuse), ({ texts, referring }) => {
    const uses = (sql: string): boolean => {
      const words = wordsOf(sql);
      return words.includes(name) && gone.some((column) => words.includes(column));
    };
    const user = texts.find(({ type, sql }) => type !== "index" && uses(sql));
    if (user !== undefined) refuse(`${user.type} \`${user.name}\` uses a column that goes`);
    const others = texts.filter(({ type }) => type !== "index");
    const indexes = texts.filter(({ type, sql }) => type === "index" && staysIndex(sql, gone, replaced));
    const numbers = stored.autoIncrement ? sqliteCatalog.lastNumber(session, name) : null;
    return chain(numbers, (last) =>
      chain(countRows(session, referring), (before) =>
        chain(
          run(session, [
            ...others.map(({ type, name: each }) => `DROP ${type.toUpperCase()} ${quoteSqlite(each)}`),
            sqliteTableSQL({
              name: temporary,
              quoted: made,
              columns: wanted.columns,
              primaryKey: wanted.primaryKey,
            }),
            `INSERT INTO ${made} (${columns}) SELECT ${sources} FROM ${quoted}`,
            ...(last === null || wanted.table.autoIncrement === null ? [] : [
              `DELETE FROM sqlite_sequence WHERE name = '${temporary.replaceAll("'", "''")}'`,
              `INSERT INTO sqlite_sequence (name, seq) VALUES ('${
                temporary.replaceAll("'", "''")
              }', ${last})`,
            ]),
            `DROP TABLE ${quoted}`,
            `ALTER TABLE ${made} RENAME TO ${quoted}`,
            ...indexes.map(({ sql }) => sql),
            ...others.map(({ sql }) => sql),
          ]),
          () =>
            chain(countRows(session, referring), (after) => {
              const lost = referring.find((table) => before.get(table) !== after.get(table));
              if (lost !== undefined) {
                refuse(`\`${lost}\` had ${before.get(lost)} rows before and ${after.get(lost)} after`);
              }
              const views = others.filter(({ type }) => type === "view");
              return chain(
                chainAll(
                  views,
                  ({ name: view }) => all(session, `SELECT 1 AS n FROM ${quoteSqlite(view)} LIMIT 0`, ["n"]),
                ),
                () => undefined,
              );
            }),
        )));
  });
}

/** Whether an index names nothing that goes. The columns that take the place of others have values that its condition does not know. */
function staysIndex(
  sql: string,
  gone: readonly string[],
  replaced: Readonly<Record<string, string>>,
): boolean {
  const words = wordsOf(sql);
  const where = words.findIndex((word) => word.toUpperCase() === "WHERE");
  return !words.some((word, i) =>
    Object.hasOwn(replaced, word) ? where >= 0 && i > where : gone.includes(word)
  );
}

function wordsOf(sql: string): string[] {
  return sqlWords(sql).map(nameOf);
}

/** Looks whether a table can be made anew without losing anything. @returns What has to be made again, and where rows are counted. */
function prepareRebuild(
  session: AnySession,
  stored: StoredTable,
  refuse: (reason: string) => never,
): Maybe<{ readonly texts: readonly Kept[]; readonly referring: readonly string[] }> {
  const { name } = stored;
  if (!stored.strict || stored.oddity !== null) refuse("others have made it, in a way of their own");
  return chain(
    all(session, "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ?1", ["sql"], [name]),
    (
      [row],
    ) => {
      const foreign = foreignWord(String(row?.[0]));
      if (foreign !== null) refuse(`it has a ${foreign} of others`);
      return chain(sqliteCatalog.referrers(session, name), (referrers) => {
        const referring = [...new Set([name, ...referrers.map(({ child }) => child)])];
        const enforced = referrers.length === 0
          ? []
          : all(session, "SELECT foreign_keys AS f FROM pragma_foreign_keys", ["f"]);
        return chain(enforced, (answer) => {
          if (Number(answer[0]?.[0] ?? 0) === 1) throw referencesEnforced(name);
          return chain(kept(session, name), (texts) => ({ texts, referring }));
        });
      });
    },
  );
}

/** The error for a table that cannot be remade while foreign keys follow the deletion of the old one. */
function referencesEnforced(table: string): UnsupportedError {
  return new UnsupportedError(
    `Cannot remake \`${table}\`: rows of other tables refer to it, and would follow when the old one is dropped; ` +
      "tell the driver with suspendReferences at the start of the transaction, as migrate does",
    { code: "REFERENCES_ENFORCED", table },
  );
}

/** What a CREATE TABLE has that is not written here, or null. */
function foreignWord(sql: string): string | null {
  const words = sqlWords(sql).filter((word) => !/^(?:--|\/\*)/.test(word));
  for (let i = 0; i < words.length; i++) {
    const word = (words[i] as string).toUpperCase();
    const before = words[i - 1] ?? "";
    if (word === "CHECK" && !nameOf(before).startsWith(SAFE_INTEGER_CHECK)) return "CHECK";
    if (["COLLATE", "GENERATED", "DEFERRABLE", "CONFLICT"].includes(word)) return word;
  }
  return null;
}

function kept(session: AnySession, table: string): Maybe<Kept[]> {
  return chain(
    all(
      session,
      "SELECT type, name, tbl_name AS t, sql FROM sqlite_schema WHERE sql IS NOT NULL AND " +
        "(type IN ('trigger', 'view') OR type = 'index' AND tbl_name = ?1) ORDER BY rowid",
      ["type", "name", "t", "sql"],
      [table],
    ),
    (rows) => rows.map(([type, name, t, sql]) => ({ type, name, table: t, sql }) as unknown as Kept),
  );
}

function countRows(session: AnySession, tables: readonly string[]): Maybe<Map<string, number>> {
  return chain(
    chainAll(tables, (table) => all(session, `SELECT count(*) AS n FROM ${quoteSqlite(table)}`, ["n"])),
    (counts) => new Map(tables.map((table, i) => [table, Number(counts[i]?.[0]?.[0])])),
  );
}

function run(session: AnySession, statements: readonly string[]): Maybe<void> {
  return chain(
    chainAll(statements, (sql) => session.run({ ...command(sql), once: true }, [])),
    () => undefined,
  );
}

function all(
  session: AnySession,
  sql: string,
  columns: readonly string[],
  params: readonly unknown[] = [],
): Maybe<unknown[][]> {
  return chain(
    session.all({ ...query(sql, columns), once: true }, params),
    (rows) => asArrays(rows, columns),
  );
}
