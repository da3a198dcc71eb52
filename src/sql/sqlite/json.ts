import type { JSONPath } from "../../contract/mod.ts";
import type { Operand, SqlGrammar, SqlPlace, TextOperator } from "../sql_dialect.ts";

/** The part of a dialect that is about JSON. */
type JSONGrammar = Pick<
  SqlGrammar,
  | "encodePath"
  | "encodeJSONList"
  | "encodeJSONValues"
  | "jsonNull"
  | "jsonAmong"
  | "jsonIsNull"
  | "jsonEqual"
  | "jsonIn"
  | "jsonCompare"
  | "jsonHas"
  | "jsonText"
>;

/**
 * Conditions on JSON texts of any writer: compared is what a text says, never how it says it.
 *
 * @param text Writes a text comparison.
 */
export function sqliteJSON(
  text: (operator: TextOperator, subject: string, p: Operand) => string,
): JSONGrammar {
  return {
    encodePath: (path) => (path as JSONPath).reduce<string>(addStep, "$"),
    encodeJSONList: (list) => JSON.stringify(list),
    encodeJSONValues: (list) => JSON.stringify((list as unknown[]).map(describe)),
    // Cheaper than reading the whole text as JSON to see that it is one word.
    jsonNull: (subject) => `(${subject} IS NULL OR trim(${subject}, char(9, 10, 13, 32)) = 'null')`,
    jsonAmong,
    jsonIsNull: (place) => `${valueAt(place)} IS NULL`,
    jsonEqual(place, type, p) {
      if (type === "boolean") return `${typeAt(place)} = ${p(booleanType)}`;
      if (type === "string") return `(${valueAt(place)} = ${p(null)} AND ${typeAt(place)} = 'text')`;
      return `(${numberAt(place)} = ${numberOf(p)} AND ${typeAt(place)} IN ${NUMBERS})`;
    },
    jsonIn(place, list) {
      const items = (item: string, type: string) =>
        `(SELECT ${item} FROM json_each(${list}) WHERE type IN ${type})`;
      const number = `${numberAt(place)} IN ${items("CAST(atom AS REAL)", NUMBERS)}`;
      const type = typeAt(place);
      return `CASE ${type} WHEN 'text' THEN ${valueAt(place)} IN ${items("atom", "('text')")} ` +
        `WHEN 'integer' THEN ${number} WHEN 'real' THEN ${number} ELSE ${type} IN ${
          items("type", "('true', 'false')")
        } END`;
    },
    jsonCompare(place, comparisons, type) {
      const compared = comparisons.map(([operator, p]) =>
        type === "number"
          ? `${numberAt(place)} ${operator} ${numberOf(p)}`
          : `${valueAt(place)} ${operator} ${p(null)}`
      );
      const types = type === "string" ? "('text')" : type === "number" ? NUMBERS : "('true', 'false')";
      return `(${typeAt(place)} IN ${types} AND ${compared.join(" AND ")})`;
    },
    jsonHas({ qualified, paths }, p) {
      const [type, wanted] = ["`$a`.type", "`$b`.type"].map(numbersAsOne) as [string, string];
      const same = `${type} = ${wanted} AND ${scalar(type, "`$a`.atom")} = ${scalar(wanted, "`$b`.atom")}`;
      const element = `json_each('[' || coalesce(${p(json)}, 'null') || ']') AS \`$b\``;
      const found = paths.map((path) =>
        `(json_type(${qualified}, ${path}) = 'array' AND EXISTS (SELECT 1 FROM ` +
        `json_each(${qualified}, ${path}) AS \`$a\`, ${element} WHERE ${same}))`
      );
      return found.length === 1 ? found[0] as string : `(${found.join(" OR ")})`;
    },
    jsonText: (operator, place, p) => `(${typeAt(place)} = 'text' AND ${text(operator, valueAt(place), p)})`,
  };
}

const json = (value: unknown): string => JSON.stringify(value);

const NUMBERS = "('integer', 'real')";

/** Steps hold no quote or backslash: the reader of paths refuses them. */
function addStep(path: string, step: string | number): string {
  return typeof step === "number" ? `${path}[${step}]` : `${path}."${step}"`;
}

function typeAt(place: SqlPlace): string {
  return firstOf(place, (path) => `json_type(${place.subject}, ${path})`);
}

function valueAt(place: SqlPlace): string {
  return firstOf(place, (path) => `(${place.subject} ->> ${path})`);
}

/** Integers as what JavaScript reads of them. */
function numberAt(place: SqlPlace): string {
  return `CAST(${valueAt(place)} AS REAL)`;
}

function firstOf({ paths }: SqlPlace, write: (path: string) => string): string {
  return paths.length === 1 ? write(paths[0] as string) : `coalesce(${paths.map(write).join(", ")})`;
}

/** Read of its text as the stored number is: SQLite before 3.47 does not read every text of a number to the last bit. */
function numberOf(p: Operand): string {
  return `CAST(${p(String)} AS REAL)`;
}

function booleanType(value: unknown): string {
  return value === true ? "true" : "false";
}

/** A value inside JSON with its place: as a path of SQLite, as a JSON pointer, its type and, of texts and numbers, itself. */
type Node = readonly [path: string, pointer: string, type: string, value: unknown];

/** Names that a path of SQLite cannot hold, in all versions. */
// deno-lint-ignore no-control-regex
const ODD = /["\\\u0000-\u001f]/;

/** What `jsonAmong` has to know of a value. */
function describe(value: unknown): unknown[] {
  const nodes: Node[] = [];
  const odd = collect(value, "$", "", nodes);
  return [JSON.stringify(value), nodes[0]?.[2], needle(nodes), nodes.length, odd ? 1 : 0, nodes];
}

/** Collects a value and what is in it. @returns Whether a name in it is odd. */
function collect(value: unknown, path: string, pointer: string, nodes: Node[]): boolean {
  if (typeof value !== "object" || value === null) {
    nodes.push([path, pointer, scalarType(value), typeof value === "object" ? "" : value]);
    return false;
  }
  const isArray = Array.isArray(value);
  nodes.push([path, pointer, isArray ? "array" : "object", ""]);
  let odd = false;
  for (const [key, item] of Object.entries(value)) {
    const inside = `${pointer}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    if (collect(item, addStep(path, isArray ? Number(key) : key), inside, nodes)) odd = true;
    if (!isArray && ODD.test(key)) odd = true;
  }
  return odd;
}

function scalarType(value: unknown): string {
  return value === null
    ? "null"
    : typeof value === "string"
    ? "text"
    : typeof value === "number"
    ? "real"
    : String(value);
}

/** What occurs in every text that says the value without a backslash: the longest text in it that needs none itself. */
function needle(nodes: readonly Node[]): string {
  const texts = nodes.filter(([, , type, value]) => type === "text" && !ODD.test(value as string));
  const longest = texts.reduce((best, [, , , value]) => {
    const text = value as string;
    return text.length > best.length ? text : best;
  }, "");
  return longest === "" ? "" : `"${longest}"`;
}

/** The type of a value with all numbers as one. */
function numbersAsOne(type: string): string {
  return `replace(${type}, 'integer', 'real')`;
}

function scalar(type: string, value: string): string {
  return `CASE ${type} WHEN 'text' THEN ${value} WHEN 'real' THEN CAST(${value} AS REAL) ELSE '' END`;
}

/** Whether a node, called `$n`, is in a value where its path leads. */
function found(subject: string): string {
  const [path, wanted, value] = [0, 2, 3].map((at) => `(\`$n\`.value ->> ${at})`) as [string, string, string];
  const type = numbersAsOne(`json_type(${subject}, ${path})`);
  return `${type} = ${wanted} AND ${scalar(wanted, `(${subject} ->> ${path})`)} = ${scalar(wanted, value)}`;
}

/**
 * Compares whole values. In this order, as each costs several times what the one before costs: the text; what it has to have in
 * it; each part of the value looked for, and that there are no more; and, for a text that has a member twice (the last counts)
 * or a name that no path can hold, all its parts with their places. No table's name begins with `$`, as those of these do.
 */
function jsonAmong(subject: string, list: string): string {
  const typeOf = numbersAsOne("type");
  const last =
    `SELECT max(id) AS id, parent, key, type, atom FROM json_tree(${subject}) GROUP BY parent, key`;
  const parts =
    `WITH RECURSIVE \`$last\` AS MATERIALIZED (${last}), \`$part\`(id, pointer, type, atom) AS (` +
    "SELECT id, '', type, atom FROM `$last` WHERE parent IS NULL UNION ALL " +
    "SELECT `$last`.id, pointer || '/' || replace(replace(key, '~', '~0'), '/', '~1'), `$last`.type, `$last`.atom " +
    "FROM `$part` JOIN `$last` ON parent = `$part`.id)";
  const wanted = `SELECT value ->> 1, value ->> 2, ${
    scalar("value ->> 2", "(value ->> 3)")
  } FROM json_each(nodes)`;
  return `(${subject} IN (SELECT value ->> 0 FROM json_each(${list})) OR EXISTS (` +
    "WITH `$wanted` AS MATERIALIZED (SELECT value ->> 1 AS kind, value ->> 2 AS needle, value ->> 3 AS size, " +
    `value ->> 4 AS odd, value -> 5 AS nodes FROM json_each(${list})) SELECT 1 FROM \`$wanted\` WHERE CASE ` +
    `WHEN (instr(${subject}, '\\') = 0 AND instr(${subject}, needle) = 0) OR ` +
    `${numbersAsOne(`json_type(${subject})`)} <> kind THEN 0 ` +
    `WHEN NOT odd AND NOT EXISTS (SELECT 1 FROM json_each(nodes) AS \`$n\` WHERE (${
      found(subject)
    }) IS NOT TRUE) ` +
    `AND (SELECT count(*) FROM json_tree(${subject})) = size THEN 1 ` +
    `WHEN odd OR EXISTS (SELECT 1 FROM json_tree(${subject}) GROUP BY parent, key HAVING count(*) > 1) THEN ` +
    `(${parts} SELECT count(*) = size AND min((pointer, ${typeOf}, ${
      scalar(typeOf, "atom")
    }) IN (${wanted})) FROM \`$part\`) ` +
    "ELSE 0 END))";
}
