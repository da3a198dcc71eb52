import { migrate, type MigrationProgress } from "../../migration/mod.ts";
import type { Command } from "../command.ts";

/** Brings a store to its models. */
export const migrateCommand: Command = {
  name: "migrate",
  summary: "brings the store to the models",
  flags: {
    "dry-run": { type: "boolean", summary: "does everything and undoes it" },
    backup: { type: "boolean", summary: "copies the file before anything is changed" },
    baseline: { type: "string", summary: "the last step that was done before anything was written down" },
  },
  run({ target: { orm, database, steps }, flags, say, tell, progress }) {
    const dryRun = flags["dry-run"] === true;
    const options = {
      steps,
      dryRun,
      backup: flags["backup"] === true,
      progress: ({ step, table, rows }: MigrationProgress) =>
        progress(`${step ?? "models"}${table === null ? "" : `: ${table}, ${rows} rows`} …`),
      ...(typeof flags["baseline"] === "string" && { baseline: flags["baseline"] }),
    };
    return Promise.resolve(migrate(orm, database, options)).then((done) => {
      progress("");
      tell(done);
      if (done.backup !== null) say(`copy      ${done.backup}`);
      for (const step of done.steps) say(`step      ${step}`);
      for (const { text } of done.changes) say(`change    ${text}`);
      const some = done.steps.length + done.changes.length > 0;
      say(!some ? "nothing to do" : dryRun ? "undone, as it was a dry run" : "done");
      return 0;
    });
  },
};
