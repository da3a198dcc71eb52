import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DataTypes, ORM, RinariError, toAsyncDriver, UniqueConstraintError } from "../../mod.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { type GivenClient, openClient, openRaw, sqliteDrivers } from "../unit/sql/sqlite_drivers.ts";

const NOTE = { id: { type: DataTypes.INTEGER, primaryKey: true }, text: { type: DataTypes.TEXT } } as const;

class Undo extends Error {}

function ids(client: GivenClient): unknown[] {
  return client.all("SELECT id FROM notes ORDER BY id").map(({ id }) => id);
}

for (const each of sqliteDrivers) {
  const withClient = (work: (client: GivenClient) => unknown) => async () => {
    const client = openClient(each, ":memory:");
    try {
      client.exec("CREATE TABLE notes (id INTEGER PRIMARY KEY NOT NULL, text TEXT)");
      await work(client);
    } finally {
      client.close();
    }
  };

  describe(`${each.name} on a client of one's own`, () => {
    test(
      "what the client runs before a model does, belongs to the transaction",
      withClient((client) => {
        using orm = new ORM({ driver: client.driver() });
        const Note = orm.define("app", "notes", NOTE);
        const failing = () =>
          orm.transaction(() => {
            client.exec("INSERT INTO notes VALUES (1, 'by hand')");
            Note.create({ id: 2 });
            client.exec("INSERT INTO notes VALUES (3, 'by hand')");
            throw new Undo();
          });
        assertThrows(failing, Undo);
        assertEquals([ids(client), Note.count()], [[], 0]);
        const alone = () =>
          Note.transaction(() => {
            client.exec("INSERT INTO notes VALUES (1, 'by hand')");
            throw new Undo();
          });
        assertThrows(alone, Undo);
        assertEquals(ids(client), []);
        orm.transaction(() => client.exec("INSERT INTO notes VALUES (4, 'kept')"));
        assertEquals([ids(client), Note.count()], [[4], 1]);
      }),
    );

    test(
      "and to the savepoint, which is undone alone",
      withClient((client) => {
        using orm = new ORM({ driver: client.driver() });
        const Note = orm.define("app", "notes", NOTE);
        orm.transaction(() => {
          client.exec("INSERT INTO notes VALUES (1, 'kept')");
          const inner = () =>
            orm.transaction(() => {
              client.exec("INSERT INTO notes VALUES (2, 'undone')");
              Note.create({ id: 1 });
            });
          assertThrows(inner, UniqueConstraintError);
          client.exec("INSERT INTO notes VALUES (3, 'kept')");
        });
        assertEquals(ids(client), [1, 3]);
      }),
    );

    test(
      "also where no model is defined, or the first one is used in the transaction",
      withClient((client) => {
        using orm = new ORM({ driver: client.driver() });
        const insert = (id: number) => client.exec(`INSERT INTO notes VALUES (${id}, 'by hand')`);
        assertThrows(() =>
          orm.transaction(() => {
            insert(1);
            throw new Undo();
          }), Undo);
        assertEquals(ids(client), []);
        const failing = () =>
          orm.transaction(() => {
            insert(1);
            orm.define("app", "notes", NOTE).create({ id: 2 });
            throw new Undo();
          });
        assertThrows(failing, Undo);
        assertEquals(ids(client), []);
        orm.transaction(() => {
          insert(1);
          orm.model("app", "notes").create({ id: 2 });
        });
        assertEquals(ids(client), [1, 2]);
        // The client serves that name now, and no other.
        const other = orm.define("other", "notes", NOTE);
        const error = assertThrows(() => other.count(), RinariError, "already serves `app`");
        assertEquals(error.code, "UNKNOWN_DATABASE");
      }),
    );

    test(
      "with toAsyncDriver too",
      withClient(async (client) => {
        await using orm = new ORM({ driver: toAsyncDriver(client.driver()) });
        const Note = orm.define("app", "notes", NOTE);
        const failing = () =>
          orm.transaction(async () => {
            client.exec("INSERT INTO notes VALUES (1, 'by hand')");
            await Note.create({ id: 2 });
            throw new Undo();
          });
        await assertRejects(failing, Undo);
        assertEquals(ids(client), []);
        await orm.transaction(() => Promise.resolve(client.exec("INSERT INTO notes VALUES (3, 'kept')")));
        assertEquals(await Note.count(), 1);
      }),
    );

    test(
      "a transaction that the client has begun itself is no place for another one, and stays",
      withClient((client) => {
        using orm = new ORM({ driver: client.driver() });
        const Note = orm.define("app", "notes", NOTE);
        Note.count();
        client.exec("BEGIN; INSERT INTO notes VALUES (1, 'mine')");
        let runs = 0;
        const error = assertThrows(() => orm.transaction(() => runs++), RinariError);
        assertEquals([error.code, runs], ["STORE", 0]);
        client.exec("COMMIT");
        assertEquals(orm.transaction(() => Note.count()), 1);
      }),
    );

    test("keeps what it was opened with, unless `durability` is given", () =>
      withTempDir((folder) => {
        const settings = (path: string, options: { durability?: "full" | "relaxed" }, journal: string) => {
          const client = openClient(each, path);
          client.exec(`PRAGMA journal_mode = ${journal}; PRAGMA synchronous = EXTRA`);
          const orm = new ORM({ driver: client.driver(options) });
          orm.define("app", "notes", NOTE).create({ id: 1 });
          const [synchronous] = client.all("PRAGMA synchronous").flatMap(Object.values);
          orm.disconnect();
          client.close();
          const raw = openRaw(path);
          const [mode] = raw.all("PRAGMA journal_mode").flatMap(Object.values);
          raw.close();
          return [mode, synchronous];
        };
        assertEquals(settings(join(folder, "a.db"), {}, "DELETE"), ["delete", 3]);
        assertEquals(settings(join(folder, "b.db"), { durability: "full" }, "DELETE"), ["wal", 2]);
        assertEquals(settings(join(folder, "c.db"), { durability: "relaxed" }, "DELETE"), ["wal", 1]);
      }));
  });
}
