import { expectEqual } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { Row, TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import { key, relate } from "./library.ts";

/** Random graphs of rows, read with their relations and compared with what loops over all rows find. */
export const relatedGraphs: readonly TestCase[] = [1, 2, 3].map((seed) =>
  promise(
    `with: a random graph (${seed}) is what loops over all its rows find`,
    (world) => graph(world, seed),
  )
);

/** A source of numbers that repeats for the same seed. */
export type Random = (below: number) => number;

/** Makes one. */
export function randomNumbers(seed: number): Random {
  let state = seed * 2_654_435_761 % 4_294_967_296;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor(state / 4_294_967_296 * below);
  };
}

/** How a relation of a table is followed by a loop over all rows. */
export interface Edge {
  /** Whether there can be several rows. */
  readonly many: boolean;
  /** The table it leads to. */
  readonly to: "a" | "b";
  /** The rows it leads to. */
  readonly find: (row: Row) => Row[];
}

/** The relations of two tables. */
export type Edges = Readonly<Record<"a" | "b", Readonly<Record<string, Edge>>>>;

/** Two tables with random rows, and how loops follow their relations. */
export interface Graph {
  /** The models. */
  readonly models: Readonly<Record<"a" | "b", TestModel>>;
  /** Their rows. */
  readonly rows: Readonly<Record<"a" | "b", readonly Row[]>>;
  /** Their relations. */
  readonly edges: Edges;
}

const COLUMNS = { a: ["id", "n", "up"], b: ["id", "n", "owner", "maker"] } as const;

/** Fills two tables, and one that joins them, with random rows. */
export async function randomGraph(world: World, random: Random): Promise<Graph> {
  const [A, B, J] = define(world);
  const count = { a: 6 + random(10), b: 10 + random(20) };
  const some = (below: number): number | null => random(4) === 0 ? null : random(below);
  const a: Row[] = Array.from(
    { length: count.a },
    (_, id) => ({ id, n: some(3), up: id === 0 ? null : some(id) }),
  );
  const b: Row[] = Array.from(
    { length: count.b },
    (_, id) => ({ id, n: some(4), owner: random(count.a), maker: some(count.a) }),
  );
  const j: Row[] = Array.from({ length: 30 }, (_, id) => ({ id, left: some(count.a), right: some(count.b) }));
  await world.fill(A, a);
  await world.fill(B, b);
  await world.fill(J, j);
  return { models: { a: A, b: B }, rows: { a, b }, edges: edgesOf(a, b, j) };
}

async function graph(world: World, seed: number): Promise<void> {
  const random = randomNumbers(seed);
  const { models, rows: all, edges } = await randomGraph(world, random);
  for (let round = 0; round < 12; round++) {
    const table = random(2) === 0 ? "a" : "b";
    const options = randomOptions(random, edges, table, 3, true);
    const rows = search(all[table], options);
    const expected = rows.map((row) => expand(edges, table, row, options));
    expectEqual(await models[table].findAll(options), expected, JSON.stringify(options));
  }
}

function define(world: World): [TestModel, TestModel, TestModel] {
  const refers = (table: string, more: object = {}) => ({
    type: "INTEGER",
    references: { table, column: "id" },
    ...more,
  });
  const n = { type: "INTEGER" };
  const A: TestModel = world.define("a", { id: key, n, up: refers("a") }, {
    relations: {
      parent: relate.belongsTo(() => A, "up"),
      children: relate.hasMany(() => A, "up"),
      owned: relate.hasMany(() => B, "owner"),
      made: relate.hasMany(() => B, "maker"),
      joined: relate.through(() => B, () => J, "left", "right"),
    },
  });
  const B: TestModel = world.define("b", {
    id: key,
    n,
    owner: refers("a", { notNull: true }),
    maker: refers("a"),
  }, {
    relations: {
      owner_: relate.belongsTo(() => A, "owner"),
      maker_: relate.belongsTo(() => A, "maker"),
      joined: relate.through(() => A, () => J, "right", "left"),
    },
  });
  const J: TestModel = world.define("j", { id: key, left: refers("a"), right: refers("b") });
  return [A, B, J];
}

function edgesOf(a: Row[], b: Row[], j: Row[]): Edges {
  const refersTo = (rows: Row[], column: string) => (row: Row) =>
    row[column] === null ? [] : rows.filter(({ id }) => id === row[column]);
  const referring = (rows: Row[], column: string) => (row: Row) =>
    rows.filter((each) => each[column] === row["id"]);
  const joined = (rows: Row[], from: string, to: string) => (row: Row) =>
    rows.filter(({ id }) => j.some((each) => each[from] === row["id"] && each[to] === id));
  return {
    a: {
      parent: { many: false, to: "a", find: refersTo(a, "up") },
      children: { many: true, to: "a", find: referring(a, "up") },
      owned: { many: true, to: "b", find: referring(b, "owner") },
      made: { many: true, to: "b", find: referring(b, "maker") },
      joined: { many: true, to: "b", find: joined(b, "left", "right") },
    },
    b: {
      owner_: { many: false, to: "a", find: refersTo(a, "owner") },
      maker_: { many: false, to: "a", find: refersTo(a, "maker") },
      joined: { many: true, to: "a", find: joined(a, "right", "left") },
    },
  };
}

/** Options of a search, of which the loops understand all there can be. */
interface Options {
  where?: { n: number | null };
  orderBy?: [string, "ASC" | "DESC"][];
  limit?: number;
  offset?: number;
  select?: string[];
  with?: Record<string, true | Options>;
  aggregates?: Record<string, { of: string; count: "*"; where?: { n: number | null } }>;
}

function randomOptions(
  random: Random,
  edges: Edges,
  table: "a" | "b",
  depth: number,
  many: boolean,
): Options {
  const options: Options = {};
  if (random(3) === 0) options.where = { n: random(4) === 0 ? null : random(3) };
  if (many) {
    if (random(2) === 0) options.orderBy = [["n", random(2) === 0 ? "ASC" : "DESC"]];
    if (random(2) === 0) options.limit = random(4);
    if (random(3) === 0) options.offset = random(3);
  }
  if (random(2) === 0) options.select = COLUMNS[table].filter(() => random(2) === 0);
  if (options.select?.length === 0) options.select = ["n"];
  if (depth === 0) return options;
  for (const [name, { to, many }] of Object.entries(edges[table])) {
    if (random(2) === 0) continue;
    (options.with ??= {})[name] = random(4) === 0 ? true : randomOptions(random, edges, to, depth - 1, many);
    if (random(2) === 0) {
      const where = random(2) === 0 ? {} : { where: { n: random(3) } };
      (options.aggregates ??= {})[`${name}Count`] = { of: name, count: "*", ...where };
    }
  }
  return options;
}

function search(rows: readonly Row[], { where, orderBy, limit, offset = 0 }: Options): Row[] {
  const found = rows.filter(({ n }) => where === undefined || n === where.n);
  const direction = orderBy?.[0]?.[1] === "DESC" ? -1 : 1;
  const rank = ({ n }: Row): number => orderBy === undefined ? 0 : n === null ? -1 : n as number;
  found.sort((x, y) => direction * (rank(x) - rank(y) || (x["id"] as number) - (y["id"] as number)));
  return found.slice(offset, limit === undefined ? undefined : offset + limit);
}

function expand(edges: Edges, table: "a" | "b", row: Row, options: Options): Row {
  const { select = Object.keys(row), with: wanted = {}, aggregates = {} } = options;
  const expanded: Row = Object.fromEntries(select.map((name) => [name, row[name]]));
  for (const [name, load] of Object.entries(wanted)) {
    const { many, to, find } = edges[table][name] as Edge;
    const inner = load === true ? {} : load;
    const related = search(find(row), inner).map((each) => expand(edges, to, each, inner));
    expanded[name] = many ? related : related[0] ?? null;
  }
  for (const [name, { of, where }] of Object.entries(aggregates)) {
    expanded[name] =
      search((edges[table][of] as Edge).find(row), where === undefined ? {} : { where }).length;
  }
  return expanded;
}
