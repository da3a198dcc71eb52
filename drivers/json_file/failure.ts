import process from "node:process";
import { ConnectionError, RinariError } from "../../src/errors/mod.ts";
import { isDescriptorCode, tooManyFiles } from "../../src/files/open_error.ts";
import { LockHeld } from "./file_lock.ts";
import type { Holder } from "./lock_holder.ts";
import { NAME } from "./options.ts";
import { FormatProblem } from "./read_format.ts";
import { TooLarge } from "./replace_file.ts";
import { systemCode } from "./system_error.ts";

/** The system's codes for a store that has no room. */
const FULL: readonly unknown[] = ["ENOSPC", "EDQUOT", "EFBIG"];
/** The system's codes for what this process may not do. */
export const FORBIDDEN: readonly unknown[] = ["EACCES", "EPERM", "EROFS"];

/** An error of this driver. */
export function failure(
  dbName: string,
  code: string,
  reason: string,
  details: { readonly cause?: unknown; readonly outcome?: "unknown" } = {},
): ConnectionError {
  return new ConnectionError(`Cannot use database \`${dbName}\`: ${reason}`, {
    code,
    driver: NAME,
    ...details,
  });
}

/** Why a file could not be opened or read, as an error of this driver. */
export function openFailure(dbName: string, path: string, cause: unknown): RinariError {
  if (cause instanceof RinariError) return cause;
  if (cause instanceof LockHeld) return heldFailure(dbName, path, cause);
  const file = JSON.stringify(path);
  const code = systemCode(cause);
  if (isDescriptorCode(code)) return tooManyFiles(NAME, `Cannot use database \`${dbName}\``, cause);
  if (FULL.includes(code)) return writeFailure(dbName, path, cause);
  if (!(cause instanceof FormatProblem)) {
    return failure(
      dbName,
      "CANNOT_OPEN",
      `its file ${file} cannot be opened: ${
        messageOf(cause)
      }; check that the folder exists and may be read and written`,
      { cause },
    );
  }
  switch (cause.kind) {
    case "foreign":
      return failure(
        dbName,
        "NOT_A_DATABASE",
        `the file ${file} is no database of this driver, and nothing was changed in it: ${cause.message}; give another path`,
        { cause },
      );
    case "newer":
      return failure(
        dbName,
        "NEWER_FORMAT",
        `the file ${file} was written by a newer version, and nothing was changed in it: ${cause.message}; update the package`,
        { cause },
      );
    case "damaged":
      return failure(
        dbName,
        "CORRUPT",
        `the file ${file} is damaged, and nothing was changed in it: ${cause.message}; repair it, or restore it from a backup`,
        { cause },
      );
  }
}

/** Why a file could not be written, as an error of this driver. What was to be stored is not. */
export function writeFailure(dbName: string, path: string, cause: unknown): RinariError {
  if (cause instanceof RinariError) return cause;
  const file = JSON.stringify(path);
  const code = systemCode(cause);
  if (isDescriptorCode(code)) return tooManyFiles(NAME, `Cannot use database \`${dbName}\``, cause);
  if (cause instanceof TooLarge) {
    return failure(
      dbName,
      "STORE_FULL",
      `the file ${file} would have ${cause.message}, the value of \`maxBytes\`; remove rows, or allow more`,
      { cause },
    );
  }
  if (FULL.includes(code)) {
    return failure(
      dbName,
      "STORE_FULL",
      `the disk of ${file}, or the size a file may have, is full; make room and try again`,
      { cause },
    );
  }
  if (FORBIDDEN.includes(code)) {
    return failure(
      dbName,
      "READ_ONLY",
      `the file ${file} may not be replaced: ${messageOf(cause)}; allow it in the folder of the file`,
      { cause },
    );
  }
  return failure(dbName, "IO", `the file ${file} cannot be written: ${messageOf(cause)}`, { cause });
}

function heldFailure(dbName: string, path: string, { holder, path: lock }: LockHeld): RinariError {
  const reason = holder === null
    ? `somebody has locked ${JSON.stringify(path)}, and ${
      JSON.stringify(lock)
    } does not say who; delete that file when ` +
      "nobody uses the database"
    : `${describe(holder)} has ${
      JSON.stringify(path)
    } open, and only one may write to it; end that one or disconnect it, or ` +
      `open the database with \`readonly\` (when it has ended and cannot be seen from here, delete ${
        JSON.stringify(lock)
      })`;
  return failure(dbName, "IN_USE", reason);
}

function describe({ pid, host, since }: Holder): string {
  if (pid === process.pid) return `this process, through another driver or another name, since ${since},`;
  return `process ${pid}${host === null ? "" : ` on ${host}`} since ${since}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
