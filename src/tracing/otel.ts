/**
 * Spans of OpenTelemetry for every operation, by its conventions for databases.
 *
 * @example
 * ```ts
 * import { DataTypes, ORM } from "@rinari/orm";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 * import { traceWith } from "@rinari/orm/otel";
 *
 * // The tracer of a program is trace.getTracer("app") of "@opentelemetry/api".
 * const tracer = {
 *   startSpan: (name: string) => ({
 *     setAttribute: () => undefined,
 *     setStatus: () => undefined,
 *     end: () => console.log(name),
 *   }),
 * };
 * const stop = traceWith(tracer);
 * const orm = new ORM({ driver: new MemoryDriver() });
 * const Note = orm.define("app", "notes", { id: { type: DataTypes.INTEGER, primaryKey: true } });
 * Note.create({ id: 1 }); // insert notes
 * stop();
 * ```
 *
 * @module
 */
import { flowStorage } from "../chain/flow.ts";
import { CHANNEL, type TracedOperation } from "./channel.ts";
import { listen, openChannels } from "./listen.ts";

/** What is used of a span. */
export interface SpanLike {
  /** Says something of it. */
  setAttribute(name: string, value: string | number): unknown;
  /** Says how it ended; 2 is an error. */
  setStatus(status: { code: number; message?: string }): unknown;
  /** Ends it. */
  end(): void;
}

/** What is used of a tracer of `@opentelemetry/api`. */
export interface TracerLike {
  /** Begins a span; 2 is the kind of a client. */
  startSpan(
    name: string,
    options?: { kind?: number; attributes?: Record<string, string | number> },
    context?: SpanContext,
  ): SpanLike;
}

/** A context of `@opentelemetry/api`, as far as it is used. */
export interface SpanContext {
  /** What is kept under a key. */
  getValue(key: symbol): unknown;
  /** A context with one more value. */
  setValue(key: symbol, value: unknown): SpanContext;
  /** A context with one value less. */
  deleteValue(key: symbol): SpanContext;
}

const CLIENT = 2;
const ERROR = 2;
/** What the API of OpenTelemetry keeps the span of a context under. */
const SPAN: symbol = Symbol.for("OpenTelemetry Context Key SPAN");

/** The systems that OpenTelemetry has names for, by the driver's name. */
const SYSTEMS: Readonly<Record<string, string>> = {
  "bun-sqlite": "sqlite",
  "node-sqlite": "sqlite",
  libsql: "sqlite",
  "deno-kv": "deno.kv",
  postgres: "postgresql",
};

/**
 * Gives every operation of every ORM of the program a span: `select notes`, of the kind of a client, beneath the span that is active where
 * it is called. Operations in a transaction are beneath that of the transaction. A span has no value of a row or a condition.
 *
 * @param tracer A tracer of `@opentelemetry/api`, which is no dependency of this package.
 * @returns Ends it.
 * @throws {UnsupportedError} Where the runtime has no diagnostics channels (a browser).
 */
export function traceWith(tracer: TracerLike): () => void {
  const { start } = openChannels(CHANNEL);
  const spans = new WeakMap<TracedOperation, SpanLike>();
  const contexts = flowStorage<Opened>();
  const begin = (operation: TracedOperation): Opened => {
    const active = activeContext();
    const opened = contexts?.getStore();
    // A span that the program began meanwhile, within a transaction, is nearer.
    const around = opened?.active === active ? opened.within : active;
    const span = tracer.startSpan(
      nameOf(operation),
      { kind: CLIENT, attributes: attributesOf(operation) },
      around,
    );
    spans.set(operation, span);
    return { active, within: around.setValue(SPAN, span) };
  };
  if (contexts !== null) start.bindStore(contexts, (message) => begin(message as TracedOperation));
  const stop = listen(CHANNEL, {
    started: (operation) => {
      if (!spans.has(operation)) begin(operation);
    },
    ended: (operation) => {
      const span = spans.get(operation);
      if (span !== undefined) endSpan(span, operation);
    },
  });
  return () => {
    if (contexts !== null) start.unbindStore(contexts);
    stop();
  };
}

/** What an operation is run in. */
interface Opened {
  /** The context that was active around it. */
  readonly active: SpanContext;
  /** The same with the span of the operation. */
  readonly within: SpanContext;
}

function nameOf({ operation, table, database }: TracedOperation): string {
  const target = table ?? database;
  return target === null ? operation : `${operation} ${target}`;
}

function attributesOf(
  { operation, table, database, driver, batch }: TracedOperation,
): Record<string, string | number> {
  return {
    "db.system.name": SYSTEMS[driver] ?? driver,
    "db.operation.name": operation,
    ...(database === null ? null : { "db.namespace": database }),
    ...(table === null ? null : { "db.collection.name": table }),
    ...(batch === undefined || batch < 2 ? null : { "db.operation.batch.size": batch }),
  };
}

const READS: readonly string[] = ["select", "load", "group"];

function endSpan(span: SpanLike, { operation, rows, error }: TracedOperation): void {
  if (rows !== undefined && READS.includes(operation)) span.setAttribute("db.response.returned_rows", rows);
  if (error !== undefined) {
    span.setAttribute("error.type", error);
    span.setStatus({ code: ERROR });
  }
  span.end();
}

/** The context that is active where the program has set up OpenTelemetry, else an empty one. */
function activeContext(): SpanContext {
  const api = (globalThis as Record<symbol, unknown>)[Symbol.for("opentelemetry.js.api.1")] as
    | { context?: { active?: () => SpanContext } }
    | undefined;
  return api?.context?.active?.() ?? EMPTY;
}

/** A context that no API has made. */
class Values implements SpanContext {
  readonly #values: ReadonlyMap<symbol, unknown>;

  constructor(values: ReadonlyMap<symbol, unknown>) {
    this.#values = values;
  }

  getValue(key: symbol): unknown {
    return this.#values.get(key);
  }

  setValue(key: symbol, value: unknown): SpanContext {
    return new Values(new Map([...this.#values, [key, value]]));
  }

  deleteValue(key: symbol): SpanContext {
    return new Values(new Map([...this.#values].filter(([name]) => name !== key)));
  }
}

const EMPTY: SpanContext = new Values(new Map());
