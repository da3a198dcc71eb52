import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DataTypes, NotNullConstraintError, type ORM, type SyncDriver, UnsupportedError } from "../../mod.ts";
import { migrate, type MigrationDatabase, MigrationError } from "../../src/migration/mod.ts";
import { describe, test } from "../support/runner.ts";
import { type Program, stores, type Version } from "./stores.ts";

const id = { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true } as const;
const text = { type: DataTypes.TEXT } as const;
const parent = (onDelete: "CASCADE" | "SET NULL" | "NO ACTION") =>
  ({ type: DataTypes.INTEGER, references: { table: "users", column: "id", onDelete } }) as const;

const V1 = {
  users: {
    schema: {
      id,
      name: { ...text, notNull: true },
      day: { type: DataTypes.DATE },
      big: { type: DataTypes.INTEGER, bigint: true },
      data: { type: DataTypes.JSON },
      bytes: { type: DataTypes.BLOB },
      n: { type: DataTypes.INTEGER },
      boss: parent("SET NULL"),
    },
    indexes: [{ columns: ["name"], unique: true }, {
      name: "young",
      columns: ["n"],
      where: { n: { $lt: 9 } },
    }],
  },
  cascading: { id, user: parent("CASCADE") },
  clearing: { id, user: parent("SET NULL") },
  keeping: { id, user: parent("NO ACTION") },
} as const satisfies Version;

const ROWS = [
  {
    id: 1,
    name: "Ada L",
    day: new Date("1815-12-10"),
    big: 2n ** 60n,
    data: { a: [1] },
    bytes: Uint8Array.of(1, 0),
    n: 1,
    boss: null,
  },
  { id: 2, name: "Bob M", day: null, big: null, data: null, bytes: null, n: 20, boss: 1 },
];

async function fill(v1: Program): Promise<void> {
  await v1.migrate();
  await v1.model("users").bulkCreate([...ROWS, { id: 7, name: "gone" }]);
  await v1.model("users").delete({ id: 7 });
  for (const table of ["cascading", "clearing", "keeping"]) {
    await v1.model(table).bulkCreate([{ user: 1 }, { user: 2 }, { user: null }]);
  }
}

async function childrenAreThere(program: Program): Promise<void> {
  for (const table of ["cascading", "clearing", "keeping"]) {
    const users = (await program.model(table).findAll({ orderBy: [["id", "ASC"]] })).map(({ user }) => user);
    assertEquals(users, [1, 2, null], table);
  }
}

async function codeOf(work: () => Promise<unknown>): Promise<string> {
  const error = await assertRejects(work, MigrationError);
  return error.code;
}

const { users: { schema: USERS, indexes: INDEXES } } = V1;
const named = (schema: typeof USERS) => {
  const { name: _, ...rest } = schema;
  return { ...rest, fullName: { ...text, notNull: true } };
};

for (const { name, copies, use } of stores) {
  describe(`migrate: ${name}:`, () => {
    test("makes tables, and does nothing when called again", () =>
      use(async ({ open }) => {
        const v1 = await open(V1);
        const { changes, steps } = await v1.migrate();
        assertEquals([changes.map(({ table }) => table), steps], [Object.keys(V1), []]);
        assertEquals(await v1.migrate(), { steps: [], changes: [], backup: null });
        assertEquals(await v1.plan(), { steps: [], changes: [], blocked: [], newer: null });
      }));

    test("makes the index by which rows that refer are found", () =>
      use(async ({ open }) => {
        const id = { type: DataTypes.INTEGER, primaryKey: true } as const;
        const author = { type: DataTypes.INTEGER, references: { table: "authors", column: "id" } } as const;
        const version = (index: boolean) => ({
          authors: { id },
          books: { id, author: { ...author, index } },
        });
        const before = await open(version(false));
        await before.migrate();
        await before.model("authors").create({ id: 1 });
        await before.model("books").create({ id: 1, author: 1 });
        const after = await open(version(true));
        const { changes } = await after.plan();
        const finds =
          (after.orm as unknown as ORM<SyncDriver>).driverInfo.capabilities?.findsReferring === true;
        assertEquals(
          changes.map(({ text }) => text),
          finds ? [] : ["`books`: index `author_index` is made"],
        );
        await after.migrate();
        assertEquals(await after.plan(), { steps: [], changes: [], blocked: [], newer: null });
        assertEquals(await after.model("books").count({ author: 1 }), 1);
        // The models before are those of an older program, which drops nothing; new ones without it do.
        assertEquals((await (await open(version(false))).migrate()).changes, []);
        const none = await open({ ...version(false), more: { id } });
        assertEquals((await none.migrate()).changes.length, finds ? 1 : 2);
      }));

    test("makes by itself what loses nothing", () =>
      use(async ({ open }) => {
        await fill(await open(V1));
        const v2 = {
          ...V1,
          users: {
            schema: {
              ...USERS,
              name: text,
              n: { type: DataTypes.INTEGER, bigint: true },
              mail: text,
              kind: { ...text, notNull: true, default: "person" },
              since: { type: DataTypes.DATETIME, notNull: true, default: new Date(5) },
            },
            indexes: [INDEXES[0], { columns: ["mail"] }],
          },
          keeping: { id, user: parent("CASCADE"), note: text },
          fresh: { id, name: text },
        } as const satisfies Version;
        const program = await open(v2);
        const planned = await program.plan();
        assertEquals([planned.blocked, planned.newer, planned.steps], [[], null, []]);
        const { changes } = await program.migrate();
        assertEquals(changes, planned.changes);
        const added = { mail: null, kind: "person", since: new Date(5) };
        assertEquals(
          await program.model("users").findAll({ orderBy: [["id", "ASC"]] }),
          ROWS.map((row) => ({ ...row, n: BigInt(row.n), ...added })),
        );
        await childrenAreThere(program);
        assertEquals((await program.model("users").create({ name: null })).id, 8);
        assertEquals(await program.migrate(), { steps: [], changes: [], backup: null });
        await program.model("users").delete({ id: 2 });
        assertEquals(await program.model("cascading").count(), 2);
      }));

    test("loses nothing that no step asks for", () =>
      use(async ({ open }) => {
        await fill(await open(V1));
        const { keeping: _, ...rest } = V1;
        const v2 = await open({
          ...rest,
          users: { ...named(USERS), bytes: text, n: { ...USERS.n, notNull: true } },
        });
        const error = await assertRejects(() => v2.migrate(), MigrationError);
        assertEquals(error.code, "MIGRATION_BLOCKED");
        assertEquals(error.blocked.map(({ table, step }) => [table, step]), [
          ["users", 'db.renameColumn("users", "name", "fullName") or db.dropColumn("users", "name")'],
          ["users", 'db.changeColumn("users", "bytes", { type: "TEXT" }, (value) => …)'],
          ["keeping", 'db.dropTable("keeping")'],
        ]);
        assertStringIncludes(error.message, "nothing was changed; add a step: ");
        assertEquals((await v2.plan()).blocked, error.blocked);
        const v1 = await open(V1);
        assertEquals(await v1.model("users").findAll({ orderBy: [["id", "ASC"]] }), ROWS);
        await childrenAreThere(v1);
      }));

    test("runs steps once, in order, each on the tables as they are", () =>
      use(async ({ open }) => {
        await fill(await open(V1));
        const { big: _, ...kept } = named(USERS);
        const { keeping, ...others } = V1;
        const v2 = await open({
          ...others,
          people: {
            ...kept,
            first: { ...text, notNull: true },
            n: text,
            boss: {
              ...parent("SET NULL"),
              references: { table: "people", column: "id", onDelete: "SET NULL" },
            },
          },
          cascading: {
            id,
            user: {
              ...parent("CASCADE"),
              references: { table: "people", column: "id", onDelete: "CASCADE" },
            },
          },
          clearing: {
            id,
            user: {
              ...parent("SET NULL"),
              references: { table: "people", column: "id", onDelete: "SET NULL" },
            },
          },
        });
        void keeping;
        const ran: string[] = [];
        const steps = {
          "one": async (db: MigrationDatabase<"async">) => {
            ran.push("one");
            await db.renameColumn("users", "name", "fullName");
            await db.renameColumn("users", "name", "fullName");
          },
          "two": async (db: MigrationDatabase<"async">) => {
            ran.push("two");
            await db.addColumn("users", "first", text);
            await db.addColumn("users", "first", text);
            await db.eachRow("users", { id, fullName: text, first: text }, ({ fullName }) => ({
              first: (fullName as string).split(" ")[0] as string,
            }));
            const part = { id, first: text, n: { type: DataTypes.INTEGER } } as const;
            if (copies) {
              await db.eachRow("users", part, ({ first }) => first === "Bob" ? { n: 3 } : undefined);
            } else await db.model("users", part).update({ n: 3 }, { first: "Bob" });
            await db.changeColumn("users", "n", text, (value) => `<${value}>`);
            await db.dropColumn("users", "big");
            await db.dropColumn("users", "big");
          },
          "three": async (db: MigrationDatabase<"async">) => {
            ran.push("three");
            await db.renameTable("users", "people");
            await db.renameTable("users", "people");
            await db.dropTable("keeping");
            await db.dropTable("keeping");
            await db.addColumn("nowhere", "x", text);
          },
        };
        const isSync = v2.orm.driverInfo.name !== "libsql" && !name.includes("async");
        const given = isSync ? syncSteps(ran, copies) : steps;
        assertEquals((await v2.plan({ steps: given })).steps, ["one", "two", "three"]);
        if (copies) {
          await assertRejects(() => v2.migrate({ steps: given, dryRun: true }), UnsupportedError);
        } else {
          assertEquals((await v2.migrate({ steps: given, dryRun: true })).steps, ["one", "two", "three"]);
        }
        assertEquals((await v2.plan({ steps: given })).steps, ["one", "two", "three"]);
        ran.length = 0;
        const done = await v2.migrate({ steps: given });
        assertEquals(done.steps, ["one", "two", "three"]);
        assertEquals([...new Set(ran)], ["one", "two", "three"]);
        const rows = await v2.model("people").findAll({ orderBy: [["id", "ASC"]] });
        assertEquals(rows.map(({ id, fullName, first, n, boss }) => [id, fullName, first, n, boss]), [
          [1, "Ada L", "Ada", "<1>", null],
          [2, "Bob M", "Bob", "<3>", 1],
        ]);
        assertEquals((await v2.model("cascading").findAll()).map(({ user }) => user), [1, 2, null]);
        ran.length = 0;
        assertEquals((await v2.migrate({ steps: given })).steps, []);
        assertEquals(ran, []);
        await v2.model("people").delete({ id: 2 });
        assertEquals(await v2.model("cascading").count(), 2);
      }));

    if (!copies) {
      test("undoes a step that fails, with all it did, and says which it is", () =>
        use(async ({ open }) => {
          await fill(await open(V1));
          const v2 = await open({ ...V1, users: { schema: { ...named(USERS) }, indexes: [] } });
          const fail = () => {
            throw new Error("no");
          };
          const isSync = v2.orm.driverInfo.name !== "libsql" && !name.includes("async");
          const steps = isSync
            ? {
              "rename": (db: MigrationDatabase<"sync">) => {
                db.renameColumn("users", "name", "fullName");
                db.dropTable("keeping");
                fail();
              },
            }
            : {
              "rename": async (db: MigrationDatabase<"async">) => {
                await db.renameColumn("users", "name", "fullName");
                await db.dropTable("keeping");
                fail();
              },
            };
          const error = await assertRejects(() => v2.migrate({ steps }), MigrationError);
          assertEquals([error.code, error.step], ["MIGRATION_FAILED", "rename"]);
          assertStringIncludes(error.message, 'step "rename" failed and is undone: no');
          const v1 = await open(V1);
          assertEquals(await v1.model("users").findAll({ orderBy: [["id", "ASC"]] }), ROWS);
          await childrenAreThere(v1);
        }));
    }

    test("changes nothing when a row refuses what is tried", () =>
      use(async ({ open }) => {
        await fill(await open(V1));
        const v2 = await open({
          ...V1,
          keeping: { id, user: parent("NO ACTION"), note: text },
          users: { schema: { ...USERS, bytes: { ...USERS.bytes, notNull: true } }, indexes: [...INDEXES] },
        });
        await assertRejects(() => v2.migrate(), NotNullConstraintError);
        const v1 = await open(V1);
        assertEquals(await v1.model("users").findAll({ orderBy: [["id", "ASC"]] }), ROWS);
        await childrenAreThere(v1);
      }));

    test("leaves a store alone that a newer program has changed", () =>
      use(async ({ open }) => {
        await fill(await open(V1));
        await (await open({ ...V1, users: { schema: { ...USERS, mail: text }, indexes: [...INDEXES] } }))
          .migrate();
        const old = await open(V1);
        const error = await assertRejects(() => old.migrate(), MigrationError);
        assertEquals([error.code, error.blocked], ["STORE_IS_NEWER", []]);
        assert((await old.plan()).newer !== null);
        // A table that it does not know is no concern of it.
        const wider = { ...V1, users: { schema: { ...USERS, mail: text }, indexes: [...INDEXES] } } as const;
        await (await open({ ...wider, more: { id } })).migrate();
        const unconcerned = await open(wider);
        assertEquals(await unconcerned.plan(), { steps: [], changes: [], blocked: [], newer: null });
        assertEquals(await unconcerned.migrate(), { steps: [], changes: [], backup: null });
        assertEquals(await (await open({ ...wider, more: { id } })).model("more").count(), 0);
        // A table that it has, and that is gone, is.
        const { keeping: _, ...rest } = V1;
        const dropping = await open({ ...rest, users: wider.users, more: { id } });
        const isAsync = dropping.orm.driverInfo.name === "libsql" || name.includes("async");
        const drop = (db: MigrationDatabase<"sync">) => db.dropTable("keeping");
        const steps = { drop: isAsync ? (async (db: never) => await drop(db)) as never : drop };
        await dropping.migrate({ steps });
        const before = await open({ ...wider, more: { id } });
        assertEquals(await codeOf(() => before.migrate()), "STORE_IS_NEWER");
      }));

    test("takes the steps for done where the store is empty, or as the models say", () =>
      use(async ({ open }) => {
        let runs = 0;
        const step = (() => {
          runs++;
        }) as never;
        const v1 = await open({ notes: { id, text } });
        await v1.migrate({ steps: { a: step, b: step } });
        assertEquals(runs, 0);
        await v1.migrate({ steps: { a: step, b: step } });
        assertEquals(runs, 0);
      }));

    if (!copies) {
      test("runs the steps after `baseline` where nothing is written down", () =>
        use(async ({ open }) => {
          const v1 = await open({ notes: { id, text } });
          await v1.model("notes").create({ text: "x" });
          const ran: string[] = [];
          const step = (name: string) => (db: MigrationDatabase<"sync">) => {
            ran.push(name);
            return db.addColumn("notes", "more", text);
          };
          const v2 = await open({ notes: { id, text, more: text } });
          const steps = { a: step("a"), b: step("b") };
          await v2.migrate({ steps: steps as never, baseline: "a" });
          assertEquals(ran, ["b"]);
          assertEquals(await v2.model("notes").findAll(), [{ id: 1, text: "x", more: null }]);
        }));
    }

    test("changes how dates are stored, and tells of progress", () =>
      use(async ({ open, isSQL }) => {
        const v1 = await open({ notes: { id, at: { type: DataTypes.DATETIME } } });
        await v1.migrate();
        const at = new Date(1_500);
        await v1.model("notes").bulkCreate([{ at }, { at: null }]);
        const seen: unknown[] = [];
        const seconds = { type: DataTypes.DATETIME, stored: "milliseconds" } as const;
        const v2 = await open({ notes: { id, at: seconds } });
        const isAsync = v2.orm.driverInfo.name === "libsql" || name.includes("async");
        const change = (db: MigrationDatabase<"sync">) => db.changeColumn("notes", "at", seconds);
        const steps = { form: isAsync ? (async (db: never) => await change(db)) as never : change };
        await v2.migrate({ steps, progress: (now: unknown) => seen.push(now) });
        assertEquals(await v2.model("notes").findAll({ select: ["at"] }), [{ at }, { at: null }]);
        assertEquals((await v2.plan({ steps })).changes, []);
        if (isSQL) {
          assertEquals(seen.slice(0, 2), [
            { step: "form", table: null, rows: 0 },
            { step: "form", table: "notes", rows: 500 },
          ]);
        }
      }));

    test("of two calls at once one migrates", () =>
      use(async ({ open }) => {
        await fill(await open(V1));
        const v2 = await open({ ...V1, users: { schema: { ...USERS, mail: text }, indexes: [...INDEXES] } });
        const done = await Promise.all([v2.migrate(), v2.migrate()]);
        assertEquals(done.map(({ changes }) => changes.length).sort(), [0, 1]);
        assertEquals(await v2.model("users").count(), ROWS.length);
        await childrenAreThere(v2);
      }));

    test("is refused inside a transaction", () =>
      use(async ({ open }) => {
        const { orm } = await open({ notes: { id, text } });
        const isAsync = orm.driverInfo.name === "libsql" || name.includes("async");
        const inside = () =>
          orm.transaction((() => isAsync ? migrate(orm, "app") : void migrate(orm, "app")) as never);
        assertEquals(await codeOf(async () => await inside()), "IN_TRANSACTION");
      }));
  });
}

/** The steps of the test above for a driver that answers at once. */
function syncSteps(ran: string[], copies: boolean): object {
  return {
    "one": (db: MigrationDatabase<"sync">) => {
      ran.push("one");
      db.renameColumn("users", "name", "fullName");
      db.renameColumn("users", "name", "fullName");
    },
    "two": (db: MigrationDatabase<"sync">) => {
      ran.push("two");
      db.addColumn("users", "first", text);
      db.addColumn("users", "first", text);
      db.eachRow("users", { id, fullName: text, first: text }, ({ fullName }) => ({
        first: (fullName as string).split(" ")[0] as string,
      }));
      const part = { id, first: text, n: { type: DataTypes.INTEGER } } as const;
      if (copies) db.eachRow("users", part, ({ first }) => first === "Bob" ? { n: 3 } : undefined);
      else db.model("users", part).update({ n: 3 }, { first: "Bob" });
      db.changeColumn("users", "n", text, (value) => `<${value}>`);
      db.dropColumn("users", "big");
      db.dropColumn("users", "big");
    },
    "three": (db: MigrationDatabase<"sync">) => {
      ran.push("three");
      db.renameTable("users", "people");
      db.renameTable("users", "people");
      db.dropTable("keeping");
      db.dropTable("keeping");
      db.addColumn("nowhere", "x", text);
    },
  };
}
