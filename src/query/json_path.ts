import type { JSONPath } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import { isStorableText } from "../schema/json_value.ts";
import type { Column } from "../schema/column.ts";

const INDEX = /^(0|[1-9]\d{0,8})$/;
const MAX_STEPS = 50;

/**
 * Reads the steps of `column.step.step`: a whole number is an index into an array, anything else the name of an object's member.
 *
 * @throws {ValidationError} When the column is no JSON column, or a step is empty, has a character stores cannot quote, or is
 * `__proto__`.
 */
export function readJSONPath(column: Column, text: string): JSONPath {
  const refuse = (reason: string): never => {
    throw new ValidationError(
      `Cannot use path ${JSON.stringify(text.slice(0, 80))} of \`${column.table}\`: ${reason}`,
      {
        code: "INVALID_PATH",
        table: column.table,
        columns: [column.name],
      },
    );
  };
  if (column.kind !== "json") {
    refuse(`\`${column.name}\` is ${column.type}; only JSON, OBJECT and ARRAY have paths`);
  }
  const steps = text.slice(column.name.length + 1).split(".");
  if (steps.length > MAX_STEPS) refuse(`it has more than ${MAX_STEPS} steps`);
  return steps.map((step) => {
    if (INDEX.test(step)) return Number(step);
    // deno-lint-ignore no-control-regex
    if (step === "" || /["\\\u0000-\u001f]/.test(step) || !isStorableText(step)) {
      refuse("a step is empty, or holds a quote, backslash, control character or lone surrogate");
    }
    if (step === "__proto__") refuse("a member called `__proto__` is never stored");
    return step;
  });
}
