import type { IndexOptions, TableIndex } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import { predicateShape } from "../query/plans.ts";
import { readWhere } from "../query/where_reader.ts";
import { indexMismatch } from "../schema/schema_mismatch.ts";
import type { Table } from "../schema/table.ts";
import type { Scene } from "../errors/violations.ts";
import { compilePredicate } from "./evaluate.ts";
import { HashIndex } from "./hash_index.ts";

/** An index made by `createIndex`. */
export class NamedIndex extends HashIndex {
  /** The name. */
  readonly name: string;
  /** What it was made of. */
  readonly options: IndexOptions;
  readonly #scene: Scene;
  /** Equal for two indexes that mean the same. */
  readonly #definition: string;

  /**
   * Makes an empty index.
   *
   * @throws {ValidationError} When it has no column, or a column or the condition makes no sense.
   */
  constructor(table: Table, scene: Scene, name: string, options: IndexOptions) {
    const columns = options.columns.map((column) => table.column(column));
    const unique = options.unique === true;
    const { predicate, params } = readWhere(table, options.where ?? {}, false);
    super(columns, unique, predicate === null ? null : compilePredicate(table, predicate, params));
    if (columns.length === 0) {
      throw new ValidationError(
        `Cannot make index \`${name}\` of \`${table.name}\`: it has no column; name at least one`,
        {
          ...scene,
          code: "INVALID_INDEX",
        },
      );
    }
    this.name = name;
    this.options = { columns: [...options.columns], unique, ...(options.where && { where: options.where }) };
    this.#scene = scene;
    this.#definition = JSON.stringify([
      columns.map((column) => column.name),
      unique,
      predicateShape(predicate),
      params,
    ], plain);
  }

  /** What a driver tells of it. */
  get description(): TableIndex {
    const { name, unique, filter } = this;
    return { name, columns: [...this.options.columns], unique, partial: filter !== null };
  }

  /**
   * Checks that another index of this name is the same one.
   *
   * @throws {ValidationError} When it differs (`INDEX_MISMATCH`).
   */
  checkSame(other: NamedIndex): void {
    if (other.#definition === this.#definition) return;
    throw indexMismatch(this.#scene, this.name, other.columns.map((column) => column.name));
  }
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}`;
  return value instanceof Uint8Array ? [...value] : value;
}
