import { builtinModule } from "../runtime/builtin_module.ts";

/** The rights that `--allow-all` gives, which Deno demands for what is of the process itself. */
const RIGHTS = ["read", "write", "net", "env", "sys", "run", "ffi"] as const;

interface DenoPermissions {
  readonly permissions?: { querySync(permission: { readonly name: string }): { readonly state: string } };
}

/** Whether this process can look at itself in `/proc`: on Linux, and in Deno with all rights. They are not tried: Deno could ask the user. */
export function seesItself(): boolean {
  if (builtinModule<typeof import("node:process")>("node:process")?.platform !== "linux") return false;
  const { permissions } = (globalThis as { Deno?: DenoPermissions }).Deno ?? {};
  if (permissions === undefined) return true;
  return RIGHTS.every((name) => permissions.querySync({ name }).state === "granted");
}
