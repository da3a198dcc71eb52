import { describeOrder } from "../../src/query/order.ts";
import type { Search } from "../../src/reference/mod.ts";
import { describePredicate } from "../../src/store/describe_predicate.ts";
import type { Path } from "./path.ts";
import { planSearch } from "./planner.ts";
import type { StoredIndex, StoredTable } from "./stored_table.ts";

/** How a search goes: the way to the rows, what is then tested, how it is ordered, and how much is read. */
export function explainSearch(table: StoredTable, search: Search, rows: number): string[] {
  const { path, residual, order } = planSearch(table, search);
  const { limit, offset = 0, params } = search;
  const steps = [pathStep(table, path, rows)];
  if (path.kind === "nothing") return steps;
  if (residual.length > 0) {
    steps.push(
      `keep the rows where ${
        residual.map((each) => describePredicate(table.table, each, params)).join(" and ")
      }`,
    );
  }
  const ordered = path.kind === "ranges" && path.order !== null;
  const terms = describeOrder(order);
  steps.push(ordered ? `the order ${terms} is that of the keys` : `sort by ${terms}`);
  if (offset > 0) steps.push(`skip ${offset}`);
  if (limit !== undefined) steps.push(`return at most ${limit}`);
  steps.push(
    `entries read: ${
      readsOf(path, residual.length === 0, limit === undefined ? null : offset + limit, rows)
    }`,
  );
  return steps;
}

function pathStep({ table }: StoredTable, path: Path, rows: number): string {
  switch (path.kind) {
    case "nothing":
      return "return nothing: no row can match";
    case "keys":
      return `get ${counted(path.places.length, "row")} of \`${table.name}\` by primary key`;
    case "unique":
      return `get ${counted(path.places.length, "entry", "entries")} of ${
        indexName(path.index)
      } of \`${table.name}\`, then the rows by primary key`;
    case "ranges": {
      const what = path.index === null ? "the rows by primary key" : indexName(path.index);
      const whole = path.equal === 0 && !path.bounded && path.order !== null;
      if (path.index === null && path.equal === 0 && !path.bounded) {
        const reverse = path.order?.reverse === true ? " from the end" : "";
        return `scan ${
          path.order === null ? `all ${counted(rows, "row")}` : "the rows"
        } of \`${table.name}\` by primary key${reverse}`;
      }
      const ranges = path.ranges.length === 1 ? (whole ? "all" : "a range") : `${path.ranges.length} ranges`;
      const direction = path.order?.reverse === true ? " from the end" : "";
      return `read ${ranges} of ${what} of \`${table.name}\`${direction}` +
        (path.index === null ? "" : ", then the rows by primary key");
    }
  }
}

function readsOf(path: Path, exact: boolean, wanted: number | null, rows: number): string {
  switch (path.kind) {
    case "nothing":
      return "0";
    case "keys":
      return `${path.places.length}`;
    case "unique":
      return `at most ${2 * path.places.length}`;
    case "ranges": {
      const each = path.index === null ? 1 : 2;
      if (path.order !== null && exact && wanted !== null && path.order.ties === "all") {
        return `at most ${each * wanted}`;
      }
      if (path.order !== null && exact && wanted !== null && path.order.ties === "opposite") {
        return `at most ${each * wanted} and twice the entries that tie with the last`;
      }
      if (path.index === null && path.equal === 0 && !path.bounded) {
        return path.order === null ? `${rows}` : `at most ${rows}`;
      }
      return `${each} for each row in ${path.ranges.length === 1 ? "the range" : "the ranges"}` +
        (path.order === null ? "" : ", until enough match");
    }
  }
}

function indexName({ name, unique, columns }: StoredIndex): string {
  const what = unique ? "unique index" : "index";
  const on = columns.map((column) => `\`${column.name}\``).join(", ");
  return name === null ? `the ${what} on ${on}` : `${what} \`${name}\` on ${on}`;
}

function counted(count: number, one: string, many: string = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
