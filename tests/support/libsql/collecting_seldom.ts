import { leaveHandles } from "../../../drivers/libsql/collect_handles.ts";

/** So many tests close their files before what held them is collected. */
const TOGETHER = 25;

/** What looks whether they are closed. */
const LOOKS = /leaves no file open/;

type Register = (name: string, fn: () => void | Promise<void>) => void;

/** Registers tests of which each opens files that nobody else opens, and which are too many to collect garbage after each. */
export function collectingSeldom(test: Register): Register {
  let ran = 0;
  return (name, fn) =>
    test(name, async () => {
      leaveHandles(++ran % TOGETHER !== 0 && !LOOKS.test(name));
      try {
        await fn();
      } finally {
        leaveHandles(false);
      }
    });
}
