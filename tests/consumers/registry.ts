import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { Buffer } from "node:buffer";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";

/** What of deno.json makes the package. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly exports: Readonly<Record<string, string>>;
  readonly imports: Readonly<Record<string, string>>;
  readonly publish: { readonly include: readonly string[] };
}

/** A registry on 127.0.0.1 that has this package, and for npm those of this repository's node_modules. */
export interface Registry {
  /** Its address, for npm and for JSR. */
  readonly url: string;
  /** Stops it. */
  close(): Promise<void>;
}

type Answer = string | Uint8Array;

interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * Answers npm, Bun and Deno as the npm registry and JSR would after the package was published: with the tarball, and with
 * the sources. Other packages are packed from node_modules when they are asked for.
 *
 * @param root The folder of `deno.json`.
 * @param packageJson The manifest inside the tarball.
 */
export async function startRegistry(
  root: string,
  manifest: Manifest,
  tarball: Uint8Array,
  packageJson: PackageJson,
): Promise<Registry> {
  const answers = new Map<string, () => Answer>();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "");
    if (!answers.has(path)) addInstalled(answers, url, join(root, "node_modules"), path.slice(1));
    const answer = answers.get(path)?.();
    const type = typeof answer === "string" ? "application/json" : "application/octet-stream";
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": type });
    response.end(answer ?? "{}");
  });
  const url = await listen(server);
  addToNpm(answers, url, packageJson, () => tarball);
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
  packageJson: PackageJson,
  pack: () => Uint8Array,
): void {
  const { name, version } = packageJson;
  const path = `/${name}/-/${version}.tgz`;
  let tarball: Uint8Array | undefined;
  const packed = (): Uint8Array => tarball ??= pack();
  answers.set(path, packed);
  answers.set(`/${name}`, () => {
    const integrity = `sha512-${createHash("sha512").update(packed()).digest("base64")}`;
    const versions = { [version]: { ...packageJson, dist: { tarball: url + path, integrity } } };
    return JSON.stringify({ name, "dist-tags": { latest: version }, versions });
  });
}

/** Offers a package as it is installed here, and of what it may have beside it that which is installed too. */
function addInstalled(answers: Map<string, () => Answer>, url: string, modules: string, name: string): void {
  const folder = join(modules, name);
  const path = join(folder, "package.json");
  if (!/^(?:@[\w.-]+\/)?[\w-][\w.-]*$/.test(name) || !existsSync(path)) return;
  const packageJson = JSON.parse(readFileSync(path, "utf8")) as PackageJson;
  const optional = Object.entries(packageJson.optionalDependencies ?? {})
    .filter(([name]) => existsSync(join(modules, name)));
  const pack = (): Uint8Array => {
    const args = [
      "-chf",
      "-",
      "-C",
      dirname(folder),
      "--exclude=node_modules",
      name.split("/").at(-1) as string,
    ];
    const { status, stdout, stderr } = spawnSync("tar", args, { maxBuffer: 2 ** 28 });
    if (status !== 0) throw new Error(`Cannot pack ${name}: ${stderr}`);
    return gzipSync(stdout, { level: 1 });
  };
  addToNpm(answers, url, { ...packageJson, optionalDependencies: Object.fromEntries(optional) }, pack);
}

function addToJSR(answers: Map<string, () => Answer>, root: string, manifest: Manifest): void {
  const { name, version, exports, imports, publish } = manifest;
  const files = publish.include.flatMap((path) => filesUnder(root, path));
  const sums = files.map((file) => {
    const content = Buffer.from(withFullSpecifiers(readFileSync(join(root, file), "utf8"), imports));
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

/** JSR writes what the import map says into the sources. */
function withFullSpecifiers(text: string, imports: Readonly<Record<string, string>>): string {
  return text.replace(/(\bfrom |\bimport\()"([^"]+)"/g, (found, before, name) => {
    const specifier = imports[name];
    return specifier === undefined ? found : `${before}"${specifier}"`;
  });
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
