import { assertEquals } from "@std/assert";
import { runtime, test } from "../support/runner.ts";
import { compile, specifierOf } from "./compiler.ts";

const PROGRAM = `
import { type InsertOf, type KeyOf, type Model, type ModelOf, ORM, type RowOf, type TypeTag } from ${
  specifierOf("mod.ts")
};
import { MemoryDriver } from ${specifierOf("drivers/memory.ts")};
const orm: ORM<MemoryDriver> = new ORM({ driver: new MemoryDriver() });
const schema = {
  id: { type: "INTEGER", primaryKey: true, autoIncrement: true },
  name: { type: "TEXT", notNull: true },
  profile: { type: "JSON", as: {} as TypeTag<{ city: string }> },
} as const;
export const User: ModelOf<typeof schema> = orm.define("app", "users", schema);
export type UserRow = RowOf<typeof schema>;
export type UserInsert = InsertOf<typeof schema>;
export type UserKey = KeyOf<typeof schema>;
export const row: UserRow = User.create({ name: "Ada" } satisfies UserInsert);
export const city: string | undefined = User.findById(1 satisfies UserKey)?.profile?.city;
export interface Account { id: number; owner: string }
export const Accounts: Model<Account, { id?: number; owner: string }, number, "sync"> = orm.define<Account>("app", "accounts", {
  id: { type: "INTEGER", primaryKey: true },
  owner: { type: "TEXT", notNull: true },
});
export const unannotated = orm.define("app", "others", schema);
`;

const name = "types: exported models can be annotated, as isolatedDeclarations wants";
if (runtime === "node") {
  test(name, async () => {
    const lines = await compile(PROGRAM, { declaration: true, isolatedDeclarations: true });
    // The one without a type shows that the option is on.
    const last = PROGRAM.trimEnd().split("\n").length;
    const said = lines.filter((line) => /^\d/.test(line)).map((line) => line.split(":", 2).join(":"));
    assertEquals(said, [`${last}: TS9010`], lines.join("\n"));
  }, { timeout: 60_000 });
} else {
  test.skip(name, "types do not depend on the runtime: checked under Node");
}
