// How heavy the package is, beside drizzle-orm and kysely: `node scripts/weight.mjs` prints the table, and with `--write` puts
// it into bench/README.md. The budgets are held by tests/consumers/weight.test.ts.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./runtimes.mjs";
import { weigh } from "./weight/measure.mjs";

/**
 * The most that a program's bundle may weigh, in bytes, and the most files it may import. Times differ from machine to machine:
 * they are in the table only.
 *
 * @type {Record<string, { gzipped: number, modules: number }>}
 */
export const BUDGETS = {
  "Rinari, bun-sqlite": { gzipped: 126_500, modules: 36 },
  "Rinari core, bun-sqlite": { gzipped: 112_500, modules: 36 },
  "Rinari, memory": { gzipped: 86_500, modules: 28 },
};

/** @param {import("./weight/measure.mjs").Weight[]} weights */
function table(weights) {
  const rows = weights.map(({ name, minified, gzipped, modules, importTimes }) => {
    const budget = BUDGETS[name];
    const within = budget === undefined ? "" : `${kilobytes(budget.gzipped)}, ${budget.modules} modules`;
    const cells = [
      name,
      kilobytes(minified),
      kilobytes(gzipped),
      modules,
      `${importTimes.bun.toFixed(1)} ms`,
      `${importTimes.node.toFixed(1)} ms`,
      within,
    ];
    return `| ${cells.join(" | ")} |`;
  });
  return [
    "| minimal program | minified | gzipped | modules | import in Bun | import in Node | budget |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** @param {number} bytes */
function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} KB`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const text = table(await weigh({ times: true }));
  console.log(text);
  if (process.argv.includes("--write")) {
    const page = join(root, "bench/README.md");
    const marks = /(<!-- weight -->\n)[^]*?(<!-- end weight -->)/;
    writeFileSync(page, readFileSync(page, "utf8").replace(marks, `$1\n${text}\n\n$2`));
  }
}
