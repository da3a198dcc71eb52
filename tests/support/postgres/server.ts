import { spawn, spawnSync } from "node:child_process";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import process from "node:process";

const DEFAULT_PORT = 5432;
const STARTS_WITHIN = 20_000;

/** What the script prints when the server serves. */
const STARTED = "started";

/**
 * Makes a cluster in a folder of its own, runs a server on it, and ends both when its input ends, which it does when the tests end,
 * however they end. What is not durable is faster. A server listens before it serves; its pid file says when it does, to
 * pg_ctl too.
 */
const SCRIPT = `
folder=$(mktemp -d "$1/rinari-postgres-XXXXXX") || exit 1
cd "$folder"
initdb --pgdata=data --username=postgres --auth=trust --encoding=UTF8 --no-locale --no-sync >log 2>&1 || { cat log; exit 1; }
postgres -D data -p "$2" -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c full_page_writes=off >>log 2>&1 &
pid=$!
until grep -qs '^ready' data/postmaster.pid; do
  kill -0 "$pid" 2>/dev/null || { cat log; exit 1; }
  sleep 0.05
done
echo ${STARTED}
read -r _
kill -INT "$pid"
wait "$pid"
rm -rf "$folder"
`;

/** A server for the tests, or why there is none. */
export type FoundServer = { readonly url: string; readonly temporary: boolean } | { readonly skip: string };

let found: Promise<FoundServer> | null = null;

/** Finds a server: that of \`RINARI_POSTGRES_URL\`, one on localhost, or one that is started for the tests of this process. */
export function findServer(): Promise<FoundServer> {
  return found ??= find();
}

async function find(): Promise<FoundServer> {
  const url = process.env["RINARI_POSTGRES_URL"];
  if (url !== undefined) return { url, temporary: false };
  if (await listens(DEFAULT_PORT)) {
    return { url: `postgres://postgres:postgres@127.0.0.1:${DEFAULT_PORT}/postgres`, temporary: false };
  }
  if (!["initdb", "postgres"].every((name) => spawnSync(name, ["--version"]).status === 0)) {
    return {
      skip:
        "no PostgreSQL answers on localhost:5432, RINARI_POSTGRES_URL names none, and there is no `initdb` to start one",
    };
  }
  return await start();
}

async function start(): Promise<FoundServer> {
  const port = await freePort();
  const shell = ["/bin/sh", "-c", SCRIPT, "sh", tmpdir(), String(port)];
  // PostgreSQL refuses to run as root.
  const asRoot = process.getuid?.() === 0;
  if (asRoot && spawnSync("id", ["postgres"]).status !== 0) {
    return { skip: "PostgreSQL does not run as root, and there is no user `postgres` to run it as" };
  }
  const [command, ...args] = asRoot
    ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", ...shell]
    : shell;
  const child = spawn(command as string, args, { stdio: ["pipe", "pipe", "pipe"] });
  let printed = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => printed += text);
  child.stderr?.setEncoding("utf8").on("data", (text: string) => printed += text);
  child.on("error", (error) => printed += error.message);
  // It does not keep the tests from ending.
  child.unref();
  for (const stream of [child.stdin, child.stdout, child.stderr]) {
    (stream as { unref?: () => void } | null)?.unref?.();
  }
  for (const until = Date.now() + STARTS_WITHIN; Date.now() < until && child.exitCode === null;) {
    if (printed.startsWith(STARTED)) {
      return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, temporary: true };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { skip: `PostgreSQL did not start: ${printed.slice(0, 500)}` };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => done(false));
    socket.on("connect", () => done(true));
    socket.on("error", () => done(false));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
