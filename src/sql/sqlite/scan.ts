/** What a text is, as far as it has to be known before it is run. */
export interface ScannedSql {
  /** Where a second statement begins, or -1. Every SQLite library runs the first and drops the rest in silence. */
  readonly second: number;
  /** The verb of the statement, in capitals: of one that begins with WITH, the one after the common tables. */
  readonly verb: string;
}

const WORD = /[A-Za-z_]\w*/y;
const VERBS: ReadonlySet<string> = new Set(["SELECT", "VALUES", "INSERT", "REPLACE", "UPDATE", "DELETE"]);
const TRIGGER = /^\s*CREATE\s+(?:TEMP(?:ORARY)?\s+)?TRIGGER\b/i;

/** Reads a text as SQLite's tokens: what stands in quotes, brackets and comments is none of its words. */
export function scanSqlite(sql: string): ScannedSql {
  const trigger = TRIGGER.test(sql);
  let verb = "";
  let last = "";
  let depth = 0;
  let ended = false;
  let i = 0;
  while (i < sql.length) {
    const c = sql[i] as string;
    if (c === "-" && sql[i + 1] === "-") i = after(sql, "\n", i);
    else if (c === "/" && sql[i + 1] === "*") i = after(sql, "*/", i + 2);
    else if (/\s/.test(c)) i++;
    else if (c === ";") {
      // Inside of a trigger statements end too; the trigger ends with END.
      ended ||= !trigger || last === "END";
      i++;
    } else if (ended) return { second: i, verb };
    else if (c === "'" || c === '"' || c === "`") i = afterQuoted(sql, c, i + 1);
    else if (c === "[") i = after(sql, "]", i);
    else {
      WORD.lastIndex = i;
      const word = WORD.exec(sql)?.[0];
      if (word === undefined) {
        if (c === "(") depth++;
        else if (c === ")") depth--;
        i++;
        continue;
      }
      last = word.toUpperCase();
      if (verb === "" || (verb === "WITH" && depth === 0 && VERBS.has(last))) verb = last;
      i += word.length;
    }
  }
  return { second: -1, verb };
}

function after(sql: string, end: string, from: number): number {
  const at = sql.indexOf(end, from);
  return at < 0 ? sql.length : at + end.length;
}

/** A quote that stands twice is a part of what is quoted. */
function afterQuoted(sql: string, quote: string, from: number): number {
  let at = sql.indexOf(quote, from);
  while (at >= 0 && sql[at + 1] === quote) at = sql.indexOf(quote, at + 2);
  return at < 0 ? sql.length : at + 1;
}
