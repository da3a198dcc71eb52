import type { ModelSchema } from "../../../src/schema/model_schema.ts";
import type { Row } from "../../../src/store/any_driver.ts";
import type { Random } from "../../support/random.ts";
import type { FakeDatabase, FakeTable } from "./fake_database.ts";

type Action = "CASCADE" | "SET NULL" | "RESTRICT" | "NO ACTION";

const ACTIONS: readonly Action[] = ["CASCADE", "SET NULL", "RESTRICT", "NO ACTION"];
const TEXTS = ["", "a", "A", "b%", "ab", "b", "Ä", "\u{1F600}", "\uFFFD", "x_y"];
const DAYS = ["2024-02-29", "1999-12-31", "0001-01-01"];
const TIMES = ["2024-02-29T12:00:00.001Z", "1970-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"];
const BIGS = [0n, 1n, -1n, 2n ** 62n, -(2n ** 63n), 10n];
const BYTES = [[], [0], [0, 255], [1, 2, 3], [128]].map((bytes) => Uint8Array.from(bytes));
const STRUCTURES = [{ a: 1 }, { a: "1", b: [1, 2] }, [1, "x"], { a: { b: null } }, "text", 7, true, []];

/** Tables that refer to each other and to themselves, with actions chosen by chance. */
export function randomSchemas(random: Random): Record<string, ModelSchema> {
  const action = (): Action => ACTIONS[random.int(ACTIONS.length)] as Action;
  const actions = () => ({ onDelete: action(), onUpdate: action() });
  return {
    teams: {
      id: { type: "INTEGER", primaryKey: true },
      name: { type: "TEXT", unique: true },
      lead: { type: "INTEGER", references: { table: "people", column: "id", ...actions() } },
    },
    people: {
      id: { type: "INTEGER", primaryKey: true, autoIncrement: true },
      email: { type: "TEXT", unique: true },
      nick: { type: "TEXT" },
      team: { type: "INTEGER", references: { table: "teams", column: "id", ...actions() } },
      boss: { type: "INTEGER", references: { table: "people", column: "id", ...actions() } },
      age: { type: "INTEGER" },
      score: { type: "REAL" },
      ok: { type: "BOOLEAN" },
      born: { type: "DATE" },
      seen: { type: "DATETIME" },
      big: { type: "INTEGER", bigint: true },
      pic: { type: "BLOB" },
      data: { type: "JSON" },
    },
    badges: {
      person: {
        type: "INTEGER",
        primaryKey: true,
        references: { table: "people", column: "id", onDelete: "CASCADE", onUpdate: "CASCADE" },
      },
      kind: { type: "TEXT", primaryKey: true },
      code: { type: "TEXT", references: { table: "teams", column: "name", ...actions() } },
    },
  };
}

/** The unique indexes of the tables. */
export function makeIndexes(database: FakeDatabase): readonly unknown[] {
  const people = database.tables.get("people") as FakeTable;
  return [
    people.index("nick_in_team", ["team", "nick"], true),
    people.index("nick_of_ok", ["nick"], true, { ok: true, age: { $gt: 2 } }),
  ];
}

/** A call of a store, to be made on several. */
export interface RandomCall {
  readonly what: string;
  readonly run: (database: FakeDatabase) => unknown;
}

/** Makes up a call. */
export function randomCall(random: Random): RandomCall {
  const name = ["teams", "people", "people", "badges"][random.int(4)] as string;
  const on = (method: string, given: unknown, run: (table: FakeTable) => unknown): RandomCall => ({
    what: `${name}.${method}(${show(given)})`,
    run: (database) => run(database.tables.get(name) as FakeTable),
  });
  const row = randomRow(random, name);
  const where = randomWhere(random, name, 2);
  switch (random.int(14)) {
    case 0:
    case 1:
    case 2:
      return on("insert", row, (table) => table.insert(row));
    case 3:
    case 4: {
      const rows = Array.from({ length: random.int(7) }, () => randomRow(random, name));
      // Rows that compete with a number still to be assigned are compared elsewhere.
      const even = name === "people" ? rows.map((each) => ({ ...each, id: null, boss: null })) : rows;
      return on("insertAll", even, (table) => table.insertAll(even));
    }
    case 5:
    case 6: {
      const data = randomChange(random, name);
      return on("update", [data, where], (table) => table.update(data, where));
    }
    case 7: {
      const updates = Array.from(
        { length: 1 + random.int(3) },
        () => [randomChange(random, name), randomWhere(random, name, 1)] as const,
      );
      return on("updateEach", updates, (table) => table.updateEach(updates));
    }
    case 8:
      return on("delete", where, (table) => table.delete(where));
    case 9: {
      const conflict = name === "teams" ? ["name"] : name === "people" ? ["email"] : ["person", "kind"];
      // How a key that an update moves counts for the next number is the driver's own.
      const { id: _id, ...rest } = row;
      const given = name === "people" ? { ...rest, boss: null } : row;
      return on("upsert", [given, conflict], (table) => table.upsert(given, conflict));
    }
    case 10:
      return on("count", where, (table) => table.count(where));
    case 11: {
      const terms = randomTerms(random, name);
      const by = random.oneIn(2) ? [] : [random.oneIn(2) ? groupable(name) : firstKey(name)];
      return on("group", [by, terms, where], (table) => {
        const { predicate, params } = table.where(where);
        return table.group({ by, terms, where: predicate, params });
      });
    }
    default: {
      const options = randomFind(random, name, where);
      return on("select", options, (table) => table.select(options));
    }
  }
}

function randomRow(random: Random, name: string): Row {
  switch (name) {
    case "teams":
      return { id: random.int(6), name: text(random), lead: reference(random, 1 + random.int(6)) };
    case "badges":
      return { person: 1 + random.int(5), kind: TEXTS[random.int(3)], code: reference(random, text(random)) };
    default:
      // A row that guesses its own number leaves, when it is refused, a gap that is the driver's own.
      return random.oneIn(2)
        ? { id: 1 + random.int(9), ...randomPerson(random) }
        : { ...randomPerson(random), boss: null };
  }
}

function randomPerson(random: Random): Row {
  return {
    email: text(random),
    nick: text(random),
    team: reference(random, random.int(6)),
    boss: reference(random, 1 + random.int(6)),
    age: number(random),
    score: maybe(random, [0, -0.5, 1.25, 1e300][random.int(4)]),
    ok: maybe(random, random.oneIn(2)),
    born: maybe(random, DAYS[random.int(DAYS.length)]),
    seen: maybe(random, TIMES[random.int(TIMES.length)]),
    big: maybe(random, BIGS[random.int(BIGS.length)]),
    pic: maybe(random, BYTES[random.int(BYTES.length)]),
    data: maybe(random, STRUCTURES[random.int(STRUCTURES.length)]),
  };
}

function randomChange(random: Random, name: string): Row {
  const row = randomRow(random, name);
  // How a moved key counts for the next number is the driver's own.
  const names = Object.keys(row).filter((each) => !(name === "people" && each === "id"));
  const kept = names.filter(() => random.oneIn(names.length / 2));
  return Object.fromEntries((kept.length > 0 ? kept : [names[0] as string]).map((each) => [each, row[each]]));
}

function randomWhere(random: Random, name: string, depth: number): Row {
  if (depth > 0 && random.oneIn(3)) {
    const inner = () => randomWhere(random, name, depth - 1);
    if (random.oneIn(3)) return { $not: inner() };
    const items = Array.from({ length: random.int(4) }, inner);
    return random.oneIn(2) ? { $or: items } : { $and: items };
  }
  const columns = Object.keys(randomRow(random, name));
  const count = random.oneIn(3) ? 2 : 1;
  return Object.fromEntries(Array.from({ length: count }, () => {
    const column = columns[random.int(columns.length)] as string;
    if (column === "data" && random.oneIn(2)) {
      return [
        "data.a",
        randomTest(random, () => [1, "1", "x"][random.int(3)], false),
      ];
    }
    const value = () => randomRow(random, name)[column] ?? null;
    return [column, randomTest(random, value, column === "email" || column === "nick" || column === "kind")];
  }));
}

function randomTest(random: Random, value: () => unknown, isText: boolean): unknown {
  const some = value();
  const list = () => Array.from({ length: random.int(4) }, value);
  const plain = typeof some !== "object" || some === null || some instanceof Uint8Array;
  if (some === null || !plain || random.oneIn(3)) return plain ? some : { $eq: some };
  if (isText && random.oneIn(3)) {
    return { [["$like", "$startsWith", "$endsWith", "$contains"][random.int(4)] as string]: some };
  }
  switch (random.int(7)) {
    case 0:
      return { $ne: some };
    case 1:
      return { $in: list() };
    case 2:
      return { $notIn: list() };
    case 3:
      return typeof some === "boolean" ? some : { $between: [some, some] };
    default:
      if (typeof some === "boolean") return { $ne: some };
      return { [["$gt", "$gte", "$lt", "$lte"][random.int(4)] as string]: some };
  }
}

function randomFind(random: Random, name: string, where: Row): Row {
  const columns = Object.keys(randomRow(random, name)).filter((each) => each !== "data");
  const column = () => columns[random.int(columns.length)] as string;
  const order = [...new Set([column(), column()])];
  return {
    ...(random.oneIn(4) ? {} : { where }),
    ...(random.oneIn(2) ? { orderBy: order.map((each) => [each, random.oneIn(2) ? "ASC" : "DESC"]) } : {}),
    ...(random.oneIn(2) ? { limit: random.int(4) } : {}),
    ...(random.oneIn(3) ? { offset: random.int(3) } : {}),
    ...(random.oneIn(3) ? { select: [column()] } : {}),
  };
}

function randomTerms(random: Random, name: string) {
  const sums = name === "people" ? (["age", "big"] as const) : [];
  const terms = [
    { as: "n", operation: "count" } as const,
    { as: "first", operation: "min", column: firstKey(name) } as const,
    { as: "kinds", operation: "countDistinct", column: groupable(name) } as const,
    { as: "filled", operation: "count", column: groupable(name) } as const,
    ...sums.map((column) => ({ as: `${column}_sum`, operation: "sum", column }) as const),
    ...sums.map((column) => ({ as: `${column}_avg`, operation: "avg", column }) as const),
  ];
  return random.oneIn(2) ? [terms[random.int(terms.length)] as typeof terms[number]] : terms;
}

function groupable(name: string): string {
  return name === "people" ? "seen" : name === "teams" ? "lead" : "code";
}

function firstKey(name: string): string {
  return name === "badges" ? "person" : "id";
}

function text(random: Random): string | null {
  return maybe(random, TEXTS[random.int(TEXTS.length)] as string);
}

function number(random: Random): number | null {
  return maybe(random, random.int(6) - 1);
}

/** A value that refers to a row that may be there, and most often null, so that tables fill up. */
function reference<T>(random: Random, value: T): T | null {
  return random.oneIn(3) ? value : null;
}

function maybe<T>(random: Random, value: T): T | null {
  return random.oneIn(4) ? null : value;
}

function show(given: unknown): string {
  return JSON.stringify(
    given,
    (_, value) =>
      typeof value === "bigint" ? `${value}n` : value instanceof Uint8Array ? `bytes ${value}` : value,
  );
}
