import { TransactionError } from "../errors/mod.ts";
import type { Connection } from "./connection.ts";

/** The transaction that rows were read in. */
export interface Origin {
  /** It was rolled back, or one around it was. */
  undone: boolean;
}

/** Where rows that are read now come from; null outside of transactions. */
export function originOf(connection: Connection): Origin | null {
  const scope = connection.transactions.current;
  if (scope === null) return null;
  const origin: Origin = { undone: false };
  scope.forget.push(() => origin.undone = true);
  return origin;
}

/**
 * Refuses to go on with rows that may never have been.
 *
 * @param what What is read, as the message names it.
 * @throws {TransactionError} When the transaction that they were read in was rolled back (`TRANSACTION_ENDED`).
 */
export function checkOrigin(
  connection: Connection,
  origin: Origin | null,
  what: string,
  table?: string,
): void {
  if (origin?.undone !== true) return;
  throw new TransactionError(
    `Cannot go on reading ${what}: the transaction in which its rows were read was rolled back, so they may never ` +
      "have been; read them to the end inside of it, or begin again outside",
    { code: "TRANSACTION_ENDED", driver: connection.driver.metadata.name, table },
  );
}
