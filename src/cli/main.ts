/**
 * The command line of migrations, and of models for a database that is there: `deno run -A jsr:@rinari/orm/cli plan ./db.ts`.
 *
 * @example
 * ```ts
 * import { run } from "@rinari/orm/cli";
 *
 * run(["--help"]).then((code) => console.log(code)); // 0
 * ```
 *
 * @module
 */
import process from "node:process";
import { run } from "./run.ts";

export { run } from "./run.ts";
export type { Output } from "./run.ts";

const { Deno } = globalThis as { readonly Deno?: { readonly mainModule: string } };
if (Deno !== undefined && /\/src\/cli\/main\.ts$/.test(Deno.mainModule)) {
  run(process.argv.slice(2)).then((code) => {
    process.exitCode = code;
  });
}
