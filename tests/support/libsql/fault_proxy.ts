import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * What happens to a message of a client: it never arrives; it arrives, and its answer is lost or cut off; it arrives, and nothing
 * answers, as long as the connection lives.
 */
export type Fault = "unsent" | "unanswered" | "cut" | "hanging";

/** All there are. */
export const FAULTS: readonly Fault[] = ["unsent", "unanswered", "cut", "hanging"];

/** How long what a server says is thrown away before the connection ends, so that it has done all it was asked for. */
const SILENCE = 20;

/** Stands between a client and a server on 127.0.0.1, and lets one message fail when it is told to. */
export class FaultProxy {
  readonly #target: number;
  readonly #listener: Server;
  readonly #sockets: Set<Socket> = new Set();
  #fault: Fault = "unsent";
  #left = Infinity;
  /** Whether the message that was to fail has come. */
  fired = false;
  /** How many messages came since the last call of `arm`. */
  messages = 0;

  private constructor(target: number) {
    this.#target = target;
    this.#listener = createServer((client) => this.#serve(client));
  }

  /** Starts one before a server. */
  static async start(url: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(Number(new URL(url).port));
    await new Promise<void>((resolve) => proxy.#listener.listen(0, "127.0.0.1", () => resolve()));
    return proxy;
  }

  /** Its own host and port. */
  get host(): string {
    return `127.0.0.1:${(this.#listener.address() as { port: number }).port}`;
  }

  /** Lets the message fail that comes after so many others. What a client sends before it is answered is one message. */
  arm(fault: Fault, after: number): void {
    this.fired = false;
    this.messages = 0;
    this.#fault = fault;
    this.#left = after;
  }

  /** Lets everything through from now on. */
  disarm(): void {
    this.#left = Infinity;
  }

  /** Ends every connection. */
  drop(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Stops. */
  async stop(): Promise<void> {
    this.drop();
    await new Promise((resolve) => this.#listener.close(resolve));
  }

  #serve(client: Socket): void {
    const server = connect(this.#target, "127.0.0.1");
    let asked = false;
    let fault: Fault | null = null;
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    client.on("data", (data) => {
      if (!asked) this.messages++;
      if (!asked && fault === null && this.#left-- === 0) {
        this.fired = true;
        fault = this.#fault;
        if (fault === "unsent") client.destroy();
      }
      if (fault === "unsent") return;
      asked = true;
      server.write(data);
    });
    server.on("data", (data) => {
      asked = false;
      if (fault === null) client.write(data);
      else if (fault !== "hanging") {
        if (fault === "cut") client.write(data.subarray(0, data.length >> 1));
        setTimeout(() => client.destroy(), SILENCE);
      }
    });
  }
}
