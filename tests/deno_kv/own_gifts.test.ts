import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DenoKVDriver } from "../../drivers/deno_kv.ts";
import { DataTypes, ForeignKeyConstraintError, ORM, type RinariError, UnsupportedError } from "../../mod.ts";
import { describe, runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { noKV, openDriver, testKV, withDriver } from "./open_kv.ts";

const SESSION = {
  id: { type: DataTypes.INTEGER, primaryKey: true, notNull: true },
  token: { type: DataTypes.TEXT, unique: true },
  user: { type: DataTypes.TEXT },
} as const;

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("DenoKVDriver.expire", () => {
  testKV(
    "hides the row exactly then, frees its values, and takes its entries along",
    () =>
      withDriver(async (driver) => {
        await driver.createTable("d", "sessions", SESSION);
        await driver.createIndex("d", "sessions", "users", { columns: ["user"] });
        await driver.insert("d", "sessions", { id: 1, token: "a", user: "ada" });
        await driver.insert("d", "sessions", { id: 2, token: "b", user: "ada" });
        assertEquals(await driver.expire("d", "sessions", 1, 60), true);
        assertEquals(await driver.expire("d", "sessions", 9, 60), false);
        assertEquals(await driver.count("d", "sessions"), 2);
        await sleep(80);
        assertEquals(await driver.count("d", "sessions"), 1);
        assertEquals(await driver.count("d", "sessions", { user: "ada" }), 1);
        assertEquals(await driver.findOne("d", "sessions", { where: { id: 1 } }), null);
        assertEquals(await driver.findOne("d", "sessions", { where: { token: "a" } }), null);
        assertEquals(await driver.findAll("d", "sessions", { where: { user: "ada" } }), [{
          id: 2,
          token: "b",
          user: "ada",
        }]);
        assertEquals(
          await driver.findAll("d", "sessions", { orderBy: [["user", "ASC"], ["id", "ASC"]], limit: 1 }),
          [{ id: 2, token: "b", user: "ada" }],
        );
        assertEquals(await driver.update("d", "sessions", { user: "x" }, { id: 1 }), 0);
        await driver.insert("d", "sessions", { id: 3, token: "a", user: "bob" });
        await driver.insert("d", "sessions", { id: 1, token: "c", user: "bob" });
        assertEquals(await driver.count("d", "sessions"), 3);
        assertEquals(await driver.verify("d"), []);
        await driver.expire("d", "sessions", 3, 0);
        assertEquals(await driver.purgeExpired("d", "sessions"), 1);
        assertEquals(await driver.count("d", "sessions"), 2);
        assertEquals(await driver.verify("d"), []);
      }),
  );

  testKV(
    "of the option holds for every row inserted, and null keeps a row",
    () =>
      withDriver(async (driver) => {
        await driver.createTable("d", "sessions", SESSION);
        await driver.bulkInsert("d", "sessions", [{ id: 1, token: null, user: null }, {
          id: 2,
          token: null,
          user: null,
        }]);
        await driver.expire("d", "sessions", 2, null);
        await sleep(70);
        assertEquals(await driver.findAll("d", "sessions", { select: ["id"] }), [{ id: 2 }]);
        assertEquals(await driver.verify("d"), []);
      }, { path: ":memory:", expireIn: { "d.sessions": 50 } }),
  );

  testKV("is refused where rows of other tables refer to the row", () =>
    withDriver(async (driver) => {
      await driver.createTable("d", "sessions", SESSION);
      await driver.createTable("d", "visits", {
        id: { type: DataTypes.INTEGER, primaryKey: true, notNull: true },
        session: { type: DataTypes.INTEGER, references: { table: "sessions", column: "id" } },
      });
      await driver.insert("d", "sessions", { id: 1, token: null, user: null });
      await assertRejects(() => driver.expire("d", "sessions", 1, 60), UnsupportedError);
    }));
});

describe("DenoKVDriver rows that expire", () => {
  testKV(
    "are neither counted nor skipped by index once they have expired",
    () =>
      withDriver(async (driver) => {
        await driver.createTable("d", "sessions", SESSION);
        await driver.createIndex("d", "sessions", "users", { columns: ["user"] });
        for (let id = 1; id <= 6; id++) {
          await driver.insert("d", "sessions", { id, token: id > 4 ? null : `t${id}`, user: "ada" });
        }
        for (const id of [1, 3, 5]) await driver.expire("d", "sessions", id, id === 3 ? 60_000 : 0);
        await driver.createIndex("d", "sessions", "both", { columns: ["user", "token"] });
        assertEquals(await driver.count("d", "sessions", { user: "ada" }), 4);
        assertEquals(await driver.count("d", "sessions", { user: "ada", token: { $gte: "t1" } }), 3);
        assertEquals(await driver.count("d", "sessions", { token: { $gt: "" } }), 3);
        assertEquals(await driver.count("d", "sessions", { id: { $gt: 0 } }), 4);
        for (
          const [orderBy, ids] of [
            [[["user", "ASC"], ["id", "ASC"]], [3, 4, 6]],
            [[["user", "ASC"], ["id", "DESC"]], [4, 3, 2]],
            [[["token", "ASC"], ["id", "ASC"]], [2, 3, 4]],
            [[["user", "DESC"], ["token", "DESC"], ["id", "DESC"]], [3, 2, 6]],
          ] as const
        ) {
          const rows = await driver.findAll<{ id: number }>("d", "sessions", {
            orderBy,
            offset: 1,
            limit: 3,
          });
          assertEquals(rows.map(({ id }) => id), [...ids], JSON.stringify(orderBy));
        }
        await driver.expire("d", "sessions", 3, null);
        await driver.update("d", "sessions", { token: "t9" }, { id: 3 });
        assertEquals(await driver.findOne("d", "sessions", { where: { token: "t9" } }), {
          id: 3,
          token: "t9",
          user: "ada",
        });
        assertEquals(await driver.verify("d"), []);
      }),
  );

  testKV("are no rows to refer to: where others refer, none is stored that expires", async () => {
    const visits = {
      id: { type: DataTypes.INTEGER, primaryKey: true, notNull: true },
      session: { type: DataTypes.INTEGER, references: { table: "sessions", column: "id" } },
    } as const;
    await withDriver(async (driver) => {
      await driver.createTable("d", "sessions", SESSION);
      await driver.createTable("d", "visits", visits);
      const row = { id: 1, token: null, user: null };
      await assertRejects(() => driver.insert("d", "sessions", row), UnsupportedError);
      await assertRejects(() => driver.bulkInsert("d", "sessions", [row]), UnsupportedError);
      await assertRejects(
        () => driver.upsert("d", "sessions", row, { conflict: ["id"], set: [] }),
        UnsupportedError,
      );
      assertEquals(await driver.count("d", "sessions"), 0);
    }, { path: ":memory:", expireIn: { "d.sessions": 60_000 } });
    await withDriver(async (driver) => {
      await driver.createTable("d", "sessions", SESSION);
      await driver.insert("d", "sessions", { id: 1, token: null, user: null });
      await driver.expire("d", "sessions", 1, 60_000);
      const refused = await assertRejects(() => driver.createTable("d", "visits", visits), UnsupportedError);
      assert(refused.message.includes("`sessions`"), refused.message);
      await driver.expire("d", "sessions", 1, null);
      await driver.createTable("d", "visits", visits);
      await driver.insert("d", "visits", { id: 1, session: 1 });
    });
  });

  testKV(
    "and refer are gone for what they refer to",
    () =>
      withDriver(async (driver) => {
        const onDelete = async (
          table: string,
          action: "RESTRICT" | "CASCADE" | "SET NULL",
        ): Promise<void> => {
          await driver.createTable("d", table, {
            id: { type: DataTypes.INTEGER, primaryKey: true, notNull: true },
            user: {
              type: DataTypes.INTEGER,
              references: { table: "users", column: "id", onDelete: action },
            },
          });
          for (const id of [1, 2]) await driver.insert("d", table, { id, user: id });
          await driver.expire("d", table, 1, 0);
          await driver.expire("d", table, 2, 60_000);
        };
        await driver.createTable("d", "users", {
          id: { type: DataTypes.INTEGER, primaryKey: true, notNull: true },
        });
        for (const id of [1, 2]) await driver.insert("d", "users", { id });
        await onDelete("cascading", "CASCADE");
        await onDelete("freed", "SET NULL");
        await onDelete("kept", "RESTRICT");
        assertEquals(await driver.delete("d", "users", { id: 1 }), 1);
        await assertRejects(() => driver.delete("d", "users", { id: 2 }), ForeignKeyConstraintError);
        await driver.delete("d", "kept", { id: 2 });
        assertEquals(await driver.delete("d", "users", { id: 2 }), 1);
        assertEquals(await driver.findAll("d", "cascading", {}), []);
        assertEquals(await driver.findAll("d", "freed", {}), [{ id: 2, user: null }]);
        for (const table of ["cascading", "freed", "kept"]) await driver.purgeExpired("d", table);
        assertEquals(await driver.verify("d"), []);
      }),
  );
});

describe("DenoKVDriver.watch", () => {
  testKV("ends when it is told to, and when the driver disconnects, though nothing changes", async () => {
    const driver = await openDriver(":memory:");
    await driver.connect();
    await driver.createTable("d", "sessions", SESSION);
    const left = driver.watch("d", "sessions", 1);
    assertEquals(await left.next(), { done: false, value: null });
    const pending = left.next();
    assertEquals(await left.return?.(), { done: true, value: undefined });
    assertEquals(await pending, { done: true, value: undefined });

    const states: unknown[] = [];
    let began = (): void => undefined;
    const first = new Promise<void>((resolve) => began = resolve);
    const loop = (async () => {
      for await (const row of driver.watch("d", "sessions", 1)) {
        states.push(row);
        began();
      }
    })();
    await first;
    await driver.disconnect();
    await loop;
    assertEquals(states, [null]);
  });

  testKV(
    "gives the row now and after each change, and null when it goes",
    () =>
      withDriver(async (driver) => {
        await driver.createTable("d", "sessions", SESSION);
        const seen: unknown[] = [];
        const steps = [
          () => driver.insert("d", "sessions", { id: 1, token: "a", user: "x" }),
          () => driver.update("d", "sessions", { user: "y" }, { id: 1 }),
          () => driver.delete("d", "sessions", { id: 1 }),
        ];
        for await (const row of driver.watch<{ user: string }>("d", "sessions", 1)) {
          seen.push(row?.user ?? null);
          const step = steps.shift();
          if (step === undefined) break;
          await step();
        }
        assertEquals(seen, [null, "x", "y", null]);
      }),
  );
});

describe("DenoKVDriver", () => {
  testKV(
    "knows a database that it opens again, and refuses another schema",
    () =>
      withTempDir(async (path) => {
        const first = await openDriver(`${path}/kv`);
        await first.connect();
        await first.createTable("d", "sessions", SESSION);
        await first.createIndex("d", "sessions", "users", {
          columns: ["user"],
          where: { user: { $ne: null } },
        });
        await first.insert("d", "sessions", { id: 1, token: "a", user: "ada" });
        await first.disconnect();
        const second = await openDriver(`${path}/kv`);
        await second.connect();
        await second.createTable("d", "sessions", SESSION);
        await second.createIndex("d", "sessions", "users", {
          columns: ["user"],
          where: { user: { $ne: null } },
        });
        const mismatch = await assertRejects(() =>
          second.createIndex("d", "sessions", "users", { columns: ["token"] })
        );
        assertEquals((mismatch as RinariError).code, "INDEX_MISMATCH");
        const other = await assertRejects(() =>
          second.createTable("d", "sessions", { ...SESSION, user: { type: DataTypes.INTEGER } })
        );
        assertEquals((other as RinariError).code, "SCHEMA_MISMATCH");
        assertEquals((await second.introspect("d", "sessions"))?.["token"], { type: "TEXT", unique: true });
        await second.dropTable("d", "sessions");
        assertEquals(await second.tableExists("d", "sessions"), false);
        const gone = await assertRejects(() => second.findAll("d", "sessions", {}));
        assertEquals((gone as RinariError).code, "UNKNOWN_TABLE");
        await second.disconnect();
        const closed = await assertRejects(() => second.findAll("d", "sessions", {}));
        assertEquals((closed as RinariError).code, "NOT_CONNECTED");
      }),
  );

  testKV(
    "checks references at the end of the statement, and follows their actions",
    () =>
      withDriver(async (driver) => {
        await driver.createTable("d", "nodes", {
          id: { type: DataTypes.INTEGER, primaryKey: true, notNull: true },
          parent: {
            type: DataTypes.INTEGER,
            references: { table: "nodes", column: "id", onDelete: "CASCADE" },
          },
        });
        await driver.bulkInsert(
          "d",
          "nodes",
          Array.from({ length: 90 }, (_, i) => ({ id: i + 1, parent: i === 0 ? null : i })),
        );
        assertEquals(await driver.delete("d", "nodes", { id: 1 }), 1);
        assertEquals(await driver.count("d", "nodes"), 0);
        await driver.createTable("d", "leaves", {
          id: { type: DataTypes.INTEGER, primaryKey: true, notNull: true },
          node: {
            type: DataTypes.INTEGER,
            references: { table: "nodes", column: "id", onUpdate: "CASCADE" },
          },
        });
        await driver.insert("d", "nodes", { id: 1, parent: null });
        await driver.insert("d", "leaves", { id: 1, node: 1 });
        await assertRejects(() => driver.delete("d", "nodes", { id: 1 }), ForeignKeyConstraintError);
        await driver.update("d", "nodes", { id: 5 }, { id: 1 });
        assertEquals(await driver.findAll("d", "leaves", {}), [{ id: 1, node: 5 }]);
        const races = await Promise.allSettled([
          driver.delete("d", "leaves", { id: 1 }).then(() => driver.delete("d", "nodes", { id: 5 })),
          ...Array.from({ length: 10 }, (_, i) => driver.insert("d", "leaves", { id: 10 + i, node: 5 })),
        ]);
        assert(races.length === 11);
        const parents = await driver.count("d", "nodes");
        const children = await driver.count("d", "leaves");
        assert(parents === 1 || children === 0, `${parents} parents, ${children} children`);
        assertEquals(await driver.verify("d"), []);
      }),
  );

  testKV("cascades beyond a commit are refused, and nothing is written", () =>
    withDriver(async (driver) => {
      await driver.createTable("d", "nodes", {
        id: { type: DataTypes.INTEGER, primaryKey: true, notNull: true },
      });
      await driver.createTable("d", "leaves", {
        id: { type: DataTypes.INTEGER, primaryKey: true, notNull: true },
        node: { type: DataTypes.INTEGER, references: { table: "nodes", column: "id", onDelete: "CASCADE" } },
      });
      await driver.insert("d", "nodes", { id: 1 });
      await driver.bulkInsert("d", "leaves", Array.from({ length: 1_500 }, (_, id) => ({ id, node: 1 })));
      const error = await assertRejects(() => driver.delete("d", "nodes", { id: 1 }));
      assertEquals((error as RinariError).code, "LIMIT_EXCEEDED");
      assertEquals([await driver.count("d", "nodes"), await driver.count("d", "leaves")], [1, 1_500]);
    }, { path: ":memory:", bulk: "chunked" }));

  if (noKV !== null) {
    test("says what to use where the runtime has no KV", () => {
      const error = assertThrows(() => new DenoKVDriver({ path: ":memory:" }), UnsupportedError);
      assert(error.message.includes("@deno/kv"), `${runtime}: ${error.message}`);
    });
  }

  testKV("leaves nothing open after disconnect", async () => {
    const orm = new ORM({ driver: await openDriver(":memory:") });
    const Note = orm.define("d", "notes", { id: { type: DataTypes.INTEGER, primaryKey: true } });
    await Note.create({ id: 1 });
    await orm.disconnect();
  });
});
