import type { Maybe } from "../chain/chain.ts";
import type { Row } from "../store/any_driver.ts";

/**
 * What `for await` reads: calls of `next` that are made without waiting are answered in order.
 *
 * @param next Gives the next row.
 * @param end Lets no more rows come.
 */
export function rowsInOrder(
  next: () => Maybe<IteratorResult<Row>>,
  end: () => void,
): AsyncIterableIterator<Row> {
  let last: Promise<unknown> = Promise.resolve();
  return {
    next() {
      const result = last.then(next);
      last = result.catch(() => undefined);
      return result;
    },
    return() {
      end();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
