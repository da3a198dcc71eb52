import { chain, chainAll, type Maybe } from "../chain/chain.ts";
import { searchesAlone } from "../contract/everything.ts";
import type { Capabilities, DriverWhere, Predicate, QueryOptions } from "../contract/mod.ts";
import { outOfRange, type Scene } from "../errors/violations.ts";
import { predicateColumns } from "../query/computed_condition.ts";
import type { ReadWhere } from "../query/where_reader.ts";
import { compilePredicate } from "../reference/evaluate.ts";
import { copyValue } from "../reference/row.ts";
import type { Table } from "../schema/table.ts";
import type { AnyDriver, Row } from "./any_driver.ts";
import { brokenPromise, rowCount } from "./broken_promise.ts";
import { Pushdown, type Split } from "./pushdown.ts";
import type { Column } from "../schema/column.ts";
import type { Image, UndoStep } from "../composed/undo.ts";
import type { ComposedTransactions } from "../composed/composed_transactions.ts";
import { RowCodec } from "./row_codec.ts";
import { type UniqueRule, uniqueRules } from "./unique_rules.ts";

/** The most keys in one list given to a driver. */
const KEYS = 500;

/** Remembers how to take back a write. */
export type Remember = (step: UndoStep) => void;

/** An index, with its condition read. */
export interface StoredIndex {
  /** The name, unique in its table. */
  readonly name: string;
  /** The columns, in order. */
  readonly columns: readonly string[];
  /** Whether it refuses equal rows. */
  readonly unique: boolean;
  /** The rows in it; null for all. */
  readonly where: ReadWhere | null;
}

/** A column of a table that refers to another. */
export interface Referrer {
  /** The table that refers. */
  readonly stored: StoredTable;
  /** Its column. */
  readonly column: Column;
}

/** The database that a table is in. */
export interface Home {
  /** Its name. */
  readonly name: string;
  /** The driver. */
  readonly driver: AnyDriver;
  /** The transactions of the driver. */
  readonly transactions: ComposedTransactions;
  /** Another table, or null when it is not known. */
  find(tableName: string): StoredTable | null;
  /** The columns that refer to a table. */
  referrers(tableName: string): readonly Referrer[];
}

/** Some rows, and the condition that is true for them alone. */
interface KeyedRows {
  readonly where: DriverWhere;
  readonly rows: readonly Row[];
}

/** The rows of a table as a driver stores them: single reads and writes with native values, each write with what undoes it. */
export class StoredTable {
  /** The driver. */
  readonly driver: AnyDriver;
  /** The database's name. */
  readonly database: string;
  /** The schema. */
  readonly table: Table;
  /** The database. */
  readonly home: Home;
  /** What the driver declares. */
  readonly declared: Capabilities;
  /** For errors. */
  readonly scene: Scene;
  /** Whether the driver undoes a failed transaction or savepoint itself. */
  readonly undoes: boolean;
  /** Whether the driver does whole searches, and what it returns is taken as it is. */
  readonly trusted: boolean;
  readonly #record: Remember = (step) => this.home.transactions.record(step);
  readonly #indexes: Map<string, StoredIndex>;
  #codec: RowCodec | null = null;
  #pushdown: Pushdown | null = null;
  #rules: readonly UniqueRule[] | null = null;

  /** Makes the view of one table, whose indexes are known. */
  constructor(home: Home, table: Table, indexes: Iterable<StoredIndex> = []) {
    const { driver } = home;
    this.driver = driver;
    this.database = home.name;
    this.table = table;
    this.home = home;
    this.declared = driver.metadata.capabilities ?? {};
    this.scene = { driver: driver.metadata.name, table: table.name };
    this.undoes = home.transactions.undoes;
    this.trusted = searchesAlone(this.declared);
    this.#indexes = new Map([...indexes].map((index) => [index.name, index]));
  }

  /** The indexes known. */
  get indexes(): ReadonlyMap<string, StoredIndex> {
    return this.#indexes;
  }

  /** What must be unique and is enforced here. */
  get rules(): readonly UniqueRule[] {
    return this.#rules ??= uniqueRules(this);
  }

  /** Remembers an index under its name, or that there is none. */
  setIndex(name: string, index: StoredIndex | undefined): void {
    if (index === undefined) this.#indexes.delete(name);
    else this.#indexes.set(name, index);
    this.#rules = null;
  }

  /** How values are handed over. */
  get codec(): RowCodec {
    return this.#codec ??= new RowCodec(this.table, this.scene.driver, this.declared.nativeTypes ?? []);
  }

  /** What the driver can be asked for. */
  get pushdown(): Pushdown {
    return this.#pushdown ??= new Pushdown(this.table, this.declared, this.codec);
  }

  /** Whether the table exists. */
  exists(): Maybe<boolean> {
    return chain(this.driver.tableExists(this.database, this.table.name), (answer) => {
      if (typeof answer === "boolean") return answer;
      throw brokenPromise(this.scene, "tableExists", answer, "true or false");
    });
  }

  /** The rows that satisfy a condition, in no order. */
  find(predicate: Predicate | null, params: readonly unknown[]): Maybe<Row[]> {
    return this.findSplit(this.pushdown.split(predicate, params), params);
  }

  /**
   * The rows that satisfy a condition already divided, in no order.
   *
   * @param needs The columns needed beside the key; all when absent or null.
   */
  findSplit(
    { where, residual }: Split,
    params: readonly unknown[],
    needs: readonly string[] | null = null,
  ): Maybe<Row[]> {
    const select = needs === null || this.declared.select !== true ? null : this.#columnsFor(needs, residual);
    return chain(
      this.fetch({ ...(where === undefined ? null : { where }), ...(select === null ? null : { select }) }),
      (rows) => residual === null ? rows : rows.filter(compilePredicate(this.table, residual, params)),
    );
  }

  #columnsFor(needs: readonly string[], residual: Predicate | null): string[] {
    const looked = residual === null ? [] : predicateColumns(residual);
    return [...new Set([...this.table.primaryKey.map(({ name }) => name), ...needs, ...looked])];
  }

  /** What `findAll` returns, decoded. */
  fetch(options: QueryOptions): Maybe<Row[]> {
    return chain(this.driver.findAll(this.database, this.table.name, options), (found) => {
      return this.decode("findAll", found, options.select);
    });
  }

  /**
   * The native values of rows that a method returned. Those of a driver that does whole searches are taken as they are.
   *
   * @throws {RinariError} When they are no rows of the table (`DRIVER_CONTRACT`).
   */
  decode(method: string, found: readonly unknown[], select?: readonly string[]): Row[] {
    if (this.trusted) return found as Row[];
    if (!Array.isArray(found)) throw brokenPromise(this.scene, method, found, "an array of rows");
    return found.map((row) => this.codec.decode(method, row, select));
  }

  /** Checks a number of rows that a method returned. */
  checkCount(method: string, answer: Maybe<number>): Maybe<number> {
    return chain(answer, (number) => rowCount(this.scene, method, number));
  }

  /** What `findOne` returns, decoded, as a list of at most one. */
  fetchOne(options: QueryOptions): Maybe<Row[]> {
    return chain(
      this.driver.findOne(this.database, this.table.name, options),
      (found) => (found ?? null) === null ? [] : this.decode("findOne", [found], options.select),
    );
  }

  /** How many rows satisfy a condition that the driver applies. */
  countWhere(where: DriverWhere | undefined): Maybe<number> {
    const { driver, database, table, scene } = this;
    const count = where === undefined
      ? driver.count(database, table.name)
      : driver.count(database, table.name, where);
    return chain(count, (answer) => rowCount(scene, "count", answer));
  }

  /** Stores one row. */
  insert(row: Row): Maybe<Row> {
    return chain(
      this.driver.insert(this.database, this.table.name, this.codec.encode(row)),
      (echo) =>
        chain(this.#refuseTooLarge([row], [echo]), () => {
          const stored = this.#assigned("insert", row, echo);
          this.#recordInsert([stored]);
          return stored;
        }),
    );
  }

  /** Stores rows with one call. */
  insertAll(rows: readonly Row[]): Maybe<Row[]> {
    const encoded = rows.map((row) => this.codec.encode(row));
    return chain(
      this.driver.bulkInsert(this.database, this.table.name, encoded),
      (echoes) =>
        chain(this.#refuseTooLarge(rows, echoes), () => {
          const stored = rows.map((row, i) =>
            this.#assigned("bulkInsert", row, Array.isArray(echoes) ? echoes[i] : echoes)
          );
          this.#recordInsert(stored);
          return stored;
        }),
    );
  }

  /**
   * Changes the rows of a condition with one call.
   *
   * @param found The rows as they are now; needed when the driver undoes nothing.
   */
  updateWhere(
    data: Row,
    where: DriverWhere,
    found: readonly Row[],
    record: Remember = this.#record,
  ): Maybe<number> {
    const images = this.undoes ? [] : this.#images(data, found);
    return chain(this.changeWhere(data, where), (matched) => {
      if (matched > 0 && images.length > 0) record({ kind: "update", stored: this, images });
      return matched;
    });
  }

  /** Changes rows, by their keys. */
  updateRows(data: Row, rows: readonly Row[], record: Remember = this.#record): Maybe<number> {
    return this.#each(rows, (keyed) => this.updateWhere(data, keyed.where, keyed.rows, record));
  }

  /**
   * Removes the rows of a condition with one call.
   *
   * @param found The rows; needed when the driver undoes nothing.
   */
  deleteWhere(where: DriverWhere, found: readonly Row[]): Maybe<number> {
    return chain(this.removeWhere(where), (matched) => {
      if (matched > 0 && found.length > 0) this.#record({ kind: "delete", stored: this, rows: found });
      return matched;
    });
  }

  /** Removes rows, by their keys. */
  deleteRows(rows: readonly Row[]): Maybe<number> {
    return this.#each(rows, (keyed) => this.deleteWhere(keyed.where, keyed.rows));
  }

  /** How many calls it takes to write to rows by their keys. */
  callsFor(rows: readonly Row[]): number {
    return this.byKeys(rows).length;
  }

  /** Changes the rows of a condition, and remembers nothing. */
  changeWhere(data: Row, where: DriverWhere): Maybe<number> {
    const { driver, database, table, scene } = this;
    return chain(
      driver.update(database, table.name, this.codec.encode(data), where),
      (n) => rowCount(scene, "update", n),
    );
  }

  /** Removes the rows of a condition, and remembers nothing. */
  removeWhere(where: DriverWhere): Maybe<number> {
    const { driver, database, table, scene } = this;
    return chain(driver.delete(database, table.name, where), (n) => rowCount(scene, "delete", n));
  }

  /** Stores rows, and remembers nothing. */
  addRows(rows: readonly Row[]): Maybe<unknown> {
    const encoded = rows.map((row) => this.codec.encode(row));
    return this.driver.bulkInsert(this.database, this.table.name, encoded);
  }

  #each(rows: readonly Row[], write: (keyed: KeyedRows) => Maybe<number>): Maybe<number> {
    return chain(
      chainAll(this.byKeys(rows), write),
      (counts) => counts.reduce((sum, count) => sum + count, 0),
    );
  }

  /** The keys of rows as conditions: long lists where the driver has `$in`, else one key each. */
  byKeys(rows: readonly Row[]): KeyedRows[] {
    const [column, ...more] = this.table.primaryKey.map(({ name }) => name);
    if (column === undefined || more.length > 0 || rows.length < 2 || !this.pushdown.canList(column)) {
      return rows.map((row) => ({ where: this.keyOf(row), rows: [row] }));
    }
    const lists: KeyedRows[] = [];
    for (let i = 0; i < rows.length; i += KEYS) {
      const some = rows.slice(i, i + KEYS);
      const keys = some.map((row) => this.codec.encodeValue(column, row[column]));
      lists.push({ where: { [column]: { $in: keys } }, rows: some });
    }
    return lists;
  }

  /** The key of a row as a condition. */
  keyOf(row: Row): DriverWhere {
    return Object.fromEntries(
      this.table.primaryKey.map(({ name }) => [name, this.codec.encodeValue(name, row[name])]),
    );
  }

  /** The old values of rows that are given new ones, and where to find the rows then. */
  #images(data: Row, rows: readonly Row[]): Image[] {
    const names = Object.keys(data);
    const key = this.table.primaryKey.map(({ name }) => name);
    return rows.map((row) => ({ data: pick(row, names), key: pick({ ...row, ...data }, key) }));
  }

  /** A row as it was stored: ours, with the number the driver assigned. */
  #assigned(method: string, row: Row, echo: unknown): Row {
    const { table, codec } = this;
    const stored: Row = {};
    for (const { name } of table.columns) stored[name] = row[name] ?? null;
    const number = table.autoIncrement?.name;
    if (number === undefined || stored[number] !== null) return stored;
    const given = typeof echo === "object" && echo !== null && Object.hasOwn(echo, number)
      ? (echo as Row)[number]
      : null;
    if ((given ?? null) === null) {
      throw brokenPromise(this.scene, method, given, "the row as stored, with the number assigned,", [
        number,
      ]);
    }
    stored[number] = codec.decodeValue(method, number, given);
    return stored;
  }

  /**
   * A driver that goes on counting beyond the numbers that are exact has none left to assign.
   *
   * @throws {ValidationError} When it did (`OUT_OF_RANGE`); the rows are removed again.
   */
  #refuseTooLarge(rows: readonly Row[], echoes: unknown): Maybe<void> {
    const column = this.table.autoIncrement;
    if (column === null || !Array.isArray(echoes)) return;
    const { name } = column;
    const numbers = rows.map((row, i) => {
      const given = row[name] ?? null;
      return given === null ? (echoes as (Row | null)[])[i]?.[name] : this.codec.encodeValue(name, given);
    });
    if (!numbers.some((number) => typeof number === "number" && number > Number.MAX_SAFE_INTEGER)) return;
    return chain(chainAll(numbers, (number) => this.removeWhere({ [name]: number })), () => {
      const reason = `no number is left for \`${name}\`; give the row one yourself`;
      throw outOfRange(this.scene, "insert into", column, reason);
    });
  }

  /** Only the keys are remembered: the rows themselves are given away. */
  #recordInsert(rows: readonly Row[]): void {
    if (this.undoes) return;
    const key = this.table.primaryKey;
    const keys = rows.map((row) =>
      Object.fromEntries(key.map(({ name, kind }) => [name, copyValue(kind, row[name])]))
    );
    this.#record({ kind: "insert", stored: this, rows: keys });
  }
}

function pick(row: Row, names: readonly string[]): Row {
  return Object.fromEntries(names.map((name) => [name, row[name]]));
}
