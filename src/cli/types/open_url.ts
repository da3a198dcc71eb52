import { ConnectionError } from "../../errors/mod.ts";
import { decodeBase64 } from "../../runtime/base64.ts";
import type { SqlQuery } from "../../sql/sql_engine.ts";

/** A value as libSQL's protocol over HTTP has it. */
type WireValue =
  | { readonly type: "null" }
  | { readonly type: "integer"; readonly value: string }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "text"; readonly value: string }
  | { readonly type: "blob"; readonly base64: string };

interface WireAnswer {
  readonly results?: readonly {
    readonly response?: { readonly result?: { readonly rows: readonly (readonly WireValue[])[] } };
    readonly error?: { readonly message: string };
  }[];
}

/** Runs a statement on a server of libSQL: one request. The parameters are texts. */
export function openUrl(
  place: string,
  token: string | undefined,
  query: SqlQuery,
  params: readonly unknown[],
): Promise<unknown[]> {
  const url = new URL(place);
  const given = token ?? url.searchParams.get("authToken") ?? undefined;
  const plain = url.protocol === "http:" || url.protocol === "ws:" || url.searchParams.get("tls") === "0";
  const fail = (reason: string, cause?: unknown): never => {
    // The url may have a token.
    throw new ConnectionError(`Cannot read the database of ${url.host}: ${reason}`, {
      code: "CANNOT_OPEN",
      cause,
    });
  };
  const args = params.map((value) => ({ type: "text", value: String(value) }));
  const requests = [{ type: "execute", stmt: { sql: query.sql, args } }, { type: "close" }];
  return fetch(`${plain ? "http" : "https"}://${url.host}/v2/pipeline`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(given !== undefined && { authorization: `Bearer ${given}` }),
    },
    body: JSON.stringify({ requests }),
  }).catch((error: unknown) => fail("the server does not answer", error)).then((response) => {
    if (response.ok) return response.json() as Promise<WireAnswer>;
    return fail(`the server answers ${response.status}${response.status === 401 ? "; give --token" : ""}`);
  }).then(({ results: [first] = [] }) => {
    const rows = first?.response?.result?.rows;
    if (rows === undefined) return fail(first?.error?.message ?? "the server gives no rows");
    return rows.map((row) => row.map((value) => valueOf(value, query.bigints)));
  });
}

function valueOf(value: WireValue, bigints: boolean): unknown {
  switch (value.type) {
    case "null":
      return null;
    case "integer":
      return bigints ? BigInt(value.value) : Number(value.value);
    case "blob":
      return decodeBase64(value.base64);
    default:
      return value.value;
  }
}
