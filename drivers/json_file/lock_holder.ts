import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { basename } from "node:path";
import process from "node:process";
import { kernelLocks } from "./kernel_lock.ts";

/** Who holds a lock, as its file says. What could not be found out is null. */
export interface Holder {
  /** No other lock has it: 16 hexadecimal digits. */
  readonly token: string;
  /** The process. */
  readonly pid: number;
  /** When it was started, in the system's own count: a pid is given again. */
  readonly start: string | null;
  /** The machine's name. */
  readonly host: string | null;
  /** Equal for two processes of one machine, between two starts of it. */
  readonly boot: string | null;
  /** Where its pid has a meaning: a container has its own pids. */
  readonly namespace: string | null;
  /** The thread that has it, as the system numbers threads, and when that was started; absent where the system does not tell. */
  readonly thread?: string | null;
  /** The system frees the lock of the file itself when the process ends. */
  readonly kernel: boolean;
  /** Since when, for people. */
  readonly since: string;
}

type Permission =
  | { readonly name: "run" }
  | { readonly name: "sys"; readonly kind: "hostname" }
  | { readonly name: "read"; readonly path: string };

interface DenoPermissions {
  readonly permissions?: { querySync(permission: Permission): { readonly state: string } };
}

/** What this process writes into a lock. */
export function thisProcess(token: string, kernel: boolean): Holder {
  const { pid } = process;
  const since = new Date().toISOString();
  const start = stateOf(`/proc/${pid}`)?.start ?? null;
  return { token, pid, start, ...place(), thread: thisThread(), kernel, since };
}

/** Reads what a lock's file says; null when it says nothing that this driver wrote. */
export function readHolder(text: string): Holder | null {
  let holder: Holder | null;
  try {
    holder = JSON.parse(text) as Holder | null;
  } catch {
    return null;
  }
  const ours = /^[0-9a-f]{16}$/.test(String(holder?.token)) && Number.isSafeInteger(holder?.pid) &&
    (holder as Holder).pid > 0;
  return ours ? holder : null;
}

/** Whether the process of a lock has certainly ended. In doubt it has not. */
export function hasEnded(holder: Holder, lockPath: string): boolean {
  const here = place();
  const sameBoot = holder.boot === null || here.boot === null ? null : holder.boot === here.boot;
  const sameHost = holder.host === null || here.host === null ? null : holder.host === here.host;
  if (sameBoot === false) return sameHost === true; // The machine was started again.
  if (holder.kernel && (sameBoot ?? sameHost) !== false) {
    const free = kernelLocks?.isFree(lockPath) ?? null;
    if (free !== null) return free;
  }
  if ((sameBoot ?? sameHost) !== true || holder.namespace !== here.namespace) return false;
  const state = stateOf(`/proc/${holder.pid}`);
  if (state !== null && (state.ended || (holder.start !== null && state.start !== holder.start))) return true;
  return !exists(holder.pid) || isThreadGone(holder);
}

/** A thread that is ended, as a worker by `terminate`, gives nothing up; its process goes on. */
function thisThread(): string | null {
  const path = "/proc/thread-self";
  const id = ask({ name: "read", path }, () => basename(readlinkSync(path)));
  const start = id === null ? null : stateOf(`/proc/${process.pid}/task/${id}`)?.start ?? null;
  return start === null ? null : `${id} ${start}`;
}

function isThreadGone({ pid, thread = null }: Holder): boolean {
  if (thread === null || !/^\d+ \d+$/.test(thread)) return false;
  const [id, start] = thread.split(" ") as [string, string];
  const threads = `/proc/${pid}/task`;
  const known = ask({ name: "read", path: threads }, () => readdirSync(threads));
  if (known === null || known.length === 0) return false;
  if (!known.includes(id)) return true;
  const state = stateOf(`${threads}/${id}`);
  return state !== null && (state.ended || state.start !== start);
}

/** Whose pids this process sees. */
function place(): Pick<Holder, "host" | "boot" | "namespace"> {
  const bootPath = "/proc/sys/kernel/random/boot_id";
  const namespacePath = "/proc/self/ns/pid";
  return {
    host: ask({ name: "sys", kind: "hostname" }, hostname),
    boot: ask({ name: "read", path: bootPath }, () => readFileSync(bootPath, "utf8").trim()),
    namespace: ask({ name: "read", path: namespacePath }, () => readlinkSync(namespacePath)),
  };
}

/** When a process or thread was started, and whether only its entry is left; null where the system does not tell it so. */
function stateOf(entry: string): { readonly start: string; readonly ended: boolean } | null {
  const path = `${entry}/stat`;
  const text = ask({ name: "read", path }, () => readFileSync(path, "utf8"));
  if (text === null) return null;
  // The name, in brackets, may itself hold brackets and spaces; the state and then twenty numbers follow it.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state = ""] = fields;
  return { start: fields[19] ?? "", ended: state === "Z" || state === "X" };
}

function exists(pid: number): boolean {
  if (!isAllowed({ name: "run" })) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code !== "ESRCH";
  }
}

function ask<T>(permission: Permission, read: () => T): T | null {
  if (!isAllowed(permission)) return null;
  try {
    return read();
  } catch {
    return null;
  }
}

/** Whether a question can be put without Deno asking the user for the right to. */
function isAllowed(permission: Permission): boolean {
  const { permissions } = (globalThis as { Deno?: DenoPermissions }).Deno ?? {};
  return permissions === undefined || permissions.querySync(permission).state === "granted";
}
