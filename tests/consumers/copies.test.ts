import { assert, assertEquals, assertInstanceOf, assertThrows } from "@std/assert";
import { build } from "esbuild";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import * as here from "../../mod.ts";
import type { MemoryDriver } from "../../drivers/memory.ts";
import { describe, runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";

type Copy = typeof here & { MemoryDriver: typeof MemoryDriver };

const require = createRequire(import.meta.url);

/** Runs with a CommonJS copy of the package, beside the one of ES modules that the test has. */
function withCopy(work: (copy: Copy) => void): Promise<void> {
  return withTempDir(async (folder) => {
    const outfile = join(folder, "copy.cjs");
    const contents = 'export * from "./mod.ts"; export * from "./drivers/memory.ts";';
    const resolveDir = fileURLToPath(new URL("../..", import.meta.url));
    await build({
      stdin: { contents, resolveDir },
      bundle: true,
      format: "cjs",
      platform: "node",
      keepNames: true,
      outfile,
      logLevel: "error",
    });
    work(require(outfile) as Copy);
  });
}

const schema = { id: { type: "INTEGER", primaryKey: true }, n: { type: "INTEGER" } } as const;

describe("two copies of the package:", () => {
  if (runtime === "deno") {
    test.skip("know each other's errors", "esbuild is run under Node and Bun");
    return;
  }

  test("know each other's errors, by class", () =>
    withCopy((copy) => {
      const theirs = new copy.UniqueConstraintError("no");
      assert(!(theirs.constructor === here.UniqueConstraintError));
      assertInstanceOf(theirs, here.UniqueConstraintError);
      assertInstanceOf(theirs, here.RinariError);
      assertInstanceOf(new here.ValidationError("no"), copy.ValidationError);
      assertEquals(
        [theirs instanceof here.ValidationError, new Error("no") instanceof copy.RinariError],
        [false, false],
      );
    }));

  test("take each other's operators, conditions and drivers", () =>
    withCopy((copy) => {
      const orm = new here.ORM({ driver: new copy.MemoryDriver(), strictOperators: true });
      const Item = orm.define("app", "items", schema);
      Item.bulkCreate([{ id: 1, n: 1 }, { id: 2, n: 2 }, { id: 3, n: null }]);
      const ids = (where: object) => Item.findAll({ where }).map(({ id }) => id);
      assertEquals(ids({ n: copy.gt(1) }), [2]);
      assertEquals(ids(copy.or({ n: copy.eq(1) }, here.not({ n: copy.ne(null) }))), [1, 3]);
      assertEquals(
        ids((item: { n: { plus(by: number): { gt(than: number): object } } }) => item.n.plus(1).gt(2)),
        [2],
      );
      assertThrows(() => ids({ n: Object.create(copy.gt(1)) }), here.ValidationError);
      assertThrows(() => ids(Object.create(copy.not({ n: 1 }))), here.ValidationError);
      assertThrows(() => Item.create({ id: 1 }), here.UniqueConstraintError);
      assertThrows(() => ids(JSON.parse('{ "n": { "$gt": 1 } }')), here.ValidationError);
    }));
});

describe("RinariError:", () => {
  test("a class of one's own is told from others of its name", () => {
    class NotFoundError extends here.RinariError {}
    const [mine, built] = [new NotFoundError("no"), new here.NotFoundError("no")];
    assertEquals([mine instanceof NotFoundError, built instanceof NotFoundError], [true, false]);
    assertEquals([mine instanceof here.NotFoundError, mine instanceof here.RinariError], [false, true]);
    assertEquals([null, 1, {}, new Error("no")].map((each) => each instanceof here.RinariError), [
      false,
      false,
      false,
      false,
    ]);
  });
});
