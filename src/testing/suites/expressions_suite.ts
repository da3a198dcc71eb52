import { ValidationError } from "../../errors/mod.ts";
import { expectFailure } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import { conditionTests } from "./conditions_suite.ts";
import { COMPUTED, type ComputedRow } from "./computed_conditions.ts";

/** What a function of the row gives, and what it is refused. */
export const expressionsSuite: readonly TestCase[] = [
  ...conditionTests(COMPUTED),
  promise(
    "a condition that a function builds and does not give back is refused, and so is what is no expression",
    async (world) => {
      const Item = await world.filled(COMPUTED.name, COMPUTED.schema, []);
      const wrong: readonly (readonly [unknown, string])[] = [
        [(o: ComputedRow) => o.a.lt(1) && o.b.eq(2), "INVALID_EXPRESSION"],
        [() => true, "INVALID_EXPRESSION"],
        [() => undefined, "INVALID_EXPRESSION"],
        [(o: ComputedRow) => Promise.resolve(o.ok), "INVALID_EXPRESSION"],
        [(o: ComputedRow) => o.a, "INVALID_EXPRESSION"],
        [(o: ComputedRow) => (o.name as unknown as ComputedRow["a"]).plus(1), "INVALID_EXPRESSION"],
        [(o: ComputedRow) => o.a.eq(o.name as never), "INVALID_EXPRESSION"],
        [(o: ComputedRow) => (o as unknown as { readonly aa: unknown }).aa, "UNKNOWN_COLUMN"],
        [(o: ComputedRow) => o.a.eq(undefined as never), "INVALID_WHERE"],
        [(o: ComputedRow) => o.a.plus("1" as never), "INVALID_VALUE"],
      ];
      for (const [where, code] of wrong) {
        await expectFailure(() => Item.findAll({ where }), { error: ValidationError, code });
      }
    },
  ),
];
