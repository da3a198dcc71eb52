import { assertEquals, assertStringIncludes } from "@std/assert";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { ORM, RinariError } from "../../mod.ts";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { refusesToken } from "../../drivers/libsql/token.ts";
import { libsqlSettings } from "../../drivers/libsql/libsql_options.ts";
import { describe, test } from "../support/runner.ts";

/** A server on a port of its own, for as long as something is done with it. */
async function serving<T>(answer: RequestListener, work: (host: string) => Promise<T>): Promise<T> {
  const server = createServer(answer);
  server.on("upgrade", (request, socket) => {
    socket.on("error", () => undefined);
    answer(request, undefined as never);
    socket.end("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await work(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** A host that notes who comes, and one that sends everybody there. */
async function redirecting(
  status: number,
  work: (host: string, elsewhere: string) => Promise<void>,
  path?: string,
): Promise<string[]> {
  const came: string[] = [];
  await serving((request, response) => {
    came.push(`${request.url} ${request.headers.authorization}`);
    response?.end();
  }, (elsewhere) =>
    serving(
      (_, response) =>
        response?.writeHead(status, { location: path ?? `http://${elsewhere}/v2/pipeline` }).end(),
      (host) => work(host, elsewhere),
    ));
  return came;
}

async function failureOf(url: string): Promise<RinariError> {
  const orm = new ORM({ driver: new LibSQLDriver({ url, authToken: "secret", requestTimeout: 1_000 }) });
  try {
    await orm.sql("app")`SELECT 1 AS a`.all();
  } catch (error) {
    if (error instanceof RinariError) return error;
    throw error;
  } finally {
    await orm.disconnect();
  }
  throw new Error("It did not fail");
}

describe("LibSQLDriver follows no redirect:", () => {
  for (const status of [301, 302, 303, 307, 308]) {
    test(`${status} to another host, which is not given the token`, async () => {
      const came = await redirecting(status, async (host, elsewhere) => {
        const error = await failureOf(`http://${host}`);
        assertEquals([error.name, error.code], ["ConnectionError", "OTHER_HOST"], error.message);
        assertStringIncludes(error.message, elsewhere);
        const settings = libsqlSettings("libsql", { url: `http://${host}` }, {});
        assertEquals(await refusesToken(settings, `http://${host}`, "secret"), false);
      });
      assertEquals(came, []);
    });
  }

  test("to another path of the host, which is named", async () => {
    await redirecting(308, async (host) => {
      const error = await failureOf(`http://${host}`);
      assertEquals([error.name, error.code], ["ConnectionError", "MALFORMED_ANSWER"]);
      assertStringIncludes(error.message, '"/elsewhere"');
    }, "/elsewhere");
  });

  test("of a web socket", async () => {
    const came: string[] = [];
    await serving((request) => void came.push(String(request.url)), async (elsewhere) => {
      const server = createServer();
      server.on("upgrade", (_, socket) => {
        socket.on("error", () => undefined);
        socket.end(
          `HTTP/1.1 307 Temporary Redirect\r\nlocation: ws://${elsewhere}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
        );
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      try {
        const error = await failureOf(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
        assertEquals(error.name, "ConnectionError", error.message);
      } finally {
        await new Promise((resolve) => server.close(resolve));
      }
    });
    assertEquals(came, []);
  });
});
