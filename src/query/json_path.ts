import type { JSONPath } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import { isStorableText } from "../schema/json_value.ts";
import type { Column } from "../schema/column.ts";

const INDEX = /^(0|[1-9]\d{0,8})$/;
const MAX_STEPS = 50;
/** Each may be an index or a member, so that a store without a word for either has twice as many places to look at. */
const MAX_WHOLE_STEPS = 6;

/**
 * Reads the steps of `column.step.step`: a whole number is an index into an array or the name of a member, anything else the name
 * of an object's member.
 *
 * @throws {ValidationError} When the column is no JSON column, or a step is empty, has a character stores cannot quote, or is
 * `__proto__`.
 */
export function readJSONPath(column: Column, text: string): JSONPath {
  return readSteps(column, text.slice(column.name.length + 1));
}

/**
 * Reads the steps into a column: `"a.b.0"`, or a list in which a text is the name of a member and a number an index.
 *
 * @throws {ValidationError} As {@linkcode readJSONPath}.
 */
export function readSteps(column: Column, path: unknown): JSONPath {
  const refuse = (reason: string): never => {
    const shown = typeof path === "string" ? `${column.name}.${path}`.slice(0, 80) : column.name;
    throw new ValidationError(
      `Cannot use path ${JSON.stringify(shown)} of \`${column.table}\`: ${reason}`,
      { code: "INVALID_PATH", table: column.table, columns: [column.name] },
    );
  };
  if (column.kind !== "json") {
    refuse(`\`${column.name}\` is ${column.type}; only JSON, OBJECT and ARRAY have paths`);
  }
  const steps: readonly unknown[] = typeof path === "string"
    ? path.split(".").map((step) => INDEX.test(step) ? Number(step) : step)
    : Array.isArray(path)
    ? Array.from(path)
    : refuse("a path is a text such as `a.b`, or a list of members and indexes");
  if (steps.length > MAX_STEPS) refuse(`it has more than ${MAX_STEPS} steps`);
  if (steps.filter((step) => typeof step === "number").length > MAX_WHOLE_STEPS) {
    refuse(`more than ${MAX_WHOLE_STEPS} of its steps are whole numbers`);
  }
  return steps.map((step) => {
    if (typeof step === "number" && INDEX.test(String(step))) return step;
    // deno-lint-ignore no-control-regex
    if (typeof step !== "string" || step === "" || /["\\\u0000-\u001f]/.test(step) || !isStorableText(step)) {
      return refuse("a step is empty, or holds a quote, backslash, control character or lone surrogate");
    }
    if (step === "__proto__") refuse("a member called `__proto__` is never stored");
    return step;
  });
}
