import type { SyncDriver } from "../../mod.ts";

/** The same driver, which closes its files after each call and so forgets everything that it has not stored. */
export function readBack(driver: SyncDriver): SyncDriver {
  let depth = 0;
  return new Proxy(driver, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      if (name === "connect" || name === "disconnect") return member.bind(target);
      return (...args: unknown[]): unknown => {
        depth++;
        try {
          return member.apply(target, args);
        } finally {
          depth--;
          if (depth === 0) {
            target.disconnect();
            target.connect({});
          }
        }
      };
    },
  });
}
