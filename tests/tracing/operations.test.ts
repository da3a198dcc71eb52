import { assert, assertEquals, assertThrows } from "@std/assert";
import { tracingChannel } from "node:diagnostics_channel";
import { MemoryDriver } from "../../drivers/memory.ts";
import { DataTypes, ORM, RinariError, toAsyncDriver } from "../../mod.ts";
import { type LoggedOperation, logOperations } from "../../src/tracing/log.ts";
import { type SpanContext, traceWith } from "../../src/tracing/otel.ts";
import { describe, test } from "../support/runner.ts";

const SCHEMA = {
  id: { type: DataTypes.INTEGER, primaryKey: true },
  text: { type: DataTypes.TEXT, unique: true },
} as const;

const SECRET = "nobody may see this";
const SPAN = Symbol.for("OpenTelemetry Context Key SPAN");

/** A span as a test sees it. */
class TestSpan {
  readonly attributes: Record<string, string | number>;
  ended = 0;
  status = 0;
  readonly name: string;
  readonly parent: unknown;
  constructor(name: string, attributes: Record<string, string | number>, parent: unknown) {
    this.name = name;
    this.parent = parent;
    this.attributes = { ...attributes };
  }
  setAttribute(name: string, value: string | number): void {
    this.attributes[name] = value;
  }
  setStatus({ code }: { code: number }): void {
    this.status = code;
  }
  end(): void {
    this.ended++;
  }
}

function recording(): { readonly spans: TestSpan[]; readonly stop: () => void } {
  const spans: TestSpan[] = [];
  const stop = traceWith({
    startSpan(name, { kind, attributes = {} } = {}, context?: SpanContext) {
      assertEquals(kind, 2);
      const span = new TestSpan(name, attributes, context?.getValue(SPAN));
      spans.push(span);
      return span;
    },
  });
  return { spans, stop };
}

describe("rinari:operation", () => {
  test("tells what is done, on what and of how many rows, and never a value", () => {
    const messages: Record<string, unknown>[] = [];
    const { start, end } = tracingChannel("rinari:operation");
    const ignore = () => {};
    // Nothing is told while nobody listens to the start.
    start.subscribe(ignore);
    const listener = (message: unknown) => messages.push({ ...message as object });
    end.subscribe(listener);
    const Note = new ORM({ driver: new MemoryDriver() }).define("app", "notes", SCHEMA);
    Note.create({ id: 1, text: SECRET });
    Note.bulkCreate([{ id: 2 }, { id: 3, text: "b" }]);
    Note.findAll({ where: { text: SECRET } });
    Note.update({ text: "c" }, { id: { $lt: 3 }, text: SECRET });
    assertThrows(() => Note.create({ id: 3, text: SECRET }), RinariError);
    Note.count();
    start.unsubscribe(ignore);
    Note.count();
    end.unsubscribe(listener);
    const told = messages.map(({ operation, table, rows, batch, error }) =>
      [operation, table, rows, batch, error].join()
    );
    assertEquals(told, [
      "insert,notes,1,,",
      "insertAll,notes,2,2,",
      "select,notes,1,,",
      "update,notes,1,,",
      "insert,notes,,,UNIQUE_CONSTRAINT",
      "count,notes,,,",
    ]);
    assert(!JSON.stringify(messages).includes(SECRET));
    assertEquals([messages[0]?.["database"], messages[0]?.["driver"]], ["app", "memory"]);
  });

  test("of an async driver ends when its Promise does", async () => {
    const seen: string[] = [];
    const { start, asyncEnd } = tracingChannel("rinari:operation");
    const began = () => seen.push("start");
    const ended = (message: unknown) => seen.push(`end ${(message as { rows: number }).rows}`);
    start.subscribe(began);
    asyncEnd.subscribe(ended);
    const Note = new ORM({ driver: toAsyncDriver(new MemoryDriver()) }).define("app", "notes", SCHEMA);
    const created = Note.create({ id: 1 });
    assertEquals(seen, ["start"]);
    await created;
    assertEquals(seen, ["start", "end 1"]);
    start.unsubscribe(began);
    asyncEnd.unsubscribe(ended);
  });
});

describe("logOperations", () => {
  test("tells duration, rows and errors until it is stopped", () => {
    const logged: LoggedOperation[] = [];
    const stop = logOperations((operation) => logged.push(operation));
    const Note = new ORM({ driver: new MemoryDriver() }).define("app", "notes", SCHEMA);
    Note.create({ id: 1, text: SECRET });
    assertThrows(() => Note.create({ id: 1, text: SECRET }), RinariError);
    stop();
    Note.count();
    assertEquals(logged.map(({ operation, rows, error }) => [operation, rows, error].join()), [
      "insert,1,",
      "insert,,UNIQUE_CONSTRAINT",
    ]);
    assert(logged.every(({ duration }) => duration >= 0 && duration < 60_000));
    assert(!JSON.stringify(logged).includes(SECRET));
  });

  test("slowerThan leaves out what was fast", () => {
    const logged: LoggedOperation[] = [];
    const stop = logOperations((operation) => logged.push(operation), { slowerThan: 60_000 });
    new ORM({ driver: new MemoryDriver() }).define("app", "notes", SCHEMA).count();
    stop();
    assertEquals(logged, []);
  });
});

describe("traceWith", () => {
  for (const mode of ["sync", "async"] as const) {
    test(`gives ${mode} operations spans by the conventions, beneath that of their transaction`, async () => {
      const driver = mode === "sync" ? new MemoryDriver() : toAsyncDriver(new MemoryDriver());
      const orm = new ORM({ driver: driver as MemoryDriver });
      const Note = orm.define("app", "notes", SCHEMA);
      await orm.ready();
      const { spans, stop } = recording();
      await orm.transaction(
        (() => {
          const made = Note.bulkCreate([{ id: 1, text: SECRET }, { id: 2 }]) as unknown;
          return made instanceof Promise ? made.then(() => Note.findAll()) : Note.findAll();
        }) as never,
      );
      await Promise.resolve(() => Note.create({ id: 1 })).then((create) => create()).catch(() => undefined);
      stop();
      await Note.count();
      assertEquals(spans.map(({ name }) => name), [
        "transaction",
        "insertAll notes",
        "select notes",
        "insert notes",
      ]);
      const [transaction, insert, select, failed] = spans as [TestSpan, TestSpan, TestSpan, TestSpan];
      assertEquals(insert.attributes, {
        "db.system.name": "memory",
        "db.operation.name": "insertAll",
        "db.namespace": "app",
        "db.collection.name": "notes",
        "db.operation.batch.size": 2,
      });
      assertEquals(select.attributes["db.response.returned_rows"], 2);
      assertEquals([failed.attributes["error.type"], failed.status], ["UNIQUE_CONSTRAINT", 2]);
      assertEquals(
        [transaction, insert, select, failed].map(({ parent }) => spans.indexOf(parent as TestSpan)),
        [-1, 0, 0, -1],
      );
      assert(spans.every(({ ended }) => ended === 1));
      assert(!JSON.stringify(spans.map(({ attributes }) => attributes)).includes(SECRET));
    });
  }
});
