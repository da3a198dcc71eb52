/** A lock that the system keeps on an open file: it ends with the process, whatever ends that. */
export interface KernelLock {
  /** Gives it up. */
  close(): void;
}

/** What a runtime offers of such locks. */
export interface KernelLocks {
  /** Locks a file; null when it is locked already. */
  take(path: string): KernelLock | null;
  /** Whether nobody has locked a file; null when that cannot be found out. */
  isFree(path: string): boolean | null;
}

interface DenoFile {
  tryLockSync?(exclusive: boolean): boolean;
  close(): void;
}

interface DenoFiles {
  readonly build: { readonly os: string };
  openSync(path: string, options: { read: boolean; write: boolean }): DenoFile;
}

/**
 * Only Deno has them for its programs, which is where they are needed: without the permissions to look for a process by its
 * pid, they tell that it has ended. On Windows a locked file cannot even be read.
 */
export const kernelLocks: KernelLocks | null = locksOf((globalThis as { Deno?: DenoFiles }).Deno);

function locksOf(deno: DenoFiles | undefined): KernelLocks | null {
  if (deno === undefined || deno.build.os === "windows") return null;
  const take = (path: string): KernelLock | null => {
    const file = deno.openSync(path, { read: true, write: true });
    if (file.tryLockSync?.(true) === true) return file;
    file.close();
    return null;
  };
  const isFree = (path: string): boolean | null => {
    try {
      const lock = take(path);
      lock?.close();
      return lock !== null;
    } catch {
      return null;
    }
  };
  return { take, isFree };
}
