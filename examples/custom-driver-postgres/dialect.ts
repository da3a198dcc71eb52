import type { AsyncSqlDialect, Encode, Operand, SqlPlace, TextOperator } from "../../src/sql/mod.ts";
import { catalog } from "./catalog.ts";
import { createIndex } from "./create_index.ts";
import { createTable, dropTable } from "./create_table.ts";
import { quoteName } from "./names.ts";
import { decoder, encoding, LIST_TYPES, literal } from "./values.ts";

const json: Encode = (value) => JSON.stringify(value);

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
  same: (a, b) => `${a} IS NOT DISTINCT FROM ${b}`,
  different: (a, b) => `${a} IS DISTINCT FROM ${b}`,
  notTrue: (condition) => `(${condition}) IS NOT TRUE`,
  inList: (kind, subject, list) => `${subject} = ANY (${list}::${LIST_TYPES[kind]})`,
  tuples(columns, list) {
    const lists = columns.map(({ kind, encodeList }, i) => {
      const column: Encode = (tuples) => encodeList((tuples as unknown[][]).map((tuple) => tuple[i]));
      return `${list(column)}::${LIST_TYPES[kind]}`;
    });
    const names = columns.map(({ compared }) => compared).join(", ");
    return `(${names}) IN (SELECT * FROM unnest(${lists.join(", ")}))`;
  },
  text: matches,

  extreme(operation, { kind, quoted }) {
    // There is no min(boolean), and before version 18 no min(bytea).
    if (kind === "boolean") return `${operation === "min" ? "bool_and" : "bool_or"}(${quoted})`;
    if (kind !== "blob") return `${operation}(${quoted})`;
    return `decode(${operation}(encode(${quoted}, 'hex') COLLATE "C"), 'hex')`;
  },

  encodePath: (path) => (path as readonly (string | number)[]).reduce<string>(addStep, "strict $"),
  encodeJSONList: json,
  encodeJSONValues: json,
  jsonNull: (subject) => `coalesce(jsonb_typeof(${subject}::jsonb), 'null') = 'null'`,
  // json has no equality; jsonb has that of values.
  jsonAmong: (subject, list) => `${subject}::jsonb IN (SELECT jsonb_array_elements(${list}::jsonb))`,
  jsonIsNull: (place) => `coalesce(jsonb_typeof(${at(place)}), 'null') = 'null'`,
  jsonEqual: (place, _type, p) => `${at(place)} = ${p(json)}::jsonb`,
  jsonIn: (place, list) => `${at(place)} IN (SELECT jsonb_array_elements(${list}::jsonb))`,
  jsonCompare(place, comparisons, type) {
    const value = at(place);
    const compared = comparisons.map(([operator, p]) =>
      // Numbers inside JSON compare as jsonb does; a cast could be made, and fail, before the type is looked at.
      type === "string"
        ? `${textOf(value)} ${operator} ${p(null)}::text`
        : `${value} ${operator} ${p(json)}::jsonb`
    );
    return `(jsonb_typeof(${value}) = '${type}' AND ${compared.join(" AND ")})`;
  },
  // An array contains a scalar that it has as an element, and no array or object contains one it has deeper.
  jsonHas(place, p) {
    const value = at(place);
    return `(jsonb_typeof(${value}) = 'array' AND ${value} @> coalesce(${p(json)}::text, 'null')::jsonb)`;
  },
  jsonText(operator, place, p) {
    const value = at(place);
    return `(jsonb_typeof(${value}) = 'string' AND ${matches(operator, textOf(value), p)})`;
  },
};

/** A text comparison. Under collation C, ILIKE folds ASCII letters and no others. */
function matches(operator: TextOperator, subject: string, p: Operand): string {
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

/** The value at a place; null when there is nothing. Strict, so that a name finds no item of an array and 0 no member "0". */
function at({ subject, paths }: SqlPlace): string {
  const found = paths.map((path) =>
    `jsonb_path_query_first(${subject}::jsonb, ${path}::jsonpath, '{}', true)`
  );
  return found.length === 1 ? found[0] as string : `coalesce(${found.join(", ")})`;
}

function textOf(value: string): string {
  return `(${value} #>> '{}') COLLATE "C"`;
}

/** Steps hold no quote or backslash: the reader of paths refuses them. */
function addStep(path: string, step: string | number): string {
  return typeof step === "number" ? `${path}[${step}]` : `${path}."${step}"`;
}
