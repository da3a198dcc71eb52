import type { AsyncSqlDialect, Encode, TextOperator } from "../../src/sql/mod.ts";
import { catalog } from "./catalog.ts";
import { createIndex } from "./create_index.ts";
import { createTable, dropTable } from "./create_table.ts";
import { quoteName } from "./names.ts";
import { decoder, encoding, LIST_TYPES, literal } from "./values.ts";

type Place = (encode: Encode | null) => string;

/** The SQL of PostgreSQL: everything in which it differs from other databases. */
export const postgres: AsyncSqlDialect = {
  name: "postgres",
  quote: quoteName,
  placeholder: (number) => `$${number}`,
  nextPlaceholder: (number) => `$${number}`,
  simplify: (sql) => sql,
  literal,
  encoding,
  decoder,
  // The protocol counts parameters with 16 bit.
  maxParameters: 65_535,

  catalog,
  createTable,
  dropTable,
  createIndex,
  dropIndex: (quoted) => `DROP INDEX ${quoted}`,
  explain: (sql) => ({ sql: `EXPLAIN ${sql}`, columns: ["QUERY PLAN"] }),

  // The engine opens transactions itself.
  begin: "BEGIN",
  beginRead: "BEGIN READ ONLY",
  commit: "COMMIT",
  rollback: "ROLLBACK",

  page: (limit, offset) =>
    `${limit === undefined ? "" : ` LIMIT ${limit}`}${offset === undefined ? "" : ` OFFSET ${offset}`}`,
  // PostgreSQL takes null for the greatest value.
  order({ quoted, nullable }, direction) {
    const nulls = !nullable ? "" : direction === "DESC" ? " NULLS LAST" : " NULLS FIRST";
    return `${quoted}${direction === "DESC" ? " DESC" : ""}${nulls}`;
  },
  // json has no equality; its text has.
  compared: (kind, quoted) => kind === "json" ? `${quoted}::text` : quoted,
  same: (a, b) => `${a} IS NOT DISTINCT FROM ${b}`,
  different: (a, b) => `${a} IS DISTINCT FROM ${b}`,
  notTrue: (condition) => `(${condition}) IS NOT TRUE`,
  inList: (kind, subject, list) => `${subject} = ANY (${list}::${LIST_TYPES[kind]})`,
  text: matches,

  extreme(operation, { kind, quoted }) {
    // There is no min(boolean), and before version 18 no min(bytea).
    if (kind === "boolean") return `${operation === "min" ? "bool_and" : "bool_or"}(${quoted})`;
    if (kind !== "blob") return `${operation}(${quoted})`;
    return `decode(${operation}(encode(${quoted}, 'hex') COLLATE "C"), 'hex')`;
  },

  encodePath: (path) => (path as readonly (string | number)[]).reduce<string>(addStep, "strict $"),
  encodeJSON: (value) => JSON.stringify(value),
  encodeJSONList: (list) => JSON.stringify(list),
  jsonIsNull: (subject, path) => `coalesce(jsonb_typeof(${at(subject, path)}), 'null') = 'null'`,
  jsonEqual: (subject, path, value) => `${at(subject, path)} = ${value}::jsonb`,
  jsonIn: (subject, path, list) => `${at(subject, path)} IN (SELECT jsonb_array_elements(${list}::jsonb))`,
  jsonInItems: (subject, path, items) => `${at(subject, path)} IN (${items})`,
  jsonCompare(subject, path, comparisons, type) {
    const place = at(subject, path);
    const compared = comparisons.map(([operator, operand]) =>
      // Numbers inside JSON compare as jsonb does; a cast could be made, and fail, before the type is looked at.
      type === "string"
        ? `${textOf(place)} ${operator} ${operand}::text`
        : `${place} ${operator} ${operand}::jsonb`
    );
    return `(jsonb_typeof(${place}) = '${type}' AND ${compared.join(" AND ")})`;
  },
  // An array contains a scalar that it has as an element, and no array or object contains one it has deeper.
  jsonHas(subject, path, element) {
    const place = at(subject, path);
    return `(jsonb_typeof(${place}) = 'array' AND ${place} @> coalesce(${element}::text, 'null')::jsonb)`;
  },
  jsonText(operator, subject, path, p) {
    const place = at(subject, path);
    return `(jsonb_typeof(${place}) = 'string' AND ${matches(operator, textOf(place), p)})`;
  },
};

/** A text comparison. Under collation C, ILIKE folds ASCII letters and no others. */
function matches(operator: TextOperator, subject: string, p: Place): string {
  const text = `${p(null)}::text`;
  switch (operator) {
    case "like":
      return `${subject} ILIKE ${text}`;
    case "startsWith":
      // An index on the column serves it.
      return `starts_with(${subject}, ${text})`;
    case "endsWith":
      return `right(${subject}, length(${text})) = ${text}`;
    case "contains":
      return `strpos(${subject}, ${text}) > 0`;
  }
}

/** The value at a path; null when there is nothing. Strict, so that a name finds no item of an array and 0 no member "0". */
function at(subject: string, path: string): string {
  return `jsonb_path_query_first(${subject}::jsonb, ${path}::jsonpath, '{}', true)`;
}

function textOf(place: string): string {
  return `(${place} #>> '{}') COLLATE "C"`;
}

/** Steps hold no quote or backslash: the reader of paths refuses them. */
function addStep(path: string, step: string | number): string {
  return typeof step === "number" ? `${path}[${step}]` : `${path}."${step}"`;
}
