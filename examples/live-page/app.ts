import { RinariError } from "../../mod.ts";
import { live } from "../../src/live/live.ts";
import type { Messages } from "./messages.ts";
import { page } from "./page.ts";

const SECURITY = {
  "content-security-policy":
    "default-src 'none'; connect-src 'self'; script-src 'unsafe-inline'; style-src 'unsafe-inline'",
  "x-content-type-options": "nosniff",
};

/** What answers the requests of the page: `Bun.serve({ fetch: app })` and `Deno.serve(app)` take it. */
export function makeApp(Message: Messages): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname } = new URL(request.url);
    switch (`${request.method} ${pathname}`) {
      case "GET /":
        return new Response(page, { headers: { ...SECURITY, "content-type": "text/html; charset=utf-8" } });
      case "GET /events":
        return events(Message, request.signal);
      case "POST /messages":
        return await add(Message, request);
      default:
        return new Response("There is nothing here", { status: 404 });
    }
  };
}

/** The newest messages, and again after each change, as server-sent events. */
function events(Message: Messages, signal: AbortSignal): Response {
  const found = live(Message, { orderBy: [["id", "DESC"]], limit: 20 }, { signal });
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { value, done } = await found.next();
      if (done) return controller.close();
      controller.enqueue(encoder.encode(`data: ${JSON.stringify(value)}\n\n`));
    },
    async cancel() {
      await found.return?.();
    },
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
  });
}

/** Stores a message; what is wrong with it is said. */
async function add(Message: Messages, request: Request): Promise<Response> {
  const given: unknown = await request.json().catch(() => null);
  const { author, text } = Object(given) as { author?: unknown; text?: unknown };
  if (!isShort(author, 40) || !isShort(text, 500)) {
    return new Response("`author` and `text` are short texts", { status: 400 });
  }
  try {
    return Response.json(Message.create({ author, text }), { status: 201 });
  } catch (error) {
    if (error instanceof RinariError) return new Response(error.message, { status: 400 });
    throw error;
  }
}

function isShort(value: unknown, most: number): value is string {
  return typeof value === "string" && value !== "" && value.length <= most;
}
