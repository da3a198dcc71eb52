import { ConnectionError, TimeoutError } from "../../src/errors/mod.ts";
import type { Fetch } from "./libsql_options.ts";

/** A request that got no answer. */
export class TransportFailure extends Error {
  /** The deadline passed. */
  readonly late: boolean;
  /** The request cannot have reached the server. */
  readonly unsent: boolean;

  /** Makes the failure. */
  constructor(late: boolean, unsent: boolean, cause: unknown) {
    super(late ? "no answer in time" : unsent ? "no connection" : "the answer was lost", { cause });
    this.late = late;
    this.unsent = unsent;
  }
}

/** What runtimes say when there is nobody to connect to. */
const UNSENT =
  /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ConnectionRefused|FailedToOpenSocket|Unable to connect|tcp connect error|Connection refused|dns error|error trying to connect/i;

/** Whether an error tells that a request cannot have reached the server. */
export function isUnsent(error: unknown): boolean {
  for (let each = error, depth = 0; each instanceof Error && depth < 5; each = each.cause, depth++) {
    const { code } = each as { code?: unknown };
    if (UNSENT.test(each.message) || (typeof code === "string" && UNSENT.test(code))) return true;
  }
  return false;
}

/** How the requests to a server are made. */
export interface RequestOptions {
  /** When a request ends without an answer. */
  readonly timeout: number;
  /** The driver's name. */
  readonly driver: string;
  /** The server's url: nothing is sent to another host, whatever the server says. */
  readonly url: string;
  /** The namespace. */
  readonly namespace: string | null;
  /** The server is nearby: there an answer takes longer to be packed and unpacked than to be sent as it is. */
  readonly near: boolean;
}

/** Deno sends a request again, whatever it asks for, when the connection it was sent on ends before the answer. */
const SENDS_AGAIN = "Deno" in globalThis;

/** A request that can be sent once only: its body is a stream, of which nothing is left then. */
function once(input: Request): Request {
  if (input.body === null) return input;
  const body = input.body.pipeThrough(new TransformStream());
  return new Request(input, { body, duplex: "half" } as RequestInit);
}

/** A `fetch` that ends at a deadline, the body included, and sends the namespace. */
export function deadlineFetch(
  base: Fetch,
  { timeout, driver, url, namespace, near }: RequestOptions,
): typeof fetch {
  const { origin } = new URL(url.replace(/^libsql:/i, "https:"));
  const encoded = namespace === null ? null : btoa(namespace).replace(/=+$/, "");
  return (async (input: Request) => {
    // An answer may name a host for what follows, and the token would go there.
    if (new URL(input.url).origin !== origin) throw otherHost(driver, new URL(input.url).host);
    let response: Response;
    try {
      if (near) input.headers.set("accept-encoding", "identity");
      if (encoded !== null) input.headers.set("x-namespace-bin", encoded);
      response = await base(SENDS_AGAIN ? once(input) : input, {
        signal: AbortSignal.timeout(timeout),
        redirect: "manual",
      });
    } catch (error) {
      const late = (error as { name?: unknown } | null)?.name === "TimeoutError";
      throw new TransportFailure(late, !late && isUnsent(error), error);
    }
    await refuseRedirect(driver, origin, response);
    return response;
  }) as typeof fetch;
}

/** Followed, a redirect would take the token along, or leave the statements out; a browser does not say where it leads. */
async function refuseRedirect(driver: string, origin: string, response: Response): Promise<void> {
  const { status, type, redirected } = response;
  if (type !== "opaqueredirect" && !redirected && !REDIRECTS.has(status)) return;
  await response.body?.cancel().catch(() => undefined);
  let to: URL | null = null;
  try {
    to = new URL(redirected ? response.url : response.headers.get("location") as string, origin);
  } catch {
    // It leads nowhere.
  }
  if (to !== null && to.origin === origin) {
    throw new ConnectionError(
      `Cannot use the server: it says to go on at another path, ${
        JSON.stringify(to.pathname.slice(0, MOST_SHOWN))
      }, which is not followed; give ` +
        "the driver the `url` under which the server itself answers",
      { code: "MALFORMED_ANSWER", driver },
    );
  }
  throw otherHost(driver, to === null ? null : to.origin);
}

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const MOST_SHOWN = 100;

function otherHost(driver: string, host: string | null): ConnectionError {
  const named = host === null ? "" : `, ${JSON.stringify(host)}`;
  return new ConnectionError(
    `Cannot use the server: it says to go on at another host${named}, which would be given the token; give the ` +
      "driver that host's own `url`, if you trust it",
    { code: "OTHER_HOST", driver },
  );
}

/** Waits for work, but not for ever. What comes of it later is dropped. */
export function before<T>(work: Promise<T>, timeout: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new TransportFailure(true, false, new TimeoutError(`no answer for ${timeout} ms`))),
      timeout,
    );
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
