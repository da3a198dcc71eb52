import { ConnectionError } from "../../errors/mod.ts";
import { ThreadClaims } from "../../files/thread_claims.ts";

interface OpenFile {
  readonly library: string;
  count: number;
}

/** One for the thread, however many copies of this module there are. */
const KEY = Symbol.for("@rinari/orm/open-files");

/** What other threads have open; undefined before the first file is opened, null where nothing can be known of them. */
let threads: ThreadClaims | null | undefined;

/**
 * Notes that a library opens a file. Locks of a file belong to the process: a second SQLite library would not see those of the
 * first, and the two would overwrite what the other has committed. So it is refused, also when the other is in another thread,
 * as far as that can be found out: on Linux, and in Deno with `--allow-all`.
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
    throw secondLibrary(
      realPath,
      driver,
      `this process has it open with another SQLite library (${file.library})`,
    );
  }
  if (threads === undefined) threads = ThreadClaims.find();
  if (file === undefined) {
    refuseThread(realPath, driver, threads?.claim(realPath, library) ?? null);
    files.set(realPath, file = { library, count: 0 });
  }
  file.count++;
  const claimed = file;
  let released = false;
  return () => {
    if (released) return;
    released = true;
    claimed.count--;
    if (claimed.count > 0 || files.get(realPath) !== claimed) return;
    files.delete(realPath);
    threads?.release(realPath, library);
  };
}

/**
 * Notes that a library opens a file again, which it had closed and goes on claiming.
 *
 * @throws {ConnectionError} When another library has opened it meanwhile, in another thread (`SECOND_LIBRARY`).
 */
export function confirmClaim(realPath: string, library: string, driver: string): void {
  refuseThread(realPath, driver, threads?.confirm(realPath, library) ?? null);
}

function refuseThread(realPath: string, driver: string, other: string | null): void {
  if (other === null) return;
  throw secondLibrary(
    realPath,
    driver,
    `another thread of this process has it open with another SQLite library (${other})`,
  );
}

function secondLibrary(realPath: string, driver: string, reason: string): ConnectionError {
  return new ConnectionError(
    `Cannot open ${
      JSON.stringify(realPath)
    } with driver ${driver}: ${reason}, and two of them on one file lose data; use one ` +
      "driver for it, or close the other first",
    { code: "SECOND_LIBRARY", driver },
  );
}

function openFiles(): Map<string, OpenFile> {
  const scope = globalThis as { [KEY]?: Map<string, OpenFile> };
  return scope[KEY] ??= new Map();
}
