/**
 * The world's countries and cities in two related tables, loaded from npm packages and asked real questions. Runs
 * unchanged under Bun, Deno and Node: `npm start`, `bun run examples/atlas.ts`, `deno run -A examples/atlas.ts`.
 *
 * @module
 */
import process from "node:process";
import { ConnectionError } from "../mod.ts";
import { chapters } from "./atlas/chapters.ts";
import { Atlas } from "./atlas/atlas.ts";
import { openDriver } from "./atlas/drivers.ts";
import { type AtlasOptions, HELP, readOptions, UsageError } from "./atlas/options.ts";
import { printLoading } from "./atlas/loading.ts";
import { bold, printPart, printTimes } from "./atlas/print.ts";
import { runtimeTitle } from "./atlas/runtime.ts";
import { NPMSource } from "./atlas/source.ts";

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options === "help") console.log(HELP);
    else await showAtlas(options);
    return 0;
  } catch (error) {
    if (error instanceof ConnectionError) {
      console.error(error.message);
      return 1;
    }
    if (!(error instanceof UsageError)) throw error;
    console.error(`${error.message}\n\n${HELP}`);
    return 2;
  }
}

async function showAtlas(options: AtlasOptions): Promise<void> {
  console.log(bold(`Rinari atlas on ${options.driver}, ${runtimeTitle}`));
  const { driver, close } = await openDriver(options);
  try {
    await using atlas = new Atlas(driver);
    const times = [await printLoading(atlas, new NPMSource(options.limit), options)];
    for (const { title, run } of chapters) times.push(await printPart(title, () => run(atlas)));
    printTimes(times);
  } finally {
    close?.();
  }
}
