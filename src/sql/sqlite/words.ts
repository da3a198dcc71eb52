/** A word of a SQL text: a name, a keyword, a value or a sign, as it is written. */
export type SqlWord = string;

const WORD =
  /`(?:[^`]|``)*`|"(?:[^"]|"")*"|'(?:[^']|'')*'|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\/|[\w$\u0080-\uffff]+|\s+|[\s\S]/g;
const NOTE = /^\/\* rinari: (.*) \*\/$/s;
const CONSTRAINTS: readonly string[] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];

/** The words of a text, comments among them. */
export function sqlWords(sql: string): SqlWord[] {
  return (sql.match(WORD) ?? []).filter((word) => word.trim() !== "");
}

/** The words as one text that is the same however names are quoted, with no comments. */
export function canonicalSQL(words: readonly SqlWord[]): string {
  return words.filter((word) => !isComment(word))
    .map((word) => /^["[`]/.test(word) ? `\`${nameOf(word).replaceAll("`", "``")}\`` : word).join(" ");
}

/** A name without its quotes. */
export function nameOf(word: SqlWord): string {
  const quote = word[0] as string;
  if (quote === "[") return word.slice(1, -1);
  if (quote !== "`" && quote !== '"') return word;
  return word.slice(1, -1).replaceAll(quote + quote, quote);
}

/** What a comment of this library says in words, or null when there is none among them. */
export function noteOf(words: readonly SqlWord[]): string | null {
  for (const word of words) {
    const note = NOTE.exec(word)?.[1];
    if (note !== undefined) return note;
  }
  return null;
}

/** A CREATE TABLE, taken apart. */
export interface TableWords {
  /** What stands before the columns. */
  readonly head: readonly SqlWord[];
  /** What is said of each column, by its name. */
  readonly columns: ReadonlyMap<string, readonly SqlWord[]>;
}

/** Takes a CREATE TABLE apart. */
export function tableWords(sql: string): TableWords {
  const words = sqlWords(sql);
  const open = words.indexOf("(");
  const columns = new Map<string, readonly SqlWord[]>();
  let depth = 0;
  let from = open + 1;
  for (let i = from; open >= 0 && i < words.length && depth >= 0; i++) {
    const word = words[i];
    if (word === "(") depth++;
    else if (word === ")") depth--;
    if (depth > 0 || (depth === 0 && word !== ",")) continue;
    const definition = words.slice(from, i);
    const first = definition.find((each) => !isComment(each));
    if (first === undefined || CONSTRAINTS.includes(first.toUpperCase())) break;
    columns.set(nameOf(first), definition);
    from = i + 1;
  }
  return { head: words.slice(0, open < 0 ? words.length : open), columns };
}

/** The condition of a CREATE INDEX in its canonical form, or null when it has none. */
export function indexCondition(sql: string): string | null {
  const words = sqlWords(sql);
  let depth = 0;
  for (const [i, word] of words.entries()) {
    if (word === "(") depth++;
    else if (word === ")") depth--;
    else if (depth === 0 && word.toUpperCase() === "WHERE") return canonicalSQL(words.slice(i + 1));
  }
  return null;
}

function isComment(word: SqlWord): boolean {
  return word.startsWith("--") || word.startsWith("/*");
}
