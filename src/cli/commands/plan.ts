import { plan } from "../../migration/mod.ts";
import { type Command, sayPlan } from "../command.ts";

/** Says what `migrate` would do. */
export const planCommand: Command = {
  name: "plan",
  summary: "says what migrate would do; exit code 1 when it would refuse",
  flags: {},
  run({ target: { orm, database, steps }, say, tell }) {
    return Promise.resolve(plan(orm, database, { steps })).then((found) => {
      tell(found);
      return sayPlan(found, say) ? 1 : 0;
    });
  },
};
