// What the registries would get, installed and used as its users do. The tarball is made once; `RINARI_TARBALL` names another.
import { assert, assertEquals, assertGreater, assertMatch } from "@std/assert";
import { runTogether } from "../../scripts/test/command.mjs";
import type { ChildResult } from "../support/child.ts";
import { runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import {
  areTheTypesWrong,
  browser,
  checkers,
  command,
  commanders,
  type Consumer,
  consumers,
  otherVersions,
  publint,
  readManifest,
  requirers,
  run,
  typeCheck,
  typeCheckAlone,
  typeCheckNode10,
  type Use,
  withoutEngines,
} from "./consumers.ts";
import { entries, manifest, type PackageJson, withWorkspace } from "./workspace.ts";

type Outcome =
  | { readonly rows: readonly unknown[]; readonly count: number }
  | {
    readonly at: string;
    readonly name: string;
    readonly code: string;
    readonly message: string;
    readonly typed: boolean;
  };

interface Report {
  readonly names: Readonly<Record<string, readonly string[]>>;
  readonly outcomes: Readonly<Record<string, Outcome>>;
}

const ROWS = [{ id: 1, name: "Ada", joined: "1970-01-01T00:00:00.000Z", settings: { theme: "dark" } }];
const GIVEN = "./drivers/deno-kv given a store";
const drivers = entries.filter((name) => name.startsWith("./drivers/"));

/** The drivers that a runtime lacks; every other one works. */
function lackedBy({ runtime, name }: Consumer): readonly string[] {
  return [
    ...(runtime === "bun" ? [] : ["./drivers/bun-sqlite"]),
    ...(runtime === "deno" ? [] : ["./drivers/deno-kv"]),
    ...(name === "Node 20" ? ["./drivers/node-sqlite"] : []),
  ];
}

const uses = new Map<string, Use>();
let results: Promise<ReadonlyMap<string, ChildResult>> | undefined;

/**
 * Registers a test of how a use ended, which is skipped when there is only a reason. All of them run when the first result is
 * asked for, two at a time.
 */
function testUse(name: string, use: Use | string, check: (ended: ChildResult) => void): void {
  if (typeof use === "string") return test.skip(name, use);
  if (runtime !== "node") return test.skip(name, "it starts every runtime by itself: run under Node");
  uses.set(name, use);
  test(name, async () => {
    const ended = (await (results ??= runAll())).get(name);
    check(ended as ChildResult);
  }, { timeout: 300_000 });
}

function runAll(): NonNullable<typeof results> {
  return withTempDir((folder) =>
    withWorkspace(folder, async (workspace) => {
      const jobs = [...uses].map(([name, use]) => async () => [name, await use(workspace)] as const);
      return new Map(await runTogether(2, jobs));
    })
  );
}

for (const consumer of consumers) {
  testUse(`package: ${consumer.name} uses every driver it has`, run(consumer, "main.mjs"), (ended) => {
    checkReport(reportOf(ended), consumer);
  });
}
for (const consumer of requirers) {
  testUse(`package: ${consumer.name} requires it`, run(consumer, "main.cjs"), (ended) => {
    checkReport(reportOf(ended), consumer);
  });
}
for (const consumer of otherVersions) {
  testUse(
    `package: every promise is kept in ${consumer.name}`,
    run(consumer, "promises.test.mjs"),
    (ended) => {
      const [, passed] = /^# pass (\d+)$/m.exec(ended.stdout) ?? [];
      assertEquals(
        [ended.code, ended.stdout.match(/^ *not ok .*$/gm)],
        [0, null],
        ended.stdout.slice(-2_000),
      );
      assertGreater(Number(passed), 400, ended.stdout.slice(-2_000));
    },
  );
}
for (const consumer of withoutEngines) {
  testUse(`package: ${consumer.name} alone says what to install`, run(consumer, "main.mjs"), (ended) => {
    const { names, outcomes } = reportOf(ended);
    assertEquals(Object.keys(names), entries);
    for (const outcome of Object.values(outcomes)) {
      if ("at" in outcome) checkSentence(outcome);
    }
  });
}
for (const commander of commanders) {
  testUse(`package: ${commander.name} runs its command`, command(commander, "plan", "./db.mjs"), (ended) => {
    checkSuccess(ended);
    assertEquals(ended.stdout.trim(), "change    table `notes` is made");
  });
}
for (const checker of checkers) {
  testUse(`package: its types in ${checker.name}`, run(checker, "types.ts"), checkSuccess);
}
for (const moduleResolution of ["node16", "nodenext", "bundler"] as const) {
  testUse(`package: its types with ${moduleResolution}`, typeCheck(moduleResolution), checkSuccess);
}
testUse("package: its types with the library of ES2022 alone", typeCheckAlone, checkSuccess);
testUse("package: its types with node10", typeCheckNode10, checkSuccess);
for (const bundler of ["esbuild", "bun"] as const) {
  testUse(`package: a browser runs what ${bundler} bundles`, browser(bundler), (ended) => {
    checkSuccess(ended);
    const { rows, refusals } = JSON.parse(ended.stdout);
    assertEquals(rows, [{ id: 1, name: "Ada" }]);
    assertMatch(refusals[0], /^UnsupportedError: .*has no `Deno.openKv`/);
    assertMatch(refusals[1], /^UnsupportedError: .*has no node:sqlite/);
    assertMatch(refusals[2], /^ValidationError: /);
    assertMatch(refusals[3], /^RinariError/);
  });
}
testUse("package: publint is clean", publint, checkSuccess);
testUse("package: attw is clean", areTheTypesWrong, checkSuccess);
testUse("package: its manifest says what deno.json says", readManifest, ({ stdout }) => {
  const { name, version, license, exports, typesVersions, dependencies = {} } = JSON.parse(
    stdout,
  ) as PackageJson;
  assertEquals([name, version, license], [manifest.name, manifest.version, manifest.license]);
  assertEquals(Object.keys(exports), entries);
  assertEquals(Object.keys(typesVersions["*"]).map((path) => `./${path}`), entries.slice(1));
  assertEquals(dependencies, {});
});

function checkReport({ names, outcomes }: Report, consumer: Consumer): void {
  assertEquals(Object.keys(names), entries);
  for (const [entry, exported] of Object.entries(names)) {
    assert(exported.length > 0, `${entry} exports nothing`);
  }
  const lacked = lackedBy(consumer);
  for (const name of drivers) {
    const outcome = outcomes[name];
    assert(outcome !== undefined, `${name} was not used`);
    if (!lacked.includes(name)) checkRows(name, outcome);
    else {
      assert("at" in outcome, `${name} works in ${consumer.name}, which lacks it`);
      assertEquals([outcome.at, outcome.name], ["construction", "UnsupportedError"], name);
      checkSentence(outcome);
    }
  }
  // Deno has its own store and no `@deno/kv`.
  if (consumer.runtime !== "deno") checkRows(GIVEN, outcomes[GIVEN] as Outcome);
}

function checkRows(name: string, outcome: Outcome): void {
  assert("rows" in outcome, `${name}: ${JSON.stringify(outcome)}`);
  assertEquals([outcome.rows, outcome.count], [ROWS, 2], name);
}

/** An error of the library that says what to do. */
function checkSentence(outcome: Exclude<Outcome, { rows: unknown }>): void {
  assert(outcome.typed, JSON.stringify(outcome));
  assertMatch(outcome.message, /^Cannot [^]*[;:] [^]*\b(?:use|run|give|install)\b[^]*[^.]$/);
}

function checkSuccess({ code, stdout, stderr }: ChildResult): void {
  assertEquals(code, 0, stdout + stderr);
}

function reportOf({ code, stdout, stderr }: ChildResult): Report {
  const line = /^REPORT (.*)$/m.exec(stdout)?.[1];
  assert(code === 0 && line !== undefined, stdout + stderr);
  return JSON.parse(line) as Report;
}
