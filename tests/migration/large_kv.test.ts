import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { DataTypes, UniqueConstraintError } from "../../mod.ts";
import type { MigrationDatabase } from "../../src/migration/mod.ts";
import { openDriver, testKV } from "../deno_kv/open_kv.ts";
import { describe } from "../support/runner.ts";
import { torture } from "../support/torture.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { program, type Version } from "./stores.ts";

const ROWS = torture ? 20_000 : 1_200;
const id = { type: DataTypes.INTEGER, primaryKey: true } as const;
const V1 = {
  t: { id, a: { type: DataTypes.TEXT }, n: { type: DataTypes.INTEGER }, big: { type: DataTypes.INTEGER } },
} as const satisfies Version;
const V2 = {
  t: {
    schema: {
      id,
      a: { type: DataTypes.TEXT, notNull: true, unique: true },
      n: { type: DataTypes.TEXT },
      big: { type: DataTypes.INTEGER, bigint: true },
      more: { type: DataTypes.BLOB },
    },
    indexes: [{ columns: ["n"] }],
  },
} as const satisfies Version;

describe("migrate: Deno KV:", () => {
  testKV(
    "a table that no commit holds is changed stepwise, and rows keep their expiry",
    () =>
      withTempDir(async (dir) => {
        const path = join(dir, "app.kv");
        const driver = await openDriver(path, { bulk: "chunked" });
        const v1 = program(driver, V1);
        await v1.migrate();
        await v1.model("t").bulkCreate(
          Array.from({ length: ROWS }, (_, i) => ({ id: i, a: `a${i}`, n: i % 2 === 0 ? i : null, big: i })),
        );
        await driver.expire("app", "t", 3, 600_000);
        await driver.expire("app", "t", 5, 1);
        let converted = 0;
        const steps = {
          "text": async (db: MigrationDatabase<"async">) => {
            await db.changeColumn("t", "n", { type: DataTypes.TEXT }, (n) => {
              converted++;
              return `<${n}>`;
            });
          },
        };
        await v1.orm.disconnect();
        const next = await openDriver(path);
        const v2 = program(next, V2);
        await v2.model("t").update({}, { id: 0 }).catch(() => undefined);
        await v2.migrate({ steps });
        assertEquals(await v2.model("t").count(), ROWS - 1);
        assertEquals(await v2.model("t").findOne({ where: { n: "<8>" } }), {
          id: 8,
          a: "a8",
          n: "<8>",
          big: 8n,
          more: null,
        });
        assertEquals(converted >= ROWS / 2, true);
        assertEquals(await v2.model("t").count({ n: null }), ROWS / 2 - 1);
        await assertRejects(() => v2.model("t").create({ id: -1, a: "a7" }), UniqueConstraintError);
        assertEquals(await next.expire("app", "t", 3, 1), true);
        await new Promise((resolve) => setTimeout(resolve, 5));
        assertEquals(await v2.model("t").count(), ROWS - 2);
        assertEquals(await v2.migrate({ steps }), { steps: [], changes: [], backup: null });
        await next.purgeExpired("app", "t");
        assertEquals(await next.verify("app"), []);
        await v2.orm.disconnect();
      }),
    { timeout: 300_000 },
  );
});
