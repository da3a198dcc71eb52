import { showValue } from "./show_value.ts";

type Method = (...args: unknown[]) => unknown;

/** The calls a test makes, to be told when it fails. */
export class CallLog {
  readonly #calls: { readonly target: string; readonly method: string; readonly args: readonly unknown[] }[] =
    [];

  /** The calls, as they would stand in a program. */
  get lines(): string[] {
    return this.#calls.map(({ target, method, args }) =>
      `${target}.${method}(${args.map((arg) => showValue(arg)).join(", ")})`
    );
  }

  /** Notes a call. */
  add(target: string, method: string, args: readonly unknown[]): void {
    this.#calls.push({ target, method, args });
  }

  /** The same object, but calls of its methods are noted. */
  watch<T extends object>(target: string, object: T): T {
    return new Proxy(object, {
      get: (_, key) => {
        const member = Reflect.get(object, key, object) as unknown;
        if (typeof member !== "function" || typeof key !== "string") return member;
        return (...args: unknown[]) => {
          this.add(target, key, args);
          return (member as Method).apply(object, args);
        };
      },
    });
  }
}
