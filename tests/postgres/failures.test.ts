import { assertEquals, assertRejects } from "@std/assert";
import { connect, createServer, type Server, type Socket } from "node:net";
import process from "node:process";
import {
  type AsyncDriver,
  ConnectionError,
  DataTypes,
  ORM,
  RinariError,
  TimeoutError,
  ValidationError,
} from "../../mod.ts";
import {
  PostgresDriver,
  type PostgresOptions,
} from "../../examples/custom-driver-postgres/postgres_driver.ts";
import { test } from "../support/runner.ts";
import { testPostgres } from "../support/postgres/each_place.ts";
import type { Place } from "../support/postgres/places.ts";

const schema = { id: { type: DataTypes.INTEGER, primaryKey: true }, n: { type: DataTypes.INTEGER } } as const;
const define = (driver: PostgresDriver) => {
  const orm = new ORM({ driver: driver as AsyncDriver });
  return { orm, Item: orm.define("app", "items", schema) };
};

test("postgres: options that make no sense are refused", async () => {
  const bad: PostgresOptions[] = [
    {},
    { url: "mysql://localhost" },
    { url: "postgres://localhost", poolSize: 0 },
    { url: "postgres://localhost", isolation: "chaos" as never },
    { databases: { app: "localhost" } },
  ];
  for (const options of bad) {
    const error = await assertRejects(() => new PostgresDriver(options).connect({}), ValidationError);
    assertEquals(error.code, "INVALID_OPTIONS");
  }
});

test("postgres: a server that cannot be reached is said so, and nothing was sent", async () => {
  const { Item } = define(new PostgresDriver({ url: "postgres://user@127.0.0.1:1/none" }));
  const error = await assertRejects(async () => await Item.count(), ConnectionError);
  assertEquals([error.code, error.retryable, error.outcome], ["UNREACHABLE", true, undefined]);
});

await testPostgres("postgres: a database of the server that does not exist is said so", async ({ place }) => {
  const url = new URL(place.options.url as string);
  url.pathname = "/rinari_has_no_such_database";
  const { orm, Item } = define(new PostgresDriver({ url: url.href }));
  const error = await assertRejects(async () => await Item.count(), ConnectionError);
  assertEquals(error.code, "UNKNOWN_DATABASE");
  await orm.disconnect();
}, { only: "server" });

await testPostgres(
  "postgres: a database that is open for reading is not written",
  async ({ driver, again }) => {
    await define(driver).Item.create({ id: 1, n: 1 });
    const reader = again({ readonly: true });
    await reader.connect({});
    await reader.createTable("app", "items", schema);
    assertEquals(await reader.findAll("app", "items", {}), [{ id: 1, n: 1 }]);
    const error = await assertRejects(() => reader.insert("app", "items", { id: 2 }), ConnectionError);
    assertEquals(error.code, "READONLY");
    const absent = await assertRejects(() => reader.createTable("absent", "items", schema), ValidationError);
    assertEquals(absent.code, "UNKNOWN_DATABASE");
  },
  { only: "server" },
);

await testPostgres(
  "postgres: a connection that is lost while idle is replaced",
  async ({ again, place }) => {
    const { Item } = define(again(named(place)));
    await Item.create({ id: 1 });
    await endConnections(place);
    assertEquals(await Item.count(), 1);
  },
  { only: "server", poolSize: 1 },
);

await testPostgres(
  "postgres: a connection that is lost in a transaction loses its work and nothing else",
  async ({ again, place }) => {
    const { orm, Item } = define(again(named(place)));
    await Item.create({ id: 1 });
    const error = await assertRejects(() =>
      orm.transaction(async () => {
        await Item.create({ id: 2 });
        await endConnections(place);
        await Item.create({ id: 3 });
      }, { retries: 0 }), RinariError);
    assertEquals([error.retryable, error.outcome], [true, undefined]);
    assertEquals((await Item.findAll()).map(({ id }) => id), [1]);
  },
  { only: "server" },
);

await testPostgres(
  "postgres: a commit whose answer is lost has an unknown outcome",
  async ({ again, place }) => {
    const proxy = await Proxy.start(place.options.url as string);
    const { orm, Item } = define(again({ url: proxy.url }));
    try {
      await Item.create({ id: 1 });
      proxy.cutAfter = "COMMIT";
      let runs = 0;
      const error = await assertRejects(() =>
        orm.transaction(async () => {
          runs++;
          await Item.create({ id: 2 });
        }), ConnectionError);
      assertEquals([error.code, error.outcome, runs], ["CONNECTION_LOST", "unknown", 1]);
      assertEquals((await Item.findAll()).map(({ id }) => id), [1, 2]);
      proxy.cutAfter = "INSERT";
      const single = await assertRejects(() => Item.create({ id: 3 }) as Promise<unknown>, ConnectionError);
      assertEquals(single.outcome, "unknown");
    } finally {
      await orm.disconnect();
      await proxy.stop();
    }
  },
  { only: "server" },
);

await testPostgres(
  "postgres: a server that answers no more is not waited for for ever",
  async ({ again, place }) => {
    const proxy = await Proxy.start(place.options.url as string);
    const { orm, Item } = define(again({ url: proxy.url, requestTimeout: 1_000 }));
    try {
      await Item.create({ id: 1 });
      proxy.holdAfter = "count(*)";
      const error = await assertRejects(async () => await Item.count(), TimeoutError);
      assertEquals([error.code, error.retryable], ["REQUEST_TIMEOUT", true]);
      proxy.holdAfter = null;
      assertEquals(await Item.count(), 1);
    } finally {
      await orm.disconnect();
      await proxy.stop();
    }
  },
  { only: "server" },
);

/** What the connections of this process are called: other tests may run beside it. */
const NAME = `rinari_${process.pid}`;

function named({ options }: Place): PostgresOptions {
  const url = new URL(options.url as string);
  url.searchParams.set("application_name", NAME);
  return { url: url.href };
}

/** Ends the connections that are called so. */
async function endConnections({ ask }: Place): Promise<void> {
  await ask(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${NAME}'`);
  // The driver hears of it a moment later.
  await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Stands between a driver and the server, and loses answers. */
class Proxy {
  /** After a message with this text, the connection is cut before the answer. Once. */
  cutAfter: string | null = null;
  /** After a message with this text, no answer goes through. */
  holdAfter: string | null = null;
  readonly #target: URL;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(url: string) {
    this.#target = new URL(url);
    this.#server = createServer((client) => this.#join(client));
  }

  static async start(url: string): Promise<Proxy> {
    const proxy = new Proxy(url);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get url(): string {
    const url = new URL(this.#target);
    url.hostname = "127.0.0.1";
    url.port = String((this.#server.address() as { port: number }).port);
    return url.href;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket): void {
    const server = connect({ host: this.#target.hostname, port: Number(this.#target.port || 5432) });
    let silent = false;
    let cut = false;
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => this.#sockets.delete(socket));
    }
    client.on("data", (data: Uint8Array) => {
      const text = new TextDecoder().decode(data);
      if (this.cutAfter !== null && text.includes(this.cutAfter)) {
        this.cutAfter = null;
        cut = true;
      }
      if (this.holdAfter !== null && text.includes(this.holdAfter)) silent = true;
      server.write(data);
    });
    server.on("data", (data: Uint8Array) => {
      if (cut) client.destroy();
      else if (!silent) client.write(data);
    });
    client.on("close", () => server.end());
    server.on("close", () => client.destroy());
  }
}
