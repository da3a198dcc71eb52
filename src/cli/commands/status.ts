import { plan } from "../../migration/mod.ts";
import { doneSteps } from "../../migration/done_steps.ts";
import { type Command, sayPlan } from "../command.ts";

/** Says which steps were done, and whether something is left. */
export const statusCommand: Command = {
  name: "status",
  summary: "says which steps were done and what is left; exit code 1 when something is",
  flags: {},
  run({ target: { orm, database, steps }, say, tell }) {
    return Promise.resolve(doneSteps(orm, database)).then((done) =>
      Promise.resolve(plan(orm, database, { steps })).then((left) => {
        tell({ done, ...left });
        for (const step of done) say(`done      ${step}`);
        sayPlan(left, say);
        const some = left.newer !== null || left.steps.length + left.changes.length + left.blocked.length > 0;
        return some ? 1 : 0;
      })
    );
  },
};
