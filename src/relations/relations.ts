import { ValidationError } from "../errors/mod.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import { describeValue } from "../schema/describe_value.ts";
import { checkIdentifier } from "../schema/identifiers.ts";
import { isPlain } from "../schema/plain_object.ts";
import type { Table } from "../schema/table.ts";
import { type Relation, resolveRelation } from "./relation.ts";

/** The relations of a table. Their models are looked for when they are first needed: they may be defined later. */
export class Relations {
  readonly #entry: TableEntry;
  readonly #declared: ReadonlyMap<string, () => unknown>;
  readonly #resolved: Map<string, Relation> = new Map();

  /** Takes what was checked by {@linkcode readRelations}. */
  constructor(entry: TableEntry, declared: ReadonlyMap<string, () => unknown>) {
    this.#entry = entry;
    this.#declared = declared;
  }

  /** The names. */
  get names(): readonly string[] {
    return [...this.#declared.keys()];
  }

  /**
   * The relation of a name, or null.
   *
   * @throws {ValidationError} When the models do not fit each other (`INVALID_SCHEMA`).
   */
  get(name: string): Relation | null {
    const known = this.#resolved.get(name);
    if (known !== undefined) return known;
    const give = this.#declared.get(name);
    if (give === undefined) return null;
    const relation = resolveRelation(this.#entry, name, give);
    this.#resolved.set(name, relation);
    return relation;
  }

  /**
   * Looks for the models of all relations.
   *
   * @throws {ValidationError} When some do not fit each other (`INVALID_SCHEMA`).
   */
  check(): void {
    for (const name of this.#declared.keys()) this.get(name);
  }
}

const NONE: ReadonlyMap<string, () => unknown> = new Map();

/**
 * Checks the relations of a model as they are given to `define`, as far as can be before other models are defined.
 *
 * @throws {ValidationError} When a name makes no sense or is that of a column, or there is no function.
 */
export function readRelations(table: Table, relations: unknown): ReadonlyMap<string, () => unknown> {
  if (relations === undefined) return NONE;
  const refuse = (reason: string): never => {
    throw new ValidationError(`Cannot define \`${table.name}\`: ${reason}`, {
      code: "INVALID_SCHEMA",
      table: table.name,
    });
  };
  if (typeof relations !== "object" || relations === null || !isPlain(relations)) {
    return refuse(
      `\`relations\` is an object such as { books: () => hasMany(Book, "authorId") }, not ${
        describeValue(relations)
      }`,
    );
  }
  const declared = new Map<string, () => unknown>();
  for (const [name, give] of Object.entries(relations)) {
    checkIdentifier("relation", name);
    if (table.get(name) !== undefined) refuse(`\`${name}\` names both a column and a relation`);
    if (typeof give !== "function") {
      refuse(
        `relation \`${name}\` is ${
          describeValue(give)
        }, and has to be a function such as () => hasMany(Book, "authorId")`,
      );
    }
    declared.set(name, give as () => unknown);
  }
  return declared;
}
