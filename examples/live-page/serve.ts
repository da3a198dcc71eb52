import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";

type App = (request: Request) => Promise<Response>;

interface Runtimes {
  readonly Bun?: {
    serve(
      options: { port: number; hostname: string; idleTimeout: number; fetch: App },
    ): { readonly port: number };
  };
  readonly Deno?: {
    serve(
      options: { port: number; hostname: string; onListen(address: { readonly port: number }): void },
      app: App,
    ): unknown;
  };
}

const HOST = "127.0.0.1";

/** Serves an app with what the runtime has: `Bun.serve`, `Deno.serve`, or `node:http`. @returns The port. */
export function serve(app: App, port: number): Promise<number> {
  const { Bun, Deno } = globalThis as Runtimes;
  if (Bun !== undefined) {
    // A connection of events may be silent for as long as nothing changes.
    return Promise.resolve(Bun.serve({ port, hostname: HOST, idleTimeout: 0, fetch: app }).port);
  }
  return new Promise((resolve) => {
    if (Deno !== undefined) {
      Deno.serve({ port, hostname: HOST, onListen: ({ port }) => resolve(port) }, app);
      return;
    }
    const server = createServer((request, response) => void answer(app, request, response));
    server.listen(port, HOST, () => resolve((server.address() as AddressInfo).port));
  });
}

async function answer(app: App, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController();
  outgoing.on("close", () => gone.abort());
  const { method = "GET", url = "/", headers } = incoming;
  const body = method === "GET" || method === "HEAD" ? null : Readable.toWeb(incoming) as ReadableStream;
  const request = new Request(new URL(url, `http://${headers.host ?? HOST}`), {
    method,
    body,
    signal: gone.signal,
    ...(body !== null && { duplex: "half" }),
  });
  const response = await app(request);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  if (response.body === null) return void outgoing.end();
  try {
    for await (const chunk of response.body) outgoing.write(chunk);
    outgoing.end();
  } catch {
    outgoing.destroy();
  }
}
