import { chain, chainAll, type Maybe } from "../chain/chain.ts";
import type { Capabilities, DriverWhere, Predicate, QueryOptions } from "../contract/mod.ts";
import { outOfRange, type Scene } from "../errors/violations.ts";
import { compilePredicate } from "../reference/evaluate.ts";
import type { Table } from "../schema/table.ts";
import type { AnyDriver, Row } from "./any_driver.ts";
import { brokenPromise, rowCount } from "./broken_promise.ts";
import { Pushdown, type Split } from "./pushdown.ts";
import { RowCodec } from "./row_codec.ts";
import type { StoreContext } from "./store_context.ts";
import type { TableStore } from "./table_store.ts";

/** The most keys in one list given to a driver. */
const KEYS = 500;

/** Remembers how to undo a write, as {@linkcode StoreContext.undo}. */
export type Undo = (step: () => Maybe<void>) => void;

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
  /** The surroundings. */
  readonly context: StoreContext;
  /** What the driver declares. */
  readonly declared: Capabilities;
  /** For errors. */
  readonly scene: Scene;
  /** Whether the driver undoes a failed transaction or savepoint itself. */
  readonly undoes: boolean;
  readonly #undo: Undo = (step) => this.context.undo(step);
  #codec: RowCodec | null = null;
  #pushdown: Pushdown | null = null;

  /** Makes the view of one table. */
  constructor(driver: AnyDriver, database: string, table: Table, context: StoreContext) {
    this.driver = driver;
    this.database = database;
    this.table = table;
    this.context = context;
    this.declared = driver.metadata.capabilities ?? {};
    this.scene = { driver: driver.metadata.name, table: table.name };
    this.undoes = this.declared.transactions !== undefined && this.declared.savepoints === true;
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

  /** The rows that satisfy a condition already divided, in no order. */
  findSplit({ where, residual }: Split, params: readonly unknown[]): Maybe<Row[]> {
    return chain(
      this.fetch(where === undefined ? {} : { where }),
      (rows) => residual === null ? rows : rows.filter(compilePredicate(this.table, residual, params)),
    );
  }

  /** What `findAll` returns, decoded. */
  fetch(options: QueryOptions): Maybe<Row[]> {
    return chain(this.driver.findAll(this.database, this.table.name, options), (found) => {
      if (!Array.isArray(found)) throw brokenPromise(this.scene, "findAll", found, "an array of rows");
      return found.map((row) => this.codec.decode("findAll", row, options.select));
    });
  }

  /** What `findOne` returns, decoded, as a list of at most one. */
  fetchOne(options: QueryOptions): Maybe<Row[]> {
    return chain(
      this.driver.findOne(this.database, this.table.name, options),
      (found) => (found ?? null) === null ? [] : [this.codec.decode("findOne", found, options.select)],
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
          this.#undoInsert([stored]);
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
          this.#undoInsert(stored);
          return stored;
        }),
    );
  }

  /**
   * Changes the rows of a condition with one call.
   *
   * @param found The rows as they are now; needed when the driver undoes nothing.
   */
  updateWhere(data: Row, where: DriverWhere, found: readonly Row[], undo: Undo = this.#undo): Maybe<number> {
    const before = this.undoes ? [] : this.#images(data, found);
    return chain(this.#update(data, where), (matched) => {
      if (matched > 0 && before.length > 0) {
        undo(() => done(chainAll(before, (image) => this.#update(image.data, image.where))));
      }
      return matched;
    });
  }

  /** Changes rows, by their keys. */
  updateRows(data: Row, rows: readonly Row[], undo: Undo = this.#undo): Maybe<number> {
    return this.#each(rows, (keyed) => this.updateWhere(data, keyed.where, keyed.rows, undo));
  }

  /**
   * Removes the rows of a condition with one call.
   *
   * @param found The rows; needed when the driver undoes nothing.
   */
  deleteWhere(where: DriverWhere, found: readonly Row[]): Maybe<number> {
    const before = this.undoes ? [] : found.map((row) => this.codec.encode(row));
    return chain(this.#delete(where), (matched) => {
      if (matched > 0 && before.length > 0) {
        this.#undo(() => done(this.driver.bulkInsert(this.database, this.table.name, before)));
      }
      return matched;
    });
  }

  /** Removes rows, by their keys. */
  deleteRows(rows: readonly Row[]): Maybe<number> {
    return this.#each(rows, (keyed) => this.deleteWhere(keyed.where, keyed.rows));
  }

  /** How many calls it takes to write to rows by their keys. */
  callsFor(rows: readonly Row[]): number {
    return this.#byKeys(rows).length;
  }

  #update(data: Row, where: DriverWhere): Maybe<number> {
    const { driver, database, table, scene } = this;
    return chain(
      driver.update(database, table.name, this.codec.encode(data), where),
      (n) => rowCount(scene, "update", n),
    );
  }

  #delete(where: DriverWhere): Maybe<number> {
    const { driver, database, table, scene } = this;
    return chain(driver.delete(database, table.name, where), (n) => rowCount(scene, "delete", n));
  }

  #each(rows: readonly Row[], write: (keyed: KeyedRows) => Maybe<number>): Maybe<number> {
    return chain(
      chainAll(this.#byKeys(rows), write),
      (counts) => counts.reduce((sum, count) => sum + count, 0),
    );
  }

  /** The keys of rows as conditions: long lists where the driver has `$in`, else one key each. */
  #byKeys(rows: readonly Row[]): KeyedRows[] {
    const [column, ...more] = this.table.primaryKey.map(({ name }) => name);
    if (column === undefined || more.length > 0 || rows.length < 2 || !this.pushdown.canList(column)) {
      return rows.map((row) => ({ where: this.#keyOf(row), rows: [row] }));
    }
    const lists: KeyedRows[] = [];
    for (let i = 0; i < rows.length; i += KEYS) {
      const some = rows.slice(i, i + KEYS);
      const keys = some.map((row) => this.codec.encodeValue(column, row[column]));
      lists.push({ where: { [column]: { $in: keys } }, rows: some });
    }
    return lists;
  }

  #keyOf(row: Row): DriverWhere {
    return Object.fromEntries(
      this.table.primaryKey.map(({ name }) => [name, this.codec.encodeValue(name, row[name])]),
    );
  }

  /** The old values of rows that are given new ones, and where to find the rows then. */
  #images(data: Row, rows: readonly Row[]): { readonly data: Row; readonly where: DriverWhere }[] {
    const names = Object.keys(data);
    return rows.map((row) => ({
      data: Object.fromEntries(names.map((name) => [name, row[name]])),
      where: this.#keyOf({ ...row, ...data }),
    }));
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
    return chain(chainAll(numbers, (number) => this.#delete({ [name]: number })), () => {
      const reason = `no number is left for \`${name}\`; give the row one yourself`;
      throw outOfRange(this.scene, "insert into", column, reason);
    });
  }

  #undoInsert(rows: readonly Row[]): void {
    if (this.undoes) return;
    const keyed = this.#byKeys(rows);
    this.#undo(() => done(chainAll(keyed, ({ where }) => this.#delete(where))));
  }
}

/** A store whose rows can be read and written step by step. */
export interface SteppedStore extends TableStore {
  /** The steps. */
  readonly stored: StoredTable;
}

/** The steps of another table's store: every store of a driver is one of the same class. */
export function storedTable(store: TableStore): StoredTable {
  return (store as SteppedStore).stored;
}

function done(work: Maybe<unknown>): Maybe<void> {
  return chain(work, () => undefined);
}
