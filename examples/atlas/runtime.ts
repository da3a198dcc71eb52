import process from "node:process";

/** The runtimes the atlas runs in. */
export type Runtime = "bun" | "deno" | "node";

const { versions } = process as { versions: Record<string, string | undefined> };

/** The runtime this is. */
export const runtime: Runtime = versions["bun"] !== undefined
  ? "bun"
  : versions["deno"] !== undefined
  ? "deno"
  : "node";

/** Its name and version, for people. */
export const runtimeTitle: string = `${{ bun: "Bun", deno: "Deno", node: "Node" }[runtime]} ${
  versions[runtime]
}`;
