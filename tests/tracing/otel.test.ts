import {
  type Context,
  context,
  type ContextManager,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from "@opentelemetry/sdk-trace-base";
import { assert, assertEquals } from "@std/assert";
import { AsyncLocalStorage } from "node:async_hooks";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { NodeSQLiteDriver } from "../../drivers/node_sqlite.ts";
import { type AsyncDriver, DataTypes, ORM, type SyncDriver, toAsyncDriver } from "../../mod.ts";
import { traceWith } from "../../src/tracing/otel.ts";
import { runArguments } from "../../scripts/runtimes.mjs";
import { runCommand } from "../support/child.ts";
import { runtime, test } from "../support/runner.ts";

const SECRET = "nobody may see this";

const schema = {
  id: { type: DataTypes.INTEGER, primaryKey: true },
  text: { type: DataTypes.TEXT, unique: true },
} as const;

/** As that of Node in the package for it. */
class Flows implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();
  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }
  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    active: Context,
    fn: F,
    self?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.#storage.run(active, () => fn.apply(self, args));
  }
  bind<T>(_active: Context, target: T): T {
    return target;
  }
  enable(): this {
    return this;
  }
  disable(): this {
    return this;
  }
}

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
context.setGlobalContextManager(new Flows());
trace.setGlobalTracerProvider(provider);
const tracer = trace.getTracer("tests");

/** Runs work with spans. @returns All of them, in the order they began. */
async function spansOf(work: () => unknown): Promise<readonly ReadableSpan[]> {
  exporter.reset();
  const stop = traceWith(tracer);
  try {
    await work();
  } finally {
    stop();
  }
  const start = ({ startTime: [s, ns] }: ReadableSpan) => s * 1e9 + ns;
  return exporter.getFinishedSpans().slice().sort((a, b) => start(a) - start(b));
}

/** A line for each span: its name, and that of its parent. */
function tree(spans: readonly ReadableSpan[]): string[] {
  const names = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  return spans.map(({ name, parentSpanContext }) =>
    `${name} < ${parentSpanContext === undefined ? "-" : names.get(parentSpanContext.spanId)}`
  ).sort();
}

const stores: readonly (readonly [system: string, name: string, make: () => SyncDriver | AsyncDriver])[] = [
  ["memory", "memory", () => new MemoryDriver()],
  ["memory", "memory, async", () => toAsyncDriver(new MemoryDriver())],
  ["sqlite", "node-sqlite", () => new NodeSQLiteDriver({ databases: { app: ":memory:" } })],
  ["sqlite", "libsql", () => new LibSQLDriver({ databases: { app: ":memory:" } })],
];

for (const [system, name, make] of stores) {
  test(`the SDK of OpenTelemetry gets the spans of operations by its conventions: ${name}`, async () => {
    const orm = new ORM({ driver: make() as AsyncDriver });
    const Note = orm.define("app", "notes", schema);
    await orm.ready();
    const isAsync = orm.driverInfo.name === "libsql" || name.endsWith("async");
    const both = (...steps: readonly (() => unknown)[]): unknown => {
      if (!isAsync) return void steps.forEach((step) => step());
      return steps.reduce((done: Promise<unknown>, step) => done.then(step), Promise.resolve());
    };
    const spans = await spansOf(() =>
      tracer.startActiveSpan("request", async (request) => {
        await orm.transaction(
          (() =>
            both(
              () => Note.bulkCreate([{ id: 1, text: SECRET }, { id: 2 }]),
              () =>
                tracer.startActiveSpan("mine", (mine) => {
                  const found = Note.findAll({ where: { text: SECRET } }) as unknown;
                  const end = () => mine.end();
                  return found instanceof Promise ? found.then(end) : end();
                }),
              () => orm.transaction((() => Note.update({ text: "b" }, { id: 2 })) as never),
            )) as never,
        );
        try {
          await Note.create({ id: 3, text: SECRET });
        } catch {
          request.addEvent("refused");
        }
        request.end();
      })
    );
    assertEquals(
      tree(spans),
      [
        "insert notes < request",
        "insertAll notes < transaction",
        "mine < request",
        "request < -",
        "savepoint < transaction",
        "select notes < mine",
        "transaction < request",
        "update notes < savepoint",
      ],
    );
    const named = (wanted: string) => spans.find((span) => span.name === wanted) as ReadableSpan;
    assertEquals(named("insertAll notes").attributes, {
      "db.system.name": system,
      "db.operation.name": "insertAll",
      "db.namespace": "app",
      "db.collection.name": "notes",
      "db.operation.batch.size": 2,
    });
    assertEquals(named("select notes").attributes["db.response.returned_rows"], 1);
    const failed = named("insert notes");
    assertEquals(failed.attributes["error.type"], "UNIQUE_CONSTRAINT");
    assertEquals(failed.status.code, SpanStatusCode.ERROR);
    assertEquals(named("transaction").status.code, SpanStatusCode.UNSET);
    for (const span of spans) {
      if (span.name !== "mine" && span.name !== "request") assertEquals(span.kind, SpanKind.CLIENT);
      assert(!JSON.stringify([span.name, span.attributes, span.status, span.events]).includes(SECRET));
    }
    await orm.disconnect();
  });
}

const ownTitle = "the OpenTelemetry that Deno brings gets the spans, without a package";
if (runtime !== "deno") test.skip(ownTitle, "Deno's own OpenTelemetry exists only in Deno");
else {
  test(ownTitle, async () => {
    let received = "";
    const server = createServer((request, response) => {
      request.on("data", (chunk) => received += String(chunk));
      request.on("end", () => response.writeHead(200, { "content-type": "application/json" }).end("{}"));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
    const { port } = server.address() as AddressInfo;
    try {
      const file = fileURLToPath(new URL("fixtures/deno_spans.ts", import.meta.url));
      const { code, stderr } = await runCommand(process.execPath, runArguments("deno", file, []), {
        env: {
          OTEL_DENO: "true",
          OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
        },
        timeout: 30_000,
      });
      assertEquals(code, 0, stderr);
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
    for (
      const each of [
        "insert notes",
        "select notes",
        "db.system.name",
        "db.response.returned_rows",
        "transaction",
      ]
    ) {
      assert(received.includes(each), `${each} is not in ${received.slice(0, 2_000)}`);
    }
    assert(!received.includes(SECRET));
  }, { timeout: 60_000 });
}
