import { assert, assertEquals } from "@std/assert";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";

const MODELS = 100;
/** Type instantiations a project of 100 models of 12 columns and 400 queries may cost: 148,000 when this was set. */
const BUDGET = 200_000;

const name = `types: ${MODELS} models and ${MODELS * 4} queries stay within ${BUDGET} instantiations`;
if (runtime === "node") {
  test(name, () =>
    withTempDir((dir) => {
      writeFileSync(join(dir, "project.ts"), project());
      writeFileSync(
        join(dir, "tsconfig.json"),
        JSON.stringify({
          compilerOptions: {
            target: "esnext",
            module: "nodenext",
            lib: ["esnext"],
            strict: true,
            noEmit: true,
            allowImportingTsExtensions: true,
            types: [],
          },
          files: ["project.ts", fileURLToPath(new URL("../../scripts/node_types.d.ts", import.meta.url))],
        }),
      );
      const tsc = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
      const { stdout } = spawnSync(process.execPath, [tsc, "-p", dir, "--extendedDiagnostics"], {
        encoding: "utf8",
      });
      assertEquals(stdout.split("\n").filter((line) => line.includes("error")), []);
      const count = Number(/Instantiations:\s+(\d+)/.exec(stdout)?.[1]);
      assert(count > 0 && count <= BUDGET, `${count} instantiations`);
    }));
} else {
  test.skip(name, "types do not depend on the runtime: checked under Node");
}

function project(): string {
  const module = JSON.stringify(fileURLToPath(new URL("../../mod.ts", import.meta.url)));
  const models = Array.from({ length: MODELS }, (_, i) => `
const M${i} = orm.define("app", "t${i}", {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  name: { type: DataTypes.TEXT, notNull: true },
  email: { type: DataTypes.TEXT, unique: true },
  role: { type: DataTypes.TEXT, values: ["a", "b${i}"], default: "a" },
  age: { type: DataTypes.INTEGER },
  score: { type: DataTypes.REAL },
  active: { type: DataTypes.BOOLEAN, notNull: true, default: true },
  born: { type: DataTypes.DATE },
  seen: { type: DataTypes.DATETIME, notNull: true, default: () => new Date() },
  profile: { type: DataTypes.JSON },
  tags: { type: DataTypes.ARRAY },
  avatar: { type: DataTypes.BLOB },
});
export const all${i} = M${i}.findAll({
  where: { name: "x", age: { $gte: 18 }, $or: [{ score: gt(${i}) }, { active: true }] },
  orderBy: [["name", "ASC"]],
  limit: 10,
});
export const one${i} = M${i}.findOne({ where: { email: "x", "profile.city": "y" }, select: ["id", "name"] });
export const made${i} = M${i}.create({ name: "x", age: ${i} });
export const changed${i} = M${i}.update({ name: "y" }, { id: all${i}[0]?.id ?? 0 });
`);
  return `import { DataTypes, gt, ORM, type SyncDriver } from ${module};
declare const driver: SyncDriver;
const orm = new ORM({ driver });
${models.join("")}`;
}
