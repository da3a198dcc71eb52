import { assert, assertEquals } from "@std/assert";
import { DataTypes, ORM } from "../../mod.ts";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { noServer, withServer } from "../support/libsql/server.ts";
import { describe, test } from "../support/runner.ts";

const POINT = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  name: { type: DataTypes.TEXT, notNull: true },
  x: { type: DataTypes.REAL },
  y: { type: DataTypes.REAL },
} as const;
const indexes = [{ columns: ["name"], unique: true }, { columns: ["x"] }, {
  columns: ["y"],
  where: { x: { $gt: 0 } },
}] as const;

describe("LibSQLDriver requests:", () => {
  if (noServer !== null) return test.skip("as few as can be", noServer);

  test("as few as can be", () =>
    withServer(async (server) => {
      let requests = 0;
      const counting = ((...args: Parameters<typeof fetch>) => {
        requests++;
        return fetch(...args);
      }) as typeof fetch;
      const counted = async <T>(work: () => Promise<T>): Promise<readonly [number, T]> => {
        requests = 0;
        const result = await work();
        return [requests, result];
      };
      const open = () => {
        const orm = new ORM({ driver: new LibSQLDriver({ url: server.url, fetch: counting }) });
        return { orm, Point: orm.define("app", "points", POINT, { indexes: indexes as never }) };
      };
      const { orm, Point } = open();
      assertEquals((await counted(() => orm.ready()))[0], 1, "define with three indexes");

      const rows = Array.from({ length: 1_000 }, (_, i) => ({ name: `p${i}`, x: i, y: -i }));
      const [inserting, stored] = await counted(() => Point.bulkCreate(rows));
      assert(inserting <= 2, `bulk insert took ${inserting} requests`);
      assertEquals(stored.map(({ id }) => id), rows.map((_, i) => i + 1));

      const updates = rows.slice(0, 100).map(({ name }) => ({ where: { name }, data: { x: 0.5 } }));
      const [updating, changed] = await counted(() => Point.bulkUpdate(updates));
      assert(updating <= 2, `bulk update took ${updating} requests`);
      assertEquals(changed, 100);

      const [finding, found] = await counted(() => Point.findAll());
      assertEquals([finding, found.length], [1, 1_000]);
      assertEquals((await counted(() => Point.create({ name: "one more" })))[0], 1, "insert");
      const [transacting] = await counted(() =>
        orm.transaction(async () => {
          await Point.findById(1);
          await Point.update({ x: 1 }, { id: 1 });
        })
      );
      assertEquals(transacting, 3, "a transaction of two statements: those and the commit");
      await orm.disconnect();

      const again = open();
      assertEquals(
        (await counted(() => again.Point.count()))[0],
        2,
        "first use of what is there: one, and the count",
      );
      await again.orm.disconnect();
    }));

  test("a table that differs is found out without being touched", () =>
    withServer(async (server) => {
      const make = () => new ORM({ driver: new LibSQLDriver({ url: server.url }) });
      const first = make();
      first.define("app", "points", { ...POINT, z: { type: DataTypes.REAL } });
      await first.ready();
      const second = make();
      second.define("app", "points", POINT, { indexes: indexes as never });
      const error = await second.ready().then(() => null, (error) => error);
      assertEquals(error?.code, "SCHEMA_MISMATCH");
      await Promise.all([first.disconnect(), second.disconnect()]);
    }));
});
