import { builtinModule } from "../runtime/builtin_module.ts";
import { FileMoved } from "./file_moved.ts";

let fs: typeof import("node:fs") | undefined;

/** How long a file that is written without forcing it to the disk is not looked at again, in milliseconds. */
const UNSEEN = 20;

/** Tells whether the file that was opened is still where others look for it. */
export class FilePresence {
  readonly #path: string;
  readonly #relaxed: boolean;
  readonly #identity: string | null | undefined;
  #looked = 0;

  /**
   * Looks at a file that is open.
   *
   * @param path The path without symbolic links.
   * @param relaxed Commits are not forced to the disk: they are cheap, and looking for the file at each would not be.
   */
  constructor(path: string, relaxed: boolean) {
    this.#path = path;
    this.#relaxed = relaxed;
    this.#identity = identityOf(path);
  }

  /**
   * Looks whether the file is where it was opened, each time or now and then.
   *
   * @throws {FileMoved} When it is not.
   */
  check(): void {
    if (this.#relaxed) {
      const now = Date.now();
      if (now - this.#looked < UNSEEN) return;
      this.#looked = now;
    }
    this.checkNow();
  }

  /**
   * Looks whether the file is where it was opened.
   *
   * @throws {FileMoved} When it is not.
   */
  checkNow(): void {
    const identity = identityOf(this.#path);
    if (identity !== undefined && this.#identity !== undefined && identity !== this.#identity) {
      throw new FileMoved(this.#path);
    }
  }
}

/** Tells a file from others that come to its path; null when there is none, undefined when that cannot be seen. */
function identityOf(path: string): string | null | undefined {
  fs ??= builtinModule<typeof import("node:fs")>("node:fs");
  try {
    const stats = fs?.statSync(path, { throwIfNoEntry: false });
    return stats === undefined ? null : `${stats.dev} ${stats.ino} ${stats.birthtimeMs}`;
  } catch {
    return undefined;
  }
}
