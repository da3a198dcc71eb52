import { builtinModule } from "../runtime/builtin_module.ts";
import { pause } from "./pause.ts";
import { seesItself } from "./proc.ts";

type FileSystem = typeof import("node:fs");

/** Which libraries have said that they open a file: how often, and when last. */
type Claims = Map<string, { count: number; at: number }>;

type Line =
  | readonly ["+", library: string, path: string, at: number, token: string]
  | readonly ["-" | "x", library: string, path: string];

const OPEN_FILES = "/proc/self/fd";
/** Bun closes nothing that a thread has opened when the thread ends, so that one number serves all. */
const KEEPS_FILES = "Bun" in globalThis;
/** How long a thread may take between its claim and the opening of the file, in milliseconds. */
const OPENING = 2_000;
/** How old a note is that a thread was ended before it could unlink, in milliseconds. */
const LEFT = 1_000;

/**
 * What the threads of this process tell each other of the files they open, which share no memory and whose modules are copies. It
 * stands in a file without a name, which every thread finds among the open files of the process, and which ends with the process.
 *
 * A thread that is ended takes back nothing: a claim counts only while its file is open.
 */
export class ThreadClaims {
  readonly #fs: FileSystem;
  readonly #file: number;
  readonly #paths = new Map<string, Claims>();
  #read = 0;

  private constructor(fs: FileSystem, file: number) {
    this.#fs = fs;
    this.#file = file;
  }

  /** The claims of this process; null where its open files cannot be seen: outside of Linux, and in Deno without `--allow-all`. */
  static find(): ThreadClaims | null {
    const fs = builtinModule<FileSystem>("node:fs");
    const os = builtinModule<typeof import("node:os")>("node:os");
    const process = builtinModule<typeof import("node:process")>("node:process");
    if (fs === undefined || os === undefined || process === undefined || !seesItself()) return null;
    try {
      const file = openNote(fs, `${os.tmpdir()}/rinari-open-files.${process.pid}`);
      return file === null ? null : new ThreadClaims(fs, file);
    } catch {
      return null;
    }
  }

  /**
   * Says that a library opens a file.
   *
   * @returns The other library that a thread has it open with, or null. Then nothing is claimed.
   */
  claim(path: string, library: string): string | null {
    const token = String(Math.random());
    this.#write(["+", library, path, Date.now(), token]);
    let other: string | null = null;
    // Who came first has it: what was written after this claim does not count.
    this.#update(token, () => {
      other = this.#otherOf(path, library);
    });
    if (other !== null) this.release(path, library);
    return other;
  }

  /**
   * Says again that a library opens a file, which it had closed without taking the claim back.
   *
   * @returns The other library that has claimed and opened it meanwhile, or null.
   */
  confirm(path: string, library: string): string | null {
    this.#update("", () => undefined);
    const other = this.#otherOf(path, library);
    if (other !== null || (this.#paths.get(path)?.get(library)?.count ?? 0) > 0) return other;
    return this.claim(path, library);
  }

  /** Takes a claim back. */
  release(path: string, library: string): void {
    this.#write(["-", library, path]);
  }

  /** The other library that has a file open, or is about to. What threads that were ended have claimed is forgotten. */
  #otherOf(path: string, library: string): string | null {
    for (const [name, { at }] of this.#paths.get(path) ?? []) {
      if (name === library) continue;
      if (Date.now() - at < OPENING || this.#isOpen(path)) return name;
      this.#write(["x", name, path]);
    }
    return null;
  }

  #write(line: Line): void {
    this.#fs.writeSync(this.#file, `${JSON.stringify(line)}\n`);
  }

  /** Reads what was written since. */
  #update(token: string, reached: () => void): void {
    const { size } = this.#fs.fstatSync(this.#file);
    if (size === this.#read) return;
    const bytes = new Uint8Array(size - this.#read);
    const length = this.#fs.readSync(this.#file, bytes, 0, bytes.length, this.#read);
    // A line that is just being written is read the next time.
    const end = bytes.subarray(0, length).lastIndexOf(10) + 1;
    this.#read += end;
    for (const text of new TextDecoder().decode(bytes.subarray(0, end)).split("\n")) {
      if (text === "") continue;
      const line = JSON.parse(text) as Line;
      if (line[0] === "+" && line[4] === token) reached();
      this.#apply(line);
    }
  }

  #apply(line: Line): void {
    const [kind, library, path] = line;
    const claims: Claims = this.#paths.get(path) ?? new Map();
    const claim = claims.get(library) ?? { count: 0, at: 0 };
    if (kind === "+") {
      claim.count++;
      claim.at = line[3];
    } else claim.count = kind === "x" ? 0 : Math.max(0, claim.count - 1);
    if (claim.count > 0) claims.set(library, claim);
    else claims.delete(library);
    if (claims.size > 0) this.#paths.set(path, claims);
    else this.#paths.delete(path);
  }

  #isOpen(path: string): boolean {
    return openFiles(this.#fs).some(({ link }) => link === path);
  }
}

/** The note of this process, found or made; null when another thread holds its name for too long. */
function openNote(fs: FileSystem, name: string): number | null {
  for (let tries = 0; tries < 50; tries++) {
    const found = findNote(fs, name);
    if (found !== null) return found;
    const made = makeNote(fs, name);
    if (made !== null) return made;
    pause(1);
  }
  return null;
}

function findNote(fs: FileSystem, name: string): number | null {
  const note = openFiles(fs).find(({ link }) => link === `${name} (deleted)`);
  if (note === undefined) return null;
  return KEEPS_FILES ? note.number : fs.openSync(note.path, "a+");
}

function makeNote(fs: FileSystem, name: string): number | null {
  let file: number;
  try {
    file = fs.openSync(name, "ax+", 0o600);
  } catch {
    const { mtimeMs } = fs.statSync(name, { throwIfNoEntry: false }) ?? { mtimeMs: Infinity };
    if (Date.now() - mtimeMs > LEFT) fs.rmSync(name, { force: true });
    return null;
  }
  // While it has a name, nobody else makes one; who made one before has it open by now.
  const other = findNote(fs, name);
  fs.unlinkSync(name);
  if (other === null) return file;
  fs.closeSync(file);
  return other;
}

interface OpenFile {
  readonly number: number;
  readonly path: string;
  readonly link: string;
}

function openFiles(fs: FileSystem): OpenFile[] {
  return fs.readdirSync(OPEN_FILES).map((name) => {
    const path = `${OPEN_FILES}/${name}`;
    const number = Number(name);
    try {
      return { number, path, link: fs.readlinkSync(path) };
    } catch {
      return { number, path, link: "" };
    }
  });
}
