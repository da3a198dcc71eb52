import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import {
  type AsyncDriver,
  type ChangeEvent,
  DataTypes,
  ORM,
  type SyncDriver,
  toAsyncDriver,
} from "../../mod.ts";
import { live } from "../../src/live/live.ts";
import { runFile } from "../support/child.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { sqliteDrivers } from "../unit/sql/sqlite_drivers.ts";

const schema = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  text: { type: DataTypes.TEXT, notNull: true },
} as const;

const WRITER = new URL("fixtures/writer.ts", import.meta.url);

async function write(path: string, text: string): Promise<void> {
  const { code, stderr } = await runFile(WRITER, ["write", path, text]);
  assertEquals(code, 0, stderr);
}

const makers: readonly (readonly [string, (path: string) => SyncDriver | AsyncDriver])[] = [
  ...sqliteDrivers.map(({ name, make }) =>
    [name, (path: string) => make({ databases: { app: path } }) as SyncDriver] as const
  ),
  ...sqliteDrivers.slice(0, 1).map(({ name, make }) =>
    [
      `${name}, async`,
      (path: string) => toAsyncDriver(make({ databases: { app: path } }) as SyncDriver),
    ] as const
  ),
  ["libsql", (path) => new LibSQLDriver({ databases: { app: path } })],
];

describe("live", () => {
  for (const [name, make] of makers) {
    test(`sees what another process commits to a file: ${name}`, () =>
      withTempDir(async (folder) => {
        const path = join(folder, "app.db");
        const orm = new ORM({ driver: make(path) as SyncDriver });
        const Note = orm.define("app", "notes", schema);
        await Note.create({ text: "mine" });
        const seen: ChangeEvent[] = [];
        orm.onChange((event) => seen.push(event));
        const rows = live(Note, { orderBy: [["id", "ASC"]] });
        assertEquals((await rows.next()).value?.length, 1);
        const next = rows.next();
        await write(path, "theirs");
        const found: { readonly text: string }[] = (await next).value ?? [];
        assertEquals(found.map(({ text }) => text), ["mine", "theirs"]);
        assert(seen.some(({ origin, tables }) => origin === "elsewhere" && tables === null));
        await rows.return?.();
        await orm.disconnect();
      }), { timeout: 60_000 });
  }

  test("a thousand on one table are told of each commit, with one search each", async () => {
    const driver = new MemoryDriver();
    const orm = new ORM({ driver });
    const Note = orm.define("app", "notes", schema);
    Note.create({ text: "a" });
    const controller = new AbortController();
    const all = Array.from({ length: 1_000 }, () => live(Note, {}, { signal: controller.signal }));
    for (const each of all) assertEquals((await each.next()).value?.length, 1);
    let searches = 0;
    const { prepare } = driver;
    driver.prepare = (...args) => {
      const prepared = prepare.apply(driver, args);
      return {
        all: (params) => {
          searches++;
          return prepared.all(params);
        },
        number: (params) => prepared.number(params),
      };
    };
    // What is prepared anew passes by the counter.
    Note.drop();
    const next = all.map((each) => each.next());
    orm.transaction(() => {
      for (let i = 0; i < 10; i++) Note.create({ text: `b${i}` });
    });
    for (const { value } of await Promise.all(next)) assertEquals(value?.length, 10);
    assert(searches >= 1_000 && searches <= 2_000, `${searches} searches`);
    controller.abort();
    for (const each of all) assertEquals((await each.next()).done, true);
  });

  test("looks every so often where it is asked to, whatever the store", async () => {
    const driver = new MemoryDriver();
    const orm = new ORM({ driver });
    const Note = orm.define("app", "notes", schema);
    Note.create({ text: "a" });
    const rows = live(Note, {}, { poll: 5 });
    assertEquals((await rows.next()).value?.length, 1);
    const next = rows.next();
    // Beside the ORM, which is told nothing.
    driver.insert("app", "notes", { id: 2, text: "b" });
    assertEquals((await next).value?.length, 2);
    await rows.return?.();
  });

  test("keeps no program from its end", () =>
    withTempDir(async (folder) => {
      const { code, stdout, stderr } = await runFile(WRITER, ["wait", join(folder, "app.db")], {
        timeout: 30_000,
      });
      assertEquals([code, stdout.trim()], [0, "0"], stderr);
    }), { timeout: 60_000 });
});
