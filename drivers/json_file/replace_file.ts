import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { pause } from "../../src/files/pause.ts";
import { systemCode } from "./system_error.ts";

/** The text is longer than the file may be. Nothing was changed. */
export class TooLarge extends Error {}

/** Where the text of a file is written before it takes the file's place. */
export function temporaryPath(path: string): string {
  return `${path}.rinari.tmp`;
}

/**
 * Gives a file another text, or leaves it as it is: whoever reads it, also after a crash or a loss of power, sees the whole of one
 * of the two. For the second the new text is forced to the disk before it takes the place of the old one: file systems may do the
 * two in the other order.
 *
 * @param maxBytes The most bytes the file may have.
 * @throws {TooLarge} When there are too many bytes.
 */
export function replaceFile(path: string, pieces: Iterable<string>, maxBytes: number): void {
  const temporary = temporaryPath(path);
  const before = statSync(path, { throwIfNoEntry: false });
  // A new file: what else is there under the name could be a link to somewhere.
  rmSync(temporary, { force: true });
  const file = openSync(temporary, "wx", before === undefined ? 0o666 : before.mode & 0o777);
  try {
    try {
      if (before !== undefined) takeAfter(file, before);
      writeAll(file, pieces, maxBytes);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    move(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** On Windows a file cannot be replaced for the moment in which a reader, such as a virus scanner, has it open. */
function move(from: string, to: string): void {
  for (let wait = 1;; wait *= 2) {
    try {
      return renameSync(from, to);
    } catch (error) {
      const busy = ["EPERM", "EACCES", "EBUSY"].includes(systemCode(error) ?? "");
      if (process.platform !== "win32" || !busy || wait > 500) throw error;
      pause(wait);
    }
  }
}

/** Forces to the disk that a file of this folder has taken another's place. Systems that do not let a folder be opened do it themselves. */
export function syncFolder(path: string): void {
  let folder: number;
  try {
    folder = openSync(dirname(path), "r");
  } catch {
    return;
  }
  try {
    fsyncSync(folder);
  } catch (error) {
    if (!["EPERM", "EINVAL", "EBADF", "ENOTSUP"].includes(systemCode(error) ?? "")) throw error;
  } finally {
    closeSync(folder);
  }
}

/** Gives a file the rights and, as far as this process may, the owner of the one it replaces. */
function takeAfter(
  file: number,
  before: { readonly mode: number; readonly uid: number; readonly gid: number },
): void {
  fchmodSync(file, before.mode & 0o777);
  const { uid, gid } = fstatSync(file);
  if (uid === before.uid && gid === before.gid) return;
  try {
    fchownSync(file, before.uid, before.gid);
  } catch (error) {
    if (!["EPERM", "EINVAL"].includes(systemCode(error) ?? "")) throw error;
  }
}

function writeAll(file: number, pieces: Iterable<string>, maxBytes: number): void {
  const encoder = new TextEncoder();
  let total = 0;
  for (const piece of pieces) {
    const bytes = encoder.encode(piece);
    total += bytes.length;
    if (total > maxBytes) throw new TooLarge(`more than ${maxBytes} bytes`);
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at, bytes.length - at);
  }
}
