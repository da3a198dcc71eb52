// Prints what the suites found; the last line is the count that continuous integration reads.

const LONGEST = 100;
const SHORT = 12;

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
  const skips = suites.flatMap((suite) => skipsByReason(suite));
  if (skips.length > 0) console.log("\nSkipped:");
  for (const { title, reason, names } of skips) console.log(`  ${title}: ${reason}: ${names.join("; ")}`);
  const failures = suites.flatMap(({ title, cases }) =>
    cases.filter((one) => one.outcome === "failed").map((one) => ({ ...one, title }))
  );
  // Once more, in short: what came first may be far above, or cut off.
  if (failures.length > 0) console.log("\nFailed:");
  for (const { title, name, text } of failures) console.log(`  ${title}: ${name}\n${indent(text, SHORT)}`);
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

/** @param {import("./suites.mjs").Suite} suite */
function skipsByReason({ title, cases }) {
  /** @type {Map<string, string[]>} */
  const reasons = new Map();
  for (const { name, outcome, text } of cases) {
    if (outcome !== "skipped") continue;
    const reason = text || "no reason given";
    reasons.set(reason, [...reasons.get(reason) ?? [], name]);
  }
  return Array.from(reasons, ([reason, names]) => ({ title, reason, names }));
}

/** @param {string} text */
function indent(text, most = LONGEST) {
  const lines = text.split("\n");
  const rest = lines.length > most ? [`… and ${lines.length - most} more lines`] : [];
  return [...lines.slice(0, most), ...rest].map((line) => `    ${line}`).join("\n");
}
