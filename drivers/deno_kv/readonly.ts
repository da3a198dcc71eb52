import { ConnectionError } from "../../src/errors/mod.ts";
import { NAME } from "./limits.ts";

/**
 * Refuses what would write.
 *
 * @throws {ConnectionError} Always, with code `READ_ONLY`.
 */
export function refuseToWrite(dbName: string, tableName: string): never {
  throw new ConnectionError(
    `Cannot write to \`${tableName}\` of \`${dbName}\`: the driver is connected with \`readonly\`; connect without it to write`,
    { code: "READ_ONLY", driver: NAME, table: tableName },
  );
}
