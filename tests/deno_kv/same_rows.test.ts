import { assertEquals } from "@std/assert";
import { MemoryDriver } from "../../drivers/memory.ts";
import {
  type AsyncDriver,
  DataTypes,
  type DynamicModel,
  ORM,
  RinariError,
  toAsyncDriver,
} from "../../mod.ts";
import { type Random, random } from "../support/random.ts";
import { describe } from "../support/runner.ts";
import { openDriver, testKV } from "./open_kv.ts";

const SCHEMA = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  name: { type: DataTypes.TEXT },
  code: { type: DataTypes.TEXT, unique: true },
  score: { type: DataTypes.REAL },
  big: { type: DataTypes.INTEGER, bigint: true },
  on: { type: DataTypes.BOOLEAN },
  day: { type: DataTypes.DATE },
  at: { type: DataTypes.DATETIME },
  data: { type: DataTypes.JSON },
  bytes: { type: DataTypes.BLOB },
} as const;
const PART = {
  a: { type: DataTypes.TEXT, primaryKey: true },
  b: { type: DataTypes.INTEGER, primaryKey: true },
  row: {
    type: DataTypes.INTEGER,
    references: { table: "rows", column: "id", onDelete: "CASCADE", onUpdate: "CASCADE" },
  },
  code: {
    type: DataTypes.TEXT,
    references: { table: "rows", column: "code", onDelete: "SET NULL", onUpdate: "CASCADE" },
  },
  strict: { type: DataTypes.INTEGER, references: { table: "rows", column: "id" } },
} as const;

const TEXTS = ["", "a", "ab", "B", "b", "é", "z", "\u{1F600}", "\uFFFD", "a%", "a_b", "\u0001"];
const NUMBERS = [-1e300, -2.5, -1, 0, 1e-9, 1, 2, 2.5, 1e10];
const BIGS = [
  -(2n ** 63n),
  -(2n ** 53n) - 1n,
  -256n,
  -1n,
  0n,
  1n,
  255n,
  256n,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
];

function pick<T>(source: Random, list: readonly T[]): T {
  return list[source.int(list.length)] as T;
}

function valueOf(source: Random, name: string): unknown {
  if (source.oneIn(5)) return null;
  switch (name) {
    case "name":
    case "a":
      return pick(source, TEXTS);
    case "code":
      return `c${source.int(25)}`;
    case "score":
      return pick(source, NUMBERS);
    case "big":
      return pick(source, BIGS);
    case "on":
      return source.oneIn(2);
    case "day":
      return new Date(source.int(6) * 86_400_000 - 2 * 86_400_000);
    case "at":
      return new Date(source.int(6) * 1000 - 3000);
    case "data":
      return pick<unknown>(source, [
        { n: source.int(3), s: pick(source, TEXTS) },
        [1, { x: true }],
        "text",
        5,
        { n: null },
      ]);
    case "bytes":
      return new Uint8Array(Array.from({ length: source.int(3) }, () => pick(source, [0, 1, 255])));
    default:
      return source.int(30);
  }
}

function condition(source: Random, names: readonly string[], depth = 0): Record<string, unknown> {
  const kind = source.int(depth > 2 ? 8 : 11);
  if (kind === 8) return { $and: [condition(source, names, depth + 1), condition(source, names, depth + 1)] };
  if (kind === 9) return { $or: [condition(source, names, depth + 1), condition(source, names, depth + 1)] };
  if (kind === 10) return { $not: condition(source, names, depth + 1) };
  const name = pick(source, names);
  if (name === "data") {
    return source.oneIn(2) ? { "data.n": source.int(3) } : { "data.s": { $startsWith: "a" } };
  }
  const value = valueOf(source, name);
  const other = valueOf(source, name) ?? value;
  if (value === null || other === null) return { [name]: source.oneIn(2) ? null : { $ne: null } };
  const text = name === "name" || name === "code";
  switch (kind) {
    case 0:
      return { [name]: value };
    case 1:
      return { [name]: { $ne: value } };
    case 2:
      return { [name]: { [pick(source, ["$gt", "$gte", "$lt", "$lte"])]: value } };
    case 3:
      return { [name]: { $between: [value, other] } };
    case 4:
      return { [name]: { $in: [value, other, ...(source.oneIn(3) ? [null] : [])] } };
    case 5:
      return { [name]: { $notIn: [value, other] } };
    case 6:
      return text
        ? { [name]: { [pick(source, ["$startsWith", "$endsWith", "$contains"])]: pick(source, TEXTS) } }
        : { [name]: value };
    default:
      return text
        ? { [name]: { $like: `${pick(source, ["a", "c1", ""])}%` } }
        : { [name]: { $gte: value, $lte: other } };
  }
}

async function outcome(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RinariError)) throw error;
    return { error: error.name, code: error.code, table: error.table, columns: error.columns };
  }
}

type Tables = {
  readonly Row: DynamicModel<"async">;
  readonly Part: DynamicModel<"async">;
  readonly orm: ORM<AsyncDriver>;
};

function define(orm: ORM<AsyncDriver>): Tables {
  const Row = orm.define("app", "rows", SCHEMA) as unknown as DynamicModel<"async">;
  return { orm, Row, Part: orm.define("app", "parts", PART) as unknown as DynamicModel<"async"> };
}

/** Makes up one operation, to be done on each side. */
function operation(source: Random): (tables: Tables) => Promise<unknown> {
  const onRow = !source.oneIn(3);
  const names = Object.keys(onRow ? SCHEMA : PART);
  const scalars = names.filter((name) => name !== "data");
  const model = ({ Row, Part }: Tables): DynamicModel<"async"> => onRow ? Row : Part;
  const filled = (): Record<string, unknown> =>
    Object.fromEntries(
      names.filter((name) => name !== "id" || source.oneIn(4)).map((name) => [
        name,
        name === "id" || name === "a" || name === "b"
          ? valueOf(source, name) ?? 7 + source.int(9)
          : valueOf(source, name),
      ]).map(([name, value]) => [name, name === "a" ? String(value) : value]),
    );
  const some = (): Record<string, unknown> => {
    const data = filled();
    for (const name of Object.keys(data)) {
      if (!source.oneIn(3) || (name === "id" && !source.oneIn(4))) delete data[name];
    }
    return data;
  };
  const where = condition(source, names);
  const search = {
    ...(source.oneIn(4) ? {} : { where }),
    ...(source.oneIn(3) ? {} : {
      orderBy: [...new Set([pick(source, scalars), pick(source, scalars)])].map((
        name,
      ) => [name, pick(source, ["ASC", "DESC"])]),
    }),
    ...(source.oneIn(2) ? {} : { limit: source.int(12) }),
    ...(source.oneIn(3) ? { offset: source.int(5) } : {}),
  };
  const data = filled();
  const records = Array.from({ length: source.int(6) }, filled);
  const change = some();
  const index = {
    columns: [...new Set([pick(source, scalars), pick(source, scalars)])],
    unique: source.oneIn(5),
    ...(source.oneIn(4) ? { where } : {}),
  };
  const name = `i${source.int(6)}`;
  const nested = depthLimited(source);
  const size = 1 + source.int(5);
  switch (source.int(14)) {
    case 0:
    case 1:
      return (on) => model(on).create(data as never);
    case 2:
      return (on) => model(on).bulkCreate(records as never);
    case 3:
      return (on) => model(on).update(change as never, where as never);
    case 4:
      return (on) => model(on).delete(where as never);
    case 5:
      return (on) => model(on).upsert(data as never);
    case 6:
      return (on) => model(on).count(where as never);
    case 7:
      return (on) => model(on).createIndex(name, index as never);
    case 8:
      return (on) => model(on).dropIndex(name);
    case 9:
      return (on) =>
        on.orm.transaction(async () => {
          const results: unknown[] = [];
          for (const each of nested) results.push(await each(on));
          return results;
        });
    case 10:
      return async (on) => {
        const pages: unknown[] = [];
        const options = { ...search, size } as Record<string, unknown>;
        delete options["limit"];
        delete options["offset"];
        let after: string | null = null;
        do {
          const page = await model(on).paginate({ ...options, after } as never) as {
            rows: unknown[];
            next: string | null;
          };
          pages.push(...page.rows);
          after = page.next;
        } while (after !== null && pages.length < 60);
        return pages;
      };
    default:
      return (on) => model(on).findAll(search as never);
  }
}

let depth = 0;
function depthLimited(source: Random): ((tables: Tables) => Promise<unknown>)[] {
  if (depth > 0) return [];
  depth++;
  const made = Array.from({ length: 1 + source.int(4) }, () => operation(source));
  depth--;
  return made;
}

describe("DenoKVDriver and MemoryDriver", () => {
  for (let seed = 1; seed <= Number(globalThis.process?.env["KV_SEEDS"] ?? 12); seed++) {
    testKV(`give the same rows and errors (seed ${seed})`, async () => {
      const source = random(seed);
      const driver = await openDriver(":memory:");
      const kv = define(new ORM<AsyncDriver>({ driver }));
      const memory = define(new ORM<AsyncDriver>({ driver: toAsyncDriver(new MemoryDriver()) }));
      await memory.orm.ready();
      await kv.orm.ready();
      try {
        for (let step = 0; step < 150; step++) {
          const each = operation(source);
          const expected = await outcome(() => each(memory));
          assertEquals(await outcome(() => each(kv)), expected, `step ${step}`);
        }
        assertEquals(await kv.Row.findAll(), await memory.Row.findAll());
        assertEquals(await kv.Part.findAll(), await memory.Part.findAll());
        assertEquals(await driver.verify("app"), []);
      } finally {
        await kv.orm.disconnect();
      }
    });
  }
});
