export type Runtime = "bun" | "deno" | "node";

const global = globalThis as { Deno?: unknown; Bun?: unknown };

/** The runtime that this process is. */
export const runtime: Runtime = global.Bun ? "bun" : global.Deno ? "deno" : "node";
