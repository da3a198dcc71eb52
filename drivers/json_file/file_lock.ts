import {
  closeSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import process from "node:process";
import { pause } from "../../src/files/pause.ts";
import { type KernelLock, kernelLocks } from "./kernel_lock.ts";
import { hasEnded, type Holder, readHolder, thisProcess } from "./lock_holder.ts";
import { systemCode } from "./system_error.ts";

/** Someone has a lock. */
export class LockHeld extends Error {
  /** Who; null when the file does not say. */
  readonly holder: Holder | null;
  /** The lock's file. */
  readonly path: string;

  /** Makes the error. */
  constructor(path: string, holder: Holder | null) {
    super(`${path} is there`);
    this.path = path;
    this.holder = holder;
  }
}

/** The rest of the name of what a process that was killed can leave beside a lock. */
const REMAINS = /^(?:\.[0-9a-f]{16})+(?:\.new)?$/;

/** How old a file must be that does not say who wrote it, in milliseconds, to be left behind: a younger one may just be written. */
const REMAINS_AGE = 60_000;

/** Names the guard of a lock that does not say who wrote it. */
const NO_TOKEN = "0".repeat(16);

const taken = new Set<FileLock>();
let watchesExit = false;

/** Who has locks in this thread, by token: also what a module that was loaded again had taken before, whose memory is gone. */
const KEY = Symbol.for("@rinari/orm/json-file-locks");
interface Taken {
  /** Equal for those of one load of this module. */
  readonly load: object;
  /** Gives it up. */
  release(): void;
}
const THIS_LOAD = {};
/** `bun --hot` loads all modules again, and nobody has closed what the last ones had opened. */
const IS_RELOADED = "Bun" in globalThis && process.execArgv.includes("--hot");

function takenHere(): Map<string, Taken> {
  const scope = globalThis as { [KEY]?: Map<string, Taken> };
  return scope[KEY] ??= new Map();
}

/** Gives up the lock of a load of this module that is gone. @returns Whether the lock was such. */
function releaseReloaded(token: string): boolean {
  const holder = IS_RELOADED ? takenHere().get(token) : undefined;
  if (holder === undefined || holder.load === THIS_LOAD) return false;
  holder.release();
  return true;
}

/**
 * Takes a lock, which is there while its file is.
 *
 * @param timeout How long to wait for it, in milliseconds.
 * @throws {LockHeld} When someone has it, or nobody can tell whether they still do.
 */
export function takeLock(path: string, timeout: number): FileLock {
  const lock = new FileLock(path);
  try {
    const until = Date.now() + timeout;
    for (let wait = 1;; wait = Math.min(wait * 2, 50)) {
      const held = lock.take();
      if (held === null) break;
      if (Date.now() >= until) throw held;
      pause(wait);
    }
    removeRemains(path);
  } catch (error) {
    lock.release();
    throw error;
  }
  releaseAtExit(lock);
  return lock;
}

/**
 * One try to hold a lock. What it will say is written to a file of its own first and then linked to the lock's name, which only
 * one of several can do; so the lock always says who has it.
 *
 * A lock whose holder has ended is replaced, by whoever holds the lock that is named after the token of the one to replace:
 * no other process replaces it meanwhile, and when it has been replaced already, its token is another.
 */
export class FileLock {
  readonly #path: string;
  readonly #own: string;
  readonly #token: string = newToken();
  #kernel: KernelLock | null = null;
  #taken = false;

  /** Prepares a lock; nothing is locked before `take`. */
  constructor(path: string) {
    this.#path = path;
    this.#own = `${path}.${this.#token}.new`;
    try {
      this.#prepare();
    } catch (error) {
      this.release();
      throw error;
    }
  }

  /** Takes the lock when it is free or its holder has ended; returns who has it otherwise. */
  take(): LockHeld | null {
    for (;;) {
      if (this.#publish()) break;
      const text = textOf(this.#path);
      if (text === null) continue;
      const holder = readHolder(text);
      if (holder !== null && releaseReloaded(holder.token)) continue;
      const ended = holder === null ? text === "" && isOld(this.#path) : hasEnded(holder, this.#path);
      if (!ended || !this.#replace(text, holder?.token ?? NO_TOKEN)) return new LockHeld(this.#path, holder);
      break;
    }
    this.#taken = true;
    takenHere().set(this.#token, { load: THIS_LOAD, release: () => this.release() });
    return null;
  }

  /** Whether the lock still is this one's. Takes it again when its file was removed and nobody else has taken it. */
  isHeld(): boolean {
    const text = textOf(this.#path);
    if (text !== null) return this.#isOurs(text);
    this.#kernel?.close();
    this.#prepare();
    return this.take() === null;
  }

  /** Gives the lock up. */
  release(): void {
    taken.delete(this);
    takenHere().delete(this.#token);
    rmSync(this.#own, { force: true });
    if (this.#taken && this.#isOurs()) rmSync(this.#path, { force: true });
    this.#taken = false;
    this.#kernel?.close();
    this.#kernel = null;
  }

  #isOurs(text: string | null = textOf(this.#path)): boolean {
    return readHolder(text ?? "")?.token === this.#token;
  }

  /** Writes who this is to a file of its own. It says nothing before the system's lock is on it. */
  #prepare(): void {
    writeFileSync(this.#own, "");
    this.#kernel = kernelLocks?.take(this.#own) ?? null;
    writeFileSync(this.#own, this.#text());
  }

  #text(): string {
    return `${JSON.stringify(thisProcess(this.#token, this.#kernel !== null))}\n`;
  }

  /** Gives the file its name as a lock, unless there is one. */
  #publish(): boolean {
    try {
      linkSync(this.#own, this.#path);
    } catch (error) {
      if (systemCode(error) === "EEXIST") return false;
      if (!this.#copy()) return false;
    }
    rmSync(this.#own, { force: true });
    return true;
  }

  /** As a link, on a file system without links. A lock of the system is on the other file. */
  #copy(): boolean {
    let file: number;
    try {
      file = openSync(this.#path, "wx");
    } catch (error) {
      if (systemCode(error) === "EEXIST") return false;
      throw error;
    }
    this.#kernel?.close();
    this.#kernel = null;
    writeFileSync(file, this.#text());
    closeSync(file);
    return this.#isOurs();
  }

  /** Puts this lock in the place of one that nobody holds any more. */
  #replace(text: string, token: string): boolean {
    const guard = new FileLock(`${this.#path}.${token}`);
    try {
      if (guard.take() !== null || textOf(this.#path) !== text) return false;
      renameSync(this.#own, this.#path);
      return true;
    } finally {
      guard.release();
    }
  }
}

/** Removes what processes that were killed while they took the lock left behind. */
function removeRemains(path: string): void {
  const folder = dirname(path);
  const name = basename(path);
  for (const entry of readdirSync(folder)) {
    if (!entry.startsWith(name) || !REMAINS.test(entry.slice(name.length))) continue;
    const remains = join(folder, entry);
    const holder = readHolder(textOf(remains) ?? "");
    if (holder === null ? isOld(remains) : hasEnded(holder, remains)) rmSync(remains, { force: true });
  }
}

function isOld(path: string): boolean {
  const { mtimeMs } = statSync(path, { throwIfNoEntry: false }) ?? { mtimeMs: Infinity };
  return Date.now() - mtimeMs > REMAINS_AGE;
}

function releaseAtExit(lock: FileLock): void {
  taken.add(lock);
  if (watchesExit) return;
  watchesExit = true;
  const releaseAll = (): void => {
    for (const each of [...taken]) each.release();
  };
  process.on("exit", releaseAll);
  // What Deno.exit leads to.
  (globalThis as { addEventListener?: (type: string, listener: () => void) => void })
    .addEventListener?.("unload", releaseAll);
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return null;
    throw error;
  }
}

function newToken(): string {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}
