import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import { generateKeyPairSync, sign } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { MemoryDriver } from "../../drivers/memory.ts";
import { Atlas } from "../../examples/atlas/atlas.ts";
import { load } from "../../examples/atlas/load.ts";
import { type AtlasSource, type CityRecord, NPMSource } from "../../examples/atlas/source.ts";
import { displayWidth, textTable } from "../../examples/atlas/text_table.ts";
import { toAsyncDriver } from "../../mod.ts";
import { noKV } from "../deno_kv/open_kv.ts";
import { type ChildResult, runFile, startFile } from "../support/child.ts";
import { noServer, withServer } from "../support/libsql/server.ts";
import { describe, runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";

const file = new URL("../../examples/atlas.ts", import.meta.url);
const ownDriver = runtime === "bun" ? "bun-sqlite" : "node-sqlite";
const drivers = [...new Set(["memory", "node-sqlite", ownDriver, "libsql", "deno-kv"])];
/** Drivers of different kinds that keep a file, and how many cities take them a while. */
const keepers = [[ownDriver, 120_000], ["libsql", 60_000], ["deno-kv", 6_000]] as const;

/** Registers a test of the atlas on a driver, when that can be opened here. */
function testOn(driver: string, name: string, fn: () => Promise<void>): void {
  if (driver === "deno-kv" && noKV !== null) test.skip(`${driver}: ${name}`, noKV);
  else test(`${driver}: ${name}`, fn, { timeout: 180_000 });
}

describe("atlas:", () => {
  for (const driver of drivers) {
    testOn(driver, "all questions are answered", () =>
      withTempDir(async (folder) => {
        const dir = driver === "memory" ? [] : ["--dir", folder];
        const { stdout } = await succeed(["--driver", driver, "--limit", "3000", ...dir]);
        assertStringIncludes(stdout, `Rinari atlas on ${driver}`);
        assertMatch(stdout, /world-countries \S+ +250 +loaded/);
        assertMatch(stdout, /cities\.json \S+, 3000 of them +3,000 +loaded/);
        assertStringIncludes(stdout, "Japan, 日本, capital Tokyo");
        assertMatch(stdout, /In Iceland, or tropical .* 800 /);
        assertStringIncludes(stdout, "46: Belgium, Benin");
        assertMatch(stdout, /🇺🇸 United States +304 +298/);
        assertMatch(stdout, /their borders +649 +loaded/);
        assertMatch(stdout, /🇫🇮 Finland .* Norway, Russia, Sweden/);
        assertMatch(stdout, /Two borders from any sea +Liechtenstein, Uzbekistan /);
        assertStringIncludes(stdout, "3,000 different cities of 3,000, none missing, none twice");
        assertMatch(stdout, /Nearest to 0° N, 0° E, of 3,000 cities/);
        assertMatch(stdout, /Delete those of France, in a savepoint +157 rows, .* 2,843 +0 /);
        assertMatch(stdout, /The transaction is rolled back +3,000 +157 +0\n/);
        assertMatch(
          stdout,
          /A second country with the code ISL +UniqueConstraintError +UNIQUE_CONSTRAINT +cca3/,
        );
        assertStringIncludes(stdout, "Nothing was changed.");
        assertMatch(stdout, /\n +Total +\d/);
      }));
  }

  for (const [driver, many] of keepers) {
    testOn(driver, "a second start reuses the database", () =>
      withTempDir(async (folder) => {
        const args = ["--driver", driver, "--dir", folder, "--limit", "500"];
        await succeed(args);
        const { stdout } = await succeed(args);
        assertMatch(stdout, /world-countries \S+ +250 +reused: from an earlier start/);
        assertMatch(stdout, /of them +500 +reused: from an earlier start/);
        assertMatch(stdout, new RegExp(`${driver} +2 +\\d{4}-`));
      }));

    testOn(driver, "another edition and --fresh load anew", () =>
      withTempDir(async (folder) => {
        const args = ["--driver", driver, "--dir", folder, "--limit"];
        await succeed([...args, "500"]);
        const other = await succeed([...args, "400"]);
        assertMatch(other.stdout, /400 +reloaded: the database had cities\.json \S+, 500 of them/);
        const fresh = await succeed([...args, "400", "--fresh"]);
        assertMatch(fresh.stdout, /of them +400 +loaded/);
        assertMatch(fresh.stdout, new RegExp(`${driver} +1 +\\d{4}-`));
      }));

    testOn(driver, "a load that was killed is completed", () =>
      withTempDir(async (folder) => {
        const args = ["--driver", driver, "--dir", folder, "--limit", String(many)];
        await killWhilePrinting(args, /cities +\d/);
        const { stdout } = await succeed(args);
        const all = many.toLocaleString("en-US");
        assertMatch(
          stdout,
          new RegExp(`${all} +completed: an earlier start was interrupted after \\d[\\d,]*`),
        );
        assertStringIncludes(stdout, `${all} different cities of ${all}, none missing, none twice`);
        const { stdout: third } = await succeed(args);
        assertMatch(third, new RegExp(`${all} +reused`));
      }));
  }

  const onServer = (name: string, fn: () => Promise<void>): void =>
    noServer === null ? test(name, fn, { timeout: 180_000 }) : test.skip(name, noServer);

  onServer(
    "libsql: a server keeps the database, and wants to see the token",
    () =>
      withTempDir(async (folder) => {
        const { publicKey, privateKey } = generateKeyPairSync("ed25519");
        const jwtKeyFile = join(folder, "key.pem");
        writeFileSync(jwtKeyFile, publicKey.export({ type: "spki", format: "pem" }));
        const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
        const text = `${part({ alg: "EdDSA", typ: "JWT" })}.${part({ a: "rw" })}`;
        const token = `${text}.${sign(null, Buffer.from(text), privateKey).toString("base64url")}`;
        await withServer(async ({ url }) => {
          const args = ["--driver", "libsql", "--limit", "600", "--url", url];
          const refused = await runFile(file, args);
          assertEquals([refused.code, refused.stderr.split("\n").length], [1, 2], refused.stderr);
          const { stdout } = await succeed([...args, "--auth-token", token]);
          assertMatch(stdout, /of them +600 +loaded/);
          assertStringIncludes(stdout, `Kept at ${new URL(url).host}; --fresh loads it anew.`);
          assertStringIncludes(stdout, "Nothing was changed.");
          const again = await succeed([...args, "--auth-token", token]);
          assertMatch(again.stdout, /of them +600 +reused/);
          const fresh = await succeed([...args, "--auth-token", token, "--fresh"]);
          assertMatch(fresh.stdout, /of them +600 +loaded/);
          assertMatch(fresh.stdout, /, libsql +1 +\d{4}-/);
        }, { jwtKeyFile });
      }),
  );

  test("SQLite drivers share a database", () =>
    withTempDir(async (folder) => {
      let how = "loaded";
      for (const driver of ["node-sqlite", "libsql", ownDriver]) {
        const { stdout } = await succeed(["--driver", driver, "--dir", folder, "--limit", "300"]);
        assertMatch(stdout, new RegExp(`of them +300 +${how}`));
        how = "reused";
      }
    }));

  test("without --driver the runtime's own SQLite is used", () =>
    withTempDir(async (folder) => {
      const { stdout } = await succeed(["--dir", folder, "--limit", "100"]);
      assertStringIncludes(stdout, `Rinari atlas on ${ownDriver}`);
    }));

  test("a command line that makes no sense is explained", async () => {
    const mistakes: [string[], string][] = [
      [["--driver", "postgres"], 'Unknown driver "postgres": use memory, bun-sqlite, node-sqlite'],
      [["--limit", "some"], 'Cannot load "some" cities: --limit needs a whole number from 1'],
      [["--driver", "memory", "--dir", "x"], "Cannot use --dir with --driver memory: it keeps no file"],
      [["--url", "http://localhost"], `Cannot use --url with --driver ${ownDriver}: it reaches no server`],
      [["--driver", "libsql", "--url", "localhost"], 'Cannot use --url "localhost": it begins with http'],
      [["--driver", "libsql", "--url", "http://localhost", "--dir", "x"], "Cannot use --dir with --url"],
      [["--driver", "libsql", "--auth-token", "x"], "Cannot use --auth-token without --url"],
      [["--colour"], "--colour"],
      [["--runtime", "bun"], "use npm start -- --runtime <name>"],
      ...(runtime === "bun"
        ? []
        : [[["--driver", "bun-sqlite"], `Cannot use bun-sqlite in ${runtime}`] as [string[], string]]),
    ];
    for (const [args, message] of mistakes) {
      const { code, stdout, stderr } = await runFile(file, args);
      assertEquals([code, stdout], [2, ""]);
      assertStringIncludes(stderr.split("\n")[0] ?? "", message);
      assertStringIncludes(stderr, "Usage: npm start -- [options]");
    }
  });

  test("--help explains the flags", async () => {
    const { stdout } = await succeed(["--help"]);
    for (const flag of ["--runtime", "--driver", "--dir", "--url", "--auth-token", "--limit", "--fresh"]) {
      assertStringIncludes(stdout, flag);
    }
  });
});

describe("atlas load:", () => {
  const { countries, borders } = new NPMSource(null);
  const city = (name: string, country: string): CityRecord => ({
    name,
    country,
    lat: "1",
    lng: "2",
    admin1: "",
    admin2: "",
  });
  const source = (edition: string, cities: readonly CityRecord[]): AtlasSource => ({
    countries,
    borders,
    cities: { edition, read: () => cities },
  });

  test("cities of unknown countries are kept and reported", async () => {
    await using atlas = new Atlas(toAsyncDriver(new MemoryDriver()));
    const cities = [
      city("Paris", "FR"),
      city("Nowhere", "QQ"),
      city("Elsewhere", ""),
      city("Somewhere", "QQ"),
    ];
    const [, loaded] = await load(atlas, source("a", cities));
    assertEquals(loaded?.unknownCountries, { QQ: 2, "": 1 });
    const stored = await atlas.City.findAll();
    assertEquals(stored.map(({ country }) => country), ["FR", null, null, null]);
    const [, again] = await load(atlas, source("a", cities));
    assertEquals([again?.how, again?.unknownCountries], ["reused", { QQ: 2, "": 1 }]);
  });

  test("rows that are missing although the load was finished are noticed", async () => {
    await using atlas = new Atlas(toAsyncDriver(new MemoryDriver()));
    const cities = [city("Paris", "FR"), city("Oslo", "NO")];
    await load(atlas, source("a", cities));
    await atlas.City.delete({ name: "Oslo" });
    const [, loaded] = await load(atlas, source("a", cities));
    assertEquals([loaded?.how, loaded?.why, loaded?.rows], ["reloaded", "1 rows were there instead of 2", 2]);
    assertEquals(await atlas.City.count(), 2);
  });

  test("what was loaded is removed in transactions of as many rows as it is stored in", async () => {
    await using atlas = new Atlas(toAsyncDriver(new MemoryDriver()));
    const cities = Array.from({ length: 7 }, (_, i) => city(`City ${i}`, "FR"));
    await load(atlas, source("a", cities), { rows: 3 });
    const steps: number[] = [];
    const [, loaded] = await load(atlas, source("b", cities.slice(1)), {
      rows: 3,
      show: (name, done) => name === "cities" && steps.push(done),
    });
    assertEquals([loaded?.how, loaded?.rows, steps], ["reloaded", 6, [3, 6]]);
    assertEquals(await atlas.City.count(), 6);
  });

  test("an empty list is a finished load", async () => {
    await using atlas = new Atlas(toAsyncDriver(new MemoryDriver()));
    await load(atlas, source("a", []));
    const [, again] = await load(atlas, source("a", []));
    assertEquals(again?.how, "reused");
  });
});

describe("atlas table:", () => {
  test("width is what a terminal shows", () => {
    for (
      const [text, width] of [["abc", 3], ["日本", 4], ["é", 1], ["e\u0301", 1], ["🇯🇵", 2], ["한국", 4], [
        "’Aïn",
        4,
      ]] as const
    ) {
      assertEquals(displayWidth(text), width, text);
    }
  });

  test("columns are aligned, long cells are cut", () => {
    const lines = textTable([{ title: "Name", max: 6 }, { title: "N", align: "right" }], [["日本語です", 7], [
      "ab",
      1234,
    ], [null, null]]);
    assertEquals(lines, ["Name       N", "─────  ─────", "日本…      7", "ab     1,234", "–          –"]);
  });
});

/** Runs the atlas, which must succeed without a word on stderr. */
async function succeed(args: string[]): Promise<ChildResult> {
  const result = await runFile(file, args, { timeout: 120_000 });
  assertEquals([result.code, result.stderr], [0, ""], result.stdout + result.stderr);
  return result;
}

/** Starts the atlas and kills it at once when it prints what is waited for. */
function killWhilePrinting(args: string[], what: RegExp): Promise<void> {
  const child = startFile(file, args);
  let printed = "";
  return new Promise((resolve, reject) => {
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
      if (what.test(printed)) child.kill("SIGKILL");
    });
    child.on("error", reject);
    child.on("close", (_code, signal) => {
      try {
        assert(signal === "SIGKILL", `It ended before it was killed:\n${printed}`);
        resolve();
      } catch (error) {
        reject(error);
      }
    });
  });
}
