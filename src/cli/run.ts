import process from "node:process";
import { parseArgs } from "node:util";
import { RinariError } from "../errors/mod.ts";
import { MigrationError } from "../migration/mod.ts";
import type { Command, StoreCommand } from "./command.ts";
import { migrateCommand } from "./commands/migrate.ts";
import { planCommand } from "./commands/plan.ts";
import { statusCommand } from "./commands/status.ts";
import { typesCommand } from "./commands/types.ts";
import { progressLines } from "./progress_lines.ts";
import { loadTarget } from "./target.ts";
import { UsageError } from "./usage_error.ts";

/** The commands. A further one is a file and a line here. */
const COMMANDS: readonly (Command | StoreCommand)[] = [
  planCommand,
  migrateCommand,
  statusCommand,
  typesCommand,
];

const COMMON = {
  database: { type: "string", summary: "the database, where models are of several" },
  json: { type: "boolean", summary: "writes one line of JSON instead of text" },
  help: { type: "boolean", summary: "shows this" },
} as const;

/** Where a command line writes. */
export interface Output {
  /** Writes a line of the result. */
  out(line: string): void;
  /** Writes a line of what is wrong. */
  error(line: string): void;
  /** Writes over the last line that it wrote, where a terminal reads what is wrong; else absent. */
  readonly over?: ((line: string) => void) | undefined;
}

/**
 * Runs a command line: `plan`, `migrate` or `status`, then the module that exports `orm` and possibly `steps`; or `types`, then a file or url.
 *
 * @param args What stands behind the program's name.
 * @returns The exit code: 0 when all is well, 1 when something is refused or left to do, 2 when the command line makes no sense.
 *
 * @example
 * ```ts
 * import { run } from "@rinari/orm/cli";
 *
 * const lines: string[] = [];
 * const output = { out: (line: string) => lines.push(line), error: (line: string) => lines.push(line) };
 * run(["--help"], output).then((code) => console.log(code, lines[0])); // 0 rinari <command> <module> [options]
 * ```
 */
export function run(args: readonly string[], output: Output = consoleOutput): Promise<number> {
  return Promise.resolve().then(() => start(args, output)).catch((error: unknown) => {
    const usage = error instanceof UsageError;
    output.error(usage ? `rinari: ${error.message}; see rinari --help` : explain(error));
    if (args.includes("--json")) output.out(JSON.stringify(failureOf(error)));
    return usage ? 2 : 1;
  });
}

function start(args: readonly string[], output: Output): Promise<number> {
  const [name = "--help", ...rest] = args;
  if (name === "--help" || name === "-h" || name === "help") return Promise.resolve(help(output));
  const command = COMMANDS.find((each) => each.name === name);
  if (command === undefined) throw new UsageError(`${JSON.stringify(name)} is no command`);
  const { values, positionals } = parse(command, rest);
  if (values["help"] === true) return Promise.resolve(help(output));
  const [path, ...more] = positionals;
  if (path === undefined || more.length > 0) {
    throw new UsageError(
      "runOn" in command ? "one file or url is given" : "one module is given, which exports `orm`",
    );
  }
  const json = values["json"] === true;
  const writing = {
    flags: values,
    say: (line: string) => json ? undefined : output.out(line),
    tell: (result: object) => json ? output.out(JSON.stringify(result)) : undefined,
  };
  if ("runOn" in command) return command.runOn(path, writing);
  const database = values["database"];
  return loadTarget(path, typeof database === "string" ? database : undefined).then((target) => {
    const end = (): Promise<void> => Promise.resolve(target.orm.disconnect());
    const context = { target, ...writing, progress: json ? () => undefined : progressLines(output) };
    // What a sync driver throws comes as a rejection too.
    return Promise.resolve().then(() => command.run(context)).then(
      (code) => end().then(() => code),
      (error: unknown) =>
        end().then(() => {
          throw error;
        }),
    );
  });
}

function parse(
  command: Command | StoreCommand,
  args: readonly string[],
): {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
} {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...COMMON, ...command.flags },
      allowPositionals: true,
      strict: true,
    });
    return { values: values as Readonly<Record<string, string | boolean | undefined>>, positionals };
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function help({ out }: Output): number {
  out("rinari <command> <module> [options]");
  out("rinari types <file or url> [options]");
  out("");
  out("The module exports `orm`, with its models, and possibly `steps` and `database`.");
  out("");
  for (const { name, summary, flags } of COMMANDS) {
    out(`  ${name.padEnd(12)} ${summary}`);
    for (const [flag, { summary: text }] of Object.entries(flags)) out(`    --${flag.padEnd(10)} ${text}`);
  }
  out("");
  for (const [flag, { summary }] of Object.entries(COMMON)) out(`  --${flag.padEnd(10)} ${summary}`);
  return 0;
}

function explain(error: unknown): string {
  if (!(error instanceof RinariError)) {
    return `rinari: ${error instanceof Error ? error.stack ?? error.message : error}`;
  }
  const lines = [`rinari: ${error.message} (${error.code})`];
  if (error instanceof MigrationError) {
    for (const { text, step } of error.blocked) {
      lines.push(`  ${text}`, ...(step === null ? [] : [`    ${step}`]));
    }
  }
  return lines.join("\n");
}

function failureOf(error: unknown): object {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof RinariError)) return { error: message };
  return {
    error: message,
    code: error.code,
    ...(error instanceof MigrationError && { step: error.step, blocked: error.blocked }),
  };
}

const consoleOutput: Output = {
  out: (line) => console.log(line),
  error: (line) => console.error(line),
  ...(process.stderr?.isTTY === true &&
    { over: (line: string) => void process.stderr.write(`\r\x1b[2K${line}`) }),
};
