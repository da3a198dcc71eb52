import { UnsupportedError } from "../../mod.ts";
import type { MakePgClient } from "./client.ts";

/** The client's package. A name that is no literal, so that no compiler looks for a package that may be absent. */
const PACKAGE: string = "pg";

/**
 * Loads the client's package.
 *
 * @throws {UnsupportedError} When it is not installed.
 */
export async function loadClient(driver: string): Promise<MakePgClient> {
  try {
    const module = await import(PACKAGE) as { default: { Client: MakePgClient } };
    return module.default.Client;
  } catch (cause) {
    throw new UnsupportedError(
      `Cannot connect driver ${driver}: its package ${PACKAGE} cannot be loaded; install it (\`npm install ${PACKAGE}\`, ` +
        `\`bun add ${PACKAGE}\`, \`deno add npm:${PACKAGE}\`)`,
      { driver, cause },
    );
  }
}
