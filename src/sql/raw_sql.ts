import { chain, isPromise, type Maybe } from "../chain/chain.ts";
import type { ColumnDefinition, RawResult, RawStatement } from "../contract/mod.ts";
import { UnsupportedError, ValidationError } from "../errors/mod.ts";
import { Column } from "../schema/column.ts";
import { type AnyEngine, type AnySession, asArrays } from "./any_engine.ts";
import { iterateStatement } from "./iterate_rows.ts";
import { Parameters } from "./parameters.ts";
import type { Row } from "./rows_decoder.ts";
import { SqlColumn } from "./sql_column.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { Decode, SqlRaw } from "./sql_dialect.ts";
import type { SqlRows } from "./sql_engine.ts";

/** Words that end or begin what this library keeps account of. */
const TRANSACTION_WORDS: ReadonlySet<string> = new Set([
  "BEGIN",
  "COMMIT",
  "END",
  "ROLLBACK",
  "SAVEPOINT",
  "RELEASE",
  "START",
  "ABORT",
]);
/** Words that change the connection, which other calls share. */
const CONNECTION_WORDS: ReadonlySet<string> = new Set(["ATTACH", "DETACH", "PRAGMA", "SET", "USE"]);
const READS: ReadonlySet<string> = new Set(["SELECT", "VALUES", "EXPLAIN"]);
/** What stands for errors of a statement that is on no table of ours. */
const PLACE = "sql";

/** Runs a statement that was written by hand, where everything else runs. */
export function runRaw(database: SqlDatabase, statement: RawStatement): Maybe<RawResult<Row>> {
  return chain(database.open(), (engine) => {
    const { dialect } = engine;
    const { raw } = dialect;
    if (raw === undefined) {
      throw new UnsupportedError(
        `Cannot run SQL on driver ${database.driver}: its dialect ${dialect.name} does not say how statements written by hand are read`,
        { driver: database.driver },
      );
    }
    const { sql, params } = write(engine, raw, statement);
    const verb = checkText(raw, sql, database.driver);
    const writes = !READS.has(verb);
    const enter = writes ? database.enterToWrite("run SQL on", undefined) : database.enter();
    return chain(enter, (session) => {
      if (session.raw === undefined) return noRaw(database.driver);
      const each = statement.oneByOne === true && verb !== "EXPLAIN" && !writes
        ? readEach(database, session, statement.columns, sql, params)
        : null;
      if (each !== null) return { rows: [], each, changes: 0 };
      const send = session.raw.bind(session);
      return chain(
        database.guard("run SQL on", undefined, () => send(sql, params, writes)),
        (result) => ({ rows: readRows(database, statement.columns, result), changes: result.changes }),
      );
    });
  });
}

function noRaw(driver: string): never {
  throw new UnsupportedError(`Cannot run SQL on driver ${driver}: its engine has no \`raw\``, { driver });
}

function write(
  engine: AnyEngine,
  raw: SqlRaw,
  { texts, parts }: RawStatement,
): { readonly sql: string; readonly params: readonly unknown[] } {
  const { dialect, integers } = engine;
  const parameters = new Parameters(dialect);
  const values: unknown[] = [];
  let sql = texts[0] as string;
  parts.forEach((part, i) => {
    if (part.kind === "name") sql += dialect.quote(part.name);
    else {
      const { one, list } = dialect.encoding(part.type, integers);
      const slot = values.push(part.kind === "list" ? part.values : part.value) - 1;
      sql += part.kind === "list"
        ? raw.list(part.type, parameters.value(slot, list))
        : parameters.value(slot, one);
    }
    sql += texts[i + 1];
  });
  return { sql: dialect.simplify(sql, parameters.count), params: parameters.binder()(values) };
}

/** Refuses what would not do as it says. @returns The verb. */
function checkText(raw: SqlRaw, sql: string, driver: string): string {
  const refuse = (reason: string): never => {
    throw new ValidationError(`Cannot run SQL: ${reason}`, { code: "INVALID_SQL", driver });
  };
  const { verb, second } = raw.scan(sql);
  if (verb === "") refuse("there is no statement in the text");
  if (second >= 0) {
    refuse(
      `a second statement begins at ${
        JSON.stringify(sql.slice(second, second + 40))
      }, which the store would drop; run each by itself`,
    );
  }
  if (TRANSACTION_WORDS.has(verb)) {
    refuse(
      `${verb} would end or begin a transaction without the ORM; use orm.transaction, which nests as savepoints do`,
    );
  }
  if (CONNECTION_WORDS.has(verb)) {
    refuse(
      `${verb} changes the connection, which all calls share; give the driver a client of your own, or read \`SELECT * FROM pragma_…\``,
    );
  }
  return verb;
}

/** What may follow a statement but spaces and its semicolon, which an engine that asks for one more row cannot write around. */
const TAIL = /;\s*(?:--|\/\*)/;

/** The rows one by one, from a statement of its own; null where the engine does not tell their columns before. */
function readEach(
  database: SqlDatabase,
  session: AnySession,
  definitions: Definitions,
  given: string,
  params: readonly unknown[],
): IterableIterator<Row> | null {
  if (session.columnsOf === undefined || TAIL.test(given)) return null;
  const sql = `${given.replace(/[\s;]+$/, "")}\n`;
  const columns = database.guard("run SQL on", undefined, () => session.columnsOf?.(sql) ?? null);
  if (columns === null || isPromise(columns) || columns.length === 0) return null;
  const decode = rowReader(database, definitions, columns);
  return iterateStatement(database, {
    query: { sql, bigints: true, single: false, columns, once: true },
    params,
    attempt: "run SQL on",
    table: undefined,
    decode: (rows) => asArrays(rows, columns).map(decode),
    failed(_session, error) {
      throw database.error(error, undefined, "run SQL on");
    },
  });
}

type Definitions = Readonly<Record<string, ColumnDefinition>>;

function readRows(database: SqlDatabase, definitions: Definitions, { columns, rows }: SqlRows): Row[] {
  return columns.length === 0 ? [] : rows.map(rowReader(database, definitions, columns));
}

/** Makes the function that reads a row of these columns. */
function rowReader(
  database: SqlDatabase,
  definitions: Definitions,
  columns: readonly string[],
): (values: readonly unknown[]) => Row {
  const driver = database.driver;
  const refuse = (reason: string): never => {
    throw new ValidationError(`Cannot read the rows of SQL: ${reason}`, { code: "INVALID_SQL", driver });
  };
  const twice = columns.find((name, i) => columns.indexOf(name) !== i);
  if (twice !== undefined) {
    refuse(`two columns are called \`${twice}\`, and a row has a name once; give one another name with AS`);
  }
  if (columns.includes("__proto__")) {
    refuse("no column may be called `__proto__`; give it another name with AS");
  }
  const missing = Object.keys(definitions).find((name) => !columns.includes(name));
  if (missing !== undefined) {
    refuse(
      `column \`${missing}\` is expected, and there are ${columns.map((name) => `\`${name}\``).join(", ")}`,
    );
  }
  const decoders = columns.map((name): Decode => {
    const definition = Object.hasOwn(definitions, name) ? definitions[name] : undefined;
    return definition === undefined ? plain(name, refuse) : decoderOf(database, name, definition, refuse);
  });
  return (values) => {
    const row: Row = {};
    for (let i = 0; i < columns.length; i++) row[columns[i] as string] = (decoders[i] as Decode)(values[i]);
    return row;
  };
}

function decoderOf(
  database: SqlDatabase,
  name: string,
  definition: ColumnDefinition,
  refuse: (reason: string) => never,
): Decode {
  const { dialect, integers } = database.engine;
  const made = new Column(PLACE, name, 0, definition);
  const adopted = made.stored === null ? undefined : { stored: made.stored, foreign: true, sample: null };
  const column = new SqlColumn(made, dialect, integers, adopted);
  const decode = dialect.decoder(column, { driver: database.driver, bigints: true, checked: true });
  return (value) => {
    if (value !== null) return decode === null ? value : decode(value);
    return definition.notNull === true ? refuse(`column \`${name}\` is null, and is said not to be`) : null;
  };
}

function plain(name: string, refuse: (reason: string) => never): Decode {
  return (value) => {
    if (typeof value !== "bigint") return value;
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : refuse(
      `column \`${name}\` holds ${value}, which no number is; say { ${name}: { type: "INTEGER", bigint: true } }`,
    );
  };
}
