// Prints what the suites found; the last line is the count that continuous integration reads.

const LONGEST = 100;

/** @param {import("./suites.mjs").Suite} suite */
export function printSuite({ title, seconds, cases }) {
  const { passed, failed, skipped } = countOutcomes(cases);
  console.log(`${title}: ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds.toFixed(1)} s`);
  for (const { name, text } of cases.filter((one) => one.outcome === "failed")) {
    console.log(`\n  FAILED ${title}: ${name}\n${indent(text)}\n`);
  }
}

/**
 * Prints the skips and the count, and returns the exit code.
 * @param {import("./suites.mjs").Suite[]} suites
 */
export function printTotal(suites) {
  const skips = suites.flatMap(({ title, cases }) =>
    cases.filter((one) => one.outcome === "skipped").map((one) => ({ ...one, title }))
  );
  if (skips.length > 0) console.log("\nSkipped:");
  for (const { title, name, text } of skips) console.log(`  ${title}: ${name}: ${text || "no reason given"}`);
  const { passed, failed, skipped } = countOutcomes(suites.flatMap((suite) => suite.cases));
  if (passed + failed === 0) console.log("\nNo test ran");
  console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

/** @param {import("./junit.mjs").TestCase[]} cases */
function countOutcomes(cases) {
  const count = { passed: 0, failed: 0, skipped: 0 };
  for (const { outcome } of cases) count[outcome]++;
  return count;
}

/** @param {string} text */
function indent(text) {
  const lines = text.split("\n");
  const rest = lines.length > LONGEST ? [`… and ${lines.length - LONGEST} more lines`] : [];
  return [...lines.slice(0, LONGEST), ...rest].map((line) => `    ${line}`).join("\n");
}
