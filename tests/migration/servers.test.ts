import { assertEquals, assertRejects } from "@std/assert";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { DataTypes, ForeignKeyConstraintError } from "../../mod.ts";
import { noServer, withServer } from "../support/libsql/server.ts";
import { describe, test } from "../support/runner.ts";
import { program, type Version } from "./stores.ts";

const id = { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true } as const;
const parent = (onDelete: "CASCADE" | "SET NULL" | "NO ACTION") =>
  ({
    id,
    user: { type: DataTypes.INTEGER, references: { table: "users", column: "id", onDelete } },
  }) as const;
const children = {
  cascading: parent("CASCADE"),
  clearing: parent("SET NULL"),
  keeping: parent("NO ACTION"),
} as const;
const V1 = { users: { id, name: { type: DataTypes.TEXT } }, ...children } as const satisfies Version;
const V2 = {
  users: { id, name: { type: DataTypes.TEXT, notNull: true, unique: true } },
  ...children,
} as const satisfies Version;

describe("migrate: servers:", () => {
  if (noServer !== null) return test.skip("on servers", noServer);

  for (const protocol of ["http", "ws"]) {
    test(`over ${protocol} a table that others refer to is made anew, and they stay as they are`, () =>
      withServer(async (server) => {
        const url = server.url.replace("http:", `${protocol}:`);
        const v1 = program(new LibSQLDriver({ url }), V1);
        await v1.migrate();
        await v1.model("users").bulkCreate([{ name: "Ada" }, { name: "Bob" }, { name: "gone" }]);
        await v1.model("users").delete({ id: 3 });
        for (const table of Object.keys(children)) {
          await v1.model(table).bulkCreate([{ user: 1 }, { user: 2 }, { user: null }]);
        }
        await v1.orm.disconnect();

        const v2 = program(new LibSQLDriver({ url }), V2);
        assertEquals((await v2.migrate()).changes.length, 2);
        for (const table of Object.keys(children)) {
          const rows = await v2.model(table).findAll({ orderBy: [["id", "ASC"]] });
          assertEquals(rows.map(({ user }) => user), [1, 2, null], table);
        }
        assertEquals((await v2.model("users").create({ name: "Eve" }))["id"], 4);
        // Foreign keys hold again.
        await assertRejects(() => v2.model("keeping").create({ user: 99 }), ForeignKeyConstraintError);
        await assertRejects(() => v2.model("users").delete({ id: 1 }), ForeignKeyConstraintError);
        assertEquals(await v2.migrate(), { steps: [], changes: [], backup: null });

        // A row that refuses undoes all.
        const v3 = program(new LibSQLDriver({ url }), {
          ...V2,
          users: { id, name: { type: DataTypes.TEXT }, boss: children.clearing.user },
          keeping: { id, user: { ...children.keeping.user, notNull: true } },
        });
        await assertRejects(() => v3.migrate());
        assertEquals(await v2.model("keeping").count(), 3);
        assertEquals((await v2.plan()).changes, []);
        await v3.orm.disconnect();
        await v2.orm.disconnect();
      }));
  }
});
