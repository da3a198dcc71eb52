import { assert, assertEquals } from "@std/assert";
import { runFile } from "../support/child.ts";
import { describe, test } from "../support/runner.ts";
import { torture } from "../support/torture.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { KINDS, open, stepsOf, V1, V2 } from "./fixtures/migrating.ts";

const FIXTURE = new URL("./fixtures/migrating.ts", import.meta.url);
/** Each run without `--torture` kills at other statements; of commits there are few. */
const everyOf = (kind: string): number => torture ? 1 : kind === "kv" ? 13 : 67;

async function makeFirst(kind: string, dir: string): Promise<void> {
  const v1 = await open(kind, dir, V1);
  await v1.migrate();
  await v1.model("users").bulkCreate([{ name: "Ada L", nick: "a" }, { name: "Bob M" }]);
  await v1.model("orders").bulkCreate([{ user: 1, total: 1.5, count: 7 }, { user: 2, total: 2 }, {
    user: 2,
  }]);
  await v1.orm.disconnect();
}

async function expectSecond(kind: string, dir: string): Promise<void> {
  const v2 = await open(kind, dir, V2);
  await v2.migrate({ steps: stepsOf(kind) });
  assertEquals(await v2.model("users").findAll({ orderBy: [["id", "ASC"]] }), [
    { id: 1, fullName: "Ada L", first: "Ada" },
    { id: 2, fullName: "Bob M", first: "Bob" },
  ]);
  assertEquals(
    (await v2.model("orders").findAll({ orderBy: [["id", "ASC"]] })).map(({ user, total, count, note }) => [
      user,
      total,
      count,
      note,
    ]),
    [[1, 150, 7n, "-"], [2, 200, null, "-"], [2, null, null, "-"]],
  );
  assertEquals(await v2.model("notes").count(), 0);
  assertEquals((await v2.plan({ steps: stepsOf(kind) })).changes, []);
  await v2.orm.disconnect();
}

describe("migrate:", () => {
  for (const kind of KINDS) {
    test(`killed at any statement, the next start goes on: ${kind}`, async () => {
      let kills = 0;
      const every = everyOf(kind);
      for (let at = torture ? 1 : 1 + Math.floor(Math.random() * every * 0.6); at < 2_000; at += every) {
        const ended = await withTempDir(async (dir) => {
          await makeFirst(kind, dir);
          const { signal, stderr } = await runFile(FIXTURE, [kind, dir, String(at)]);
          assert(signal === "SIGKILL" || stderr === "", stderr);
          await expectSecond(kind, dir);
          return signal === null;
        });
        if (ended) break;
        kills++;
      }
      assert(kills > 0, "it was killed");
    }, { timeout: 300_000 });
  }

  if ((KINDS as readonly string[]).includes("kv")) {
    test(
      "processes that do one step at once on Deno KV do each part of it once",
      () =>
        withTempDir(async (dir) => {
          await makeFirst("kv", dir);
          const ended = await Promise.all(
            Array.from({ length: 4 }, () => runFile(FIXTURE, ["kv", dir, "0"])),
          );
          for (const { code, stderr } of ended) assertEquals([code, stderr], [0, ""]);
          await expectSecond("kv", dir);
        }),
      { timeout: 60_000 },
    );
  }

  test("of eight processes one migrates, and the others wait", () =>
    withTempDir(async (dir) => {
      await makeFirst("sqlite", dir);
      const ended = await Promise.all(
        Array.from({ length: 8 }, () => runFile(FIXTURE, ["sqlite", dir, "0"])),
      );
      for (const { code, stderr } of ended) assertEquals([code, stderr], [0, ""]);
      const done = ended.map(({ stdout }) => JSON.parse(stdout) as { steps: string[]; changes: number });
      assertEquals(done.flatMap(({ steps }) => steps).sort(), ["fill", "rename"]);
      assertEquals(done.filter(({ changes }) => changes > 0).length, 1);
      await expectSecond("sqlite", dir);
    }), { timeout: 60_000 });
});
