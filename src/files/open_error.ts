import { ConnectionError } from "../errors/mod.ts";
import { builtinModule } from "../runtime/builtin_module.ts";

type FileSystem = typeof import("node:fs");

/** The process has as many files open as it may. */
export function tooManyFiles(driver: string, what: string, cause: unknown): ConnectionError {
  return new ConnectionError(
    `${what}: this process has as many files open as it may; close some, raise its limit (\`ulimit -n\`), or give the driver a lower ` +
      "`maxOpen`",
    { code: "TOO_MANY_FILES", driver, cause },
  );
}

/** Whether a code of the system says that there are too many open files. */
export function isDescriptorCode(code: unknown): boolean {
  return code === "EMFILE" || code === "ENFILE";
}

/** How many files a database may have to open at once: itself, what is beside it, and one for sorting. */
const NEEDED = 4;

/** Whether the process has, but for a few, as many files open as it may: asked after something failed that does not say so itself. */
export function isOutOfDescriptors(): boolean {
  const fs = builtinModule<FileSystem>("node:fs");
  const os = builtinModule<typeof import("node:os")>("node:os");
  if (fs === undefined || os === undefined) return false;
  const opened: number[] = [];
  try {
    while (opened.length < NEEDED) opened.push(fs.openSync(os.devNull, "r"));
    return false;
  } catch (error) {
    return isDescriptorCode((error as { code?: unknown }).code);
  } finally {
    for (const file of opened) fs.closeSync(file);
  }
}

/** Why a file cannot be opened, as far as looking at it tells; null when nothing is wrong with it. It is not opened. */
export function whyNotOpened(path: string, readonly: boolean): string | null {
  const fs = builtinModule<FileSystem>("node:fs");
  const dirname = builtinModule<typeof import("node:path")>("node:path")?.dirname;
  if (fs === undefined || dirname === undefined) return null;
  const shown = JSON.stringify(path);
  const folder = JSON.stringify(dirname(path));
  try {
    const stats = fs.statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) {
      if (fs.statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory() !== true) {
        return `there is no folder ${folder}; make it`;
      }
      if (fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
        return `${shown} is a link to what is not there; make that, or remove the link`;
      }
      if (readonly) return `it is to be read only, and there is no file ${shown}`;
      return mayUse(fs, dirname(path), fs.constants.W_OK)
        ? null
        : `nothing may be written in the folder ${folder}; allow it`;
    }
    if (!stats.isFile()) return `${shown} is no plain file; give another path`;
    if (!mayUse(fs, path, fs.constants.R_OK)) return `the file ${shown} may not be read; allow it`;
    return null;
  } catch (error) {
    return `${(error as Error).message}; check the path`;
  }
}

function mayUse(fs: FileSystem, path: string, how: number): boolean {
  try {
    fs.accessSync(path, how);
    return true;
  } catch {
    return false;
  }
}
