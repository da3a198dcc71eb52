import { assertEquals } from "@std/assert";
import { dirname } from "node:path";
import { describe, test } from "../support/runner.ts";
import { type Import, importsOf, linesWith, readSources, type SourceFile } from "./source_files.ts";

const library = readSources("mod.ts", "src", "drivers");
const everything = [...library, ...readSources("tests", "examples", "bench", "scripts")];

const MAX_LINES = 500;
/** The one file of the library that knows the difference between a value and a Promise of it. */
/** Those that know the difference: transactions of flows, and what JavaScriptCore needs to find who waits. */
const ASYNC_FILES: readonly string[] = [
  "src/transaction/async_transactions.ts",
  "src/errors/caller_frames.ts",
];
const DUMPING_GROUNDS = /(?:^|\/)(?:utils?|helpers?|common|misc)(?:\/|\.)/;
/** An example that is a package of its own has a package's name. */
const SNAKE_CASE_PATH =
  /^(?:examples\/[a-z0-9]+(?:-[a-z0-9]+)*\/)?(?:[a-z0-9]+(?:_[a-z0-9]+)*\/)*[a-z0-9]+(?:_[a-z0-9]+)*(?:\.test|\.d)?\.(?:ts|mjs)$/;

/** People type the address of an example, such as `examples/custom-driver-postgres`. */
const EXAMPLE_FOLDER = /^examples\/[a-z]+(?:-[a-z]+)*\/(?=[^/]+$)/;
/** What a driver outside of this repository can import, as `@rinari/orm` and `@rinari/orm/sql`. */
const ENTRY_POINTS = ["mod.ts", "src/sql/mod.ts"];

/**
 * The rooms of `src/`, from the ground up: a room imports those of the floors below it, and those that stand on its floor in brackets with
 * it. Types may cross. The map of it is docs/architecture.md.
 */
const FLOORS: readonly (readonly (readonly string[])[])[] = [
  [["runtime"], ["cache"], ["types"]],
  [["errors"]],
  [["contract"], ["schema"], ["chain"]],
  [["transaction"], ["files"], ["tracing"]],
  [["query"]],
  [["reference"]],
  [["sql"], ["store"]],
  [["composed"]],
  [["orm", "model", "relations", "raw"]],
  [["core"], ["live"], ["fixtures"], ["migration"]],
  [["cli"]],
  [["testing"]],
];
/** What a driver imports beside its own files. */
const BELOW_DRIVERS: readonly string[] = FLOORS.slice(0, 7).flat(2);

/** An import that its file may not have, or null. */
type ImportRule = (file: SourceFile, imported: Import) => string | null;

describe("dependency rule:", () => {
  test("a room of src imports only what stands below it", () =>
    check((file, { target, typeOnly }) => {
      const room = roomOf(file.path);
      const other = roomOf(target);
      if (room === null || other === null || room === other || typeOnly) return null;
      const together = FLOORS.flat().some((rooms) => rooms.includes(room) && rooms.includes(other));
      return together || floorOf(other) < floorOf(room)
        ? null
        : `\`${room}\` does not stand above \`${other}\``;
    }));

  test("what SQL drivers share knows nothing of SQLite", () =>
    check((file, { target }) =>
      isUnder(file.path, "src/sql") && !isUnder(file.path, "src/sql/sqlite") &&
        file.path !== "src/sql/mod.ts" &&
        isUnder(target, "src/sql/sqlite")
        ? "src/sql may not import src/sql/sqlite"
        : null
    ));

  test("a driver imports only what stands below the composition", () =>
    check((file, { target, typeOnly }) => {
      const room = roomOf(target);
      if (!isUnder(file.path, "drivers") || room === null || typeOnly || BELOW_DRIVERS.includes(room)) {
        return null;
      }
      return `a driver may not import \`${room}\``;
    }));

  test("src imports no driver", () =>
    check((file, { target }) =>
      isUnder(file.path, "src") && isUnder(target, "drivers") ? "src may not import a driver" : null
    ));

  test("src/sql imports neither model nor orm", () =>
    check((file, { target }) =>
      isUnder(file.path, "src/sql") && isModelOrORM(target)
        ? "src/sql may not import the model or the ORM"
        : null
    ));

  test("a driver imports neither model nor orm nor another driver", () =>
    check((file, { target }) => {
      if (!isUnder(file.path, "drivers")) return null;
      if (isModelOrORM(target)) return "a driver may not import the model or the ORM";
      const other = isUnder(target, "drivers") && driverOf(target) !== driverOf(file.path);
      return other ? "a driver may not import another driver" : null;
    }));

  test("mod.ts imports no driver", () =>
    check((file, { target }) =>
      file.path === "mod.ts" && isUnder(target, "drivers") ? "mod.ts may not import a driver" : null
    ));

  test("third-party modules appear only in drivers", () =>
    check((file, { target, specifier }) => {
      if (isUnder(file.path, "drivers") || target !== null || specifier.startsWith("node:")) return null;
      return "only a driver may import a third-party module";
    }));

  test("no module names a bun: specifier", () =>
    check((_, { specifier }) =>
      specifier.startsWith("bun:") ? "use process.getBuiltinModule: the npm build cannot read `bun:`" : null
    ));

  test("an example of a driver imports only what is exported", () => {
    const files = everything.filter(({ path }) => path.startsWith("examples/custom-driver-"));
    expectNone(
      files.flatMap((file) =>
        importsOf(file).filter(({ target }) =>
          target !== null && dirname(target) !== dirname(file.path) && !ENTRY_POINTS.includes(target)
        ).map(({ line, specifier }) =>
          `${file.path}:${line} imports "${specifier}", which no entry point exports`
        )
      ),
    );
  });

  test("imports of files keep their extension", () =>
    check((_, { target, specifier }) =>
      target !== null && !/\.(?:ts|json)$/.test(specifier) ? "say the file's extension" : null
    ));
});

describe("house rule:", () => {
  test(`src uses async and await only in ${ASYNC_FILES.join(", ")} and src/testing`, () => {
    const keyword = /\bawait\b(?!\s*[:?=,)])|\basync\b(?=\s*(?:function\b|\(|\*|<|[\w$#[]+\s*[(<=]))/g;
    const bound = library.filter(({ path }) =>
      isUnder(path, "src") && !isUnder(path, "src/testing") && !ASYNC_FILES.includes(path)
    );
    expectNone(
      bound.flatMap((file) =>
        linesWith(file.code, keyword).map((line) => `${file.path}:${line} uses async or await`)
      ),
    );
  });

  test("no module awaits at its top level: CommonJS cannot", () => {
    const topLevel = /^(?:\S.*)?\bawait\b(?=\s)/gm;
    const found = library.flatMap((file) => linesWith(file.code, topLevel).map((line) => ({ file, line })));
    expectNone(
      found.filter(({ file, line }) => !/\basync\b/.test(file.code.split("\n")[line - 1] ?? ""))
        .map(({ file, line }) => `${file.path}:${line} awaits at the top level`),
    );
  });

  test("no type is any", () => {
    // After a colon, in brackets, in a union, after a word that takes a type, or as an array.
    const typeAny =
      /(?:[:<]|(?<!\|)\||(?<!&)&|=>|\bas|\bextends|\bsatisfies|\btype\s+\w+\s*=)\s*any\b(?!\s*[:(.?])|,\s*any\s*>|\bany\[\]/g;
    expectNone(
      everything.flatMap((file) =>
        linesWith(file.code, typeAny).map((line) => `${file.path}:${line} uses the type any`)
      ),
    );
  });

  test(`no file has more than ${MAX_LINES} lines`, () => {
    const long = everything.map(({ path, text }) => ({ path, lines: text.trimEnd().split("\n").length }));
    expectNone(
      long.filter(({ lines }) => lines > MAX_LINES).map(({ path, lines }) => `${path} has ${lines} lines`),
    );
  });

  test("folders and files have snake_case names, but for the folders of whole examples", () => {
    const wrong = everything.filter(({ path }) => !SNAKE_CASE_PATH.test(path.replace(EXAMPLE_FOLDER, "")));
    expectNone(wrong.map(({ path }) => `${path} is not snake_case`));
  });

  test("no folder or file is a dumping ground", () => {
    const wrong = everything.filter(({ path }) => DUMPING_GROUNDS.test(path));
    expectNone(wrong.map(({ path }) => `${path} does not say what it holds`));
  });
});

/** The room that a module of `src/` is in, or null for another module. */
function roomOf(path: string | null): string | null {
  return path === null ? null : /^src\/([^/]+)\//.exec(path)?.[1] ?? null;
}

function floorOf(room: string): number {
  const floor = FLOORS.findIndex((rooms) => rooms.flat().includes(room));
  if (floor < 0) throw new Error(`The room src/${room} stands on no floor: put it into FLOORS`);
  return floor;
}

/** Applies a rule to every import of the library. */
function check(rule: ImportRule): void {
  expectNone(library.flatMap((file) =>
    importsOf(file).flatMap((imported) => {
      const why = rule(file, imported);
      return why === null ? [] : [`${file.path}:${imported.line} imports "${imported.specifier}": ${why}`];
    })
  ));
}

function expectNone(problems: string[]): void {
  assertEquals(problems, [], problems.join("\n"));
}

function isUnder(path: string | null, folder: string): path is string {
  return path?.startsWith(`${folder}/`) ?? false;
}

function isModelOrORM(path: string | null): boolean {
  return path === "mod.ts" || /^src\/(?:model|orm)(?:\/|\.ts$)/.test(path ?? "");
}

/** `drivers/libsql.ts` and `drivers/libsql/…` are one driver. */
function driverOf(path: string): string | undefined {
  return path.split("/")[1]?.replace(/\.ts$/, "");
}
