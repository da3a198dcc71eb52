import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

/** What of deno.json makes the package. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly publish: { readonly include: readonly string[] };
}

/** A registry on 127.0.0.1 that has this package and no other. */
export interface Registry {
  /** Its address, for npm and for JSR. */
  readonly url: string;
  /** Stops it. */
  close(): Promise<void>;
}

type Answer = string | Uint8Array;

/**
 * Answers npm, Bun and Deno as the npm registry and JSR would after the package was published: with the tarball, and with
 * the sources.
 *
 * @param root The folder of `deno.json`.
 * @param packageJson The manifest inside the tarball.
 */
export async function startRegistry(
  root: string,
  manifest: Manifest,
  tarball: Uint8Array,
  packageJson: Record<string, unknown>,
): Promise<Registry> {
  const answers = new Map<string, () => Answer>();
  const server = createServer((request, response) => {
    const answer = answers.get(decodeURIComponent(request.url ?? ""));
    response.writeHead(answer === undefined ? 404 : 200, {
      "content-type": answer === undefined || typeof answer() === "string"
        ? "application/json"
        : "application/octet-stream",
    });
    response.end(answer?.() ?? "{}");
  });
  const url = await listen(server);
  addToNpm(answers, url, manifest, tarball, packageJson);
  addToJSR(answers, root, manifest);
  return {
    url,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function addToNpm(
  answers: Map<string, () => Answer>,
  url: string,
  { name, version }: Manifest,
  tarball: Uint8Array,
  packageJson: Record<string, unknown>,
): void {
  const path = `/${name}/-/orm-${version}.tgz`;
  const integrity = `sha512-${createHash("sha512").update(tarball).digest("base64")}`;
  const dist = { tarball: url + path, integrity };
  const versions = { [version]: { ...packageJson, dist } };
  answers.set(`/${name}`, () => JSON.stringify({ name, "dist-tags": { latest: version }, versions }));
  answers.set(path, () => tarball);
}

function addToJSR(answers: Map<string, () => Answer>, root: string, manifest: Manifest): void {
  const { name, version, exports, publish } = manifest;
  const files = publish.include.flatMap((path) => filesUnder(root, path));
  const sums = files.map((file) => {
    const content = readFileSync(join(root, file));
    const checksum = `sha256-${createHash("sha256").update(content).digest("hex")}`;
    answers.set(`/${name}/${version}/${file}`, () => content);
    return [`/${file}`, { size: content.length, checksum }] as const;
  });
  answers.set(`/${name}/meta.json`, () => JSON.stringify({ latest: version, versions: { [version]: {} } }));
  answers.set(
    `/${name}/${version}_meta.json`,
    () => JSON.stringify({ manifest: Object.fromEntries(sums), exports }),
  );
}

function filesUnder(root: string, path: string): string[] {
  if (!statSync(join(root, path)).isDirectory()) return [path];
  return readdirSync(join(root, path)).flatMap((name) => filesUnder(root, `${path}/${name}`));
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(
      0,
      "127.0.0.1",
      () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    );
  });
}
