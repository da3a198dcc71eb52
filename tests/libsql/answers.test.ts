import { assert, assertEquals, assertThrows } from "@std/assert";
import { ConnectionError, ORM, type RinariError } from "../../mod.ts";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { readRows } from "../../drivers/libsql/read_result.ts";
import { describe, test } from "../support/runner.ts";

const SERVER = "http://libsql.test:8080";

interface Sent {
  readonly host: string;
  readonly token: string | null;
}

/** A server that answers every statement with one row, or an error, and says where to go on. */
function answering(options: { baseURL?: string; error?: string }) {
  const sent: Sent[] = [];
  const fetch = async (...args: Parameters<typeof globalThis.fetch>): Promise<Response> => {
    const request = new Request(...args);
    sent.push({ host: new URL(request.url).host, token: request.headers.get("authorization") });
    if (request.method === "GET") return new Response("", { status: 404 });
    const { requests } = await request.json() as { requests: { type: string }[] };
    const result = {
      cols: [{ name: "a", decltype: null }],
      rows: [[{ type: "integer", value: "1" }]],
      affected_row_count: 0,
      last_insert_rowid: null,
    };
    const results = requests.map(({ type }) =>
      options.error !== undefined && type !== "close"
        ? { type: "error", error: { message: options.error, code: "SQLITE_ERROR" } }
        : type === "batch"
        ? {
          type: "ok",
          response: { type, result: { step_results: [result, result], step_errors: [null, null] } },
        }
        : { type: "ok", response: type === "execute" ? { type, result } : { type } }
    );
    return Response.json({ baton: "baton", base_url: options.baseURL ?? null, results });
  };
  const orm = new ORM({ driver: new LibSQLDriver({ url: SERVER, authToken: "secret", fetch }) });
  return { orm, sent, sql: orm.sql("app") };
}

async function errorOf(work: Promise<unknown>): Promise<RinariError> {
  return await work.then(() => {
    throw new Error("It did not fail");
  }, (error) => error);
}

describe("LibSQLDriver does not trust what a server answers:", () => {
  test("another host that it names is not given the token", async () => {
    const { orm, sent, sql } = answering({ baseURL: "http://elsewhere.test:8080" });
    const error = await errorOf(orm.transaction(async () => {
      await sql`SELECT 1 AS a`.all();
      await sql`SELECT 2 AS a`.all();
    }, { retries: 0 }));
    const told = error.code === "OTHER_HOST" ? error : error.cause as RinariError;
    assertEquals(told.code, "OTHER_HOST", String(error));
    assert(told.message.includes("elsewhere.test:8080"));
    await orm.disconnect();
    assert(sent.length > 0);
    for (const { host } of sent) assertEquals(host, "libsql.test:8080");
    assert(sent.some(({ token }) => token === "Bearer secret"));
  });

  test("the same host may be named", async () => {
    const { orm, sql } = answering({ baseURL: `${SERVER}/` });
    await orm.transaction(async () => {
      await sql`SELECT 1 AS a`.all();
      await sql`SELECT 2 AS a`.all();
    });
    await orm.disconnect();
  });

  test("a message as long as it likes is shown in part, and kept as the cause", async () => {
    const error = "x".repeat(5_000_000);
    const { orm, sql } = answering({ error });
    const { message, cause } = await errorOf(sql`SELECT 1 AS a`.all());
    assert(message.length < 2_000, `${message.length} characters`);
    assert((cause as Error).message.length >= error.length);
    await orm.disconnect();
  });

  test("rows that are too short or too long, and values of no known kind", () => {
    const query = { sql: "SELECT a, b", bigints: false, single: false, columns: ["a", "b"] };
    const read = (columns: string[], ...rows: unknown[][]) =>
      readRows(query, { columns, rows, rowsAffected: 0 });
    assertEquals(read(["a", "b"], [1n, "x"], [null, new Uint8Array([7]).buffer]), [
      [1, "x"],
      [null, new Uint8Array([7])],
    ]);
    assertEquals(read(["a", "b"], [1.5, new Uint8Array([7])]), [[1.5, new Uint8Array([7])]]);
    const wrong: readonly (() => unknown)[] = [
      () => read(["a"], ["x"]),
      () => read(["a", "b", "c"], ["x", "y", "z"]),
      () => read(["a", "b"], ["x"]),
      () => read(["a", "b"], ["x", true]),
      () => read(["a", "b"], ["x", { toString: () => "y" }]),
      () => read(["a", "b"], ["x", new Date()]),
      () => read(["a", "b"], ["x", () => "y"]),
    ];
    for (const each of wrong) {
      assertEquals(assertThrows(each, ConnectionError).code, "MALFORMED_ANSWER", `${each}`);
    }
  });
});
