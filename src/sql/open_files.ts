import { ConnectionError } from "../errors/mod.ts";

interface OpenFile {
  readonly library: string;
  count: number;
}

/** One for the process, however many copies of this module there are. */
const KEY = Symbol.for("@rinari/orm/open-files");

/**
 * Notes that a library opens a file. Locks of a file belong to the process: a second SQLite library would not see those of the
 * first, and the two would overwrite what the other has committed. So it is refused.
 *
 * @param realPath The path without symbolic links.
 * @param library Equal for two that are the same library, such as `bun:sqlite` and the `node:sqlite` of Bun.
 * @returns The function to call when the file is closed.
 * @throws {ConnectionError} When another library has the file open (`SECOND_LIBRARY`).
 */
export function claimFile(realPath: string, library: string, driver: string): () => void {
  const files = openFiles();
  let file = files.get(realPath);
  if (file !== undefined && file.library !== library) {
    throw new ConnectionError(
      `Cannot open ${
        JSON.stringify(realPath)
      } with driver ${driver}: this process has it open with another SQLite library ` +
        `(${file.library}), and two of them on one file lose data; use one driver for it, or close the other first`,
      { code: "SECOND_LIBRARY", driver },
    );
  }
  if (file === undefined) files.set(realPath, file = { library, count: 0 });
  file.count++;
  const claimed = file;
  let released = false;
  return () => {
    if (released) return;
    released = true;
    claimed.count--;
    if (claimed.count === 0 && files.get(realPath) === claimed) files.delete(realPath);
  };
}

function openFiles(): Map<string, OpenFile> {
  const scope = globalThis as { [KEY]?: Map<string, OpenFile> };
  return scope[KEY] ??= new Map();
}
