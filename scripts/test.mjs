// npm test: the static checks, then every test file under Bun, Deno and Node.
//   npm test -- --only bun          one part: static, bun, deno or node (may be given several times)
//   npm test -- --filter "count"    the tests whose name contains the text
//   npm test -- tests/model         these files or folders
//   npm test -- --torture           the long form of the tests that have one, as `npm run torture`
//   npm test -- --changed           the tests that what differs from the last commit can concern
//   npm test -- --watch tests/model again whenever a module changes on which they depend; with --only bun it is quick
import { runtimeNames, versionOf } from "./runtimes.mjs";
import { setUp } from "./setup.mjs";
import { bringSqld } from "./sqld.mjs";
import { runTogether } from "./test/command.mjs";
import { readOptions } from "./test/options.mjs";
import { printSuite, printTotal } from "./test/report.mjs";
import { runStaticChecks } from "./test/static_checks.mjs";
import { runSuite } from "./test/suites.mjs";
import { watchTests } from "./test/watch.mjs";

const JSR_PROBE = "https://jsr.io/@std/assert/meta.json";

process.exitCode = await main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  return 1;
});

async function main() {
  const { chosen, filter, files, watch } = readOptions(process.argv.slice(2));
  setUp();
  bringSqld();
  console.log(runtimeNames.map((name) => `${name} ${versionOf(name)}`).join(", "));
  const jsr = await answers(JSR_PROBE);
  console.log(
    jsr
      ? "JSR answered: Deno uses the original @std/assert, Bun and Node the one in tests/support/assert"
      : "JSR did not answer: @std/assert is the one in tests/support/assert",
  );
  const denoFlags = jsr ? [] : ["--import-map=tests/support/import_map.json"];

  const wanted = runtimeNames.filter((name) => chosen.has(name));
  if (watch) await watchTests(files, async (some) => void printTotal(await runSuites(some)));
  const suites = [];
  if (chosen.has("static")) suites.push(done(await runStaticChecks({ denoFlags, jsr })));
  return printTotal([...suites, ...await runSuites(files)]);

  /** @param {string[]} some */
  function runSuites(some) {
    // A runtime that is given no file would run all it finds.
    if (some.length === 0) return Promise.resolve([]);
    return runTogether(
      3,
      wanted.map((name) => async () => done(await runSuite(name, { files: some, filter, denoFlags }))),
    );
  }
}

/** @param {import("./test/suites.mjs").Suite} suite */
function done(suite) {
  printSuite(suite);
  return suite;
}

/** @param {string} url */
async function answers(url) {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(2_000) })).ok;
  } catch {
    return false;
  }
}
