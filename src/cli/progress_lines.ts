import type { Output } from "./run.ts";

/** How long nothing is said, in milliseconds, of work that is short, and between two lines where there is no terminal. */
const [FIRST, BETWEEN] = [500, 5_000];

/** Says where long work stands: in one line of a terminal, elsewhere in a plain line every few seconds. An empty one ends it. */
export function progressLines({ error, over }: Output): (line: string) => void {
  let next = Date.now() + FIRST;
  let shown = false;
  return (line) => {
    if (line === "") {
      if (shown) over?.("");
      shown = false;
      return;
    }
    const now = Date.now();
    if (now < next) return;
    next = now + (over === undefined ? BETWEEN : FIRST / 5);
    shown = true;
    if (over === undefined) error(line);
    else over(line);
  };
}
