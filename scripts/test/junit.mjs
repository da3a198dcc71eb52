// Reads the JUnit reports of Bun, Deno and Node, which differ in what they escape and in where they put the message.

import { isAbsolute } from "node:path";

/** @typedef {{ name: string, outcome: "passed" | "failed" | "skipped", text: string }} TestCase */

/** What tests/support/runner.ts puts between a skipped test's name and the reason. */
const SKIP_MARK = " # SKIP ";

/**
 * @param {string} xml
 * @returns {TestCase[]}
 */
export function readJUnit(xml) {
  return [...xml.matchAll(/<testcase\b((?:\s+[\w-]+="[^"]*")*)\s*(?:\/>|>(.*?)<\/testcase>)/gs)].map(
    ([, attributes = "", body = ""]) => readCase(attributes, body),
  );
}

/**
 * @param {string} attributes
 * @param {string} body
 * @returns {TestCase}
 */
function readCase(attributes, body) {
  const name = attribute(attributes, "name");
  if (/<skipped\b/.test(body)) {
    const [test = name, reason = ""] = name.split(SKIP_MARK);
    return { name: test, outcome: "skipped", text: reason };
  }
  const failure = /<(?:failure|error)\b((?:\s+[\w-]+="[^"]*")*)\s*(?:\/>|>(.*?)<\/(?:failure|error)>)/s.exec(
    body,
  );
  if (failure === null) return { name, outcome: "passed", text: "" };
  const text = unescapeXml(failure[2] ?? "").trim() || attribute(failure[1] ?? "", "message");
  return { name, outcome: "failed", text: withoutOwnFrames(causeOf(text)) + placeOf(attributes) };
}

/**
 * @param {string} attributes
 * @param {string} name
 */
function attribute(attributes, name) {
  // Node escapes the ampersand of its own &quot;, hence the second look.
  return unescapeXml(unescapeXml(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? ""));
}

/** @param {string} text */
function unescapeXml(text) {
  const named = /** @type {Record<string, string>} */ ({ lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" });
  return text.replace(/&(?:(lt|gt|amp|quot|apos)|#(\d+)|#x([\da-f]+));/gi, (_, name, decimal, hex) => {
    if (name) return named[name.toLowerCase()] ?? "";
    return String.fromCodePoint(decimal ? Number(decimal) : parseInt(hex, 16));
  });
}

/**
 * Node prints its own error around the one that the test threw.
 * @param {string} text
 */
function causeOf(text) {
  const cause = /^\[Error \[ERR_TEST_FAILURE\].*?^  cause: (.*)\n\}$/ms.exec(text)?.[1];
  return cause === undefined ? text : cause.replace(/^  /gm, "");
}

/**
 * Bun knows where a test was registered; its stack traces often do not (it drops the frames of tail calls).
 * @param {string} attributes
 */
function placeOf(attributes) {
  const file = attribute(attributes, "file");
  return file.endsWith(".test.ts") && !isAbsolute(file)
    ? `\n    in ${file}:${attribute(attributes, "line")}`
    : "";
}

/** @param {string} text */
function withoutOwnFrames(text) {
  const own =
    /^\s+at .*(?:tests\/support\/(?:runner|assert|open_handles)|node:internal|node:async_hooks|ext:)/;
  return text.split("\n").filter((line) => !own.test(line)).join("\n").trim();
}
