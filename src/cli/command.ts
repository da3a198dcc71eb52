import type { MigrationPlan } from "../migration/mod.ts";
import type { Target } from "./target.ts";

/** What a command is given. */
export interface CommandContext {
  /** What the user's module exports. */
  readonly target: Target;
  /** The flags that were given, by name. */
  readonly flags: Readonly<Record<string, string | boolean | undefined>>;
  /** Writes a line for people; nothing with `--json`. */
  say(line: string): void;
  /** Writes over the last such line where a terminal reads it, else now and then a line of its own; nothing with `--json`. */
  progress(line: string): void;
  /** Writes the result for programs; nothing without `--json`. */
  tell(result: object): void;
}

/** What every command has. */
interface AnyCommand {
  /** Its name. */
  readonly name: string;
  /** A line for the help. */
  readonly summary: string;
  /** The flags it takes beside those that all take. */
  readonly flags: Readonly<Record<string, { readonly type: "boolean" | "string"; readonly summary: string }>>;
}

/** A command on the models of a module. */
export interface Command extends AnyCommand {
  /** Runs it. @returns The exit code. */
  run(context: CommandContext): Promise<number>;
}

/** A command on a store that has no models yet. */
export interface StoreCommand extends AnyCommand {
  /** Runs it on a path or url. @returns The exit code. */
  runOn(place: string, context: Omit<CommandContext, "target" | "progress">): Promise<number>;
}

/** Writes a plan for people. @returns Whether `migrate` would refuse. */
export function sayPlan(
  { steps, changes, blocked, newer }: MigrationPlan,
  say: (line: string) => void,
): boolean {
  if (newer !== null) {
    say(`the store is newer than this program: ${newer}`);
    return true;
  }
  for (const step of steps) say(`step      ${step}`);
  for (const { text } of changes) say(`change    ${text}`);
  for (const { text, step } of blocked) {
    say(`BLOCKED   ${text}`);
    say(`          ${step ?? "no step helps: make a new table and copy the rows"}`);
  }
  if (steps.length + changes.length + blocked.length === 0) say("nothing to do");
  return blocked.length > 0;
}
