import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../until.ts";
import { sqldPath, whyNoSqld } from "../../../scripts/sqld.mjs";

/** Ends the server when its input ends, which it does when the tests end, however they end. */
const GUARD = '"$@" & pid=$!; echo "PID $pid"; read -r _; kill -9 "$pid"; wait "$pid" 2>/dev/null';

/** Why no server can be started here, or null. */
export const noServer: string | null = sqldPath() === null ? whyNoSqld() : null;

/** How a server is started. */
export interface ServerOptions {
  /** With namespaces, made by `createNamespace`. */
  readonly namespaces?: boolean;
  /** Copies another server. */
  readonly primary?: Server;
  /** A file with the public key of tokens. */
  readonly jwtKeyFile?: string;
  /** The most connections to its database at once. */
  readonly maxConnections?: number;
}

/** A libSQL server of its own, on 127.0.0.1, in a folder that `stop` removes. */
export class Server {
  readonly #options: ServerOptions;
  readonly #folder: string = mkdtempSync(join(tmpdir(), "rinari-sqld-"));
  readonly #ports: readonly number[];
  #child: ChildProcess | null = null;
  #printed = "";

  private constructor(options: ServerOptions, ports: readonly number[]) {
    this.#options = options;
    this.#ports = ports;
  }

  /** Starts a server and waits until it answers. */
  static async start(options: ServerOptions = {}): Promise<Server> {
    // Another process may take a free port before the server does: then others are tried.
    for (let attempt = 1;; attempt++) {
      const server = new Server(options, await freePorts(3));
      try {
        await server.run();
        return server;
      } catch (error) {
        await server.stop();
        if (attempt === 3) throw error;
      }
    }
  }

  /** The url for http. */
  get url(): string {
    return `http://127.0.0.1:${this.#ports[0]}`;
  }

  /** The url for web sockets. */
  get wsURL(): string {
    return `ws://127.0.0.1:${this.#ports[0]}`;
  }

  /** Starts it, again after `kill`. */
  async run(): Promise<void> {
    const [http, grpc, admin] = this.#ports.map((port) => `127.0.0.1:${port}`);
    const { namespaces, primary, jwtKeyFile, maxConnections } = this.#options;
    const args = [
      "--no-welcome",
      "--db-path",
      join(this.#folder, "data"),
      "--http-listen-addr",
      http as string,
    ];
    if (primary === undefined) args.push("--grpc-listen-addr", grpc as string);
    else args.push("--primary-grpc-url", `http://127.0.0.1:${primary.#ports[1]}`);
    if (namespaces) args.push("--enable-namespaces", "--admin-listen-addr", admin as string);
    if (jwtKeyFile !== undefined) args.push("--auth-jwt-key-file", jwtKeyFile);
    if (maxConnections !== undefined) args.push("--max-concurrent-connections", String(maxConnections));
    const child = spawn("sh", ["-c", GUARD, "sh", sqldPath() as string, ...args], {
      cwd: this.#folder,
      stdio: ["pipe", "pipe", "pipe"],
      env: { PATH: process.env["PATH"], RUST_LOG: "error" },
    });
    this.#printed = "";
    const print = (text: string) => this.#printed = (this.#printed + text).slice(0, 4_000);
    child.stdout?.setEncoding("utf8").on("data", print);
    child.stderr?.setEncoding("utf8").on("data", print);
    this.#child = child;
    // It does not keep the tests from ending.
    child.unref();
    for (const stream of [child.stdin, child.stdout, child.stderr]) {
      (stream as { unref?: () => void } | null)?.unref?.();
    }
    const end = Date.now() + 30_000;
    while (Date.now() < end) {
      if (child.exitCode !== null) break;
      if (await answers(`${this.url}/health`)) return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`The libSQL server did not start: ${this.#printed}`);
  }

  /** Makes a namespace. */
  async createNamespace(name: string): Promise<void> {
    const response = await fetch(`http://127.0.0.1:${this.#ports[2]}/v1/namespaces/${name}/create`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    if (!response.ok) throw new Error(`Cannot make namespace ${name}: ${await response.text()}`);
    await response.body?.cancel();
  }

  /** Stops the process in its tracks, so that it answers nobody. A busy machine may take a while to do so. */
  async pause(): Promise<void> {
    process.kill(this.#pid, "SIGSTOP");
    const state = `/proc/${this.#pid}/stat`;
    await until(
      "the server stands still",
      () => !existsSync(state) || /\) T /.test(readFileSync(state, "utf8")),
    );
    await sleep(50);
  }

  /** Lets it go on. */
  resume(): void {
    process.kill(this.#pid, "SIGCONT");
  }

  /** Kills the process; its data stays. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.ref();
    child.stdin?.end();
    await ended;
  }

  get #pid(): number {
    const pid = Number(/^PID (\d+)$/m.exec(this.#printed)?.[1]);
    if (!(pid > 1)) throw new Error(`The libSQL server has not said its process id: ${this.#printed}`);
    return pid;
  }

  /** Kills the process and removes its data. */
  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Gives `work` a server, and stops the server when the work has ended. */
export async function withServer<T>(
  work: (server: Server) => Promise<T>,
  options: ServerOptions = {},
): Promise<T> {
  const server = await Server.start(options);
  try {
    return await work(server);
  } finally {
    await server.stop();
  }
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  const ports = await Promise.all(servers.map((server) =>
    new Promise<number>((resolve, reject) => {
      server.on("error", reject);
      server.listen(0, "127.0.0.1", () => resolve((server.address() as { port: number }).port));
    })
  ));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
