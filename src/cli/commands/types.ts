import { chain, promised } from "../../chain/chain.ts";
import type { StoreCommand } from "../command.ts";
import { openStore } from "../types/open_store.ts";
import { planModels } from "../types/plan_models.ts";
import { printModels } from "../types/print_models.ts";
import { storeTables } from "../types/store_tables.ts";

/** Prints models of a database that is there. */
export const typesCommand: StoreCommand = {
  name: "types",
  summary: "prints the models of a SQLite file, or of a libSQL url, that others have made",
  flags: { token: { type: "string", summary: "the token that the server of a url asks for" } },
  runOn(place, { flags, say, tell }) {
    const token = flags["token"];
    const database = flags["database"];
    return promised(() => {
      const store = openStore(place, typeof token === "string" ? token : undefined);
      const printed = promised(() =>
        chain(storeTables(store.session), (tables) => {
          const at = { database: typeof database === "string" ? database : "app", place };
          const models = planModels(tables);
          const lines = printModels(models, at, store.driver);
          for (const line of lines) say(line);
          tell({
            module: lines.join("\n"),
            missing: models.flatMap(({ found, missing }) =>
              missing === null ? [] : [{ table: found.stored.name, reason: missing }]
            ),
          });
          return 0;
        })
      );
      return printed.finally(() => store.close());
    });
  },
};
