import { assertEquals } from "@std/assert";
import process from "node:process";
import type { ColumnDefinition, DataType, ModelColumn } from "../../mod.ts";
import { anyDriver } from "../../src/store/any_driver.ts";
import { INSIDES, type Insides } from "../../src/orm/insides.ts";
import { random } from "../support/random.ts";
import { describe, test } from "../support/runner.ts";
import { torture } from "../support/torture.ts";
import { type Program, stores } from "./stores.ts";

/** In each runtime: together more than 500 pairs in a run of all tests. Stores that are slow to open have fewer. */
const pairsOn = (store: string): number =>
  torture ? 500 : /libSQL|KV/.test(store) ? 24 : /SQLite/.test(store) ? 40 : 60;
const SEED = Number(process.env["RINARI_SEED"] ?? Date.now() % 1_000_000);

type Next = (below: number) => number;
interface Operation {
  readonly kind: "renameColumn" | "dropColumn";
  readonly column: string;
  readonly to: string;
}
interface Made {
  readonly schema: Record<string, ModelColumn>;
  readonly indexes: { name: string; columns: string[]; unique?: boolean }[];
  /** What a step does to make it of the first one. */
  readonly operations?: readonly Operation[];
}

const VALUES: Readonly<Record<string, (i: number) => unknown>> = {
  TEXT: (i) => `text ${i}`,
  INTEGER: (i) => i * 3,
  REAL: (i) => i + 0.5,
  BOOLEAN: (i) => i % 2 === 0,
  DATE: (i) => new Date(i * 86_400_000),
  DATETIME: (i) => new Date(i * 1_001),
  JSON: (i) => ({ i }),
  BLOB: (i) => Uint8Array.of(i, 0, 255),
};
const TYPES = Object.keys(VALUES) as DataType[];

function newColumn(next: Next): ModelColumn {
  const type = TYPES[next(TYPES.length)] as DataType;
  const unique = !["JSON", "BOOLEAN"].includes(type) && next(4) === 0;
  return {
    type,
    ...(next(3) === 0 && { notNull: true }),
    ...(unique && { unique }),
    ...(type === "DATETIME" && next(2) === 0 && { stored: "milliseconds" as const }),
  };
}

function firstSchema(next: Next, parent: string | null): Made {
  const auto = next(2) === 0;
  const schema: Record<string, ModelColumn> = {
    id: { type: "INTEGER", primaryKey: true, ...(auto && { autoIncrement: true }) },
  };
  for (let i = next(4) + 1; i > 0; i--) schema[`c${i}`] = newColumn(next);
  if (parent !== null) {
    const onDelete = (["CASCADE", "SET NULL", "NO ACTION"] as const)[next(3)] ?? "CASCADE";
    schema["parent"] = { type: "INTEGER", references: { table: parent, column: "id", onDelete } };
    schema["self"] = { type: "INTEGER" };
  }
  const columns = Object.keys(schema).filter((name) => schema[name]?.type !== "JSON");
  const indexes = [{ name: "one", columns: [columns[next(columns.length)] as string] }];
  return { schema, indexes: next(2) === 0 ? indexes : [] };
}

/** Changes that lose nothing but what a step drops, and that no row refuses: values differ by row. */
function changed(next: Next, { schema, indexes }: Made): Made {
  let after = { ...schema };
  const operations: Operation[] = [];
  let declared = [...indexes];
  for (let n = next(3) + 1; n > 0; n--) {
    const names = Object.keys(after).filter((name) => name !== "id");
    const name = names[next(names.length)];
    if (name === undefined) continue;
    const column = after[name] as ModelColumn;
    const isOld = Object.hasOwn(schema, name) || operations.some(({ to }) => to === name);
    switch (next(10)) {
      case 0: {
        const { notNull: _n, unique: _u, ...plain } = newColumn(next);
        after[`n${n}`] = plain;
        break;
      }
      case 1:
        after[`d${n}`] = { type: "TEXT", notNull: true, default: "it's" };
        break;
      case 2: {
        const { notNull: _, ...rest } = column;
        after[name] = rest;
        break;
      }
      case 3: {
        const { unique: _, ...rest } = column;
        after[name] = rest;
        break;
      }
      case 4:
        if (column.references === undefined && column.type === "INTEGER") {
          after[name] = { ...column, bigint: true };
        }
        break;
      case 5: {
        const { references: _, ...rest } = column;
        after[name] = rest;
        break;
      }
      case 6:
        declared = next(2) === 0 ? [] : [{ name: "two", columns: [column.type === "JSON" ? "id" : name] }];
        break;
      case 7:
        if (!["JSON", "BOOLEAN"].includes(column.type) && Object.hasOwn(schema, name) && name !== "parent") {
          after[name] = { ...column, unique: true };
        }
        break;
      case 8: {
        if (!isOld) break;
        const to = `r${n}`;
        after = Object.fromEntries(
          Object.entries(after).map(([each, of]) => [each === name ? to : each, of]),
        );
        declared = declared.map((index) => ({
          ...index,
          columns: index.columns.map((each) => each === name ? to : each),
        }));
        operations.push({ kind: "renameColumn", column: name, to });
        break;
      }
      case 9: {
        if (!isOld) break;
        const { [name]: _, ...rest } = after;
        after = rest;
        declared = declared.filter(({ columns }) => !columns.includes(name));
        operations.push({ kind: "dropColumn", column: name, to: "" });
      }
    }
  }
  return { schema: after, indexes: declared, operations };
}

async function fill(program: Program, table: string, { schema }: Made, parents: number): Promise<void> {
  const rows = [1, 2, 3].map((i) => {
    const row: Record<string, unknown> = { id: i };
    for (const [name, { type, notNull }] of Object.entries(schema)) {
      if (name === "id") continue;
      if (name === "parent") row[name] = parents > 0 && i < 3 ? i : null;
      else row[name] = i === 3 && notNull !== true ? null : VALUES[type]?.(i);
    }
    return row;
  });
  await program.model(table).bulkCreate(rows);
}

/** The step that makes the tables. */
function stepOf(tables: Readonly<Record<string, Made>>): { readonly step: unknown } {
  const all = Object.entries(tables).flatMap(([table, { operations = [] }]) =>
    operations.map((operation) => ({ table, ...operation }))
  );
  return {
    step: (db: Record<Operation["kind"], (...args: readonly string[]) => unknown>) =>
      all.reduce<unknown>((last, { table, kind, column, to }) => {
        const run = (): unknown => db[kind](table, column, to);
        return last instanceof Promise ? last.then(run) : run();
      }, undefined),
  };
}

/** What a column was called before; null when it is new. */
function nameBefore(column: string, { schema }: Made, { operations = [] }: Made): string | null {
  const name = operations.toReversed().reduce((now, { to, column }) => to === now ? column : now, column);
  return Object.hasOwn(schema, name) ? name : null;
}

const plain = (value: unknown): unknown => typeof value === "bigint" ? Number(value) : value;

async function catalogOf(program: Program, tables: readonly string[]): Promise<unknown> {
  const { connection } = (program.orm as unknown as { [INSIDES]: Insides })[INSIDES];
  const driver = anyDriver(connection.given);
  const told = [];
  for (const table of tables) {
    await program.model(table).count();
    // What does not tell them has compared them when the model was used.
    const columns = await driver.introspect?.("app", table) as Record<string, ColumnDefinition> ?? {};
    const indexes =
      await (driver.indexes === undefined ? connection.driver : driver).indexes?.("app", table) ?? [];
    told.push([
      table,
      Object.fromEntries(Object.entries(columns).sort(([a], [b]) => a < b ? -1 : 1)),
      [...indexes].sort((a, b) => a.name < b.name ? -1 : 1),
    ]);
  }
  return told;
}

describe("migrate: a migrated store equals one that is made new:", () => {
  for (const { name, use } of stores) {
    test(`${name} (seed ${SEED})`, async () => {
      const { int: next } = random(SEED);
      for (let pair = 0; pair < pairsOn(name); pair++) {
        const first = { p: firstSchema(next, null), c: firstSchema(next, "p") };
        const second = {
          p: changed(next, first.p),
          c: changed(next, first.c),
          ...(next(2) === 0 && { x: firstSchema(next, "c") }),
        };
        const context = `pair ${pair}: ${JSON.stringify([first, second])}`;
        let made: unknown;
        await use(async ({ open }) => {
          made = await catalogOf(await open(second as never), Object.keys(second));
        });
        await use(async ({ open }) => {
          const v1 = await open(first as never);
          await v1.migrate();
          await fill(v1, "p", first.p, 0);
          await fill(v1, "c", first.c, 3);
          const before = { p: await v1.model("p").findAll(), c: await v1.model("c").findAll() };
          const v2 = await open(second as never);
          await v2.migrate({ steps: stepOf(second) });
          for (const table of ["p", "c"] as const) {
            const columns = Object.keys(second[table].schema).flatMap((column) => {
              const old = nameBefore(column, first[table], second[table]);
              return old === null ? [] : [[column, old] as const];
            });
            const rows = (await v2.model(table).findAll()).map((row) =>
              columns.map(([column]) => plain(row[column]))
            );
            const kept = before[table].map((row) => columns.map(([, old]) => plain(row[old])));
            assertEquals(rows, kept, `${table} of ${context}`);
          }
          assertEquals(await catalogOf(v2, Object.keys(second)), made, context);
        });
      }
    }, { timeout: 300_000 });
  }
});
