/** A value, or a Promise of it. Internal: the public types say which. */
export type Maybe<T> = T | Promise<T>;

/** Whether a value is a Promise, or something else that has `then`. */
export function isPromise<T>(value: Maybe<T>): value is Promise<T> {
  return value instanceof Promise ||
    (typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function");
}

/** Goes on with a value: at once when it is there, later when it is a Promise. */
export function chain<T, R>(value: Maybe<T>, next: (value: T) => Maybe<R>): Maybe<R> {
  return isPromise(value) ? value.then(next) : next(value);
}

/** Runs work at once; its result, or error, comes as a Promise. */
export function promised<T>(work: () => Maybe<T>): Promise<T> {
  try {
    return Promise.resolve(work());
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Like {@linkcode chain}, and goes on with an error too, thrown or rejected. */
export function settle<T, R>(
  work: () => Maybe<T>,
  next: (value: T) => Maybe<R>,
  failed: (error: unknown) => Maybe<R>,
): Maybe<R> {
  let value: Maybe<T>;
  try {
    value = work();
  } catch (error) {
    return failed(error);
  }
  return isPromise(value) ? value.then(next, failed) : next(value);
}

/** Runs `last` when the work has ended, however it ended. */
export function ensure<T>(work: () => Maybe<T>, last: () => void): Maybe<T> {
  let value: Maybe<T>;
  try {
    value = work();
  } catch (error) {
    last();
    throw error;
  }
  if (isPromise(value)) return value.finally(last);
  last();
  return value;
}

/** Calls `each` for the items one after another, and collects what it returns. */
export function chainAll<T, R>(items: readonly T[], each: (item: T, index: number) => Maybe<R>): Maybe<R[]> {
  const results: R[] = [];
  const from = (start: number): Maybe<R[]> => {
    for (let i = start; i < items.length; i++) {
      const result = each(items[i] as T, i);
      if (isPromise(result)) {
        return result.then((value) => {
          results.push(value);
          return from(i + 1);
        });
      }
      results.push(result);
    }
    return results;
  };
  return from(0);
}
