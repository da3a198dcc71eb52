import { foldCase } from "../../schema/identifiers.ts";

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What a module that is printed has names for already, or that its reader would take for something else. */
const TAKEN: readonly string[] = [
  "DataTypes",
  "ORM",
  "BunSQLiteDriver",
  "NodeSQLiteDriver",
  "LibSQLDriver",
  "Array",
  "Date",
  "Error",
  "JSON",
  "Map",
  "Object",
  "Promise",
  "Set",
  "Symbol",
];

/** Names that are given once each, in any case of letters. */
export class Names {
  readonly #taken: Set<string> = new Set();

  /** Takes what is wanted, with a number behind it where that is taken. */
  take(wanted: string): string {
    let name = wanted;
    for (let n = 2; this.#taken.has(foldCase(name)); n++) name = `${wanted}${n}`;
    this.#taken.add(foldCase(name));
    return name;
  }

  /** Whether nobody has it. */
  free(name: string): boolean {
    return !this.#taken.has(foldCase(name));
  }
}

/** The name of a model's member for a column: the same where JavaScript takes it. */
export function memberName(column: string): string {
  if (NAME.test(column) && column !== "__proto__") return column;
  const [first = "column", ...more] = wordsOf(column);
  return startable(first.charAt(0).toLowerCase() + first.slice(1) + more.map(upperFirst).join(""));
}

/** The name of a table's model. */
export function modelName(table: string): string {
  const name = startable(wordsOf(table).map(upperFirst).join("") || "Table");
  return TAKEN.includes(name) ? `${name}Model` : name;
}

/** The name of what a column leads to, without what says that it is a key. */
export function leadName(member: string): string {
  return member.replace(/(?:_id|_ID|Id|ID)$/, "") || member;
}

/** The same with its first letter in upper case. */
export function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The same with its first letter in lower case. */
export function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function wordsOf(text: string): string[] {
  return text.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
}

function startable(name: string): string {
  return /^[0-9]/.test(name) ? `_${name}` : name;
}
