import { assertEquals, assertMatch } from "@std/assert";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DenoKVDriver, type DenoKVOptions } from "../../drivers/deno_kv.ts";
import { ConnectionError, DataTypes, ORM, type RinariError } from "../../mod.ts";
import { describe, runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";

const NOTE = {
  id: { type: DataTypes.INTEGER, primaryKey: true },
  text: { type: DataTypes.TEXT, unique: true },
} as const;
const INDEXES = { indexes: [{ columns: ["text"] }] } as const;

function open(options: DenoKVOptions) {
  const orm = new ORM({ driver: new DenoKVDriver(options) });
  return { orm, Note: orm.define("app", "notes", NOTE, INDEXES) };
}

async function errorOf(work: Promise<unknown>): Promise<RinariError> {
  return await work.then(() => {
    throw new Error("It did not fail");
  }, (error) => error);
}

async function reads(folder: string): Promise<void> {
  const path = join(folder, "notes.kv");
  const writer = open({ path });
  await writer.Note.create({ id: 1, text: "a" });
  await writer.orm.disconnect();
  const { orm, Note } = open({ path, readonly: true });
  assertEquals(await Note.findAll(), [{ id: 1, text: "a" }]);
  assertEquals(await Note.count({ text: "a" }), 1);
  const refused = [
    () => Note.create({ id: 2 }),
    () => Note.createIndex("other", { columns: ["id"] }),
    () => orm.define("app", "others", NOTE).count(),
  ];
  for (const call of refused) {
    const error = await errorOf(call());
    assertEquals([error.name, error.code], ["ConnectionError", "READ_ONLY"], error.message);
    assertMatch(
      error.message,
      /^Cannot write to `(?:notes|others)` of `app`: the driver is connected with `readonly`/,
    );
  }
  await orm.disconnect();
  const again = open({ path });
  assertEquals(await again.Note.count(), 1);
  await again.orm.disconnect();
}

async function refusesToOpen(folder: string): Promise<void> {
  mkdirSync(join(folder, "folder.kv"));
  writeFileSync(join(folder, "text.kv"), "no database at all, but a text that is long enough ".repeat(100));
  for (
    const [name, code] of [["folder.kv", "CANNOT_OPEN"], ["absent/notes.kv", "CANNOT_OPEN"], [
      "text.kv",
      "NOT_A_DATABASE",
    ]]
  ) {
    const path = join(folder, name as string);
    const { orm, Note } = open({ path });
    const error = await errorOf(Note.count());
    assertEquals(
      [error instanceof ConnectionError, error.code, error.driver],
      [true, code, "deno-kv"],
      String(error),
    );
    assertEquals([error.message.includes(path), error.cause instanceof Error], [true, true], error.message);
    await orm.disconnect();
  }
}

describe("DenoKVDriver", () => {
  if (runtime !== "deno") {
    return test.skip(
      "reads with `readonly`, and says why it cannot open",
      "it opens stores by itself: only Deno has them",
    );
  }
  test("reads with `readonly` what is there, and writes nothing", () => withTempDir(reads));
  test("says why it cannot open a store", () => withTempDir(refusesToOpen));
});
