import { assertEquals } from "@std/assert";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { binaryOf, root } from "../../scripts/runtimes.mjs";
import { runCommand } from "../support/child.ts";
import { runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";

const ROW = "{ id: number; name: string; nick: string | null; }";

/** What an editor shows of the type of each expression. */
const SHOWN: Readonly<Record<string, string>> = {
  'User.create({ name: "Ada" })': ROW,
  "User.findById(1)!": ROW,
  "User.findOne()!": ROW,
  "User.findAll()": `${ROW}[]`,
  "User.findByIdOrFail(1)": ROW,
  'User.findAll({ select: ["name", "nick"] })': "{ name: string; nick: string | null; }[]",
  'User.paginate({ size: 2, select: ["id"] })': "Page<{ id: number; }>",
  "User.iterate()": `IterableIterator<${ROW}>`,
  "User.prepare((given: { id: number }) => ({ where: { id: given.id } }))":
    `Prepared<${ROW}, { id: number; }, "sync">`,
  'User.groupBy({ by: ["nick"], aggregates: { n: { count: "*" } } })':
    "{ nick: string | null; n: number; }[]",
  "AsyncUser.findAll()": `Promise<${ROW}[]>`,
  User:
    `Model<${ROW}, { id?: number | undefined; name: string; nick?: string | null | undefined; }, number, "sync">`,
};

if (runtime === "node") {
  test("types: an editor shows the columns of a row, not how they were inferred", () => withTempDir(show), {
    timeout: 60_000,
  });
} else {
  test.skip(
    "types: an editor shows the columns of a row",
    "types do not depend on the runtime: checked under Node",
  );
}

/** The compiler names the type of what it cannot assign. */
async function show(folder: string): Promise<void> {
  const imports = (path: string) => JSON.stringify(join(root, path));
  const program = `
import { DataTypes, ORM, toAsyncDriver } from ${imports("mod.ts")};
import { MemoryDriver } from ${imports("drivers/memory.ts")};
const schema = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  name: { type: DataTypes.TEXT, notNull: true },
  nick: { type: DataTypes.TEXT },
} as const;
const User = new ORM({ driver: new MemoryDriver() }).define("app", "users", schema);
const AsyncUser = new ORM({ driver: toAsyncDriver(new MemoryDriver()) }).define("app", "users", schema);
${Object.keys(SHOWN).map((expression, i) => `export const n${i}: never = ${expression};`).join("\n")}
`;
  writeFileSync(join(folder, "program.ts"), program);
  const compilerOptions = {
    ...{
      target: "esnext",
      module: "nodenext",
      lib: ["esnext", "dom"],
      types: [],
      strict: true,
      noEmit: true,
    },
    ...{ allowImportingTsExtensions: true, noErrorTruncation: true },
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.ts"] }));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const { stdout } = await runCommand(binaryOf("node"), [tsc, "--project", folder], { cwd: folder });
  const shown = [...stdout.matchAll(/^program\.ts.*: Type '(.*)' is not assignable to type 'never'\.$/gm)];
  assertEquals(shown.map(([, type]) => type), Object.values(SHOWN), stdout);
}
