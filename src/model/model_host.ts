import type { Maybe } from "../chain/chain.ts";
import type { TransactionOptions } from "../transaction/options.ts";

/** What a model needs of the ORM it belongs to. */
export interface ModelHost {
  /** Only operators made by functions are accepted. */
  readonly strict: boolean;
  /** Opens a transaction on a database. */
  transaction<T>(database: string, work: () => Maybe<T>, options: TransactionOptions | undefined): Maybe<T>;
}
